#include "net/ws_link.hpp"

#include "base/base64.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "session/outbox.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace roomd::net {

namespace {

// Bytes that one write takes from the outbox; fewer with TLS, where a record is not larger.
constexpr std::size_t most_per_write = 65536, most_per_record = 16384;

constexpr std::uint16_t too_large = 1009;

std::uint32_t milliseconds(base::Time time) noexcept {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

std::string control(char opcode, std::string_view payload) {
    std::string out{static_cast<char>(0x80 | opcode), static_cast<char>(payload.size())};
    return out.append(payload);
}

} // namespace

// The events of one read: all go to the link, but of many pings only the last is answered.
class WsLink::Reading final : public http::Frames::Sink {
public:
    explicit Reading(WsLink &link) noexcept : link_(link) {}

    std::size_t message_limit() const noexcept override {
        return link_.conn_.core().sessions().message_limit(link_.session_);
    }
    bool message(std::string_view payload, bool binary) override {
        ++frames;
        finished = true;
        link_.deliver(payload, binary);
        return !link_.conn_.dead() && !link_.closing_;
    }
    bool ping(std::string_view payload) override {
        ++frames;
        pinged = true;
        size_ = payload.copy(ping_.data(), ping_.size());
        return true;
    }
    bool pong(std::string_view) override {
        ++frames;
        return true;
    }
    void closed(std::uint16_t code, std::string_view) override { link_.peer_closes(code); }

    std::string_view last_ping() const noexcept { return {ping_.data(), size_}; }
    unsigned frames = 0;
    bool pinged = false, finished = false; // finished: a message was completed

private:
    WsLink &link_;
    std::array<char, 125> ping_;
    std::size_t size_ = 0;
};

WsLink::WsLink(Conn &conn, bool base64) noexcept :
    conn_(conn),
    allowance_(static_cast<std::int32_t>(conn.core().options().frames_per_second)),
    allowed_at_ms_(milliseconds(conn.core().loop().now())),
    base64_(base64) {}

// ---- down ------------------------------------------------------------------------------------

session::Flushed WsLink::fail() noexcept {
    session_ = base::SessionId::none;
    return session::Flushed::failed;
}

std::span<const base::FrameRef> WsLink::without_binary(std::span<const base::FrameRef> frames) {
    std::vector<base::FrameRef> &out = conn_.core().frames();
    out.assign(frames.begin(), frames.end());
    for (base::FrameRef &frame : out)
        if (frame->is_binary()) frame = base::Frame::text({"b", base::base64(frame->payload())});
    return out;
}

session::Flushed WsLink::flush(session::Outbox &box) noexcept {
    const bool tls = conn_.socket().tls();
    const bool batches = conn_.core().options().io_uring && !tls;
    const std::size_t most = tls ? most_per_record : most_per_write;
    while (!box.empty()) {
        if (batched_) conn_.core().batch().submit();
        if (conn_.dead() || closing_) return fail();
        if (greeted_ && !conn_.output().idle()) return session::Flushed::blocked;
        std::size_t count = 1, size = box[0]->size();
        while (count < box.count() && size + box[count]->size() <= most)
            size += box[count++]->size();
        std::span<const base::FrameRef> frames = box.first(count);
        if (base64_) frames = without_binary(frames);
        if (!greeted_) {
            if (!write_behind(frames)) return fail();
        } else if (batches) {
            batched_ = true;
            conn_.core().batch().put(*this, conn_.socket().fd(), frames);
        } else if (!write(frames)) {
            return fail();
        }
        box.pop(count);
    }
    return conn_.output().idle() ? session::Flushed::open : session::Flushed::blocked;
}

// Writes behind the answer to the upgrade, together with it.  False: the socket is broken.
bool WsLink::write_behind(std::span<const base::FrameRef> frames) noexcept {
    for (const base::FrameRef &frame : frames)
        conn_.output().add_unsent(frame, 0);
    greet();
    return !conn_.dead();
}

void WsLink::greet() noexcept {
    greeted_ = true;
    if (conn_.output().resume(conn_.socket()) == Output::State::broken) conn_.cut();
}

// False: the socket is broken.
bool WsLink::write(std::span<const base::FrameRef> frames) noexcept {
    std::string &all = conn_.core().scratch();
    if (frames.size() > 1) {
        all.clear();
        for (const base::FrameRef &frame : frames)
            all += frame->wire();
    }
    const std::string_view bytes = frames.size() == 1 ? frames[0]->wire() : std::string_view(all);
    const std::ptrdiff_t sent = conn_.socket().take(bytes);
    if (sent < 0) {
        conn_.cut();
        return false;
    }
    add_unsent(static_cast<std::size_t>(sent), frames);
    return true;
}

void WsLink::add_unsent(std::size_t sent, std::span<const base::FrameRef> frames) {
    bool some = false;
    for (const base::FrameRef &frame : frames) {
        const std::size_t here = std::min(sent, frame->size());
        sent -= here;
        if (here == frame->size()) continue;
        conn_.output().add_unsent(frame, here);
        some = true;
    }
    if (some) conn_.output().await(conn_.socket());
}

void WsLink::on_sent(std::ptrdiff_t sent, std::span<const base::FrameRef> frames) {
    batched_ = false;
    if (conn_.dead()) return;
    if (sent < 0) return conn_.cut(); // on_end() will tell the session
    add_unsent(static_cast<std::size_t>(sent), frames);
    if (conn_.output().idle() || session_ == base::SessionId::none) return;
    conn_.core().sessions().blocked(session_, *this);
}

void WsLink::on_room() {
    if (session_ != base::SessionId::none) conn_.core().sessions().writable(session_, *this);
}

// Both include the kernel's buffer, which is full when the socket accepts nothing.
std::size_t WsLink::unsent() const noexcept {
    const Output &output = conn_.output();
    return output.idle() ? 0 : output.unsent() + conn_.core().options().kernel_buffer;
}

std::size_t WsLink::memory() const noexcept {
    const Output &output = conn_.output();
    return output.idle() ? 0 : output.memory() + conn_.core().options().kernel_buffer;
}

void WsLink::close(session::Goodbye how) noexcept {
    session_ = base::SessionId::none;
    if (conn_.dead() || closing_) return;
    if (how == session::Goodbye::cut) {
        conn_.cut();
    } else {
        say_goodbye(std::string_view("\x88\x00", 2));
    }
}

void WsLink::say_goodbye(std::string_view frame) noexcept {
    closing_ = true;
    if (batched_) conn_.core().batch().submit(); // the batch was first
    if (conn_.dead()) return;
    if (conn_.output().put(conn_.socket(), std::string(frame)) == Output::State::broken)
        return conn_.cut();
    conn_.finish();
}

void WsLink::end(std::uint16_t code) noexcept {
    const base::SessionId session = take_session();
    const char payload[2] = {static_cast<char>(code >> 8), static_cast<char>(code)};
    if (!closing_) say_goodbye(control(8, {payload, 2}));
    if (session != base::SessionId::none)
        conn_.core().sessions().link_gone(session, *this, session::CloseReason::transport_error);
}

base::SessionId WsLink::take_session() noexcept {
    return std::exchange(session_, base::SessionId::none);
}

// ---- up --------------------------------------------------------------------------------------

void WsLink::on_bytes(std::span<char> bytes) {
    if (closing_) return;
    const bool midway = frames_.midway();
    Reading reading(*this);
    const std::uint16_t code = frames_.read(bytes, reading);
    if (conn_.dead()) return;
    if (reading.pinged && !closing_) pong(reading.last_ping());
    if (conn_.dead()) return;
    if (code == too_large && conn_.core().sessions().too_large(session_))
        return conn_.socket().pause(); // until it is closed, behind its output
    if (code != 0) return end(code);
    if (closing_) return;
    conn_.holds(frames_.held());
    if (conn_.dead()) return;
    // Anew for each message: one that follows another in the same read has its own deadline.
    const bool begins = frames_.midway() && (!midway || reading.finished);
    if (begins) begun_at_ms_ = milliseconds(conn_.core().loop().now());
    if (hasty(reading.frames)) {
        conn_.socket().pause();
        conn_.wait(Wait::pace);
        return;
    }
    conn_.socket().resume(); // there is no Wait::pace to do it
    if (!frames_.midway()) {
        conn_.wait(Wait::nothing);
    } else if (begins || conn_.waits_for() != Wait::body) {
        conn_.wait(Wait::body);
    }
}

void WsLink::deliver(std::string_view message, bool binary) {
    if (session_ == base::SessionId::none) return;
    if (binary) {
        conn_.core().sessions().binary(session_, *this, message);
    } else {
        conn_.core().sessions().text(session_, *this, message);
    }
}

// While the output is blocked at most one answer waits: the peer does not read them.
void WsLink::pong(std::string_view payload) {
    if (batched_) conn_.core().batch().submit();
    if (conn_.dead()) return;
    if (conn_.output().put_latest(conn_.socket(), control(10, payload)) == Output::State::broken)
        conn_.cut();
}

void WsLink::peer_closes(std::uint16_t code) {
    closing_ = true;
    const base::SessionId session = take_session();
    const char payload[2] = {static_cast<char>(code >> 8), static_cast<char>(code)};
    say_goodbye(control(8, {payload, code == 0 ? 0u : 2u}));
    if (session != base::SessionId::none)
        conn_.core().sessions().link_gone(session, *this, session::CloseReason::transport_close);
}

// Counts frames that were read.  True when the peer is so far above its frames per second that
// nothing more is read for a moment.
bool WsLink::hasty(unsigned frames) {
    const auto most = static_cast<std::int64_t>(conn_.core().options().frames_per_second);
    if (most == 0) return false;
    const std::uint32_t now = milliseconds(conn_.core().loop().now());
    const std::int64_t more = (now - allowed_at_ms_) * most / 1000;
    if (more > 0) allowed_at_ms_ = now;
    allowance_ = static_cast<std::int32_t>(std::min(most, allowance_ + more) - frames);
    return allowance_ < 0;
}

void WsLink::on_pace() {
    if (closing_) return;
    // Frames that come too fast do not extend the deadline of the message around them.
    const std::uint32_t since = milliseconds(conn_.core().loop().now()) - begun_at_ms_;
    if (frames_.midway() && base::Duration(since) >= conn_.core().options().body_deadline)
        return on_late();
    if (hasty(0)) return conn_.wait(Wait::pace);
    conn_.socket().resume();
    if (frames_.midway()) conn_.wait(Wait::body);
}

void WsLink::on_late() {
    frames_ = http::Frames(); // nothing more is read
    end(1008);                // the rest of a message did not arrive in time
}

void WsLink::on_end() {
    closing_ = true;
    const base::SessionId session = take_session();
    if (session != base::SessionId::none)
        conn_.core().sessions().link_gone(session, *this, session::CloseReason::transport_close);
}

} // namespace roomd::net
