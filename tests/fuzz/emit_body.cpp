// The bodies of POST /api/emit and /api/emit/batch.
#include "fuzz/fuzz.hpp"
#include "rest/body.hpp"
#include "rest/surrogates.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <variant>

using namespace roomd;

namespace {

// What was taken must be what the core is promised: JSON arguments, bounded lists.
void check_taken(const rest::Wanted &event, std::string_view body) {
    std::string args;
    const auto raw = event.emit(args).raw();
    fuzz::must(nlohmann::json::accept(rest::without_halves(args)));
    fuzz::must(event.data.data() >= body.data() &&
               event.data.data() + event.data.size() <= body.data() + body.size());
    fuzz::must(!event.event.empty());
    fuzz::must(raw.n_rooms <= rest::max_rooms && raw.n_except <= rest::max_rooms);
    fuzz::must(event.broadcast == ((raw.flags & ROOMD_EMIT_ALL) != 0));
    fuzz::must(!(event.broadcast && raw.n_rooms != 0));
}

void check_refused(const rest::Problem &problem) {
    fuzz::must(problem.status >= 400 && problem.status < 500);
    fuzz::must(nlohmann::json::accept(rest::failure(problem)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto body = fuzz::text(data, size);
    using rest::Members;
    for (const auto members : {Members::all, Members::event_data_room}) {
        const auto one = rest::read_event(body, members);
        if (const auto *event = std::get_if<rest::Wanted>(&one))
            check_taken(*event, body);
        else
            check_refused(std::get<rest::Problem>(one));
    }
    const auto many = rest::read_batch(body, 50);
    if (const auto *refused = std::get_if<rest::Problem>(&many)) {
        check_refused(*refused);
        return 0;
    }
    for (const auto &event : std::get<rest::Batch>(many).events) {
        if (event.problem)
            check_refused(*event.problem);
        else
            check_taken(event, body);
    }
    return 0;
}
