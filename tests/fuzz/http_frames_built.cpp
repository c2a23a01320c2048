#include "fuzz/cut_frames.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/naive_frames.hpp"
#include "http/frames.hpp"

#include <functional>
#include <string>

using namespace roomd;

namespace {

// Takes bytes off the front, zeros when there are none left.
class Input {
public:
    explicit Input(std::string_view bytes) noexcept : rest_(bytes) {}

    bool empty() const noexcept { return rest_.empty(); }
    unsigned byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<unsigned char>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view bytes(std::size_t count) noexcept {
        const auto taken = rest_.substr(0, count);
        rest_.remove_prefix(taken.size());
        return taken;
    }

private:
    std::string_view rest_;
};

// A frame from: how it is, how long it is, its payload.  Most are legal, so that what a mutation
// changes is what is read behind the head: text, fragments, close codes.
void append_frame(std::string &wire, Input &input) {
    static constexpr unsigned char firsts[] = {0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8A,
                                               0x88, 0x01, 0x00, 0x80, 0x81, 0x00, 0x80};
    const unsigned how = input.byte(), announced = input.byte();
    const auto payload = input.bytes(announced);
    // The last kind is any first byte, the high bits what is odd about the frame.
    const unsigned kind = how % 16;
    const unsigned first = kind == 15 ? input.byte() : firsts[kind];
    const bool masked = how >> 4 != 1;
    const unsigned form = how >> 4 == 2 ? 126 : how >> 4 == 3 ? 127 : announced < 126 ? 0 : 126;
    const std::size_t length = how >> 4 == 4 ? announced * 8 : payload.size();

    wire += static_cast<char>(first);
    const unsigned shown = form != 0 ? form : length < 126 ? static_cast<unsigned>(length) : 126;
    wire += static_cast<char>((masked ? 0x80 : 0) | shown);
    for (int shift = shown == 127 ? 56 : shown == 126 ? 8 : -8; shift >= 0; shift -= 8)
        wire += static_cast<char>(length >> shift);
    const char key[] = {static_cast<char>(how * 37), static_cast<char>(announced), '\x5A', '\xFF'};
    if (masked) wire.append(key, sizeof key);
    for (std::size_t i = 0; i < payload.size(); ++i)
        wire += static_cast<char>(masked ? payload[i] ^ key[i % 4] : payload[i]);
}

void compare(std::string_view wire, std::size_t limit) {
    const auto expected = fuzz::NaiveFrames(wire, limit).heard;
    fuzz::must(fuzz::hear_bounded(wire, limit, [](std::size_t left) { return left; }) == expected);
    fuzz::must(fuzz::hear_bounded(wire, limit, [](std::size_t) { return 1; }) == expected);
    fuzz::Lengths lengths(std::hash<std::string_view>{}(wire));
    const auto next = [&](std::size_t) { return lengths.next(); };
    fuzz::must(fuzz::hear_bounded(wire, limit, next) == expected);
}

} // namespace

// A second reader, written from the RFC with nothing in common, tells the same of any bytes: of
// those given, and of frames that are built from them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    constexpr std::size_t limit = 1024;
    const auto bytes = fuzz::text(data, size);
    compare(bytes, limit);
    Input input(bytes);
    const unsigned odd = input.byte();
    std::string wire;
    while (!input.empty())
        append_frame(wire, input);
    compare(wire, odd % 4 == 0 ? odd : limit);
    return 0;
}
