#include "net/handshake.hpp"

#include "base/text.hpp"
#include "eio/refusal.hpp"
#include "net/accept_encoding.hpp"
#include "net/cors.hpp"
#include "net/guards.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace roomd::net {

namespace {

using eio::Refusal;

constexpr std::string_view not_stored = "cache-control: no-store\r\n";
constexpr std::string_view retry_after = "Retry-After: 1\r\n";

// A client that connects to several namespaces at once puts a token for each into one body.
constexpr std::size_t messages_per_post = 4;

struct Question {
    std::vector<Field> query;
    const std::string *sid; // null: a new session is asked for
    std::string_view transport, version;
    bool jsonp;
};

Question ask(lws *wsi) {
    Question q{read_query(wsi), nullptr, {}, {}, false};
    const auto text = [&](std::string_view name) {
        const std::string *value = last(q.query, name);
        return value != nullptr ? std::string_view(*value) : std::string_view();
    };
    q.sid = last(q.query, "sid");
    if (q.sid != nullptr && q.sid->empty()) q.sid = nullptr;
    q.transport = text("transport");
    q.version = text("EIO");
    q.jsonp = last(q.query, "j") != nullptr;
    return q;
}

// The checks that plain requests and upgrades share, in the order of the protocol's table.
std::optional<Refusal> check(Conn &conn, const Head &head, const Question &q, bool upgrade,
                             base::SessionId &session) {
    session::Sessions &sessions = conn.core.sessions();
    const bool polling = q.transport == "polling" && sessions.options().polling;
    const bool websocket = q.transport == "websocket" && sessions.options().websocket;
    if (!polling && !websocket) return Refusal::transport_unknown;
    if (has_illegal_byte(head.origin) || q.jsonp) return Refusal::bad_request;
    if (q.sid != nullptr) {
        session = sessions.find(*q.sid);
        if (session == base::SessionId::none) return Refusal::session_unknown;
        if (upgrade) {
            if (!websocket || q.version != "4") return Refusal::bad_request;
        } else if (websocket || sessions.transport(session) != session::Transport::polling) {
            return Refusal::bad_request;
        }
        return std::nullopt;
    }
    if (head.method != Method::get) return Refusal::bad_method;
    if (websocket != upgrade) return Refusal::bad_request;
    if (q.version != "4") return Refusal::unsupported_version;
    return std::nullopt;
}

Answer refusal(Refusal why) {
    Answer answer;
    answer.status = eio::status(why);
    answer.content_type = "application/json";
    answer.body = eio::body(why);
    return answer;
}

Answer empty(int status) {
    Answer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.headers = not_stored;
    return answer;
}

Answer busy() {
    Answer answer = failure(503, "unavailable", "the server is shutting down");
    answer.headers = retry_after;
    answer.close = true;
    return answer;
}

std::unique_ptr<session::Handshake> handshake(Conn &conn, const Head &head, const Question &q) {
    const Options &options = conn.core.options;
    auto out = std::make_unique<session::Handshake>();
    out->address = conn.peer.text();
    out->listener = options.listeners[conn.listener].name;
    out->portal = conn.core.keep_name(portal(options, head));
    out->secure = conn.exchange->secure;
    out->query = json_object(q.query);
    out->issued_ms = base::unix_ms();
    std::string value;
    for (const std::string &name : options.kept_headers)
        if (read_header(conn.wsi, name, value)) out->headers.emplace_back(name, value);
    return out;
}

void preflight(Conn &conn, const Head &head) {
    Answer answer;
    answer.status = 204;
    std::string asked;
    read_header(conn.wsi, "access-control-request-headers", asked);
    answer.headers = preflight_lines(conn.core.options, asked);
    conn.exchange->cors = cors_lines(conn.core.options, head, true);
    conn.core.answer(conn, answer);
}

void open(Conn &conn, const Head &head, const Question &q) {
    Exchange &exchange = *conn.exchange;
    auto made = handshake(conn, head, q);
    // Between two polls a session has no connection that would count.
    if (const auto refused = conn.core.admit_polling(conn.peer, made->counted); refused != 0)
        return conn.core.refuse(conn, over_limit(refused));
    exchange.kind = Exchange::Kind::get;
    exchange.get.emplace(conn);
    const base::SessionId id =
        conn.core.sessions().open(session::Transport::polling, std::move(made), *exchange.get);
    if (conn.exchange) conn.exchange->session = id;
}

void poll(Conn &conn, base::SessionId id) {
    Exchange &exchange = *conn.exchange;
    exchange.kind = Exchange::Kind::get;
    exchange.get.emplace(conn);
    exchange.session = id;
    // Never for the first answer, which holds the sid.
    std::string encodings;
    exchange.gzip = conn.core.options.compress_from != 0 &&
                    read_header(conn.wsi, "accept-encoding", encodings) && takes_gzip(encodings);
    if (conn.core.sessions().poll(id, *exchange.get) == session::Sessions::Poll::taken) return;
    exchange.session = base::SessionId::none;
    conn.core.answer(conn, empty(400));
}

void post(Conn &conn, const Head &head, base::SessionId id) {
    Core &core = conn.core;
    Exchange &exchange = *conn.exchange;
    if (base::lower(head.content_type).starts_with("application/octet-stream")) {
        core.sessions().close(id, session::CloseReason::transport_error);
        return core.refuse(conn, empty(400));
    }
    if (head.content_encoding) return core.refuse(conn, empty(415));
    const std::size_t most = std::min(core.sessions().options().max_payload,
                                      messages_per_post * core.sessions().message_limit(id));
    if (exchange.want > most) return core.refuse(conn, empty(413));
    if (!core.sessions().post_begin(id)) return core.refuse(conn, empty(400));
    exchange.kind = Exchange::Kind::post;
    exchange.session = id;
    if (exchange.want == 0) return; // it completes all the same
    exchange.body.reserve(exchange.want < 65536 ? exchange.want : 65536);
    if (exchange.expects_continue) core.write(conn, "HTTP/1.1 100 Continue\r\n\r\n");
    core.await_body(conn);
}

// How a refused upgrade is told: the sentence alone, then the end.
bool refuse_upgrade(Conn &conn, Refusal why) {
    ++conn.core.totals.bad_requests;
    Answer answer;
    answer.status = 400;
    answer.content_type = "text/html";
    answer.body = eio::message(why);
    answer.close = true;
    conn.core.answer(conn, answer);
    return false;
}

Answer forbidden(Core &core, Conn &conn, const Head &head) {
    ++core.totals.refused_origin;
    core.log().debug("origin not allowed",
                     {{"origin", head.origin}, {"address", conn.peer.text()}});
    return refusal(Refusal::forbidden);
}

} // namespace

bool on_path(const Core &core, const Head &head) noexcept {
    return head.path.starts_with(core.options.path);
}

void polling_request(Conn &conn, const Head &head) {
    Core &core = conn.core;
    Exchange &exchange = *conn.exchange;
    exchange.cors = cors_lines(core.options, head, false);
    if (const Bundle::File *file =
            head.method == Method::get || head.method == Method::head
                ? core.bundle.find(head.path.substr(core.options.path.size()))
                : nullptr) {
        std::string tag;
        read_header(conn.wsi, "if-none-match", tag);
        core.answer(conn, Bundle::answer(*file, tag));
        return;
    }
    if (!has_illegal_byte(head.origin) && !origin_allowed(core.options, head))
        return core.refuse(conn, forbidden(core, conn, head));
    if (head.method == Method::options) return preflight(conn, head);
    const Question q = ask(conn.wsi);
    base::SessionId session = base::SessionId::none;
    if (const auto why = check(conn, head, q, false, session)) {
        ++core.totals.bad_requests;
        return core.refuse(conn, refusal(*why));
    }
    if (session == base::SessionId::none) {
        if (core.refusing) return core.refuse(conn, busy());
        return open(conn, head, q);
    }
    if (head.method == Method::get) return poll(conn, session);
    if (head.method == Method::post) return post(conn, head, session);
    core.refuse(conn, empty(500));
}

void polling_body(Conn &conn) {
    Exchange &exchange = *conn.exchange;
    const base::SessionId id = std::exchange(exchange.session, base::SessionId::none);
    const std::string body = std::move(exchange.body);
    exchange.served = true;
    conn.core.sessions().post_end(id, body);
    if (!conn.exchange) return;
    Answer answer;
    answer.content_type = "text/html";
    answer.headers = not_stored;
    answer.body = "ok";
    conn.core.answer(conn, answer);
}

bool websocket_request(Conn &conn, const Head &head) {
    Core &core = conn.core;
    if (!has_illegal_byte(head.origin) && !origin_allowed(core.options, head)) {
        Answer answer = forbidden(core, conn, head);
        answer.close = true;
        core.answer(conn, answer);
        return false;
    }
    const Question q = ask(conn.wsi);
    base::SessionId session = base::SessionId::none;
    if (const auto why = check(conn, head, q, true, session)) return refuse_upgrade(conn, *why);
    Exchange &exchange = *conn.exchange;
    const std::string *base64 = last(q.query, "b64");
    exchange.base64 = base64 != nullptr && !base64->empty();
    if (session != base::SessionId::none) {
        exchange.sid = *q.sid;
        return true;
    }
    if (core.refusing) {
        core.answer(conn, busy());
        return false;
    }
    if (core.too_many_sessions()) {
        ++core.totals.refused_limit;
        core.answer(conn, over_limit(1));
        return false;
    }
    exchange.handshake = handshake(conn, head, q);
    return true;
}

void websocket_open(Conn &conn) {
    const std::unique_ptr<Exchange> exchange = std::move(conn.exchange);
    conn.ws = std::make_unique<WsLink>(conn, exchange->base64);
    session::Sessions &sessions = conn.core.sessions();
    if (exchange->handshake) {
        conn.ws->attach(
            sessions.open(session::Transport::websocket, std::move(exchange->handshake), *conn.ws));
        return;
    }
    // It was there when the upgrade was checked; that it still is, and polls, is asked again.
    const base::SessionId id = sessions.find(exchange->sid);
    if (id != base::SessionId::none && sessions.probe(id, *conn.ws)) {
        conn.ws->attach(id);
    } else {
        conn.ws->close(session::Goodbye::polite);
    }
}

} // namespace roomd::net
