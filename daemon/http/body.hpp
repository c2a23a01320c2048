#pragma once

#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::http {

// The body of one request, by its length or in chunks (RFC 9112, 6 and 7.1), read strictly: no
// bare LF, no sign or prefix in a size and at most 8 digits; extensions (with token values, not
// quoted ones) and trailers are checked, bounded and dropped.
class Body {
public:
    Body() = default;            // none: complete at once
    explicit Body(const Head &); // as the head frames it

    enum class Step : std::uint8_t {
        more,
        done,
        malformed, // invalid chunks: 400
        too_large  // the payload is, or will be, above the limit: 413
    };
    // Reads from the front of `bytes` and gives in `used` how many it consumed, none behind a
    // complete body.  The payload is appended to `out`, or dropped when it is null.  How the bytes
    // are cut into pieces makes no difference.  `malformed` is final; `too_large` is returned
    // before the data is read, and reading goes on when the limit is raised.
    Step read(std::string_view bytes, std::size_t &used, std::string *out);

    // Payload bytes that are accepted in all.  Without a limit at first.
    void limit(std::uint64_t most) noexcept { most_ = most; }
    std::uint64_t got() const noexcept { return got_; } // payload bytes read so far
    // Whether Content-Length says, before anything was read, that there are more than `most`.
    bool announces_more_than(std::uint64_t most) const noexcept {
        return !chunked_ && left_ + got_ > most;
    }
    bool done() const noexcept { return at_ == At::done; }
    bool chunked() const noexcept { return chunked_; }

private:
    enum class At : std::uint8_t {
        size,
        extension_start,
        extension,
        value_start,
        value,
        size_lf,
        data,
        data_cr,
        data_lf,
        line, // the first byte of a trailer, or of the empty line
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
        done,
        broken
    };
    bool over() const noexcept { return got_ > most_ || left_ > most_ - got_; }
    std::size_t payload(std::string_view bytes, std::string *out);
    bool syntax(char) noexcept;
    bool trailer(char) noexcept;
    bool spend(unsigned most) noexcept { return ++extra_ <= most; }

    std::uint64_t most_ = UINT64_MAX, got_ = 0;
    std::uint64_t left_ = 0;  // of the body, or of the chunk
    std::uint16_t extra_ = 0; // bytes of extensions, then of trailers
    std::uint8_t digits_ = 0;
    bool chunked_ = false;
    At at_ = At::done;
};

} // namespace roomd::http
