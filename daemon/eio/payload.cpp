#include "eio/payload.hpp"

#include "base/base64.hpp"
#include "eio/codec.hpp"

#include <algorithm>

namespace roomd::eio {
namespace {

constexpr char separator = '\x1e';

} // namespace

PayloadReader::PayloadReader(std::string_view body, std::size_t most) noexcept : rest_(body) {
    const auto separators =
        static_cast<std::size_t>(std::count(body.begin(), body.end(), separator));
    if (separators >= most) error_ = "too many packets in a payload";
}

PayloadReader::Step PayloadReader::next(Packet &packet) {
    if (*error_ != '\0') return Step::malformed;
    if (end_) return Step::end;
    const auto text = rest_.substr(0, rest_.find(separator));
    auto decoded = decode(text, blob_);
    if (!decoded) {
        error_ = decoded.error();
        return Step::malformed;
    }
    end_ = text.size() == rest_.size();
    if (!end_) rest_.remove_prefix(text.size() + 1);
    packet = *decoded;
    ++packets_;
    return Step::packet;
}

void append_packet(std::string &answer, const base::Frame &frame) {
    if (!answer.empty()) answer += separator;
    if (!frame.is_binary()) {
        answer += frame.payload();
        return;
    }
    answer += 'b';
    base::append_base64(answer, frame.payload());
}

std::size_t payload_size(const base::Frame &frame) noexcept {
    const std::size_t size = frame.payload().size();
    return frame.is_binary() ? 2 + (size + 2) / 3 * 4 : 1 + size;
}

} // namespace roomd::eio
