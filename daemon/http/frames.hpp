#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace roomd::http {

// What a websocket's peer says, frame by frame and byte by byte (RFC 6455, 5 to 7), read strictly:
// masked, minimal lengths, no reserved bits or opcodes, control frames whole and short, text that
// is UTF-8 across fragments, close codes that may be on the wire.  Of an idle connection it is one
// pointer.
//
// How the bytes are cut into reads changes nothing: the same events, the same code.
class Frames {
public:
    // What is read goes to one of these.  A view is valid during the call, and is one into `bytes`
    // where the frame came whole.  False: read no more (the sink has closed the connection); the
    // reader is not used again, and may be gone when the call returns, and `bytes` with it.  It
    // does not call read().
    class Sink {
    public:
        // Bytes of payload that the message now arriving may have, all its fragments together.
        // Asked for at each frame's head, so that no byte over it is ever kept.
        virtual std::size_t message_limit() const noexcept = 0;
        virtual bool message(std::string_view payload, bool binary) = 0;
        virtual bool ping(std::string_view payload) = 0;
        virtual bool pong(std::string_view payload) = 0;
        // code 0: the frame carried none.  Nothing behind it is read.
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
        closed, // the peer's close frame came, it was told by Sink::closed; the rest was ignored
        stopped // the sink asked for it
    };
    // Reads all of `bytes`, which are unmasked in place.  0, or the code for the close frame that
    // the peer's violation earns: 1002, 1007, 1008 (too many fragments), 1009; nothing of what was
    // wrong reached the sink.  Behind a code, a close and a stop nothing is held, and the reader is
    // not used again.  `step` is set when it is 0.
    std::uint16_t read(std::span<char> bytes, Sink &, Step *step = nullptr);

    // Memory that a frame or message of which parts are still to come takes, in bytes; 0 between
    // messages.  At most twice what came of the message, and a few hundred.  Between reads: not for
    // the sink, while one goes on.
    std::size_t held() const noexcept;
    // Whether a frame or a message has begun and has not ended; between reads, as above.
    bool midway() const noexcept { return part_ != nullptr; }

private:
    struct Part;
    class Reading;
    std::unique_ptr<Part> part_;
};

// May a peer's close frame carry this payload?  (RFC 6455, 7.4)
bool is_close_payload(std::string_view) noexcept;

} // namespace roomd::http
