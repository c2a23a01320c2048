#pragma once

#include "http/body.hpp"
#include "http/head.hpp"
#include "net/answer.hpp"
#include "net/answered.hpp"
#include "net/answers.hpp"
#include "net/caller.hpp"
#include "net/deadlines.hpp"
#include "net/exchange.hpp"
#include "net/input.hpp"
#include "net/output.hpp"
#include "net/socket.hpp"
#include "net/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace roomd::net {

class Core;
class Conn;

// Handles a request whose head was read.  It must call answer(), read_body(), hold() or
// switch_protocols() once before it returns.
class Requests {
public:
    virtual void request(Conn &, const http::Head &) = 0;
    // Header lines for the answer to a head that is refused; its fields may be incomplete.
    virtual std::string lines(const Conn &, const http::Head &) = 0;
    // A head is refused, which may be incomplete: before the answer.
    virtual void refused(Conn &, const http::Head &, const http::Refusal &) = 0;

protected:
    ~Requests() = default;
};

// One connection, from accept to its end, as a state machine over its socket: heads, bodies and
// answers of HTTP/1.1, then a stream after switching protocols, then a farewell.  Frees itself.
class Conn final : public Waiter, private Socket::Owner {
public:
    // Takes an accepted descriptor over, which the tally has counted as opened.
    static void adopt(Core &, lws_vhost *, int fd, const Origin &, std::uint16_t listener);

    Core &core() noexcept { return core_; }
    const Core &core() const noexcept { return core_; }
    const Peer &peer() const noexcept { return caller_.peer(); } // of its last request
    std::uint16_t listener() const noexcept { return listener_; }
    bool proxied() const noexcept { return caller_.proxied(); }
    bool secure() const noexcept { return asked_ && asked_->secure; } // TLS, here or at a proxy
    // Which route answers the current request, for the counts.
    void belongs_to(Answers::Row row) noexcept { asked_->row = row; }
    Excess excess() const noexcept { return caller_.excess(); }
    bool dead() const noexcept { return socket_.dead(); }

    // ---- one request -----------------------------------------------------------------------
    // Reads the body, of at most `most` bytes, and then calls the exchange's complete().
    void read_body(std::uint64_t most, std::unique_ptr<Exchange>);
    // There is no body to wait for: the exchange calls answer() when it has one.
    void hold(std::unique_ptr<Exchange>);
    // The answer waits in output(): the stream's first write sends both.
    void switch_protocols(std::string answer, std::unique_ptr<Stream>);
    // Ends the request.  A body that was not read yet is read and dropped, up to a bound.  False:
    // the connection was broken and has been cut.
    bool answer(const Answer &) noexcept;
    // The exchange of the current request; null when there is none.
    Exchange *exchange() noexcept { return asked_ ? asked_->exchange.get() : nullptr; }
    std::string &lines() noexcept { return asked_->lines; } // header lines of the answer
    // Header lines of a refusal, used when lines() is empty.
    void lines_if_refused(std::string lines) { asked_->refusal_lines = std::move(lines); }
    // What will be told of it once it is answered; null: nothing.
    std::unique_ptr<Told> &told() noexcept { return asked_->told; }
    // Uses those lines for any answer.
    void lines_in_any_case() { asked_->lines = std::move(asked_->refusal_lines); }

    // ---- for streams -----------------------------------------------------------------------
    Socket &socket() noexcept { return socket_; }
    Output &output() noexcept { return output_; }
    void wait(Wait) noexcept; // instead of any other
    // The stream buffers this many bytes of an incomplete message.
    void holds(std::size_t bytes) {
        held_ = static_cast<std::uint32_t>(bytes);
        charge();
    }
    // Sends nothing after what is already queued, then ends when the peer has closed too.
    void finish() noexcept;

    // ---- the end ---------------------------------------------------------------------------
    void cut() noexcept;
    // Cuts it because of what its peer did.  `limit`: the one that was reached, if it is one.
    void guard(std::string_view what, std::string_view limit = {}) noexcept;

private:
    // An unwanted body is read to its end up to this size, so that a sender that writes all of it
    // before it reads gets to see the answer.
    static constexpr std::uint64_t most_discarded = 8u << 20;
    // Buffered behind a request that is not answered yet.  More is left unread.
    static constexpr std::size_t most_behind = 16384;

    enum class State : std::uint8_t {
        head,      // reading the head of a request
        asked,     // Requests is deciding how to handle it
        body,      // reading its body
        held,      // the answer is owed
        answering, // writing the answer
        draining,  // answered; dropping a body that nobody wants
        stream,    // switched to another protocol
        finishing, // writing the last bytes
        farewell,  // waiting for the peer to close
    };
    // A request that is not answered yet.
    struct Asked {
        Framing framing;
        http::Body body;
        std::string payload;       // of the body, so far
        std::string lines;         // header lines of the answer
        std::string refusal_lines; // those of a refusal, when there are no others
        std::unique_ptr<Exchange> exchange;
        std::unique_ptr<Told> told; // null: nothing will be told of it
        bool secure = false;
        bool waits_for_continue = false;
        Answers::Row row = Answers::none;
    };

    Conn(Core &, const Origin &, std::uint16_t listener);
    ~Conn() override;

    void on_bytes(std::span<char>) override;
    void on_room() override;
    void on_end() override;
    void on_gone() override;
    void expired(Wait) override;
    void give_up(Wait) override;

    bool reads() const noexcept { return state_ != State::held && state_ != State::answering; }
    void consume(std::span<char>);
    std::size_t step(std::span<char>);
    std::size_t read_head(std::span<char>);
    std::size_t read_payload(std::span<char>);
    std::size_t drain(std::span<char>);
    void buffer(std::span<char>);
    void continue_reading();
    void begin(const http::Head &);
    void refuse_head(const http::Refusal &, std::span<char> bytes); // which may be incomplete
    void refuse(const http::Refusal &);
    void complete(std::string_view body);
    void answered() noexcept;
    void farewell() noexcept;
    void charge() noexcept;

    Core &core_;
    Socket socket_;
    Output output_;
    Input input_;
    std::unique_ptr<Asked> asked_; // while draining, for its body
    std::unique_ptr<Stream> stream_;
    std::uint32_t unfinished_ = 0, unread_ = 0; // its accounts in Core
    std::uint32_t held_ = 0;                    // as its stream said by holds()
    std::uint32_t discarded_ = 0;
    Caller caller_;
    std::uint16_t listener_;
    State state_ = State::head;
    bool keep_ : 1 = true;       // keep the connection open after the current answer
    bool consuming_ : 1 = false; // consume() is running
};

static_assert(sizeof(Conn) <= 160, "there is one for every client");

} // namespace roomd::net
