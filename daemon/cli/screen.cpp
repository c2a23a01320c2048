#include "cli/screen.hpp"

#include "base/text.hpp"

#include <string_view>

namespace roomd::cli {
namespace {

// How many bytes at the end may be an incomplete character.
std::size_t half_a_character(std::string_view bytes) noexcept {
    for (std::size_t n = 1; n <= 3 && n <= bytes.size(); ++n) {
        const auto byte = static_cast<unsigned char>(bytes[bytes.size() - n]);
        if (byte >= 0xC0) return base::utf8_sequence(bytes.substr(bytes.size() - n)) == 0 ? n : 0;
        if (byte < 0x80) return 0;
    }
    return 0;
}

} // namespace

Screen::~Screen() {
    scratch_.clear();
    base::append_visible(scratch_, half_, base::Breaks::kept);
    to_ << scratch_;
}

bool Screen::put(std::string_view bytes) {
    std::string joined;
    if (!half_.empty()) {
        joined = half_.append(bytes);
        half_.clear();
        bytes = joined;
    }
    const std::size_t half = half_a_character(bytes);
    half_ = bytes.substr(bytes.size() - half);
    scratch_.clear();
    base::append_visible(scratch_, bytes.substr(0, bytes.size() - half), base::Breaks::kept);
    to_.write(scratch_.data(), static_cast<std::streamsize>(scratch_.size()));
    return to_.good();
}

Screen::int_type Screen::overflow(int_type c) {
    if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
    const char byte = traits_type::to_char_type(c);
    return put({&byte, 1}) ? c : traits_type::eof();
}

std::streamsize Screen::xsputn(const char *bytes, std::streamsize size) {
    return put({bytes, static_cast<std::size_t>(size)}) ? size : 0;
}

int Screen::sync() {
    return to_.flush() ? 0 : -1;
}

} // namespace roomd::cli
