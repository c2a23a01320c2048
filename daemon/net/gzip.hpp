#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::net {

// Packs polling answers.  One state for all, and the last text with what it became: an emit to many
// polling clients makes the same answer for each, and is packed once.
class Gzip {
public:
    // A text this large takes 5 ms; one that is larger would hold the loop for longer.  What is
    // kept is bounded by it too.
    static constexpr std::size_t most = 1u << 20;

    Gzip();
    ~Gzip();
    Gzip(const Gzip &) = delete;
    Gzip &operator=(const Gzip &) = delete;

    // A whole gzip member (RFC 1952) of at most `most` bytes of text.  Valid until the next call.
    std::string_view pack(std::string_view text);
    std::size_t runs() const noexcept { return runs_; } // texts that were not the last one again

private:
    struct State; // zlib's; made at the first text: 256 KiB
    std::unique_ptr<State> state_;
    std::string text_, packed_;
    std::size_t runs_ = 0;
};

} // namespace roomd::net
