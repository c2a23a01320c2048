#include "net/core.hpp"

#include "net/copies.hpp"
#include "net/forwarded.hpp"

#include <libwebsockets.h>

#include <sys/socket.h>

#include <cassert>
#include <utility>

namespace roomd::net {

namespace {

constexpr base::Duration tick{50};
// A body that is not wanted is read to its end up to this size, so that the answer is not lost in
// the reset that closing over unread bytes causes.
constexpr std::size_t most_discarded = 8u << 20;

} // namespace

Core::Core(const Options &o, loop::Loop &loop, session::Sessions &sessions, log::Logger &log) :
    options(o),
    bundle(o.client_bundle),
    batch(log),
    loop_(loop),
    sessions_(sessions),
    log_(log),
    timer_(loop, [this] { on_time(); }) {}

// ---- output ----------------------------------------------------------------------------------

bool Core::write(Conn &conn, std::string_view bytes) noexcept {
    if (conn.batched) batch.submit(); // that goes ahead
    if (conn.dead) return false;
    // LWS_WRITE_HTTP sends the bytes as they are, on a websocket too, and leaves them unchanged.
    auto *data = const_cast<unsigned char *>(reinterpret_cast<const unsigned char *>(bytes.data()));
    const std::size_t before = allocated();
    if (lws_write(conn.wsi, data, bytes.size(), LWS_WRITE_HTTP) >= 0) {
        if (const std::size_t more = allocated() - before; more != 0)
            keeps(conn, lws_partial_buffered(conn.wsi) != 0 ? conn.kept + more : 0);
        return true;
    }
    kill(conn); // libwebsockets does not close it for us
    return false;
}

void Core::keeps(Conn &conn, std::size_t bytes) noexcept {
    if (!conn.ws) unread_ += bytes - conn.kept; // a websocket's are its session's
    conn.kept = bytes;
}

// An answer has a deadline to be read; when too much waits for that, those go that have waited
// longest.  Down to seven eighths: the next look at all of them comes with an eighth of the bound.
void Core::cut_unread(const Conn &newest) noexcept {
    Conn *conn = deadlines_.first(Wait::answer);
    while (conn != nullptr && unread_ > options.send_buffer_total - options.send_buffer_total / 8) {
        Conn *after = conn->after;
        if (lws_partial_buffered(conn->wsi) == 0) {
            keeps(*conn, 0); // it was read meanwhile
        } else if (conn != &newest) {
            ++totals.unread_cut;
            guard(*conn, "answer not read, and too many such");
        }
        conn = after;
    }
}

bool Core::answer(Conn &conn, const Answer &answer) noexcept {
    Exchange &exchange = *conn.exchange;
    bool keep = exchange.keep && !answer.close;
    const std::string bytes = serialize(answer, exchange.cors, keep, exchange.head_only);
    if (exchange.id != base::ExchangeId::none) exchanges.erase(exchange.id);
    conn.exchange.reset();
    deadlines_.drop(conn);
    if (!write(conn, bytes)) return false;
    const bool partial = lws_partial_buffered(conn.wsi) != 0;
    if (keep && lws_http_transaction_completed(conn.wsi) != 0) keep = false;
    if (partial) await(conn, Wait::answer, options.body_deadline);
    if (partial && unread_ > options.send_buffer_total) cut_unread(conn);
    if (keep && !partial) await_request(conn);
    if (keep) return true;
    conn.closing = true;
    if (!partial && current == &conn) {
        conn.close_now = true;
        return true;
    }
    if (!partial) await_farewell(conn);
    lws_callback_on_writable(conn.wsi); // it ends there, when all is written
    return true;
}

void Core::refuse(Conn &conn, Answer answer) {
    Exchange &exchange = *conn.exchange;
    if (exchange.want == 0 || exchange.served) {
        this->answer(conn, answer);
        return;
    }
    if (exchange.expects_continue || exchange.want > most_discarded || answer.close) {
        answer.close = true;
        this->answer(conn, answer);
        return;
    }
    exchange.kind = Exchange::Kind::discard;
    exchange.later = std::make_unique<Answer>(std::move(answer));
    await_body(conn);
}

// ---- the end ---------------------------------------------------------------------------------

std::string_view Core::keep_name(std::string_view name) {
    if (name.empty()) return {};
    const auto kept = names_.find(name);
    return kept != names_.end() ? *kept : *names_.emplace(name).first;
}

void Core::kill(Conn &conn) noexcept {
    if (conn.dead) return;
    conn.dead = true;
    keeps(conn, 0);
    deadlines_.drop(conn);
    // A write that fails tells libwebsockets that what it has buffered cannot be sent: else it
    // would try to, spinning, for up to 5 s.
    shutdown(lws_get_socket_fd(conn.wsi), SHUT_RDWR);
    unsigned char byte = 0;
    lws_write(conn.wsi, &byte, 1, LWS_WRITE_HTTP);
    lws_set_timeout(conn.wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    // A timeout set outside libwebsockets is only armed when it is woken: once per batch.
    if (!cancel_pending_) {
        cancel_pending_ = true;
        lws_cancel_service(context);
    }
}

void Core::guard(Conn &conn, std::string_view what) noexcept {
    ++totals.guard_kills;
    log_.debug("connection ended by a guard", {{"guard", what}, {"address", conn.peer.text()}});
    kill(conn);
}

void Core::forget(Conn &conn) {
    deadlines_.drop(conn);
    if (conn.ws) conn.ws->gone();
    const std::unique_ptr<Exchange> exchange = std::move(conn.exchange);
    if (!exchange) return;
    if (exchange->id != base::ExchangeId::none) exchanges.erase(exchange->id);
    if (exchange->session == base::SessionId::none) return;
    if (exchange->kind == Exchange::Kind::get) {
        sessions_.link_gone(exchange->session, *exchange->get,
                            session::CloseReason::transport_error);
    } else {
        sessions_.post_abort(exchange->session);
    }
}

// ---- deadlines -------------------------------------------------------------------------------

void Core::await(Conn &conn, Wait wait, base::Duration time) {
    if (conn.dead) return;
    deadlines_.put(conn, wait, loop_.now() + time);
    if (timing_) return;
    timing_ = true;
    timer_.after(tick);
}

void Core::await_header(Conn &conn) {
    await(conn, Wait::header, options.header_deadline);
}
void Core::await_body(Conn &conn) {
    await(conn, Wait::body, options.body_deadline);
}
void Core::await_farewell(Conn &conn) {
    await(conn, Wait::farewell, options.farewell);
}
void Core::await_request(Conn &conn) {
    // Its own timeout would wait in a sorted list that every request of every connection walks:
    // 40 us a request with nobody idle, 180 us with 4,000.
    lws_set_timeout(conn.wsi, NO_PENDING_TIMEOUT, 0);
    await(conn, Wait::idle, options.keep_alive);
}
void Core::await_nothing(Conn &conn) noexcept {
    deadlines_.drop(conn);
}

void Core::on_time() {
    timing_ = false;
    const base::Time now = loop_.now();
    bool waiting = false;
    for (const Wait wait : {Wait::header, Wait::body, Wait::answer, Wait::idle, Wait::farewell}) {
        Conn *conn = deadlines_.first(wait);
        for (; conn != nullptr && conn->due <= now; conn = deadlines_.first(wait)) {
            deadlines_.drop(*conn);
            expired(*conn, wait);
        }
        waiting = waiting || conn != nullptr;
    }
    if (!waiting) return;
    timing_ = true;
    timer_.after(tick);
}

void Core::expired(Conn &conn, Wait wait) {
    switch (wait) {
    case Wait::header: return guard(conn, "header deadline");
    case Wait::body: return guard(conn, "body deadline");
    case Wait::answer:
        if (conn.closing || lws_partial_buffered(conn.wsi) != 0)
            return guard(conn, "answer not read");
        return await_request(conn); // it was, in time
    case Wait::idle:
    case Wait::farewell: return kill(conn);
    case Wait::nothing: return;
    }
}

// ---- limits ----------------------------------------------------------------------------------

void Core::opened(Conn &conn) {
    ++totals.accepted;
    const bool admin = options.listeners[conn.listener].side == Side::admin;
    if (++totals.open > options.connections && !admin) conn.refused = 1;
    count_address(conn);
    if (deadlines_.count(Wait::header) >= options.half_open)
        guard(*deadlines_.first(Wait::header), "too many half-open connections");
}

void Core::destroyed(Conn &conn) noexcept {
    assert(!conn.batched && "a batch does not outlive its flush");
    deadlines_.drop(conn);
    keeps(conn, 0);
    --totals.open;
    uncount_address(conn);
}

void Core::speaks_for(Conn &conn, const Peer &peer) {
    uncount_address(conn);
    conn.peer = peer;
    count_address(conn);
}

void Core::count_address(Conn &conn) {
    if (!is_counted(conn.peer)) return;
    conn.counted = true;
    const std::uint32_t count = ++per_address_[std::string(conn.peer.key())];
    if (options.per_address != 0 && count > options.per_address) conn.refused = 2;
}

bool Core::is_counted(const Peer &peer) const noexcept {
    if (peer.kind == Peer::Kind::unix_socket || peer.loopback()) return false;
    return !is_proxy(options.proxies, peer); // it is many
}

// A closed session lingers for up to 30 s, for a GET that fetches its last packets.
bool Core::too_many_sessions() const noexcept {
    return sessions_.size() >= options.connections ||
           sessions_.in_memory() >= 2 * options.connections;
}

std::uint8_t Core::admit_polling(const Peer &peer, std::shared_ptr<const void> &counted) {
    if (too_many_sessions()) {
        ++totals.refused_limit;
        return 1;
    }
    if (options.per_address == 0 || !is_counted(peer)) return 0;
    const std::string key(peer.key());
    std::uint32_t &count = (*polling_)[key];
    if (count >= options.per_address) {
        ++totals.refused_limit;
        return 2;
    }
    ++count;
    counted = std::shared_ptr<const void>(&count, [table = polling_, key](const void *) {
        const auto it = table->find(key);
        if (it != table->end() && --it->second == 0) table->erase(it);
    });
    return 0;
}

void Core::uncount_address(Conn &conn) noexcept {
    if (!conn.counted) return;
    conn.counted = false;
    const auto it = per_address_.find(std::string(conn.peer.key()));
    if (it != per_address_.end() && --it->second == 0) per_address_.erase(it);
}

Answer over_limit(std::uint8_t refused) {
    Answer answer = refused == 1
                        ? failure(503, "too_many_connections", "too many connections")
                        : failure(429, "too_many_connections", "too many from this address");
    answer.headers = "Retry-After: 5\r\n";
    answer.close = true;
    return answer;
}

Answer failure(int status, std::string_view code, std::string_view message) {
    Answer answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = R"({"success":false,"error":{"code":")";
    answer.body += code;
    answer.body += R"(","message":")";
    answer.body += message;
    answer.body += R"("}})";
    return answer;
}

} // namespace roomd::net
