#pragma once

#include "http/frames.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

// Writes down what it is told: "text:hi", "binary:..", "ping:..", "pong:..", "close 1000:bye".
class Told final : public http::Frames::Sink {
public:
    explicit Told(std::size_t limit) noexcept : limit(limit) {}

    std::size_t message_limit() const noexcept override { return limit; }
    bool message(std::string_view payload, bool binary) override {
        return tell(binary ? "binary:" : "text:", payload);
    }
    bool ping(std::string_view payload) override { return tell("ping:", payload); }
    bool pong(std::string_view payload) override { return tell("pong:", payload); }
    void closed(std::uint16_t code, std::string_view reason) override {
        tell("close " + std::to_string(code) + ":", reason);
    }

    std::size_t limit;
    std::size_t stop_after = SIZE_MAX; // events
    std::vector<std::string> events;
    const char *last = nullptr; // where the last payload stood

private:
    bool tell(std::string what, std::string_view payload) {
        events.push_back(what.append(payload));
        last = payload.data();
        return events.size() < stop_after;
    }
};

// What one connection said, and how it ended.
struct Heard {
    std::vector<std::string> events;
    std::uint16_t code = 0;
    http::Frames::Step step = http::Frames::Step::more;
    bool midway = false;

    bool operator==(const Heard &) const = default;
};

// Reads `wire` in pieces; next(left) says how long the next one is.
template <typename Next> Heard hear_cut(std::string_view wire, std::size_t limit, Next next) {
    http::Frames frames;
    Told told(limit);
    Heard heard;
    while (!wire.empty() && heard.code == 0 && heard.step == http::Frames::Step::more) {
        // A buffer of its own, so that a sanitizer sees who reads beyond a piece or keeps a view.
        std::string_view part =
            wire.substr(0, std::min<std::size_t>(next(wire.size()), wire.size()));
        std::vector<char> piece(part.begin(), part.end());
        wire.remove_prefix(piece.size());
        heard.code = frames.read(piece, told, &heard.step);
    }
    heard.events = std::move(told.events);
    heard.midway = frames.midway();
    return heard;
}

inline Heard hear(std::string_view wire, std::size_t limit) {
    return hear_cut(wire, limit, [](std::size_t left) { return left; });
}

} // namespace roomd::test
