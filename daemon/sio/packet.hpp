#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::sio {

enum class Type : std::uint8_t {
    connect,
    disconnect,
    event,
    ack,
    connect_error,
    binary_event,
    binary_ack
};

// Arguments of an event or an ack.  `json` is array text whose binary values are
// {"_placeholder":true,"num":i}; `blobs[i]` is what stands there.  Views: whoever passes it owns
// it.
struct Args {
    std::string_view json;               // "[]" or "[1,{...}]"; never empty
    std::vector<std::string_view> blobs; // empty for plain packets
};

// An event as a client sent it, checked: valid JSON, depth bounded, name a permitted string.
struct Event {
    std::string_view nsp;
    std::string_view name;            // decoded
    Args args;                        // without the name
    std::optional<std::uint64_t> ack; // the client wants an answer
};

} // namespace roomd::sio
