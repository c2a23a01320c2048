#pragma once

#include "http/frames_rig.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::fuzz {

// A second reader of websocket frames, to compare http::Frames with: written from the RFC's text
// alone, over all the bytes at once, with everything checked anew and nothing clever.  `heard` is
// what a reader of the whole of `wire` has told when it comes to its end.
class NaiveFrames {
public:
    NaiveFrames(std::string_view wire, std::size_t limit) : wire_(wire), limit_(limit) {
        while (position_ < wire_.size() && frame()) {
        }
        if (heard.code != 0 || heard.step == http::Frames::Step::closed)
            heard.midway = false;
        else
            heard.midway = cut_ || in_message_;
    }

    test::Heard heard;

private:
    enum class Text { bad, cut, whole };

    // RFC 3629, 3: a letter's bits, of which the last may be missing, are a range of code points.
    static Text judge(const std::string &bytes) {
        std::size_t i = 0;
        while (i < bytes.size()) {
            const auto first = static_cast<std::uint8_t>(bytes[i]);
            unsigned length = 0;
            std::uint32_t from = 0, least = 0;
            if (first >> 7 == 0) {
                length = 1, from = first, least = 0;
            } else if (first >> 5 == 0b110) {
                length = 2, from = first & 0b11111, least = 0x80;
            } else if (first >> 4 == 0b1110) {
                length = 3, from = first & 0b1111, least = 0x800;
            } else if (first >> 3 == 0b11110) {
                length = 4, from = first & 0b111, least = 0x10000;
            } else {
                return Text::bad;
            }
            unsigned missing = length - 1;
            for (++i; missing > 0 && i < bytes.size(); ++i, --missing) {
                const auto next = static_cast<std::uint8_t>(bytes[i]);
                if (next >> 6 != 0b10) return Text::bad;
                from = from << 6 | (next & 0b111111);
            }
            bool possible = false;
            for (std::uint32_t rest = 0; rest < 1u << (6 * missing) && !possible; ++rest) {
                const std::uint32_t point = (from << (6 * missing)) + rest;
                possible =
                    point >= least && point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
            }
            if (!possible) return Text::bad;
            if (missing > 0) return Text::cut;
        }
        return Text::whole;
    }

    bool fail(std::uint16_t code) {
        heard.code = code;
        return false;
    }

    bool ends_here() {
        cut_ = true;
        return false;
    }

    // Reads the frame at position_; false: there is nothing to read behind it.
    bool frame() {
        const std::string_view rest = wire_.substr(position_);
        const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };

        // 5.2: FIN, RSV1, RSV2, RSV3, opcode.
        const bool fin = (octet(0) >> 7 & 1) == 1;
        if ((octet(0) >> 6 & 1) == 1) return fail(1002);
        if ((octet(0) >> 5 & 1) == 1) return fail(1002);
        if ((octet(0) >> 4 & 1) == 1) return fail(1002);
        const int opcode = octet(0) & 0xF;
        if ((opcode >= 0x3 && opcode <= 0x7) || opcode >= 0xB) return fail(1002);
        const bool control = opcode == 0x8 || opcode == 0x9 || opcode == 0xA;
        if (control && !fin) return fail(1002);                                 // 5.5
        if (opcode == 0x0 && !in_message_) return fail(1002);                   // 5.4
        if ((opcode == 0x1 || opcode == 0x2) && in_message_) return fail(1002); // 5.4
        if (opcode == 0x0 && fragments_ + 1 > 1024) return fail(1008);          // ours

        // 5.1 and 5.2: mask and payload length.
        if (rest.size() < 2) return ends_here();
        if ((octet(1) >> 7 & 1) == 0) return fail(1002);
        std::uint64_t length = octet(1) & 0x7F;
        if (control && length > 125) return fail(1002);
        std::size_t i = 2;
        if (length == 126) {
            if (rest.size() < 4) return ends_here();
            length = octet(2) * 0x100u + octet(3);
            if (length <= 125) return fail(1002);
            i = 4;
        } else if (length == 127) {
            if (rest.size() < 10) return ends_here();
            if ((octet(2) >> 7 & 1) == 1) return fail(1002);
            length = 0;
            for (i = 2; i < 10; ++i)
                length = length * 0x100 + octet(i);
            if (length <= 65535) return fail(1002);
        }
        if (!control && (length > limit_ || length > limit_ - message_.size())) return fail(1009);

        // 5.3: j = i MOD 4.
        if (rest.size() < i + 4) return ends_here();
        std::string payload;
        for (std::size_t n = 0; n < length && i + 4 + n < rest.size(); ++n)
            payload += static_cast<char>(octet(i + 4 + n) ^ octet(i + n % 4));
        const bool whole = payload.size() == length;
        position_ += i + 4 + payload.size();
        if (control) return whole ? control_frame(opcode, payload) : ends_here();

        if (opcode != 0x0) {
            in_message_ = true;
            is_text_ = opcode == 0x1;
        }
        ++fragments_;
        message_ += payload;
        const Text text = is_text_ ? judge(message_) : Text::whole;
        if (text == Text::bad) return fail(1007); // 8.1
        if (!whole) return ends_here();
        if (!fin) return true;
        if (text == Text::cut) return fail(1007);
        heard.events.push_back((is_text_ ? "text:" : "binary:") + message_);
        message_.clear();
        fragments_ = 0;
        in_message_ = false;
        return true;
    }

    // 5.5 and 7.4.
    bool control_frame(int opcode, const std::string &payload) {
        if (opcode == 0x9) heard.events.push_back("ping:" + payload);
        if (opcode == 0xA) heard.events.push_back("pong:" + payload);
        if (opcode != 0x8) return true;
        int code = 0;
        if (payload.size() == 1) return fail(1002);
        if (payload.size() >= 2) {
            code =
                static_cast<std::uint8_t>(payload[0]) * 256 + static_cast<std::uint8_t>(payload[1]);
            if (code < 1000) return fail(1002);
            if (code == 1004 || code == 1005 || code == 1006) return fail(1002);
            if (code >= 1015 && code <= 2999) return fail(1002);
            if (code >= 5000) return fail(1002);
            if (judge(payload.substr(2)) != Text::whole) return fail(1007);
        }
        heard.events.push_back("close " + std::to_string(code) + ":" +
                               (payload.size() > 2 ? payload.substr(2) : ""));
        heard.step = http::Frames::Step::closed;
        return false;
    }

    std::string_view wire_;
    std::size_t limit_;
    std::size_t position_ = 0;
    bool in_message_ = false, is_text_ = false, cut_ = false;
    unsigned fragments_ = 0;
    std::string message_;
};

} // namespace roomd::fuzz
