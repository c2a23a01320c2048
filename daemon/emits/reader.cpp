#include "emits/reader.hpp"

#include "base/text.hpp"
#include "emits/complaints.hpp"
#include "emits/members.hpp"
#include "json/json.hpp"

#include <optional>
#include <utility>

namespace roomd::emits {
namespace {

// Some senders begin with a byte order mark, which RFC 8259 lets a reader ignore.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_mark(std::string_view body) noexcept {
    return body.substr(body.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
}

Problem why_refused(std::string_view body, std::size_t depth) {
    const auto text = without_mark(body);
    const json::Fault fault = json::find_fault(text, depth);
    const auto at =
        " at byte " + std::to_string(body.size() - text.size() + fault.offset + 1); // from 1
    switch (fault.why) {
    case json::Fault::Why::too_deep:
        return {400, "json_too_deep",
                "the body is nested deeper than " + std::to_string(max_data_depth) + " levels"};
    case json::Fault::Why::number_too_large:
        return {400, "json_malformed", "the number" + at + " is too large for a double"};
    default: return {400, "json_malformed", "the body is not JSON: it goes wrong" + at};
    }
}

// What refuses a body as a whole, before any of its members is read.
std::optional<Problem> refuse_text(std::string_view body, std::size_t depth) {
    const auto kind = json::check(without_mark(body), depth);
    if (!kind) return why_refused(body, depth);
    if (*kind != json::Kind::object)
        return Problem{400, "body_not_object", "the body is not a JSON object"};
    return std::nullopt;
}

Event read_object(std::string_view object, Form form) {
    Event event;
    EventReader reader(form, event);
    json::Members members(object);
    while (members.next())
        reader.member(members.name(), members.value());
    reader.end();
    return event;
}

Event read_element(std::string_view element) {
    if (json::kind(element) == json::Kind::object) return read_object(element, Form::in_batch);
    Event none;
    none.problem = Problem{422, "event_not_object", "an event is a JSON object"};
    return none;
}

} // namespace

std::variant<Event, Problem> read_event(std::string_view body, Form form) {
    if (auto problem = refuse_text(body, max_data_depth + 1)) return std::move(*problem);
    Event event = read_object(without_mark(body), form);
    if (event.problem) return std::move(*event.problem);
    return event;
}

std::variant<Batch, Problem> read_batch(std::string_view body, std::size_t most) {
    if (auto problem = refuse_text(body, max_data_depth + 3)) return std::move(*problem);
    std::string_view events, atomic;
    json::Members members(without_mark(body));
    while (members.next()) {
        const std::string name = json::string(members.name());
        if (!base::is_one_of(name, {"events", "atomic"}))
            return unknown_member(name, {"events", "atomic"});
        auto &value = name == "events" ? events : atomic;
        if (!value.empty()) return duplicate_member(name);
        value = members.value();
    }
    if (!atomic.empty() && json::kind(atomic) != json::Kind::boolean)
        return wrong_type("atomic", "true or false", atomic);
    if (events.empty()) return Problem{422, "member_missing", "\"events\" is missing", "/events"};
    if (json::kind(events) != json::Kind::array)
        return wrong_type("events", "an array of events", events);
    Batch out;
    out.atomic = atomic == "true";
    json::Elements elements(events);
    for (auto element = elements.next(); !element.empty(); element = elements.next()) {
        if (out.events.size() == most)
            return Problem{413, "batch_too_big",
                           "a batch holds at most " + std::to_string(most) + " events", "/events"};
        out.events.push_back(read_element(element));
    }
    if (out.events.empty())
        return Problem{422, "batch_empty", "\"events\" holds no event", "/events"};
    return out;
}

std::variant<std::string_view, Problem> read_object(std::string_view body) {
    if (auto problem = refuse_text(body, max_data_depth + 1)) return std::move(*problem);
    return without_mark(body);
}

std::string place_in_body(const Event &event, std::string_view pointer) {
    if (event.one_room && pointer.starts_with("/rooms")) return "/room";
    if (pointer == "/nsp") return "/namespace";
    if (pointer == "/key" && event.key.empty()) return {};
    return std::string(pointer);
}

} // namespace roomd::emits
