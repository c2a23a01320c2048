#include "app/access.hpp"

#include "base/text.hpp"
#include "log/causes.hpp"
#include "log/log.hpp"
#include "json/json.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::app {
namespace {

constexpr std::size_t longest_read = 1u << 20; // of an answer's body
constexpr std::size_t most_of_batch = 5;       // refused events of one batch

std::int64_t microseconds_since(std::chrono::steady_clock::time_point came) {
    const auto took = std::chrono::steady_clock::now() - came;
    return std::chrono::duration_cast<std::chrono::microseconds>(took).count();
}

struct Failure {
    std::string code, pointer, message;
};

// Of {"error":{..}}, as all our answers have it; a plugin's own may be anything.
Failure failure_of(std::string_view json) {
    const std::string_view error = json::member(json, "error");
    if (error.empty() || json::kind(error) != json::Kind::object) return {};
    return {json::string(json::member(error, "code")), json::string(json::member(error, "pointer")),
            json::string(json::member(error, "message"))};
}

bool is_object(std::string_view body) {
    if (body.size() > longest_read) return false;
    const auto kind = json::check(body);
    return kind && *kind == json::Kind::object;
}

// Strangers look for paths all the time.
bool is_of_no_path(int status) noexcept {
    return status == 404 || status == 405 || status == 501;
}

} // namespace

void Access::answered(const net::Answered &what) const {
    if (on_) line(what);
    if (what.of.route && what.status >= 400) return refused(what);
    if (causes_.traced())
        causes_.trace("answered", {{}, {}, what.address, what.of.portal, what.of.origin},
                      {{"method", what.of.method},
                       {"path", what.of.path},
                       {"status", what.status},
                       {"key", what.of.key},
                       {"request", what.of.request}});
    if (what.of.route && what.body.find(R"({"success":false)") != std::string_view::npos)
        refused_of_batch(what);
}

void Access::line(const net::Answered &what) const {
    log_.info("access", {{"method", what.of.method},
                         {"path", what.of.path},
                         {"status", what.status},
                         {"bytes", what.bytes},
                         {"us", microseconds_since(what.of.came)},
                         {"address", what.address},
                         {"portal", what.of.portal},
                         {"key", what.of.key},
                         {"request", what.of.request},
                         {"agent", what.of.agent}});
}

void Access::refused(const net::Answered &what) const {
    const Failure why = is_object(what.body) ? failure_of(what.body) : Failure();
    const log::About whom{why.code, {}, what.address, {}, what.of.origin};
    if (is_of_no_path(what.status))
        return causes_.mention(
            "request refused", whom,
            {{"method", what.of.method}, {"path", what.of.path}, {"status", what.status}});
    causes_.tell(log::Kind::request, "request refused", whom,
                 {{"method", what.of.method},
                  {"path", what.of.path},
                  {"status", what.status},
                  {"key", what.of.key},
                  {"pointer", why.pointer}},
                 {{"request", what.of.request}, {"why", why.message}});
}

void Access::refused_of_batch(const net::Answered &what) const {
    if (!is_object(what.body)) return;
    const std::string_view data = json::member(what.body, "data");
    if (data.empty() || json::kind(data) != json::Kind::object) return;
    const std::string_view results = json::member(data, "results");
    if (results.empty() || json::kind(results) != json::Kind::array) return;
    json::Elements elements(results);
    std::size_t index = 0, told = 0;
    for (std::string_view one; told < most_of_batch && !(one = elements.next()).empty(); ++index) {
        if (json::kind(one) != json::Kind::object || json::member(one, "success") != "false")
            continue;
        ++told;
        const Failure why = failure_of(one);
        causes_.tell(log::Kind::request, "event of a batch refused",
                     {why.code, {}, what.address, {}, what.of.origin},
                     {{"path", what.of.path},
                      {"key", what.of.key},
                      {"event", json::string(json::member(one, "event"))},
                      {"pointer", why.pointer}},
                     {{"index", index}, {"request", what.of.request}, {"why", why.message}});
    }
}

} // namespace roomd::app
