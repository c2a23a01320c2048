#include "net/handshake.hpp"

#include "base/text.hpp"
#include "eio/refusal.hpp"
#include "net/accept_encoding.hpp"
#include "net/cors.hpp"
#include "net/poll_link.hpp"
#include "net/query.hpp"
#include "net/upgrade.hpp"
#include "net/ws_link.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace roomd::net {

namespace {

using eio::Refusal;

constexpr std::string_view not_stored = "cache-control: no-store\r\n";

// A client that connects to several namespaces at once sends a token for each in one body.
constexpr std::size_t messages_per_post = 4;

struct Question {
    http::Query query;
    std::string sid; // empty: it requests a new session
    std::string transport, version;
    bool jsonp, base64;
};

Question ask(const http::Head &head) {
    Question q;
    q.query = http::parse_query(head.query());
    const auto text = [&](std::string_view name) {
        return member(q.query, name).value_or(std::string());
    };
    q.sid = text("sid");
    q.transport = text("transport");
    q.version = text("EIO");
    q.jsonp = member(q.query, "j").has_value();
    q.base64 = !text("b64").empty();
    return q;
}

// The checks that plain requests and upgrades share, in the order of the protocol's table.
std::optional<Refusal> check(const session::Sessions &sessions, const http::Head &head,
                             const Question &q, bool upgrade, base::SessionId &session) {
    const bool polling = q.transport == "polling" && sessions.options().polling;
    const bool websocket = q.transport == "websocket" && sessions.options().websocket;
    if (!polling && !websocket) return Refusal::transport_unknown;
    if (q.jsonp && !upgrade) return Refusal::bad_request;
    if (!q.sid.empty()) {
        session = sessions.find(q.sid);
        if (session == base::SessionId::none) return Refusal::session_unknown;
        if (upgrade) {
            if (!websocket || q.version != "4") return Refusal::bad_request;
        } else if (websocket || sessions.transport(session) != session::Transport::polling) {
            return Refusal::bad_request;
        }
        return std::nullopt;
    }
    if (head.method() != http::Method::get) return Refusal::bad_method;
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

Answer received() {
    Answer answer = empty(200);
    answer.body = "ok";
    return answer;
}

Answer busy() {
    return unavailable("the server is shutting down");
}

// As docs/errors.md has it: "4 Forbidden".
std::string code_of(Refusal why) {
    return std::to_string(static_cast<int>(why)).append(" ").append(eio::message(why));
}

constexpr std::size_t longest_origin = 200;

log::About about(const Conn &conn, const http::Head &head, std::string_view code) {
    log::About out;
    out.code = code;
    out.address = conn.peer().text();
    out.origin = head.find("origin").value_or(std::string_view()).substr(0, longest_origin);
    return out;
}

Answer forbidden(Core &core, const Conn &conn, const http::Head &head) {
    ++core.tally().totals().refused_origin;
    const std::string code = code_of(Refusal::forbidden);
    core.refuse(log::Kind::origin, "origin not allowed", about(conn, head, code), {});
    return refusal(Refusal::forbidden);
}

void tell_refused(Conn &conn, const http::Head &head, const Question &q, std::string_view code) {
    log::About whom = about(conn, head, code);
    whom.transport = base::is_one_of(q.transport, {"polling", "websocket"})
                         ? std::string_view(q.transport)
                         : std::string_view("unknown");
    whom.sid = log::mark_of(q.sid);
    conn.core().refuse(log::Kind::handshake, "handshake refused", whom, {});
}

session::Handshake handshake(Conn &conn, const http::Head &head, const Question &q) {
    Core &core = conn.core();
    session::Facts facts;
    facts.listener = core.options().listeners[conn.listener()].name;
    facts.portal = portal(core.options(), head);
    if (conn.told()) conn.told()->portal = facts.portal;
    facts.origin = head.find("origin").value_or(std::string_view()).substr(0, longest_origin);
    facts.secure = conn.secure();
    const std::string &parameter = core.options().token_parameter;
    facts.query = json_object(q.query, parameter);
    if (!parameter.empty()) facts.token = member(q.query, parameter).value_or(std::string());
    for (const std::string &name : core.options().kept_headers)
        if (auto value = head.joined(name)) facts.headers.emplace_back(name, std::move(*value));
    return {conn.peer(), core.facts().keep(std::move(facts)), nullptr};
}

// The session stays, unless the GET ends it: here the answer is only an error.
void refuse_large(Conn &conn, base::SessionId session) {
    const bool told = conn.core().sessions().too_large(session);
    conn.answer(told ? received() : empty(413));
}

// A polling client's packets.
class PostExchange final : public Exchange {
public:
    PostExchange(Core &core, base::SessionId session) noexcept : core_(core), session_(session) {}
    ~PostExchange() override { abort(); } // refused before its body was complete

    void complete(Conn &conn, std::string_view body) override {
        const base::Duration pause = core_.sessions().post_end(session_, body);
        if (conn.dead() || conn.exchange() != this) return;
        if (pause.count() == 0) return done(conn);
        due_ = core_.loop().now() + pause;
        conn.wait(Wait::pace);
    }
    bool too_large(Conn &conn) override {
        const base::SessionId session = std::exchange(session_, base::SessionId::none);
        core_.sessions().post_answered(session);
        refuse_large(conn, session);
        return true;
    }
    // A client that sends too fast waits for this answer: it sends one POST at a time.
    void on_pace(Conn &conn) override {
        const session::Session *of = core_.sessions().get(session_);
        if (of == nullptr || !of->open() || core_.loop().now() >= due_) return done(conn);
        conn.wait(Wait::pace);
    }
    void gone(Conn &) override { abort(); }

private:
    void done(Conn &conn) {
        core_.sessions().post_answered(std::exchange(session_, base::SessionId::none));
        conn.answer(received());
    }
    void abort() noexcept {
        const base::SessionId session = std::exchange(session_, base::SessionId::none);
        if (session != base::SessionId::none) core_.sessions().post_abort(session);
    }

    Core &core_;
    base::SessionId session_;
    base::Time due_{}; // of the answer, when it is delayed
};

void preflight(Conn &conn, const http::Head &head) {
    const Options &options = conn.core().options();
    Answer answer;
    answer.status = 204;
    answer.headers = preflight_lines(
        options, head.joined("access-control-request-headers").value_or(std::string()));
    conn.lines() = cors_lines(options, head, true);
    conn.answer(answer);
}

void open(Conn &conn, const http::Head &head, const Question &q) {
    Core &core = conn.core();
    auto made = handshake(conn, head, q);
    if (core.tally().too_many_sessions()) core.sessions().make_room();
    // Between two polls no connection would count for the session.
    if (const Excess excess = core.tally().admit_polling(conn.peer(), made.counted);
        excess != Excess::none) {
        refuse_at_limit(core, conn, head, excess);
        conn.answer(over_limit(excess));
        return;
    }
    // Never compressed: it holds the sid.
    auto link = std::make_unique<PollLink>(conn, false);
    PollLink &get = *link;
    conn.hold(std::move(link));
    const base::SessionId id =
        core.sessions().open(session::Transport::polling, std::move(made), get);
    if (conn.exchange() == &get) get.attach(id);
}

void poll(Conn &conn, const http::Head &head, base::SessionId id) {
    Core &core = conn.core();
    const auto encodings = head.joined("accept-encoding");
    const bool gzip = core.options().compress_from != 0 && encodings && takes_gzip(*encodings);
    auto link = std::make_unique<PollLink>(conn, gzip);
    PollLink &get = *link;
    get.attach(id);
    conn.hold(std::move(link));
    if (core.sessions().poll(id, get) == session::Sessions::Poll::taken) return;
    get.attach(base::SessionId::none);
    conn.answer(empty(400));
}

void post(Conn &conn, const http::Head &head, base::SessionId id) {
    session::Sessions &sessions = conn.core().sessions();
    const std::string type = base::lower(head.find("content-type").value_or(std::string_view()));
    if (type.starts_with("application/octet-stream")) {
        sessions.close(id, session::CloseReason::transport_error);
        conn.answer(empty(400));
        return;
    }
    if (head.encoded()) {
        conn.answer(empty(415));
        return;
    }
    const std::size_t most =
        std::min(sessions.options().max_payload, messages_per_post * sessions.message_limit(id));
    if (head.length().value_or(0) > most) {
        refuse_large(conn, id);
    } else if (!sessions.post_begin(id)) {
        conn.answer(empty(400));
    } else {
        conn.read_body(most, std::make_unique<PostExchange>(conn.core(), id));
    }
}

// A refused upgrade gets only the message, then the connection is closed.
void refuse_upgrade(Conn &conn, std::string_view why) {
    ++conn.core().tally().totals().bad_requests;
    Answer answer;
    answer.status = 400;
    answer.content_type = "text/html";
    answer.body = why;
    answer.close = true;
    conn.answer(answer);
}

} // namespace

void refuse_at_limit(Core &core, const Conn &conn, const http::Head &head, Excess excess) {
    core.refuse(log::Kind::limit, "refused at a limit", about(conn, head, "too_many_connections"),
                excess == Excess::all ? "limits.connections"
                                      : "limits.per_address, limits.per_network");
}

bool Handshake::on_path(const http::Head &head) const noexcept {
    return head.plain_path() && head.path().starts_with(core_.options().path);
}

void Handshake::request(Conn &conn, const http::Head &head) {
    const Options &options = core_.options();
    conn.belongs_to(Answers::socket_io);
    conn.lines_in_any_case();
    const bool reads = head.method() == http::Method::get || head.method() == http::Method::head;
    if (const Bundle::File *file =
            reads ? core_.bundle().find(head.path().substr(options.path.size())) : nullptr) {
        conn.answer(Bundle::answer(*file, head.joined("if-none-match").value_or(std::string())));
        return;
    }
    if (!origin_allowed(options, head)) {
        conn.answer(forbidden(core_, conn, head));
        return;
    }
    if (head.method() == http::Method::options) return preflight(conn, head);
    const Question q = ask(head);
    base::SessionId session = base::SessionId::none;
    if (const auto why = check(core_.sessions(), head, q, false, session)) {
        ++core_.tally().totals().bad_requests;
        tell_refused(conn, head, q, code_of(*why));
        // What was sent to its websocket before arrives before.
        if (session != base::SessionId::none) core_.sessions().flush();
        if (!conn.dead()) conn.answer(refusal(*why));
    } else if (session == base::SessionId::none) {
        if (core_.refusing()) {
            conn.answer(busy());
        } else {
            open(conn, head, q);
        }
    } else if (head.method() == http::Method::get) {
        poll(conn, head, session);
    } else if (head.method() == http::Method::post) {
        post(conn, head, session);
    } else {
        conn.answer(empty(500));
    }
}

void Handshake::websocket(Conn &conn, const http::Head &head) {
    conn.belongs_to(Answers::socket_io);
    if (!origin_allowed(core_.options(), head)) {
        Answer answer = forbidden(core_, conn, head);
        answer.close = true;
        conn.answer(answer);
        return;
    }
    const Question q = ask(head);
    base::SessionId session = base::SessionId::none;
    if (q.transport == "polling") {
        constexpr std::string_view why = "a websocket was requested with transport=polling: does a "
                                         "proxy in front change the query?";
        refused_upgrade(conn, why);
        tell_refused(conn, head, q, code_of(Refusal::bad_request));
        return refuse_upgrade(conn, why);
    }
    if (const auto why = check(core_.sessions(), head, q, true, session)) {
        tell_refused(conn, head, q, code_of(*why));
        return refuse_upgrade(conn, eio::message(*why));
    }
    if (session == base::SessionId::none && core_.refusing()) {
        conn.answer(busy());
        return;
    }
    if (session == base::SessionId::none && core_.tally().too_many_sessions() &&
        !core_.sessions().make_room()) {
        ++core_.tally().totals().refused_limit;
        refuse_at_limit(core_, conn, head, Excess::all);
        conn.answer(over_limit(Excess::all));
        return;
    }
    const bool fresh = session == base::SessionId::none;
    session::Handshake made;
    if (fresh) made = handshake(conn, head, q);
    auto stream = std::make_unique<WsLink>(conn, q.base64);
    WsLink &link = *stream;
    conn.switch_protocols(switching(head), std::move(stream));
    if (fresh) {
        link.attach(core_.sessions().open(session::Transport::websocket, std::move(made), link));
    } else if (core_.sessions().probe(session, link)) {
        link.attach(session);
        link.greet();
    } else { // it no longer polls, or is already probing
        link.close(session::Goodbye::polite);
    }
}

void Handshake::refused_upgrade(const Conn &conn, std::string_view why) {
    const base::Time now = core_.loop().now();
    if (now < next_line_) return;
    next_line_ = now + std::chrono::minutes(1);
    core_.log().warning("websockets are refused; a proxy may be the cause",
                        {{"why", why}, {"address", conn.peer().text()}});
}

} // namespace roomd::net
