#include "net/front.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "http/query.hpp"
#include "net/core.hpp"
#include "net/cors.hpp"
#include "net/upgrade.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace roomd::net {

namespace {

const ListenerOptions &listener_of(const Conn &conn) noexcept {
    return conn.core().options().listeners[conn.listener()];
}

Side side_of(const Conn &conn) noexcept {
    return listener_of(conn).side;
}

bool serves_clients(const Conn &conn) noexcept {
    const ListenerOptions &listener = listener_of(conn);
    return listener.side != Side::admin && (listener.serves & kind::clients) != 0;
}

// A control character other than TAB: not allowed in a header value.
bool has_illegal_byte(std::string_view value) noexcept {
    return std::any_of(value.begin(), value.end(),
                       [](char c) { return base::is_control(c) && c != '\t'; });
}

std::string header_lines(const std::vector<Field> &fields) {
    std::string out;
    for (const auto &[name, value] : fields) {
        // Text that a plugin echoes must not start a header line of its own.
        if (name.empty() || has_illegal_byte(name) || has_illegal_byte(value)) continue;
        out.append(name).append(": ").append(value).append("\r\n");
    }
    return out;
}

// The request as a route gets it, and the text that it views into.
struct Call {
    Call(Conn &conn, const http::Head &head, const Route &route) :
        // One path, one meaning: a slash that Routes tolerates is not seen by the route.
        path(route.path.ends_with('/') ? head.path() : route.path),
        address(conn.peer().text()) {
        request.method = name(head.method());
        request.path = path;
        request.address = address;
        request.listener = listener_of(conn).name;
        request.secure = conn.secure();
        request.loopback = !conn.proxied() && conn.peer().loopback();
        request.unix_socket = !conn.proxied() && conn.peer().kind == Peer::Kind::unix_socket;
        request.query = http::parse_query(head.query());
        for (const std::string &wanted : route.headers)
            if (auto value = head.joined(wanted))
                request.headers.emplace_back(wanted, std::move(*value));
        if (side_of(conn) == Side::admin) identify_peer(conn.socket().fd());
    }
    Call(const Call &) = delete;
    Call &operator=(const Call &) = delete;

    std::string path, address, id_given;
    Request request;

private:
    void identify_peer(int fd) noexcept {
        ucred peer{};
        socklen_t size = sizeof peer;
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return;
        request.uid = static_cast<std::int64_t>(peer.uid);
        request.pid = peer.pid;
    }
};

// A request to a route: from its head until it is answered.
class RouteExchange final : public Exchange {
public:
    RouteExchange(Conn &conn, std::shared_ptr<const RouteEntry> route, std::unique_ptr<Call> call) :
        core_(conn.core()),
        route_(std::move(route)),
        call_(std::move(call)),
        id_(core_.owed().emplace(Owed{&conn, route_.get()})) {}
    ~RouteExchange() override { forget(); }

    void complete(Conn &, std::string_view body) override {
        // The answer may come during serve() and destroy this: the viewed text stays here.
        const std::shared_ptr<const RouteEntry> route = route_;
        const std::unique_ptr<Call> call = std::move(call_);
        call->request.id = id_;
        call->request.body = body;
        route->route.serve(call->request);
    }
    void gone(Conn &) override { forget(); }

private:
    void forget() noexcept { core_.owed().erase(std::exchange(id_, base::ExchangeId::none)); }

    Core &core_;
    std::shared_ptr<const RouteEntry> route_;
    std::unique_ptr<Call> call_;
    base::ExchangeId id_;
};

} // namespace

std::string Front::lines(const Conn &conn, const http::Head &head) {
    return side_of(conn) == Side::admin ? std::string() : cors_lines(core_.options(), head, false);
}

// Nobody but the log learns which request it was.
void Front::refused(Conn &conn, const http::Head &head, const http::Refusal &refusal) {
    core_.refuse(log::Kind::request, "request refused", {refusal.code, {}, conn.peer().text()}, {});
    if (core_.tells_all()) conn.told() = std::make_unique<Told>(tell_of(head));
}

void Front::refuse(Conn &conn, const http::Refusal &refusal) {
    ++core_.tally().totals().bad_requests;
    Answer no = failure(refusal.status, refusal.code, refusal.message);
    no.close = refusal.status == 400; // its framing cannot be trusted
    conn.answer(no);
}

void Front::request(Conn &conn, const http::Head &head) {
    conn.lines_if_refused(lines(conn, head)); // so that a page may read any refusal
    if (core_.tells_all()) conn.told() = std::make_unique<Told>(tell_of(head));
    if (conn.excess() != Excess::none) {
        refuse_at_limit(core_, conn, head, conn.excess());
        conn.answer(over_limit(conn.excess()));
        return;
    }
    const bool body_less = head.method() == http::Method::get ||
                           head.method() == http::Method::head ||
                           head.method() == http::Method::options;
    if (wants_websocket(head)) {
        websocket(conn, head);
    } else if (head.method() == http::Method::other) {
        refuse(conn, {501, "unknown_method", "HTTP has no such method"});
    } else if (head.has_body() && body_less) {
        refuse(conn, {400, "unexpected_body", "this method takes no body"});
    } else if (serves_clients(conn) && handshake_.on_path(head)) {
        handshake_.request(conn, head);
    } else {
        route(conn, head);
    }
}

void Front::websocket(Conn &conn, const http::Head &head) {
    if (const auto refusal = check_websocket(head)) {
        handshake_.refused_upgrade(conn, refusal->message);
        ++core_.tally().totals().bad_requests;
        core_.refuse(log::Kind::handshake, "handshake refused",
                     {refusal->code, {}, conn.peer().text(), {}, {}, "websocket"}, {});
        Answer answer = failure(refusal->status, refusal->code, refusal->message);
        answer.headers = "Sec-WebSocket-Version: 13\r\n";
        answer.close = true;
        conn.answer(answer);
    } else if (serves_clients(conn) && handshake_.on_path(head)) {
        handshake_.websocket(conn, head);
    } else {
        Answer answer = failure(404, "not_found", "no websocket is at this path");
        answer.close = true;
        conn.answer(answer);
    }
}

void Front::route(Conn &conn, const http::Head &head) {
    if (core_.refusing()) {
        conn.answer(unavailable("the server is shutting down"));
        return;
    }
    if (!conn.told()) conn.told() = std::make_unique<Told>(tell_of(head));
    Told &told = *conn.told();
    told.route = true;
    const ListenerOptions &listener = listener_of(conn);
    Routes::Found found =
        core_.routes().find(name(head.method()), head.path(), listener.side, listener.serves);
    // One path, one meaning: a path that needs resolving matches no route, and one that needs
    // decoding only a route above what is encoded.
    if (head.dotted_path() || (!head.plain_path() && (!found.entry || !found.entry->route.encoded)))
        found = {};
    if (!found.entry) {
        if (found.allow.empty()) return refuse(conn, {404, "not_found", "nothing is at this path"});
        Answer no = failure(405, "method_not_allowed", "this path does not take this method");
        no.headers = "Allow: " + found.allow + "\r\n";
        ++core_.tally().totals().bad_requests;
        conn.answer(no);
        return;
    }
    const Route &route = found.entry->route;
    conn.belongs_to(found.entry->row);
    auto call = std::make_unique<Call>(conn, head, route);
    call->request.id_given = call->id_given = told.request;
    if (route.admit) {
        Access access = route.admit(call->request);
        told.key = access.key;
        if (access.status != 0) {
            Answer no;
            no.status = access.status;
            no.content_type = "application/json";
            no.headers = header_lines(access.headers);
            no.body = std::move(access.body);
            conn.answer(no);
            return;
        }
        call->request.key = std::move(access.key);
    }
    if (head.encoded())
        return refuse(conn,
                      {415, "unsupported_encoding", "send the body without Content-Encoding"});
    if (head.length().value_or(0) > route.max_body)
        return refuse(conn, {413, "too_large", "the body is too large"});
    conn.read_body(route.max_body,
                   std::make_unique<RouteExchange>(conn, found.entry, std::move(call)));
}

bool respond(Conn &conn, Response response) {
    for (const auto &[name, value] : response.headers) // it may have its own CORS headers
        if (base::equal_nocase(name, "access-control-allow-origin")) conn.lines_if_refused({});
    Answer answer;
    answer.status = response.status;
    if (!has_illegal_byte(response.content_type)) answer.content_type = response.content_type;
    answer.headers = header_lines(response.headers);
    answer.body = std::move(response.body);
    answer.close = response.close;
    return conn.answer(answer);
}

} // namespace roomd::net
