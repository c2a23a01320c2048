#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::net {

// An HTTP answer, without what every answer has.
struct Answer {
    int status = 200;
    std::string content_type; // empty: none
    std::string headers;      // further lines, each with its CRLF
    std::string body;
    bool close = false; // close the connection after it
};

// How the answer must be framed for its request.
struct Framing {
    bool keep = true;       // keep the connection open after the answer
    bool old = false;       // an HTTP/1.0 peer: must be told that the connection stays open
    bool head_only = false; // HEAD: the answer has no body
};

// The bytes of an answer; `lines` are further header lines.
std::string serialize(const Answer &, std::string_view lines, Framing);
std::string_view reason(int status) noexcept;

// {"success":false,"error":{"code":...,"message":...}}; neither may need escaping.
Answer failure(int status, std::string_view code, std::string_view message);

// 503 `unavailable`, which says that another try, on a new connection, may succeed soon.
Answer unavailable(std::string_view message);

// Which limit a connection or session exceeds.
enum class Excess : std::uint8_t { none, all, address };
// Browsers retry with back-off.
Answer over_limit(Excess);

} // namespace roomd::net
