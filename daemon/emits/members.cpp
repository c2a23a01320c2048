#include "emits/members.hpp"

#include "emits/complaints.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace roomd::emits {
namespace {

using json::Kind;

void complain(Event &event, std::string code, std::string message, std::string pointer) {
    if (!event.problem)
        event.problem = Problem{422, std::move(code), std::move(message), std::move(pointer)};
}

// The host refuses other names without giving a reason.
bool is_name(std::string_view name, std::size_t most) noexcept {
    return name.size() <= most && name.find('\0') == std::string_view::npos;
}

void read_name(std::string_view value, Event &event) {
    event.name = json::string(value);
    if (!is_name(event.name, max_name))
        complain(event, "event_invalid", "invalid event name", "/event");
}

void read_data(std::string_view value, Event &event) {
    event.data = value;
}

void read_room(std::string_view value, Event &event) {
    event.one_room = true;
    const auto &room = event.rooms.emplace_back(json::string(value));
    if (!is_name(room, max_room)) complain(event, "room_invalid", "invalid room name", "/room");
}

constexpr std::string_view list_of_names = "an array of strings";

void read_names(std::string_view member, std::string_view array, std::vector<std::string> &out,
                Event &event) {
    const std::string place = "/" + std::string(member);
    json::Elements elements(array);
    for (auto element = elements.next(); !element.empty(); element = elements.next()) {
        if (json::kind(element) != Kind::string) {
            if (!event.problem) event.problem = wrong_type(member, list_of_names, element);
            return;
        }
        if (out.size() == max_rooms)
            return complain(event, "too_many_rooms",
                            "more than " + std::to_string(max_rooms) + " names are too many",
                            place);
        const auto &name = out.emplace_back(json::string(element));
        if (!is_name(name, max_room))
            return complain(event, "room_invalid", "invalid room name",
                            place + "/" + std::to_string(out.size() - 1));
    }
}

void read_rooms(std::string_view value, Event &event) {
    read_names("rooms", value, event.rooms, event);
    if (event.rooms.empty())
        complain(event, "rooms_empty", "name at least one room, or leave \"rooms\" out", "/rooms");
}

void read_except(std::string_view value, Event &event) {
    read_names("except", value, event.except, event);
}

void read_broadcast(std::string_view value, Event &event) {
    event.broadcast = value == "true";
}

void read_volatile(std::string_view value, Event &event) {
    event.droppable = value == "true";
}

void read_namespace(std::string_view value, Event &event) {
    event.nsp = json::string(value);
    if (event.nsp.empty()) return;
    if (event.nsp.front() != '/' || event.nsp.find('*') != std::string::npos ||
        !is_name(event.nsp, max_name))
        complain(event, "namespace_unknown", "a namespace's name begins with / and has no *",
                 "/namespace");
}

void read_key(std::string_view value, Event &event) {
    event.key = json::string(value);
    if (!is_key(event.key))
        complain(event, "idempotency_key_invalid", "\"key\" is 1 to 200 visible ASCII characters",
                 "/key");
}

void read_durable(std::string_view value, Event &event) {
    event.durable = value == "true";
}

constexpr unsigned bit(Form form) noexcept {
    return 1u << static_cast<unsigned>(form);
}
constexpr unsigned keyed = bit(Form::alone) | bit(Form::in_batch);
constexpr unsigned emit = keyed | bit(Form::by_operator);
constexpr unsigned any = emit | bit(Form::to_room);

enum class Null : bool { wrong, not_given };

struct Member {
    std::string_view name;
    unsigned forms;          // that may have it
    std::string_view wanted; // what it must be; empty: any JSON
    Kind kind;
    Null null; // what null means, where `kind` is another
    void (*read)(std::string_view value, Event &);
};

// Every member of an event.  What they must be together is in end().
constexpr Member members[] = {
    {"event", any, "a string", Kind::string, Null::wrong, read_name},
    {"data", any, "", Kind::null, Null::wrong, read_data},
    {"room", any, "a string", Kind::string, Null::wrong, read_room},
    {"rooms", emit, list_of_names, Kind::array, Null::not_given, read_rooms},
    {"except", emit, list_of_names, Kind::array, Null::wrong, read_except},
    {"broadcast", emit, "true or false", Kind::boolean, Null::wrong, read_broadcast},
    {"volatile", emit, "true or false", Kind::boolean, Null::wrong, read_volatile},
    {"namespace", emit, "a string", Kind::string, Null::wrong, read_namespace},
    {"key", keyed, "a string", Kind::string, Null::wrong, read_key},
    {"durable", keyed, "true or false", Kind::boolean, Null::wrong, read_durable},
};

const Member *find(std::string_view name, Form form) noexcept {
    const auto *found = std::find_if(std::begin(members), std::end(members), [&](const Member &m) {
        return m.name == name && (m.forms & bit(form)) != 0;
    });
    return found == std::end(members) ? nullptr : found;
}

std::vector<std::string_view> names_in(Form form) {
    std::vector<std::string_view> out;
    for (const Member &member : members)
        if ((member.forms & bit(form)) != 0) out.push_back(member.name);
    return out;
}

unsigned bit(const Member &member) noexcept {
    return 1u << static_cast<unsigned>(&member - members);
}

} // namespace

EventReader::EventReader(Form form, Event &event) : form_(form), event_(event) {}

void EventReader::member(std::string_view literal, std::string_view value) {
    const std::string name = json::string(literal);
    const Member *member = find(name, form_);
    if (member == nullptr) {
        if (!event_.problem) event_.problem = unknown_member(name, names_in(form_));
        return;
    }
    if ((seen_ & bit(*member)) != 0 && !event_.problem) event_.problem = duplicate_member(name);
    seen_ |= bit(*member);
    if (member->null == Null::not_given && value == "null") return;
    given_ |= bit(*member);
    if (member->wanted.empty() || json::kind(value) == member->kind)
        member->read(value, event_);
    else if (!event_.problem)
        event_.problem = wrong_type(name, member->wanted, value);
}

bool EventReader::has(std::string_view name) const {
    const Member *member = find(name, form_);
    return member != nullptr && (given_ & bit(*member)) != 0;
}

void EventReader::end() {
    if (!has("event"))
        complain(event_, "member_missing", "\"event\" is missing", "/event");
    else if (event_.name.empty())
        complain(event_, "event_invalid", "\"event\" is empty", "/event");
    if (!has("data"))
        complain(event_, "member_missing",
                 "\"data\" is missing; write \"data\":null for an event without a payload",
                 "/data");
    if (has("room") && has("rooms"))
        complain(event_, "two_targets", "say \"room\" or \"rooms\", not both", "/rooms");
    if (event_.broadcast && (has("room") || has("rooms")))
        complain(event_, "two_targets", "a broadcast goes to everyone: leave the rooms out",
                 "/broadcast");
    if (form_ == Form::to_room && !has("room"))
        complain(event_, "member_missing", "\"room\" is missing", "/room");
}

} // namespace roomd::emits
