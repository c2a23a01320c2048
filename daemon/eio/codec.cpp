#include "eio/codec.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

namespace roomd::eio {

base::Result<Packet> decode(std::string_view text, std::string &blob) {
    if (text.empty()) return base::Error{"empty packet"};
    if (text.front() == 'b') {
        blob = base::unbase64(text.substr(1));
        return Packet{Type::message, blob, true};
    }
    const unsigned type = static_cast<unsigned char>(text.front()) - unsigned{'0'};
    if (type > static_cast<unsigned>(Type::noop)) return base::Error{"unknown packet type"};
    if (!base::is_utf8(text)) return base::Error{"packet is not UTF-8"};
    return Packet{static_cast<Type>(type), text.substr(1), false};
}

base::FrameRef ping() {
    thread_local const base::FrameRef frame = base::Frame::text({"2"});
    return frame;
}

base::FrameRef close() {
    thread_local const base::FrameRef frame = base::Frame::text({"1"});
    return frame;
}

base::FrameRef noop() {
    thread_local const base::FrameRef frame = base::Frame::text({"6"});
    return frame;
}

base::FrameRef probe_answer() {
    thread_local const base::FrameRef frame = base::Frame::text({"3probe"});
    return frame;
}

base::FrameRef message(std::string_view text) {
    return base::Frame::text({"4", text});
}

base::FrameRef binary_message(std::string_view bytes) {
    return base::Frame::binary(bytes);
}

} // namespace roomd::eio
