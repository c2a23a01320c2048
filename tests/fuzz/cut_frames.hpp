#pragma once

#include "fuzz/fuzz.hpp"
#include "http/frames_rig.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace roomd::fuzz {

// Lengths of pieces, many of them short: the same ones for the same seed.
class Lengths {
public:
    explicit Lengths(std::size_t seed) noexcept : state_(seed * 2 + 1) {}

    std::size_t next() noexcept {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        const std::size_t bits = state_ >> 33;
        return bits % 4 == 0 ? 1 + bits / 4 % 300 : 1 + bits / 4 % 7;
    }

private:
    std::uint64_t state_;
};

// Reads `wire` in such pieces, and looks at what is held behind each of them.
template <typename Next>
test::Heard hear_bounded(std::string_view wire, std::size_t limit, Next next) {
    constexpr std::size_t part = 512; // without the message
    http::Frames frames;
    test::Told told(limit);
    test::Heard heard;
    std::size_t read = 0;
    while (read < wire.size() && heard.code == 0 && heard.step == http::Frames::Step::more) {
        const auto piece = wire.substr(read, next(wire.size() - read));
        std::vector<char> bytes(piece.begin(), piece.end()); // ends where a sanitizer sees it
        heard.code = frames.read(bytes, told, &heard.step);
        read += piece.size();
        must((frames.held() == 0) == !frames.midway());
        must(frames.held() <= part + 2 * std::min(read, limit));
    }
    if (heard.code != 0 || heard.step != http::Frames::Step::more) must(!frames.midway());
    heard.events = std::move(told.events);
    heard.midway = frames.midway();
    return heard;
}

} // namespace roomd::fuzz
