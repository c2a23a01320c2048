#include "net/poll_link.hpp"

#include "eio/payload.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
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
    conn.exchange->session = base::SessionId::none; // the session drops this link now
    // This link ends inside answer(): nothing of it is touched afterwards.
    if (!conn.core.answer(conn, payload(std::move(body)))) return session::Flushed::failed;
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
