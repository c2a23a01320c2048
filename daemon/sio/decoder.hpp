#pragma once

#include "base/result.hpp"
#include "sio/packet.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace roomd::sio {

// `auth`: JSON object text, or empty when the client sent none.
struct Connect {
    std::string_view nsp;
    std::string_view auth;
};
struct Disconnect {
    std::string_view nsp;
};
struct Ack {
    std::string_view nsp;
    std::uint64_t id;
    Args args;
};
// A header came; its attachments are still to come.
struct Unfinished {};

using Packet = std::variant<Unfinished, Connect, Disconnect, Event, Ack>;

std::string_view nsp_of(const Packet &) noexcept; // empty: of one that is unfinished

struct Limits {
    std::size_t max_attachments{}; // 0: no binary packets at all (before CONNECT)
    std::size_t max_bytes{};       // of a header and its attachments together
    std::size_t depth{};           // of the JSON, its outermost array included
    std::size_t elements = 1000;   // of that array: a JavaScript server gets each as an argument
};

// A packet that waits for its attachments.
struct Partial {
    std::string header;
    std::vector<std::string> blobs;
    std::size_t count = 0;
    std::size_t bytes = 0;
};

// What a decoded packet may view into, besides the message itself.  One serves all decoders of a
// thread, so that a connection at rest holds nothing.
struct Scratch {
    std::string name;
    std::string args;
    std::unique_ptr<Partial> whole;
};

// Reads what one connection sends: Socket.IO packets, of all its namespaces.  One pointer wide.
// A packet that is given out is valid as long as the message it came with, and until the next feed
// with the same scratch.  After an error the connection has to be closed; the decoder is idle then
// and holds nothing.
class Decoder {
public:
    // The text of an Engine.IO message, which is valid UTF-8.
    base::Result<Packet> text(std::string_view message, const Limits &, Scratch &);
    base::Result<Packet> binary(std::string_view message, const Limits &, Scratch &);

    // Attachments are awaited: heartbeats may come in between, other messages may not.
    bool waiting() const noexcept { return partial_ != nullptr; }
    // What it holds for that, in bytes.
    std::size_t held() const noexcept { return partial_ ? partial_->bytes : 0; }

private:
    std::unique_ptr<Partial> partial_;
};

} // namespace roomd::sio
