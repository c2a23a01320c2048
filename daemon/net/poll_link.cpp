#include "net/poll_link.hpp"

#include "eio/payload.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/cors.hpp"
#include "session/outbox.hpp"

#include <algorithm>
#include <utility>

namespace roomd::net {

namespace {

// Packets in one answer: python-socketio ends a connection whose answer holds more.  The next GET
// is answered at once with the rest.
constexpr std::size_t most_packets = 16;

Answer payload(std::string body) {
    Answer answer;
    answer.content_type = "text/plain; charset=UTF-8";
    answer.headers = "cache-control: no-store\r\n";
    answer.body = std::move(body);
    return answer;
}

// The packets of a GET's answer, in the form that its peer accepts.
Answer answer_to(Conn &conn, std::string body, bool gzip) {
    const std::size_t from = conn.core().options().compress_from;
    if (from == 0 || body.size() < from || body.size() > Gzip::most)
        return payload(std::move(body));
    vary_by(conn.lines(), "Accept-Encoding");
    if (!gzip) return payload(std::move(body));
    Answer answer = payload(std::string(conn.core().gzip().pack(body)));
    answer.headers += "content-encoding: gzip\r\n";
    return answer;
}

} // namespace

session::Flushed PollLink::flush(session::Outbox &box) noexcept {
    session_ = base::SessionId::none; // spent or failed: the session has dropped it
    if (conn_.dead()) return session::Flushed::failed;
    const auto frames = box.first(std::min(box.count(), most_packets));
    std::size_t size = 0;
    for (const base::FrameRef &frame : frames)
        size += eio::payload_size(*frame);
    std::string body;
    body.reserve(size);
    for (const base::FrameRef &frame : frames)
        eio::append_packet(body, *frame);
    const Answer answer = answer_to(conn_, std::move(body), gzip_);
    // answer() destroys this: nothing of it is touched afterwards.
    if (!conn_.answer(answer)) return session::Flushed::failed;
    box.pop(frames.size());
    return session::Flushed::spent;
}

void PollLink::close(session::Goodbye how) noexcept {
    session_ = base::SessionId::none;
    if (conn_.dead()) return;
    if (how == session::Goodbye::cut) {
        conn_.cut();
    } else {
        conn_.answer(payload("1"));
    }
}

void PollLink::gone(Conn &conn) {
    if (session_ == base::SessionId::none) return;
    conn.core().sessions().link_gone(session_, *this, session::CloseReason::transport_error);
}

} // namespace roomd::net
