#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::base {

class FrameRef;

// One Engine.IO packet, encoded once for every client and transport: the bytes of an unmasked
// RFC 6455 frame (section 5.2), whose payload is what a polling answer carries.  Counted, not
// atomic: a frame belongs to the loop that made it.
class Frame {
public:
    // A text frame of the parts joined; the first begins with the packet's type digit.
    static FrameRef text(std::initializer_list<std::string_view> parts);
    // A binary frame: an Engine.IO binary message (polling: 'b' + base64).
    static FrameRef binary(std::string_view bytes);

    std::string_view wire() const noexcept { return {data(), size_}; }
    std::string_view payload() const noexcept { return {data() + head_, size_ - head_}; }
    std::size_t size() const noexcept { return size_; } // of wire()
    bool is_binary() const noexcept { return binary_; }

    // Memory of all frames on this thread, each counted once however many share it.
    static std::size_t alive() noexcept;

private:
    friend class FrameRef;
    static FrameRef make(bool binary, std::initializer_list<std::string_view> parts);
    Frame(std::size_t size, std::uint8_t head, bool binary) noexcept :
        size_(size),
        refs_(1),
        head_(head),
        binary_(binary) {}
    const char *data() const noexcept { return reinterpret_cast<const char *>(this + 1); }
    char *data() noexcept { return reinterpret_cast<char *>(this + 1); }
    static void destroy(Frame *) noexcept;

    std::size_t size_;
    std::uint32_t refs_;
    std::uint8_t head_;
    bool binary_;
};

// Appends one unmasked frame of a message that may have several: `opcode` 0 is a continuation.
void append_frame(std::string &out, int opcode, bool last, std::string_view payload);

// Shares one frame.  One pointer wide.
class FrameRef {
public:
    FrameRef() = default;
    FrameRef(const FrameRef &other) noexcept : frame_(other.frame_) {
        if (frame_ != nullptr) ++frame_->refs_;
    }
    FrameRef(FrameRef &&other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    FrameRef &operator=(FrameRef other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~FrameRef() {
        if (frame_ != nullptr && --frame_->refs_ == 0) Frame::destroy(frame_);
    }

    explicit operator bool() const noexcept { return frame_ != nullptr; }
    const Frame &operator*() const noexcept { return *frame_; }
    const Frame *operator->() const noexcept { return frame_; }
    const Frame *get() const noexcept { return frame_; }
    friend bool operator==(const FrameRef &, const FrameRef &) = default;

private:
    friend class Frame;
    explicit FrameRef(Frame *adopted) noexcept : frame_(adopted) {}
    Frame *frame_ = nullptr;
};

} // namespace roomd::base
