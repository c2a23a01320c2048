#pragma once

#include "http/body.hpp"
#include "http/head.hpp"
#include "net/answer.hpp"
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

// Who is asked what becomes of a request whose head was read.  It must answer(), read_body(),
// hold() or switch_protocols(), once, before it returns.
class Requests {
public:
    virtual void request(Conn &, const http::Head &) = 0;
    // Header lines for the answer to a head that is refused; its fields may be incomplete.
    virtual std::string lines(const Conn &, const http::Head &) = 0;

protected:
    ~Requests() = default;
};

// One connection, from accept to its end, as a state machine over its socket: heads, bodies and
// answers of HTTP/1.1, then what was switched to, then a farewell.  Frees itself.
class Conn final : public Waiter, private Socket::Owner {
public:
    // Hands an accepted descriptor over.
    static void adopt(Core &, lws_vhost *, int fd, const Peer &, std::uint16_t listener);

    Core &core() noexcept { return core_; }
    const Core &core() const noexcept { return core_; }
    const Peer &peer() const noexcept { return caller_.peer(); } // of its last request
    std::uint16_t listener() const noexcept { return listener_; }
    bool proxied() const noexcept { return caller_.proxied(); }
    bool secure() const noexcept { return asked_ && asked_->secure; } // TLS, here or at a proxy
    Excess excess() const noexcept { return caller_.excess(); }
    bool dead() const noexcept { return socket_.dead(); }

    // ---- one request -----------------------------------------------------------------------
    // Reads the body, of at most so many bytes, and then calls the exchange's complete().
    void read_body(std::uint64_t most, std::unique_ptr<Exchange>);
    // There is no body to wait for: the exchange calls answer() when it has one.
    void hold(std::unique_ptr<Exchange>);
    // The answer is kept in output(): the stream resumes that with what it says first.
    void switch_protocols(std::string answer, std::unique_ptr<Stream>);
    // Ends the request.  A body that was not read yet is read and dropped, up to a bound.  False:
    // the connection is broken and cut.
    bool answer(const Answer &) noexcept;
    // The exchange of the request at hand; null when there is none.
    Exchange *exchange() noexcept { return asked_ ? asked_->exchange.get() : nullptr; }
    std::string &lines() noexcept { return asked_->lines; } // of the answer's header
    // The same of a refusal, unless there are lines for any answer.
    void lines_if_refused(std::string lines) { asked_->refusal_lines = std::move(lines); }
    void lines_in_any_case() { asked_->lines = std::move(asked_->refusal_lines); } // the same ones

    // ---- for streams -----------------------------------------------------------------------
    Socket &socket() noexcept { return socket_; }
    Output &output() noexcept { return output_; }
    void wait(Wait) noexcept; // instead of any other
    // So many bytes of a message are kept, of which parts are still to come.
    void holds(std::size_t bytes) {
        held_ = static_cast<std::uint32_t>(bytes);
        charge();
    }
    // When all is written: no more goes out, and it ends when the peer has closed too.
    void finish() noexcept;

    // ---- the end ---------------------------------------------------------------------------
    void cut() noexcept;
    void guard(std::string_view what) noexcept; // cuts it for what its peer did

private:
    enum class State : std::uint8_t {
        head,      // of a request is read
        asked,     // what becomes of it is decided right now
        body,      // is read
        held,      // the answer is owed
        answering, // the answer is not out yet
        draining,  // a body that nobody wants is dropped, behind its answer
        stream,    // another protocol has it
        finishing, // the last bytes are not out yet
        farewell,  // the peer is to close
    };
    // A request that is not answered yet.
    struct Asked {
        Framing framing;
        http::Body body;
        std::string payload;       // what was read of it
        std::string lines;         // of the answer's header
        std::string refusal_lines; // the same of a refusal, when there are no others
        std::unique_ptr<Exchange> exchange;
        bool secure = false;
        bool waits_for_continue = false;
    };

    Conn(Core &, const Peer &, std::uint16_t listener);
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
    void refuse_head(const http::Refusal &); // as far as it was read
    void refuse_body(const http::Refusal &);
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
    std::uint32_t held_ = 0;                    // what its stream said in holds()
    std::uint32_t discarded_ = 0;
    Caller caller_;
    std::uint16_t listener_;
    State state_ = State::head;
    bool keep_ : 1 = true;       // the connection, after the answer that is not out yet
    bool consuming_ : 1 = false; // consume() runs
};

static_assert(sizeof(Conn) <= 160, "there is one for every client");

} // namespace roomd::net
