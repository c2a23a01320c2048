#include "http/frames.hpp"

#include "base/text.hpp"
#include "http/frame_head.hpp"
#include "http/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace roomd::http {

namespace {

// `came`: how much of the frame's payload was in earlier reads.
void unmask(std::span<char> bytes, const std::array<char, 4> &key, std::uint64_t came) noexcept {
    std::array<char, 8> turned;
    for (std::size_t i = 0; i < turned.size(); ++i)
        turned[i] = key[(came + i) % key.size()];
    std::uint64_t mask, word;
    std::memcpy(&mask, turned.data(), sizeof mask);
    std::size_t i = 0;
    for (; i + sizeof word <= bytes.size(); i += sizeof word) {
        std::memcpy(&word, &bytes[i], sizeof word);
        word ^= mask;
        std::memcpy(&bytes[i], &word, sizeof word);
    }
    for (; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(bytes[i] ^ turned[i % turned.size()]);
}

std::string_view view(std::span<const char> bytes) noexcept {
    return {bytes.data(), bytes.size()};
}

} // namespace

// An incomplete frame or message.
struct Frames::Part {
    std::array<char, FrameHead::longest> begun; // an incomplete head
    std::size_t begun_size = 0;

    FrameHead head; // of the frame whose payload is being read; size 0: there is none
    std::uint64_t came = 0;
    std::array<char, FrameHead::longest_control> control; // its payload when it is a control frame

    Opcode kind = Opcode::text; // of the message
    unsigned fragments = 0;     // 0: there is no message
    Utf8 letters;
    std::vector<char> message;

    // Grows not to the size that the peer announced but as bytes come: at most twice what came.
    void append(std::span<const char> bytes) {
        const std::size_t need = message.size() + bytes.size();
        if (need > message.capacity()) {
            const auto all = static_cast<std::size_t>(message.size() + (head.length - came));
            message.reserve(head.last ? std::min(all, 2 * need) : 2 * need);
        }
        message.insert(message.end(), bytes.begin(), bytes.end());
    }
};

// One call of read().  It owns the part: a sink that ends the connection may destroy the reader,
// and however the call ends, the memory is freed.
class Frames::Reading {
public:
    Reading(std::unique_ptr<Part> part, std::span<char> bytes, Sink &sink) noexcept :
        part_(std::move(part)),
        rest_(bytes),
        sink_(sink) {}

    // Reads until the bytes or the connection end.
    void run() {
        while (!rest_.empty() && !ended_) {
            if (is_in_payload())
                read_payload();
            else
                read_frame();
        }
    }

    std::uint16_t code() const noexcept { return code_; }
    Step step() const noexcept { return step_; }
    std::unique_ptr<Part> part() noexcept { return std::move(part_); }

private:
    bool is_in_payload() const noexcept { return part_ && part_->head.size != 0; }
    bool is_in_message() const noexcept { return part_ && part_->fragments != 0; }

    // A frame from its head, part of which may have come before.
    void read_frame() {
        const std::size_t before = part_ ? part_->begun_size : 0;
        std::string_view seen = view(rest_);
        if (before != 0) {
            const std::size_t taken = std::min(rest_.size(), FrameHead::longest - before);
            std::copy_n(rest_.begin(), taken, part_->begun.begin() + before);
            seen = view(part_->begun).substr(0, before + taken);
        }
        const OpenMessage message{part_ ? part_->fragments : 0, part_ ? part_->message.size() : 0};
        FrameHead head;
        const std::uint16_t fault = read_head(seen, message, sink_.message_limit(), head);
        if (fault != 0) return refuse(fault);
        if (head.size == 0) return keep(seen);
        rest_ = rest_.subspan(head.size - before);
        if (part_) part_->begun_size = 0;
        if (head.length <= rest_.size() && (head.is_control() || (head.last && !is_in_message())))
            return read_whole(head);
        begin(head);
        read_payload(); // which may be empty, or not have begun to arrive
    }

    void keep(std::string_view head) {
        if (!part_) part_ = std::make_unique<Part>();
        if (part_->begun_size == 0) std::copy(head.begin(), head.end(), part_->begun.begin());
        part_->begun_size = head.size();
        rest_ = {};
    }

    // The usual case: a whole control frame or message is here.
    void read_whole(const FrameHead &head) {
        const auto payload = rest_.first(static_cast<std::size_t>(head.length));
        rest_ = rest_.subspan(payload.size());
        if (!is_in_message()) part_.reset(); // it had the head's first bytes
        unmask(payload, head.key, 0);
        if (head.is_control()) return tell_control(head.opcode, view(payload));
        if (head.opcode == Opcode::text && !base::is_utf8(view(payload))) return refuse(not_utf8);
        tell_message(head.opcode, payload);
    }

    void begin(const FrameHead &head) {
        if (!part_) part_ = std::make_unique<Part>();
        part_->head = head;
        part_->came = 0;
        if (head.is_control()) return;
        if (head.opcode != Opcode::continuation) part_->kind = head.opcode;
        ++part_->fragments;
    }

    void read_payload() {
        Part &part = *part_;
        const std::uint64_t left = part.head.length - part.came;
        const auto piece =
            rest_.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest_.size(), left)));
        rest_ = rest_.subspan(piece.size());
        unmask(piece, part.head.key, part.came);
        if (part.head.is_control())
            std::copy(piece.begin(), piece.end(), part.control.begin() + part.came);
        else if (part.kind == Opcode::text && !part.letters.read(view(piece)))
            return refuse(not_utf8);
        else
            part.append(piece);
        part.came += piece.size();
        if (part.came == part.head.length) end_frame();
    }

    // Moves the payload out of the part first: after a whole message the part is no longer needed,
    // and the message around a control frame stays for the frames behind.
    void end_frame() {
        const FrameHead head = std::exchange(part_->head, FrameHead{});
        if (head.is_control()) {
            const auto control = part_->control;
            if (!is_in_message()) part_.reset();
            return tell_control(head.opcode,
                                view(control).substr(0, static_cast<std::size_t>(head.length)));
        }
        if (!head.last) return;
        if (part_->kind == Opcode::text && !part_->letters.whole()) return refuse(not_utf8);
        const auto part = std::move(part_);
        tell_message(part->kind, part->message);
    }

    void tell_message(Opcode kind, std::span<const char> payload) {
        if (!sink_.message(view(payload), kind == Opcode::binary)) stop(Step::stopped);
    }

    void tell_control(Opcode opcode, std::string_view payload) {
        if (opcode == Opcode::close) return tell_close(payload);
        const bool go_on = opcode == Opcode::ping ? sink_.ping(payload) : sink_.pong(payload);
        if (!go_on) stop(Step::stopped);
    }

    void tell_close(std::string_view payload) {
        if (const std::uint16_t fault = fault_of_close(payload)) return refuse(fault);
        stop(Step::closed);
        if (payload.empty()) return sink_.closed(0, {});
        sink_.closed(close_code(payload), payload.substr(2));
    }

    void refuse(std::uint16_t code) noexcept {
        code_ = code;
        ended_ = true;
    }

    void stop(Step step) noexcept {
        step_ = step;
        ended_ = true;
    }

    std::unique_ptr<Part> part_;
    std::span<char> rest_;
    Sink &sink_;
    std::uint16_t code_ = 0;
    Step step_ = Step::more;
    bool ended_ = false;
};

Frames::Frames() noexcept = default;
Frames::~Frames() = default;
Frames::Frames(Frames &&) noexcept = default;
Frames &Frames::operator=(Frames &&) noexcept = default;

std::uint16_t Frames::read(std::span<char> bytes, Sink &sink, Step *step) {
    Reading reading(std::move(part_), bytes, sink);
    reading.run();
    if (reading.code() != 0) return reading.code();
    if (step != nullptr) *step = reading.step();
    // After any other step the sink may have destroyed this reader.
    if (reading.step() == Step::more) part_ = reading.part();
    return 0;
}

std::size_t Frames::held() const noexcept {
    return part_ ? sizeof(Part) + part_->message.capacity() : 0;
}

bool is_close_payload(std::string_view payload) noexcept {
    return fault_of_close(payload) == 0;
}

} // namespace roomd::http
