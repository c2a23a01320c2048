#include "net/requests.hpp"

#include "net/context.hpp"
#include "net/core.hpp"
#include "net/forwarded.hpp"
#include "net/guards.hpp"
#include "net/handshake.hpp"

#include <libwebsockets.h>

#include <memory>
#include <utility>

namespace roomd::net {

namespace {

// Bytes behind an open transaction, or behind an answer that is not out yet: 4.1.6 would fire the
// old request again, or spin.
bool pipelined(Conn &conn) {
    if (!conn.exchange && !conn.closing && lws_partial_buffered(conn.wsi) == 0) return false;
    conn.core.guard(conn, "pipelining behind an open request");
    return true;
}

Side side_of(const Conn &conn) noexcept {
    return conn.core.options.listeners[conn.listener].side;
}

bool serves_clients(const Conn &conn, const Head &head) noexcept {
    return side_of(conn) != Side::admin && on_path(conn.core, head);
}

Exchange &begin(Conn &conn, const Head &head, Exchange::Kind kind) {
    conn.core.await_nothing(conn);
    conn.core.keeps(conn, 0); // an answer before it is out, else this were pipelined
    // 4.1.6 would end a held GET after its own time (5 s); ours are absolute.
    lws_set_timeout(conn.wsi, NO_PENDING_TIMEOUT, 0);
    ++conn.core.totals.http_requests;
    look_behind_proxy(conn);
    conn.exchange = std::make_unique<Exchange>(kind);
    conn.exchange->secure = came_by_tls(conn);
    conn.exchange->keep = keeps_alive(head);
    conn.exchange->head_only = head.method == Method::head;
    conn.exchange->expects_continue = head.expects_continue;
    return *conn.exchange;
}

Answer fault_answer(const Fault &fault, Conn &conn) {
    ++conn.core.totals.bad_requests;
    Answer answer = failure(fault.status, fault.code, fault.message);
    answer.close = true;
    return answer;
}

std::string lines(const std::vector<Field> &fields) {
    std::string out;
    for (const auto &[name, value] : fields) {
        // What a plugin echoes must not become a header line of its own.
        if (name.empty() || has_illegal_byte(name) || has_illegal_byte(value)) continue;
        out.append(name).append(": ").append(value).append("\r\n");
    }
    return out;
}

Request make_request(const Conn &conn, std::string_view method, const RouteCall &call) {
    const ListenerOptions &listener = conn.core.options.listeners[conn.listener];
    Request out;
    out.method = method;
    out.path = call.path;
    out.listener = listener.name;
    out.secure = conn.exchange->secure;
    out.loopback = !conn.proxied && conn.peer.loopback();
    out.unix_socket = !conn.proxied && conn.peer.kind == Peer::Kind::unix_socket;
    out.query = call.query;
    out.headers = call.headers;
    out.key = call.key;
    return out;
}

// Hands a complete request to its route.  What it views stays here: the answer may come, and end
// the exchange, while it is served.
void serve(Conn &conn) {
    Core &core = conn.core;
    Exchange &exchange = *conn.exchange;
    exchange.served = true;
    core.await_nothing(conn);
    const auto route = exchange.route;
    if (!route->live) {
        core.answer(conn, failure(404, "not_found", "nothing is here"));
        return;
    }
    const std::unique_ptr<RouteCall> call = std::move(exchange.call);
    const std::string body = std::move(exchange.body);
    const std::string address = conn.peer.text();
    exchange.id = core.exchanges.emplace(&conn);
    const std::string_view method =
        exchange.head_only ? std::string_view("HEAD") : std::string_view(route->route.method);
    Request request = make_request(conn, method, *call);
    request.id = exchange.id;
    request.address = address;
    request.body = body;
    route->route.serve(request);
}

void route_request(Conn &conn, const Head &head) {
    Core &core = conn.core;
    Exchange &exchange = *conn.exchange;
    if (core.refusing) {
        Answer busy = failure(503, "unavailable", "the server is shutting down");
        busy.headers = "Retry-After: 1\r\n";
        busy.close = true;
        return core.refuse(conn, std::move(busy));
    }
    const Routes::Found found = core.routes.find(name(head.method), head.path, side_of(conn));
    if (!found.entry) {
        Answer no = found.allow.empty()
                        ? failure(404, "not_found", "nothing is here")
                        : failure(405, "method_not_allowed", "this path takes other methods");
        if (!found.allow.empty()) no.headers = "Allow: " + found.allow + "\r\n";
        return core.refuse(conn, std::move(no));
    }
    const Route &route = found.entry->route;
    exchange.kind = Exchange::Kind::route;
    exchange.route = found.entry;
    exchange.call = std::make_unique<RouteCall>();
    RouteCall &call = *exchange.call;
    call.path = head.path;
    call.query = read_query(conn.wsi);
    std::string value;
    for (const std::string &wanted : route.headers)
        if (read_header(conn.wsi, wanted, value)) call.headers.emplace_back(wanted, value);
    if (route.admit) {
        const std::string address = conn.peer.text();
        Request asking = make_request(conn, name(head.method), call);
        asking.address = address;
        Admission admission = route.admit(asking);
        if (admission.status != 0) {
            Answer no;
            no.status = admission.status;
            no.content_type = "application/json";
            no.headers = lines(admission.headers);
            no.body = std::move(admission.body);
            no.close = true;
            core.answer(conn, no);
            return;
        }
        call.key = std::move(admission.key);
    }
    if (head.content_encoding)
        return core.refuse(conn, failure(415, "unsupported_encoding", "send the body as it is"));
    if (exchange.want > route.max_body)
        return core.refuse(conn, failure(413, "too_large", "the body is too large"));
    if (head.method == Method::post && exchange.want == 0) return; // it completes all the same
    if (exchange.want == 0) return serve(conn);
    exchange.body.reserve(exchange.want < 65536 ? exchange.want : 65536);
    if (exchange.expects_continue) core.write(conn, "HTTP/1.1 100 Continue\r\n\r\n");
    core.await_body(conn);
}

} // namespace

bool confirm_upgrade(Conn &conn) {
    // Without the header this is the dangling call for a request that was refused already.
    if (lws_hdr_total_length(conn.wsi, WSI_TOKEN_UPGRADE) <= 0) return false;
    if (pipelined(conn)) return false;
    const Head head = read_head(conn.wsi);
    begin(conn, head, Exchange::Kind::upgrade);
    if (const auto fault = check_upgrade(head)) {
        Answer answer = fault_answer(*fault, conn);
        answer.headers = "Sec-WebSocket-Version: 13\r\n";
        conn.core.answer(conn, answer);
        return false;
    }
    if (conn.refused != 0) {
        conn.core.answer(conn, over_limit(conn.refused));
        return false;
    }
    if (serves_clients(conn, head)) {
        Context::choose_subprotocol(conn.wsi, first_subprotocol(head.subprotocols));
        return websocket_request(conn, head);
    }
    Answer answer = failure(404, "not_found", "no websocket is here");
    answer.close = true;
    conn.core.answer(conn, answer);
    return false;
}

bool established(Conn &conn) {
    if (!conn.exchange || conn.exchange->kind != Exchange::Kind::upgrade) return false;
    websocket_open(conn);
    return true;
}

bool request(Conn &conn) {
    if (pipelined(conn)) return true;
    Core &core = conn.core;
    const Head head = read_head(conn.wsi);
    Exchange &exchange = begin(conn, head, Exchange::Kind::discard);
    if (const auto fault = check_request(head, core.loop().in_io_phase(), exchange.want)) {
        core.answer(conn, fault_answer(*fault, conn));
    } else if (conn.refused != 0) {
        core.answer(conn, over_limit(conn.refused));
    } else if (serves_clients(conn, head)) {
        polling_request(conn, head);
    } else {
        route_request(conn, head);
    }
    return true;
}

bool request_body(Conn &conn, std::string_view chunk) {
    if (!conn.exchange || conn.exchange->served) return conn.closing || chunk.empty();
    Exchange &exchange = *conn.exchange;
    exchange.got += chunk.size();
    conn.core.totals.bytes_in += chunk.size();
    if (exchange.got > exchange.want) {
        conn.core.guard(conn, "more body than announced");
        return true;
    }
    if (exchange.kind != Exchange::Kind::discard) exchange.body.append(chunk);
    return true;
}

bool request_complete(Conn &conn) {
    // Bytes behind a body whose answer is still owed, or not out yet: 4.1.6 completes it once more,
    // takes none of them, and spins.
    if (!conn.exchange || conn.exchange->served) {
        conn.core.guard(conn, "bytes behind a body");
        return true;
    }
    lws_set_timeout(conn.wsi, NO_PENDING_TIMEOUT, 0);
    Exchange &exchange = *conn.exchange;
    if (exchange.got != exchange.want) {
        conn.core.guard(conn, "less body than announced");
        return true;
    }
    conn.core.await_nothing(conn);
    switch (exchange.kind) {
    case Exchange::Kind::post: polling_body(conn); break;
    case Exchange::Kind::route: serve(conn); break;
    case Exchange::Kind::discard: {
        exchange.served = true;
        const std::unique_ptr<Answer> later = std::move(exchange.later);
        conn.core.answer(conn, *later);
        break;
    }
    case Exchange::Kind::get:
    case Exchange::Kind::upgrade: break;
    }
    return true;
}

bool http_writable(Conn &conn) {
    if (!conn.closing) return true;
    if (lws_partial_buffered(conn.wsi) == 0) return false;
    lws_callback_on_writable(conn.wsi);
    return true;
}

bool respond(Conn &conn, Response response) {
    Answer answer;
    answer.status = response.status;
    if (!has_illegal_byte(response.content_type)) answer.content_type = response.content_type;
    answer.headers = lines(response.headers);
    answer.body = std::move(response.body);
    answer.close = response.close;
    return conn.core.answer(conn, answer);
}

} // namespace roomd::net
