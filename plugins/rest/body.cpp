#include "rest/body.hpp"

#include "rest/cursor.hpp"
#include "rest/surrogates.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace roomd::rest {
namespace {

enum class Member : std::uint8_t {
    event,
    data,
    room,
    rooms,
    except,
    broadcast,
    volatile_,
    nsp,
    none
};
constexpr std::array<std::string_view, 8> member_names{
    "event", "data", "room", "rooms", "except", "broadcast", "volatile", "namespace"};
constexpr std::array<std::string_view, 2> batch_names{"events", "atomic"};

Problem unknown_member(const std::string &key, std::span<const std::string_view> known) {
    const auto shown = key.size() <= 64 ? key : key.substr(0, 64) + "...";
    auto message = "there is no member \"" + shown + "\"";
    if (const auto near = nearest(key, known); !near.empty())
        message += "; did you mean \"" + std::string(near) + "\"?";
    return {422, "unknown_member", std::move(message), "/" + pointer_token(shown)};
}

// One pass over a body.  Text that is not JSON ends it; what is JSON but not an event is noted in
// the event and the rest is still read, so that each event of a batch gets its own verdict.
class Reader {
public:
    using json = nlohmann::json;

    // `text`: what is parsed for the body, byte for byte as long.
    Reader(std::string_view body, std::string_view text, bool batch, Members members,
           std::size_t most) :
        body_(body),
        text_(text),
        batch_(batch),
        members_(members),
        most_(most) {}

    std::optional<Problem> read() {
        at_ = text_.data();
        const Cursor first(text_.data(), &at_);
        const Cursor last(text_.data() + text_.size(), &at_);
        if (json::sax_parse(first, last, this)) return std::nullopt;
        if (!stop_) stop_ = Problem{400, "json_malformed", "the body is not JSON"};
        return std::move(stop_);
    }
    Batch &result() { return result_; }

    // ---- nlohmann's SAX interface ----
    bool null() { return scalar("null"); }
    bool boolean(bool value) {
        if (in_event() && member_ == Member::broadcast) return event().broadcast = value, done();
        if (in_event() && member_ == Member::volatile_) return event().droppable = value, done();
        if (batch_ && depth_ == 1 && in_atomic_) return result_.atomic = value, true;
        return scalar("true or false");
    }
    bool number_integer(std::int64_t) { return scalar("a number"); }
    bool number_unsigned(std::uint64_t) { return scalar("a number"); }
    bool number_float(double, const std::string &) { return scalar("a number"); }
    bool string(std::string &value) {
        refuse_name(value);
        if (in_event()) {
            switch (member_) {
            case Member::event: return take(event().event, value);
            case Member::nsp: return take(event().nsp, value);
            case Member::room:
                event().one_room = true;
                event().rooms.push_back(std::move(value));
                return done();
            default: break;
            }
        } else if (in_list()) {
            auto &list = member_ == Member::rooms ? event().rooms : event().except;
            if (list.size() == max_rooms)
                complain("too_many_rooms", "more than 1000 names are too many", pointer());
            else
                list.push_back(std::move(value));
            return true;
        }
        return scalar("a string");
    }
    bool binary(json::binary_t &) { return false; } // JSON text has none

    bool start_object(std::size_t) {
        if (depth_ == 0 || (batch_ && depth_ == 2 && in_events_)) {
            ++depth_;
            if (depth_ == base()) return begin_event();
            return true;
        }
        return open("an object");
    }
    bool key(std::string &key) {
        if (depth_ == base() && has_event()) return begin_member(key);
        if (batch_ && depth_ == 1) {
            in_events_ = key == "events";
            in_atomic_ = key == "atomic";
            if (!in_events_ && !in_atomic_) return whole(unknown_member(key, batch_names));
            if (std::exchange(in_events_ ? saw_events_ : saw_atomic_, true))
                return whole({422, "member_twice", "duplicate member \"" + key + "\"", "/" + key});
        }
        return true;
    }
    bool end_object() { return close(); }
    bool start_array(std::size_t) {
        if (batch_ && depth_ == 1 && in_events_) return ++depth_, true;
        if (in_event() && (member_ == Member::rooms || member_ == Member::except)) {
            ++depth_;
            return true;
        }
        return open("an array");
    }
    bool end_array() {
        if (in_list() && member_ == Member::rooms && event().rooms.empty())
            complain("rooms_empty", "name at least one room, or leave \"rooms\" out", "/rooms");
        return close();
    }
    bool parse_error(std::size_t position, const std::string &, const json::exception &why) {
        constexpr int number_overflow = 406;
        if (why.id == number_overflow)
            return whole({400, "json_malformed",
                          "the body holds a number beyond what a double holds, before byte " +
                              std::to_string(position)});
        return whole({400, "json_malformed",
                      "the body is not JSON: it goes wrong at byte " + std::to_string(position)});
    }

private:
    std::size_t base() const { return batch_ ? 3 : 1; } // the depth inside an event
    bool in_event() const { return depth_ == base(); }
    bool in_list() const {
        return depth_ == base() + 1 && (member_ == Member::rooms || member_ == Member::except);
    }
    bool has_event() const { return !result_.events.empty(); }
    Wanted &event() { return result_.events.back(); }

    bool whole(Problem problem) {
        stop_ = std::move(problem);
        return false;
    }
    void complain(std::string code, std::string message, std::string pointer) {
        if (!event().problem)
            event().problem = Problem{422, std::move(code), std::move(message), std::move(pointer)};
    }
    std::string pointer() const {
        return member_ == Member::none
                   ? std::string()
                   : "/" + std::string(member_names[static_cast<std::size_t>(member_)]);
    }
    // What the host refuses without a word.  Whether a name is a good one the core says.
    void refuse_name(std::string_view name) {
        const bool none = name.size() > max_name || name.find('\0') != std::string_view::npos;
        if (in_list() && none) {
            const auto &list = member_ == Member::rooms ? event().rooms : event().except;
            complain("room_invalid", "invalid room name",
                     pointer() + "/" + std::to_string(list.size()));
        } else if (in_event() && member_ == Member::room && none) {
            complain("room_invalid", "invalid room name", pointer());
        } else if (in_event() && member_ == Member::event && none) {
            complain("event_invalid", "invalid event name", pointer());
        } else if (in_event() && member_ == Member::nsp && !name.empty() &&
                   (none || name.front() != '/' || name.find('*') != std::string_view::npos)) {
            complain("namespace_unknown", "a namespace's name begins with / and has no *",
                     pointer());
        }
    }
    bool take(std::string &to, std::string &value) {
        to = std::move(value);
        return done();
    }

    bool begin_event() {
        if (result_.events.size() == most_)
            return whole({413, "batch_too_big",
                          "a batch holds at most " + std::to_string(most_) + " events", "/events"});
        result_.events.emplace_back();
        seen_ = 0;
        member_ = Member::none;
        return true;
    }
    bool begin_member(const std::string &key) {
        member_ = Member::none;
        const auto known = members_ == Members::all ? member_names.size() : std::size_t{3};
        for (std::size_t i = 0; i < known; ++i) {
            if (key != member_names[i]) continue;
            member_ = static_cast<Member>(i);
            if ((seen_ & (1u << i)) != 0)
                complain("member_twice", "duplicate member \"" + key + "\"", "/" + key);
            seen_ |= 1u << i;
            value_ = at_; // the colon and the value follow
            return true;
        }
        if (!event().problem)
            event().problem = unknown_member(key, std::span(member_names).first(known));
        return true;
    }
    bool saw(Member member) const { return (seen_ & (1u << static_cast<unsigned>(member))) != 0; }

    // A value that is no container.
    bool scalar(const char *kind) {
        if (depth_ == 0) return not_object();
        if (batch_ && depth_ == 1) return not_that();
        if (batch_ && depth_ == 2) {
            if (!begin_event()) return false;
            complain("event_not_object", "an event is a JSON object", "");
            return true;
        }
        if (in_event() && member_ == Member::data) return done();
        if (in_event() || in_list()) wrong_type(kind);
        return true;
    }
    bool open(const char *kind) {
        if (depth_ == 0) return not_object();
        if (batch_ && depth_ == 1) return not_that();
        if (batch_ && depth_ == 2) {
            if (!begin_event()) return false;
            complain("event_not_object", "an event is a JSON object", "");
            member_ = Member::none;
        } else if ((in_event() && member_ != Member::data) || in_list()) {
            wrong_type(kind);
        }
        if (++depth_ > base() + max_depth)
            return whole({400, "json_too_deep", "the body is nested deeper than 127 levels"});
        return true;
    }
    bool close() {
        if (depth_ == base() && has_event()) end_event();
        --depth_;
        return in_event() && member_ == Member::data ? done() : true;
    }
    bool not_object() { return whole({400, "body_not_object", "the body is not a JSON object"}); }
    bool not_that() {
        if (in_events_)
            return whole({422, "wrong_type", "\"events\" is an array of events", "/events"});
        return whole({422, "wrong_type", "\"atomic\" is true or false", "/atomic"});
    }
    void wrong_type(const char *kind) {
        static constexpr std::array<const char *, 8> should{"a string",
                                                            "",
                                                            "a string",
                                                            "an array of strings",
                                                            "an array of strings",
                                                            "true or false",
                                                            "true or false",
                                                            "a string"};
        if (member_ == Member::none || member_ == Member::data) return;
        complain("wrong_type",
                 std::string("\"") + std::string(member_names[static_cast<std::size_t>(member_)]) +
                     "\" is " + should[static_cast<std::size_t>(member_)] + ", not " + kind,
                 pointer());
    }

    // A member's value is complete; for `data` its text is what lies behind the colon.
    bool done() {
        if (member_ != Member::data) return true;
        const char *from = value_;
        while (*from != ':')
            ++from;
        for (++from; *from == ' ' || *from == '\t' || *from == '\n' || *from == '\r';)
            ++from;
        const char *to = at_;
        // The lexer reads one character past a number to know where it ends.
        if (*from == '-' || (*from >= '0' && *from <= '9')) {
            constexpr std::string_view digits = "+-.0123456789Ee";
            for (to = from;
                 to != text_.data() + text_.size() && digits.find(*to) != std::string_view::npos;)
                ++to;
        }
        event().data = body_.substr(static_cast<std::size_t>(from - text_.data()),
                                    static_cast<std::size_t>(to - from));
        return true;
    }
    void end_event() {
        const bool targets = saw(Member::room) || saw(Member::rooms);
        if (!saw(Member::event))
            complain("member_missing", "\"event\" is missing", "/event");
        else if (!event().problem && event().event.empty())
            complain("event_invalid", "\"event\" is empty", "/event");
        if (!saw(Member::data))
            complain("member_missing",
                     "\"data\" is missing; write \"data\":null for an event without a payload",
                     "/data");
        if (saw(Member::room) && saw(Member::rooms))
            complain("two_targets", "say \"room\" or \"rooms\", not both", "/rooms");
        if (event().broadcast && targets)
            complain("two_targets", "a broadcast goes to everyone: leave the rooms out",
                     "/broadcast");
        if (members_ == Members::event_data_room && !saw(Member::room))
            complain("member_missing", "\"room\" is missing", "/room");
    }

    std::string_view body_, text_;
    const bool batch_;
    const Members members_;
    const std::size_t most_;
    Batch result_;
    std::optional<Problem> stop_;
    const char *at_ = nullptr, *value_ = nullptr;
    std::size_t depth_ = 0;
    unsigned seen_ = 0;
    Member member_ = Member::none;
    bool in_events_ = false, in_atomic_ = false, saw_events_ = false, saw_atomic_ = false;

public:
    bool has_events() const { return saw_events_; }
};

// A reader that has read all of the body, or why not.  nlohmann refuses halves of surrogate pairs,
// which clients may send each other: then it is given the text without them, and the data stays.
std::variant<Reader, Problem> read(std::string_view body, bool batch, Members members,
                                   std::size_t most) {
    Reader reader(body, body, batch, members, most);
    auto problem = reader.read();
    if (!problem) return reader;
    const std::string text = without_halves(body);
    if (text == body) return std::move(*problem);
    Reader again(body, text, batch, members, most);
    problem = again.read();
    if (!problem) return again;
    return std::move(*problem);
}

} // namespace

Emit Wanted::emit(std::string &args) const {
    args.assign("[").append(data).append("]");
    Emit out(event);
    out.args(args).routed();
    if (!nsp.empty()) out.nsp(nsp);
    for (const auto &room : rooms)
        out.to(room);
    for (const auto &room : except)
        out.except(room);
    if (broadcast) out.to_all();
    if (droppable) out.vanishing();
    return out;
}

std::variant<Wanted, Problem> read_event(std::string_view body, Members members) {
    auto reader = read(body, false, members, 1);
    if (auto *problem = std::get_if<Problem>(&reader)) return std::move(*problem);
    auto &event = std::get<Reader>(reader).result().events.front();
    if (event.problem) return std::move(*event.problem);
    return std::move(event);
}

std::variant<Batch, Problem> read_batch(std::string_view body, std::size_t most) {
    auto read = rest::read(body, true, Members::all, most);
    if (auto *problem = std::get_if<Problem>(&read)) return std::move(*problem);
    auto &reader = std::get<Reader>(read);
    if (!reader.has_events())
        return Problem{422, "member_missing", "\"events\" is missing", "/events"};
    if (reader.result().events.empty())
        return Problem{422, "batch_empty", "\"events\" holds no event", "/events"};
    return std::move(reader.result());
}

std::string pointer_in(const Wanted &wanted, std::string_view pointer) {
    if (wanted.one_room && pointer.substr(0, 6) == "/rooms") return "/room";
    if (pointer == "/nsp") return "/namespace";
    return std::string(pointer);
}

} // namespace roomd::rest
