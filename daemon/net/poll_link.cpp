#include "net/poll_link.hpp"

#include "eio/payload.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/cors.hpp"
#include "session/outbox.hpp"

#include <utility>

namespace roomd::net {

namespace {

Answer payload(std::string body) {
    Answer answer;
    answer.content_type = "text/plain; charset=UTF-8";
    answer.headers = "cache-control: no-store\r\n";
    answer.body = std::move(body);
    return answer;
}

// The packets of a GET's answer, in the form that its peer takes.
Answer answer_to(Conn &conn, std::string body) {
    const std::size_t from = conn.core.options.compress_from;
    if (from == 0 || body.size() < from || body.size() > Gzip::most)
        return payload(std::move(body));
    vary_by(conn.exchange->cors, "Accept-Encoding");
    if (!conn.exchange->gzip) return payload(std::move(body));
    Answer answer = payload(std::string(conn.core.gzip.pack(body)));
    answer.headers += "content-encoding: gzip\r\n";
    return answer;
}

} // namespace

session::Flushed PollLink::flush(session::Outbox &box) noexcept {
    std::size_t size = 0;
    for (std::size_t i = 0; i < box.count(); ++i)
        size += eio::payload_size(*box[i]);
    std::string body;
    body.reserve(size);
    for (std::size_t i = 0; i < box.count(); ++i)
        eio::append_packet(body, *box[i]);
    Conn &conn = conn_;
    if (conn.dead || !conn.exchange) return session::Flushed::failed;
    const Answer answer = answer_to(conn, std::move(body));
    conn.exchange->session = base::SessionId::none; // the session drops this link now
    // This link ends inside answer(): nothing of it is touched afterwards.
    if (!conn.core.answer(conn, answer)) return session::Flushed::failed;
    box.pop(box.count());
    return session::Flushed::spent;
}

void PollLink::close(session::Goodbye how) noexcept {
    Conn &conn = conn_;
    if (conn.dead || !conn.exchange) return;
    conn.exchange->session = base::SessionId::none;
    if (how == session::Goodbye::cut) {
        conn.core.kill(conn);
    } else {
        conn.core.answer(conn, payload("1"));
    }
}

} // namespace roomd::net
