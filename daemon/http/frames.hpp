#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace roomd::http {

// Reads what a websocket's peer sends (RFC 6455, 5 to 7), strictly: masked, minimal lengths, no
// reserved bits or opcodes, control frames whole and short, text that is UTF-8 across fragments,
// close codes that are allowed on the wire.  One pointer while the connection is idle.
//
// How the bytes are cut into reads changes nothing: the same events, the same code.
class Frames {
public:
    // Gets what is read.  A view is valid during the call, and points into `bytes` when the frame
    // came whole.  Return false to stop (the sink has closed the connection): the reader is not
    // used again, and it and `bytes` may be destroyed during the call.  Must not call read().
    class Sink {
    public:
        // Payload bytes that the message now arriving may have, all its fragments together.  Called
        // at each frame's head, so that no byte over it is ever buffered.
        virtual std::size_t message_limit() const noexcept = 0;
        virtual bool message(std::string_view payload, bool binary) = 0;
        virtual bool ping(std::string_view payload) = 0;
        virtual bool pong(std::string_view payload) = 0;
        // code 0: the frame has none.  Nothing behind it is read.
        virtual void closed(std::uint16_t code, std::string_view reason) = 0;

    protected:
        ~Sink() = default;
    };

    Frames() noexcept;
    ~Frames();
    Frames(Frames &&) noexcept;
    Frames &operator=(Frames &&) noexcept;

    enum class Step : std::uint8_t {
        more,   // all was read
        closed, // the peer's close frame was read and passed to Sink::closed; the rest was ignored
        stopped // by the sink
    };
    // Reads all of `bytes`, which are unmasked in place.  0, or the code of the close frame that
    // answers the peer's violation: 1002, 1007, 1008 (too many fragments), 1009; nothing invalid
    // reaches the sink.  After a code, a close or a stop nothing is buffered, and the reader is not
    // used again.  `step` is set when the result is 0.
    std::uint16_t read(std::span<char> bytes, Sink &, Step *step = nullptr);

    // Memory that an incomplete frame or message takes, in bytes; 0 between messages.  At most
    // twice what has come of the message, and a few hundred.  Only between reads, not from the
    // sink.
    std::size_t held() const noexcept;
    // Whether a frame or a message is incomplete; only between reads, too.
    bool midway() const noexcept { return part_ != nullptr; }

private:
    struct Part;
    class Reading;
    std::unique_ptr<Part> part_;
};

// Whether a peer's close frame may have this payload (RFC 6455, 7.4).
bool is_close_payload(std::string_view) noexcept;

} // namespace roomd::http
