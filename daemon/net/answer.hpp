#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::net {

// What is sent back, apart from what every answer has.
struct Answer {
    int status = 200;
    std::string content_type; // empty: none
    std::string headers;      // further lines, each with its end
    std::string body;
    bool close = false; // the connection ends with it
};

// How the answer of one request differs from that of another.
struct Framing {
    bool keep = true;       // the connection, after the answer
    bool old = false;       // an HTTP/1.0 peer: it is told when the connection is kept
    bool head_only = false; // HEAD: the answer has no body
};

// The bytes of an answer; `lines` are further header lines.
std::string serialize(const Answer &, std::string_view lines, Framing);
std::string_view reason(int status) noexcept;

// {"success":false,"error":{"code":...,"message":...}}; the words hold nothing to escape.
Answer failure(int status, std::string_view code, std::string_view message);

// Why a connection or a session is one too many.
enum class Excess : std::uint8_t { none, all, address };
// Browsers retry with back-off.
Answer over_limit(Excess);

} // namespace roomd::net
