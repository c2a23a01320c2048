#include "net/ws_link.hpp"

#include "base/base64.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/guards.hpp"
#include "session/outbox.hpp"

#include <libwebsockets.h>

#include <linux/sock_diag.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace roomd::net {

namespace {

// Of what one write takes from the outbox.  What the socket does not take of it libwebsockets
// copies and keeps, beyond the outbox's bound; see kept().
constexpr std::size_t most_per_write = 65536;
// Of a larger frame, in each fragment.  What a socket has room for libwebsockets need not copy.
constexpr std::size_t least_fragment = 16384;
constexpr std::size_t most_fragment = 131072;
// Of one message.  An honest peer cuts a message into few; each costs a pass through the loop.
constexpr std::uint16_t most_fragments = 1024;

} // namespace

session::Flushed WsLink::flush(session::Outbox &box) noexcept {
    if (conn_.dead || closing_) return fail();
    // libwebsockets closes it for a violation, and would let bytes follow its close frame.
    if (lws_get_close_length(conn_.wsi) > 0) {
        closing_ = true;
        conn_.core.await_farewell(conn_);
        return fail();
    }
    const bool batches = conn_.core.options.io_uring && lws_is_ssl(conn_.wsi) == 0;
    while (!box.empty()) {
        if (conn_.batched) conn_.core.batch.submit();
        if (conn_.dead) return fail();
        if (lws_partial_buffered(conn_.wsi) != 0) break;
        const base::Frame &first = *box[0];
        if (first.size() > most_per_write && !(base64_ && first.is_binary())) {
            const Took took = write_large(box);
            if (took == Took::failed) return fail();
            if (took == Took::blocked) {
                wait_for_room();
                return session::Flushed::blocked;
            }
            box.pop(1);
            continue;
        }
        std::size_t count = 0, size = 0;
        while (count < box.count() && (count == 0 || size + box[count]->size() <= most_per_write))
            size += box[count++]->size();
        const bool as_it_is = count == 1 && !base64_;
        if (batches) {
            Batch &batch = conn_.core.batch;
            if (as_it_is) {
                batch.put(conn_, box[0]);
            } else {
                batch.put_bytes(conn_, [&](std::string &out) { append(out, box, count); });
            }
            box.pop(count);
            continue;
        }
        std::string &all = conn_.core.scratch();
        all.clear();
        if (!as_it_is) append(all, box, count);
        if (!conn_.core.write(conn_, as_it_is ? first.wire() : all)) return fail();
        box.pop(count);
    }
    if (lws_partial_buffered(conn_.wsi) == 0) return session::Flushed::open;
    wait_for_room();
    return session::Flushed::blocked;
}

session::Flushed WsLink::fail() noexcept {
    session_ = base::SessionId::none;
    return session::Flushed::failed;
}

void WsLink::append(std::string &out, const session::Outbox &box, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        if (base64_ && box[i]->is_binary()) {
            out += base::Frame::text({"b", base::base64(box[i]->payload())})->wire();
        } else {
            out += box[i]->wire();
        }
    }
}

void WsLink::held_up() noexcept {
    wait_for_room();
    if (session_ != base::SessionId::none) conn_.core.sessions().blocked(session_, *this);
}

void WsLink::wait_for_room() noexcept {
    blocked_ = true;
    lws_callback_on_writable(conn_.wsi);
}

// So many bytes the socket takes now, about.  0: the kernel will say when it takes more.
std::size_t WsLink::room() const noexcept {
    const int fd = lws_get_socket_fd(conn_.wsi);
    std::uint32_t memory[SK_MEMINFO_VARS] = {};
    socklen_t size = sizeof memory;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory, &size) == 0) {
        const std::uint32_t all = memory[SK_MEMINFO_SNDBUF], used = memory[SK_MEMINFO_WMEM_QUEUED];
        const std::size_t left = all > used ? (all - used) / 4 * 3 : 0; // the kernel's own share
        if (left >= least_fragment) return left;
    }
    pollfd socket{fd, POLLOUT, 0};
    return poll(&socket, 1, 0) > 0 ? least_fragment : 0; // broken counts: the write will say so
}

WsLink::Took WsLink::write_large(session::Outbox &box) {
    const base::Frame &frame = *box[0];
    const std::string_view payload = frame.payload();
    std::string &bytes = conn_.core.scratch();
    while (box.sent() < payload.size()) {
        const std::size_t most = room();
        if (most == 0 || lws_partial_buffered(conn_.wsi) != 0) return Took::blocked;
        if (box.sent() == 0 && most >= frame.size())
            return conn_.core.write(conn_, frame.wire()) ? Took::all : Took::failed;
        const std::string_view part = payload.substr(box.sent(), std::min(most, most_fragment));
        const bool last = box.sent() + part.size() == payload.size();
        const int opcode = box.sent() > 0 ? 0 : frame.is_binary() ? 2 : 1;
        bytes.clear();
        base::append_frame(bytes, opcode, last, part);
        if (!conn_.core.write(conn_, bytes)) return Took::failed;
        box.take(part.size());
    }
    return Took::all;
}

std::size_t WsLink::kept() const noexcept {
    return conn_.kept;
}

void WsLink::close(session::Goodbye how) noexcept {
    session_ = base::SessionId::none;
    if (conn_.dead || closing_) return;
    if (how == session::Goodbye::cut) {
        conn_.core.kill(conn_);
    } else {
        say_goodbye(std::string_view("\x88\x00", 2));
    }
}

// libwebsockets' own close from SERVER_WRITEABLE under libuv ends without a frame, so ours is
// written as bytes, and a peer that does not answer is killed later.
void WsLink::say_goodbye(std::string_view frame) noexcept {
    closing_ = true;
    message_.reset();
    if (!conn_.core.write(conn_, frame)) return;
    conn_.core.await_farewell(conn_);
}

base::SessionId WsLink::take_session() noexcept {
    return std::exchange(session_, base::SessionId::none);
}

bool WsLink::end(std::uint16_t code) {
    const base::SessionId session = take_session();
    const char frame[4] = {'\x88', '\x02', static_cast<char>(code >> 8), static_cast<char>(code)};
    if (!closing_ && !conn_.dead) say_goodbye(std::string_view(frame, sizeof frame));
    if (session != base::SessionId::none)
        conn_.core.sessions().link_gone(session, *this, session::CloseReason::transport_error);
    return true;
}

bool WsLink::receive(std::string_view chunk) {
    if (conn_.dead) return false;
    if (closing_) return true;
    lws *wsi = conn_.wsi;
    const std::size_t left = lws_remaining_packet_payload(wsi);
    const bool frame_ends = left == 0;
    const bool first = lws_is_first_fragment(wsi) != 0;
    const bool message_ends = frame_ends && lws_is_final_fragment(wsi) != 0;
    const std::size_t most = conn_.core.sessions().message_limit(session_);
    const std::size_t have = message_ ? message_->size() : 0;
    if (first && !message_) binary_ = lws_frame_is_binary(wsi) != 0;
    // What is announced counts, so that nothing is kept of a message that cannot become legal.
    if (left > most || have + chunk.size() + left > most) return end(1009);
    if (!message_ && message_ends) {
        deliver(chunk, binary_);
        return true;
    }
    if (!message_) {
        message_ = std::make_unique<std::string>();
        fragments_ = 0;
        conn_.core.await_body(conn_);
    }
    message_->append(chunk);
    if (frame_ends && !message_ends && ++fragments_ > most_fragments) return end(1008);
    if (!message_ends) return true;
    const std::unique_ptr<std::string> whole = std::move(message_);
    conn_.core.await_nothing(conn_);
    deliver(*whole, binary_);
    return true;
}

void WsLink::deliver(std::string_view message, bool binary) {
    if (session_ == base::SessionId::none) return;
    if (binary) {
        conn_.core.sessions().binary(session_, *this, message);
    } else {
        conn_.core.sessions().text(session_, *this, message);
    }
}

void WsLink::writable() {
    if (!blocked_ || conn_.dead) return;
    if (lws_partial_buffered(conn_.wsi) != 0) {
        lws_callback_on_writable(conn_.wsi);
        return;
    }
    blocked_ = false;
    conn_.core.keeps(conn_, 0);
    if (session_ != base::SessionId::none) conn_.core.sessions().writable(session_, *this);
}

bool WsLink::peer_closes(std::string_view payload) {
    if (closing_) return false; // it answers ours
    if (!is_close_payload(payload)) {
        end(1002); // 4.1.6 would echo a code that must not be on the wire
        return false;
    }
    closing_ = true; // libwebsockets answers with the same frame
    conn_.core.await_farewell(conn_);
    const base::SessionId session = take_session();
    if (session != base::SessionId::none)
        conn_.core.sessions().link_gone(session, *this, session::CloseReason::transport_close);
    return true;
}

void WsLink::gone() {
    closing_ = true;
    const base::SessionId session = take_session();
    if (session != base::SessionId::none)
        conn_.core.sessions().link_gone(session, *this, session::CloseReason::transport_close);
}

} // namespace roomd::net
