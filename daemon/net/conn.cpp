#include "net/conn.hpp"

#include "net/core.hpp"
#include "net/forwarded.hpp"

#include <utility>

namespace roomd::net {

Conn::Conn(Core &core, const Origin &origin, std::uint16_t listener) :
    core_(core),
    socket_(*this, core.carrier()),
    caller_(origin),
    listener_(listener) {
    caller_.count(core_.tally());
}

Conn::~Conn() {
    caller_.leave(core_.tally());
}

void Conn::adopt(Core &core, lws_vhost *vhost, int fd, const Origin &of, std::uint16_t listener) {
    auto *conn = new Conn(core, of, listener);
    const ListenerOptions &on = core.options().listeners[listener];
    Deadlines &deadlines = core.deadlines();
    if (deadlines.count(Wait::head) >= core.options().half_open)
        static_cast<Conn *>(deadlines.first(Wait::head))->guard("too many half-open connections");
    // Makes room by closing a session that never joined, and with it its connection.
    if (core.tally().full() && on.side != Side::admin && !core.sessions().make_room()) {
        conn->caller_.refuse_all();
        ++core.tally().totals().refused_limit;
    }
    switch (conn->socket_.adopt(vhost, fd, !on.certificate.empty())) {
    case Socket::Adopted::yes:
        if (!conn->dead() && conn->waits_for() == Wait::nothing) conn->wait(Wait::head);
        return;
    case Socket::Adopted::dying:
    case Socket::Adopted::gone: return;
    case Socket::Adopted::never: conn->on_end(); conn->on_gone();
    }
}

void Conn::on_bytes(std::span<char> bytes) {
    core_.tally().totals().bytes_in += bytes.size();
    if (!reads()) return buffer(bytes);
    if (input_.empty()) return consume(bytes);
    // An incomplete head is parsed again only when another line has come, so that the work stays in
    // proportion to its size and lines.
    const std::string_view text(bytes.data(), bytes.size());
    const bool more_lines = text.find('\n') != std::string_view::npos;
    input_.append(bytes);
    if (!more_lines && input_.size() <= core_.options().head) return charge();
    std::string all = input_.take();
    consume(all);
}

void Conn::consume(std::span<char> bytes) {
    consuming_ = true;
    while (!bytes.empty() && !dead()) {
        const std::size_t used = step(bytes);
        if (used == 0) break;
        bytes = bytes.subspan(used);
    }
    consuming_ = false;
    if (dead()) return;
    if (bytes.empty()) return charge();
    buffer(bytes);
}

// How many bytes it used from the front; 0: none can be used now.
std::size_t Conn::step(std::span<char> bytes) {
    switch (state_) {
    case State::head: return read_head(bytes);
    case State::body: return read_payload(bytes);
    case State::draining: return drain(bytes);
    case State::stream: stream_->on_bytes(bytes); return bytes.size();
    case State::finishing:
    case State::farewell:
        discarded_ += static_cast<std::uint32_t>(bytes.size());
        if (discarded_ > most_discarded) cut();
        return bytes.size();
    case State::asked:
    case State::held:
    case State::answering: break;
    }
    return 0;
}

void Conn::buffer(std::span<char> bytes) {
    input_.append(bytes);
    charge();
    if (dead()) return;
    if (state_ == State::head) {
        if (waits_for() != Wait::head) wait(Wait::head);
        return;
    }
    // These came behind a request that is not answered yet; they are not buffered for ever.
    if (waits_for() == Wait::nothing) wait(Wait::body);
    if (input_.size() > most_behind) socket_.pause(); // the peer's end goes unseen meanwhile
}

// Reads what came meanwhile, after an answer that was given or written later.
void Conn::continue_reading() {
    if (consuming_ || dead() || !reads()) return;
    socket_.resume();
    if (input_.empty()) return;
    std::string all = input_.take();
    consume(all);
}

std::size_t Conn::read_head(std::span<char> bytes) {
    http::Head &head = core_.head();
    switch (head.read({bytes.data(), bytes.size()}, {core_.options().head, 100})) {
    case http::Head::Step::more: return 0;
    case http::Head::Step::refused: refuse_head(head.refusal(), bytes); return bytes.size();
    case http::Head::Step::done: break;
    }
    const std::size_t size = head.size();
    begin(head);
    asked_->waits_for_continue = head.expects_continue() && bytes.size() == size;
    core_.requests().request(*this, head);
    if (state_ != State::body || dead()) return size;
    if (asked_->body.done()) {
        complete({});
    } else if (std::exchange(asked_->waits_for_continue, false)) { // it sends its body now
        if (output_.put(socket_, "HTTP/1.1 100 Continue\r\n\r\n") == Output::State::broken) cut();
    }
    return size;
}

void Conn::begin(const http::Head &head) {
    core_.deadlines().drop(*this);
    ++core_.tally().totals().http_requests;
    state_ = State::asked;
    asked_ = std::make_unique<Asked>();
    asked_->framing.keep = head.keep_alive();
    asked_->framing.old = head.minor() == 0;
    asked_->framing.head_only = head.method() == http::Method::head;
    asked_->body = http::Body(head);
    asked_->secure = socket_.tls();
    if (core_.options().listeners[listener_].side != Side::admin)
        caller_.look_behind_proxy(core_.tally(), core_.options(), head, socket_.fd(),
                                  asked_->secure);
}

void Conn::refuse_head(const http::Refusal &refusal, std::span<char> bytes) {
    core_.complaints().look({bytes.data(), bytes.size()}, core_.options().listeners[listener_],
                            peer());
    core_.deadlines().drop(*this);
    state_ = State::asked;
    asked_ = std::make_unique<Asked>();
    asked_->lines = core_.requests().lines(*this, core_.head());
    core_.requests().refused(*this, core_.head(), refusal);
    refuse(refusal);
}

void Conn::read_body(std::uint64_t most, std::unique_ptr<Exchange> exchange) {
    asked_->exchange = std::move(exchange);
    asked_->body.limit(most);
    state_ = State::body;
    if (!asked_->body.done()) wait(Wait::body);
}

void Conn::hold(std::unique_ptr<Exchange> exchange) {
    asked_->exchange = std::move(exchange);
    state_ = State::held;
}

std::size_t Conn::read_payload(std::span<char> bytes) {
    Asked &asked = *asked_;
    const std::string_view text(bytes.data(), bytes.size());
    std::size_t used = 0;
    // A body that came in one piece is not copied.
    const bool whole = asked.body.got() == 0 && !asked.body.announces_more_than(text.size()) &&
                       !asked.body.chunked();
    switch (asked.body.read(text, used, whole ? nullptr : &asked.payload)) {
    case http::Body::Step::more: charge(); return used;
    case http::Body::Step::done: break;
    case http::Body::Step::malformed:
        refuse({400, "bad_chunks", "the body's chunks are malformed"});
        return text.size();
    case http::Body::Step::too_large:
        if (!asked.exchange->too_large(*this)) refuse({413, "too_large", "the body is too large"});
        return used;
    }
    core_.deadlines().drop(*this);
    if (whole)
        complete(text.substr(0, used));
    else
        complete(std::string(std::move(asked.payload)));
    return used;
}

void Conn::refuse(const http::Refusal &refusal) {
    ++core_.tally().totals().bad_requests;
    Answer no = failure(refusal.status, refusal.code, refusal.message);
    no.close = refusal.status != 413; // the rest of a body that is too large is dropped instead
    answer(no);
}

void Conn::complete(std::string_view body) {
    state_ = State::held;
    asked_->exchange->complete(*this, body);
}

std::size_t Conn::drain(std::span<char> bytes) {
    std::size_t used = 0;
    switch (asked_->body.read({bytes.data(), bytes.size()}, used, nullptr)) {
    case http::Body::Step::more: return used;
    case http::Body::Step::done:
        asked_.reset();
        answered();
        return used;
    case http::Body::Step::malformed:
    case http::Body::Step::too_large: farewell(); return bytes.size();
    }
    return used;
}

bool Conn::answer(const Answer &answer) noexcept {
    Asked &asked = *asked_;
    Framing framing = asked.framing;
    http::Body rest = asked.body;
    // A peer that waits for "100 Continue" may send its body or not: we cannot know.
    const bool drains = !rest.done() && !answer.close && !asked.waits_for_continue &&
                        !rest.announces_more_than(most_discarded);
    framing.keep = framing.keep && !answer.close && (rest.done() || drains);
    const bool refused = answer.status >= 400 && asked.lines.empty();
    std::string &lines = refused ? asked.refusal_lines : asked.lines;
    if (asked.told) lines += asked.told->lines();
    std::string bytes = serialize(answer, lines, framing);
    if (asked.told)
        core_.tell({*asked.told, peer().text(), answer.status, bytes.size(), answer.body});
    core_.answers().count(asked.row, answer.status);
    asked_.reset();
    core_.deadlines().drop(*this);
    charge();
    if (drains) {
        rest.limit(most_discarded);
        asked_ = std::make_unique<Asked>();
        asked_->body = rest;
    }
    keep_ = framing.keep;
    if (output_.put(socket_, std::move(bytes)) == Output::State::broken) {
        cut();
        return false;
    }
    answered();
    if (!consuming_ && !input_.empty() && reads()) socket_.want_room(); // not in here: it may ask
    return true;
}

// What follows an answer, once it is written.
void Conn::answered() noexcept {
    core_.unread().set(unread_, output_.unsent());
    if (!output_.idle()) {
        state_ = keep_ || asked_ ? State::answering : State::finishing;
        wait(Wait::answer);
        core_.unread().relieve(core_.deadlines(), {Wait::answer}, core_.options().send_buffer_total,
                               *this);
    } else if (asked_) {
        state_ = State::draining;
        wait(Wait::body);
    } else if (!keep_) {
        farewell();
    } else {
        state_ = State::head;
        wait(Wait::idle);
        if (!consuming_) socket_.resume();
    }
}

void Conn::switch_protocols(std::string answer, std::unique_ptr<Stream> stream) {
    if (asked_->told) core_.tell({*asked_->told, peer().text(), 101, answer.size(), {}});
    core_.answers().count(asked_->row, 101);
    asked_.reset();
    state_ = State::stream;
    stream_ = std::move(stream);
    output_.add_unsent(std::move(answer));
}

void Conn::on_room() {
    switch (output_.resume(socket_)) {
    case Output::State::broken: return cut();
    case Output::State::blocked:
        if (state_ != State::stream) core_.unread().set(unread_, output_.unsent());
        return;
    case Output::State::open: break;
    }
    if (state_ == State::stream) return stream_->on_room();
    if (state_ == State::answering || state_ == State::finishing) answered();
    continue_reading();
}

void Conn::finish() noexcept {
    keep_ = false;
    if (dead() || state_ == State::farewell) return;
    if (output_.idle()) return farewell();
    state_ = State::finishing;
    wait(Wait::farewell);
}

void Conn::farewell() noexcept {
    if (dead()) return;
    state_ = State::farewell;
    input_.clear();
    held_ = 0;
    charge();
    core_.unread().set(unread_, 0);
    socket_.finish();
    wait(Wait::farewell);
}

void Conn::cut() noexcept {
    if (dead()) return;
    socket_.cut();
    core_.deadlines().drop(*this);
    output_.clear();
    input_.clear();
    core_.unread().set(unread_, 0);
    core_.unfinished().set(unfinished_, 0);
}

void Conn::guard(std::string_view what, std::string_view limit) noexcept {
    if (dead()) return;
    ++core_.tally().totals().guard_kills;
    core_.refuse(log::Kind::guard, "connection cut by a guard", {what, {}, peer().text()}, limit);
    cut();
}

void Conn::on_end() {
    core_.deadlines().drop(*this);
    core_.unread().set(unread_, 0);
    core_.unfinished().set(unfinished_, 0);
    if (stream_) stream_->on_end();
    const std::unique_ptr<Asked> asked = std::move(asked_);
    if (asked && asked->exchange) asked->exchange->gone(*this);
}

void Conn::on_gone() {
    core_.tally().closed();
    delete this;
}

void Conn::wait(Wait what) noexcept {
    if (!dead()) core_.deadlines().put(*this, what);
}

void Conn::expired(Wait what) {
    switch (what) {
    case Wait::head:
        if (input_.empty()) return guard("header deadline", "limits.header_deadline");
        core_.head().read(input_.text(), {core_.options().head, 100}); // its Origin may be there
        return refuse_head({408, "timeout", "the request's head did not come in time"}, {});
    case Wait::body:
        if (state_ == State::stream) return stream_->on_late();
        if (state_ == State::body)
            return refuse({408, "timeout", "the request's body did not come in time"});
        return guard("body deadline", "limits.body_deadline");
    case Wait::answer: return guard("answer not read", "limits.body_deadline");
    case Wait::idle: return farewell();
    case Wait::farewell: return cut();
    case Wait::pace:
        return state_ == State::stream ? stream_->on_pace() : exchange()->on_pace(*this);
    case Wait::preface:
    case Wait::nothing: return;
    }
}

void Conn::charge() noexcept {
    if (dead()) return;
    const std::size_t payload = asked_ && !asked_->payload.empty() ? asked_->payload.capacity() : 0;
    const std::size_t before = unfinished_;
    core_.unfinished().set(unfinished_, input_.memory() + payload + held_);
    if (unfinished_ <= before) return; // it did not grow: not to blame
    const bool fits =
        core_.unfinished().relieve(core_.deadlines(), {Wait::pace, Wait::body, Wait::head},
                                   core_.options().receive_total, *this);
    if (!fits) give_up(Wait::body);
}

void Conn::give_up(Wait what) {
    Totals &totals = core_.tally().totals();
    if (what == Wait::answer) {
        if (unread_ == 0) return;
        ++totals.unread_cut;
        return guard("answer not read, and too many such", "limits.send_buffer_total");
    }
    if (unfinished_ == 0) return;
    ++totals.unfinished_cut;
    guard("too much is half received", "limits.receive_total");
}

} // namespace roomd::net
