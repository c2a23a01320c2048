#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::emits {

inline constexpr std::size_t max_data_depth = 127; // the array of arguments around it is one more
inline constexpr std::size_t max_rooms = 1000;     // and as many exceptions
inline constexpr std::size_t max_name = 256;       // bytes of an event or a namespace
inline constexpr std::size_t max_room = 320;       // bytes of a room: its kind, a colon, its id
inline constexpr std::size_t max_key = 200;        // bytes of an idempotency key

// Whether an event may have this idempotency key: 1 to 200 visible ASCII characters.
constexpr bool is_key(std::string_view key) noexcept {
    for (const char c : key)
        if (c <= 0x20 || c >= 0x7f) return false;
    return !key.empty() && key.size() <= max_key;
}

// Where an event stands, which decides on the members it may have.
enum class Form : std::uint8_t {
    alone,       // the body of POST /api/emit
    in_batch,    // an element of `events`
    by_operator, // the body of POST /admin/emit, where no key is remembered
    to_room,     // event, data and room: all required, and no others
};

// Why a request is refused.  `pointer` is a JSON pointer into its body, or empty.
struct Problem {
    int status = 400; // of the HTTP answer
    std::string code, message, pointer = {};
};

// One event as a body asks for it.
struct Event {
    std::string name;
    std::string nsp;       // empty: the default one
    std::string_view data; // JSON, as it is written in the body, which it views into
    std::vector<std::string> rooms, except;
    std::string key;       // of the sender, by which a repeat is known; empty: none
    bool one_room = false; // given as "room", not "rooms"
    bool broadcast = false;
    bool droppable = false;
    std::optional<bool> durable;    // none: as the key says
    std::optional<Problem> problem; // the first fault; its pointer begins at the event
};

struct Batch {
    std::vector<Event> events;
    bool atomic = false;
};

} // namespace roomd::emits
