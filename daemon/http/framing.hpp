#pragma once

#include "http/field.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace roomd::http {

// What the fields of one head say about the host, the end of the body and the connection
// afterwards.  A field that could be understood in two ways is refused.
class Framing {
public:
    Framing() = default;
    // `minor`: of HTTP/1.x.  `authority`: the host of an absolute target, which Host must match.
    Framing(int minor, std::string_view authority) noexcept :
        authority_(authority),
        minor_(minor) {}

    // take() is called for each field and end() after the last.  Null, or what is wrong.
    const Refusal *take(const Field &) noexcept;
    const Refusal *end() const noexcept;

    int minor() const noexcept { return minor_; }
    bool chunked() const noexcept { return chunked_; }
    std::optional<std::uint64_t> length() const noexcept { return length_; } // Content-Length
    // Whether the connection stays open after the answer.  HTTP/1.0 has to ask for it.
    bool keep_alive() const noexcept { return !asks_close_ && (minor_ > 0 || asks_keep_alive_); }
    bool expects_continue() const noexcept { return expects_continue_; }

private:
    const Refusal *host(std::string_view) const noexcept;
    const Refusal *content_length(std::string_view) noexcept;
    const Refusal *transfer_encoding(std::string_view) noexcept;
    const Refusal *connection(std::string_view) noexcept;
    const Refusal *expect(std::string_view) noexcept;

    std::string_view authority_;
    std::optional<std::uint64_t> length_;
    int minor_ = 1;
    unsigned seen_ = 0; // a bit for each field that has a meaning here
    bool chunked_ = false, expects_continue_ = false;
    bool asks_close_ = false, asks_keep_alive_ = false;
};

} // namespace roomd::http
