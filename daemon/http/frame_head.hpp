#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace roomd::http {

// RFC 6455, 7.4.1: the answers to violations.
enum CloseCode : std::uint16_t {
    protocol_error = 1002,
    not_utf8 = 1007,
    against_policy = 1008,
    too_big = 1009
};

enum class Opcode : std::uint8_t { continuation = 0, text, binary, close = 8, ping, pong };

// The head of a websocket frame (RFC 6455, 5.2), as a client sends it.
struct FrameHead {
    static constexpr std::size_t longest = 14, longest_control = 125;

    Opcode opcode = Opcode::continuation;
    bool last = false;
    std::uint64_t length = 0;  // of the payload
    std::array<char, 4> key{}; // the payload's mask
    std::size_t size = 0;      // of the head itself; 0: it is incomplete

    bool is_control() const noexcept { return opcode >= Opcode::close; }
};

// The message that the frame continues or interrupts.
struct OpenMessage {
    unsigned fragments = 0; // so far; 0: there is no message
    std::uint64_t size = 0; // of them together
};

// Fragments that a message may have: empty ones cost the peer six bytes and no other limit applies.
constexpr unsigned most_fragments = 1024;

// Reads the head at the front of `seen`, which may be incomplete.  0, or the code for what is
// wrong, known at the same byte however the head was cut, and before the payload.  `limit`: bytes
// that the message may have, all its fragments together.
std::uint16_t read_head(std::string_view seen, OpenMessage, std::size_t limit,
                        FrameHead &) noexcept;

// What is wrong with the payload of a close frame, or 0 (RFC 6455, 5.5.1 and 7.4).
std::uint16_t fault_of_close(std::string_view payload) noexcept;
// The code in the payload of a close frame that has one.
std::uint16_t close_code(std::string_view payload) noexcept;

} // namespace roomd::http
