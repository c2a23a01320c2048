#include "fuzz/cut_frames.hpp"
#include "fuzz/fuzz.hpp"
#include "http/frames.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace roomd;

namespace {

// A sink that stops at an event is told those ahead of it, and that one.
void check_stop(std::string_view wire, std::size_t limit, const std::vector<std::string> &events,
                fuzz::Lengths lengths) {
    http::Frames frames;
    test::Told told(limit);
    told.stop_after = 1 + lengths.next() % events.size();
    auto step = http::Frames::Step::more;
    while (step == http::Frames::Step::more) {
        fuzz::must(!wire.empty());
        const auto piece = wire.substr(0, lengths.next());
        std::vector<char> bytes(piece.begin(), piece.end());
        fuzz::must(frames.read(bytes, told, &step) == 0);
        wire.remove_prefix(piece.size());
    }
    const auto end = events.begin() + static_cast<std::ptrdiff_t>(told.stop_after);
    fuzz::must(told.events == std::vector(events.begin(), end));
}

} // namespace

// Any bytes tell the same and end the same however they are cut; what is held is bounded by what
// came, and is nothing between messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto wire = fuzz::text(data, size);
    const std::size_t seed = std::hash<std::string_view>{}(wire);
    const std::size_t limit = seed % 4 == 0 ? seed / 4 % 16 : 1024;
    const auto whole = fuzz::hear_bounded(wire, limit, [](std::size_t left) { return left; });
    fuzz::must(whole.code == 0 || whole.code == 1002 || (whole.code >= 1007 && whole.code <= 1009));
    for (const auto &event : whole.events)
        fuzz::must(event.size() <= std::max(limit + 7, 11 + std::size_t{123}));
    fuzz::must(whole == fuzz::hear_bounded(wire, limit, [](std::size_t) { return 1; }));
    fuzz::Lengths lengths(seed);
    const auto next = [&](std::size_t) { return lengths.next(); };
    fuzz::must(whole == fuzz::hear_bounded(wire, limit, next));
    fuzz::must(whole == fuzz::hear_bounded(wire, limit, next));
    if (!whole.events.empty()) check_stop(wire, limit, whole.events, fuzz::Lengths(seed));
    return 0;
}
