#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::net {

// Compresses polling answers.  One state for all, and the latest text with its result: an emit to
// many polling clients gives the same answer for each, and is compressed once.
class Gzip {
public:
    // A text this large takes 5 ms; a larger one would block the loop for longer.  The cached text
    // is bounded by it too.
    static constexpr std::size_t most = 1u << 20;

    Gzip();
    ~Gzip();
    Gzip(const Gzip &) = delete;
    Gzip &operator=(const Gzip &) = delete;

    // A whole gzip member (RFC 1952) of at most `most` bytes of text.  Valid until the next call.
    std::string_view pack(std::string_view text);
    std::size_t runs() const noexcept { return runs_; } // texts that were not cached

private:
    struct State; // zlib's, 256 KiB; created for the first text
    std::unique_ptr<State> state_;
    std::string text_, packed_;
    std::size_t runs_ = 0;
};

} // namespace roomd::net
