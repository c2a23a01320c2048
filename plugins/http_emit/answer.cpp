#include "http_emit/answer.hpp"

#include <algorithm>

namespace roomd::http_emit {
namespace {

void append_outcome(std::string &json, const Outcome &outcome) {
    if (outcome.problem) {
        json += R"({"success":false,"event":)";
        rest::append_quoted(json, outcome.event);
        json += R"(,"error":)";
        rest::append_error(json, *outcome.problem);
        json += '}';
        return;
    }
    json += R"({"success":true,"event":)";
    rest::append_quoted(json, outcome.event);
    json += R"(,"rooms":[)";
    for (std::size_t i = 0; i < outcome.rooms.size(); ++i) {
        if (i != 0) json += ',';
        rest::append_quoted(json, outcome.rooms[i]);
    }
    json += outcome.stored
                ? R"(],"durable":true,"id":)"
                : R"(],"recipients":)" + std::to_string(outcome.recipients) + R"(,"id":)";
    rest::append_quoted(json, outcome.id);
    if (outcome.duplicate) json += R"(,"duplicate":true)";
    json += '}';
}

void append_request(std::string &json, std::string_view request) {
    if (request.empty()) return;
    json += R"(,"request":)";
    rest::append_quoted(json, request);
}

} // namespace

Answer emitted(std::string_view event, const Emitted &what, std::string_view timestamp,
               std::string_view request) {
    std::string json = R"({"success":true,"data":{"message":)";
    json += what.stored ? R"("Event stored","event":)" : R"("Event emitted","event":)";
    rest::append_quoted(json, event);
    json += R"(,"rooms":[)";
    for (std::size_t i = 0; i < what.rooms.size(); ++i) {
        if (i != 0) json += ',';
        rest::append_quoted(json, view(what.rooms[i]));
    }
    json += what.stored ? R"(],"durable":true,"id":)"
                        : R"(],"recipients":)" + std::to_string(what.recipients) + R"(,"id":)";
    rest::append_quoted(json, what.id);
    json += R"(,"timestamp":)";
    rest::append_quoted(json, timestamp);
    append_request(json, request);
    if (what.duplicate) json += R"(,"duplicate":true)";
    json += "}}";
    return {what.stored ? 202 : 200, std::move(json)};
}

Answer batch(std::span<const Outcome> outcomes, std::string_view timestamp,
             std::string_view request) {
    std::string results = "[";
    std::size_t taken = 0, stored = 0;
    const Outcome *first = nullptr;
    std::size_t where = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const auto &outcome = outcomes[i];
        if (i != 0) results += ',';
        append_outcome(results, outcome);
        if (!outcome.problem) ++taken, stored += outcome.stored ? 1 : 0;
        // "not_sent" only says that another one was wrong.
        else if (first == nullptr || first->problem->code == "not_sent")
            first = &outcome, where = i;
    }
    results += ']';
    if (taken != 0 || first == nullptr) {
        const bool all = stored != 0 && stored == taken;
        std::string id;
        append_request(id, request);
        return {all ? 202 : 200,
                (all ? R"({"success":true,"data":{"message":"Events stored","taken":)"
                     : R"({"success":true,"data":{"message":"Events emitted","taken":)") +
                    std::to_string(taken) + R"(,"refused":)" +
                    std::to_string(outcomes.size() - taken) + R"(,"results":)" + results +
                    R"(,"timestamp":")" + std::string(timestamp) + '"' + id + "}}"};
    }
    auto problem = *first->problem;
    problem.pointer = "/events/" + std::to_string(where) + problem.pointer;
    std::string body = R"({"success":false,"error":)";
    rest::append_error(body, problem);
    body += R"(,"data":{"results":)" + results + "}}";
    return {problem.status, std::move(body)};
}

} // namespace roomd::http_emit
