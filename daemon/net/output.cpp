#include "net/output.hpp"

#include "net/socket.hpp"

#include <deque>
#include <utility>

namespace roomd::net {

namespace {

// Small pieces are joined, up to exactly a TLS record.  A record that was half written must be
// retried with at least the same bytes (SSL_write(3)); joining gives them again, as pieces are only
// added behind.
constexpr std::size_t most_together = 16384;

} // namespace

struct Output::Rest {
    struct Piece {
        base::FrameRef frame; // or, without one,
        std::string bytes;
        bool latest = false;
        std::string_view text() const noexcept {
            return frame ? frame->wire() : std::string_view(bytes);
        }
    };
    std::deque<Piece> pieces;
    std::size_t offset = 0; // bytes of the first that are sent
    std::size_t size = 0;   // bytes of all that are not
};

Output::Output() noexcept = default;
Output::~Output() = default;

Output::Rest &Output::rest() {
    if (!rest_) rest_ = std::make_unique<Rest>();
    return *rest_;
}

void Output::add_unsent(const base::FrameRef &frame, std::size_t offset) {
    Rest &rest = this->rest();
    if (rest.pieces.empty()) rest.offset = offset;
    rest.size += frame->size() - offset;
    rest.pieces.push_back({frame, {}, false});
}

void Output::add_unsent(std::string bytes) {
    Rest &rest = this->rest();
    rest.size += bytes.size();
    rest.pieces.push_back({{}, std::move(bytes), false});
}

void Output::await(Socket &socket) noexcept {
    socket.want_room();
}

Output::State Output::put(Socket &socket, const base::FrameRef &frame) {
    std::size_t sent = 0;
    if (idle()) {
        const std::ptrdiff_t took = socket.take(frame->wire());
        if (took < 0) return State::broken;
        sent = static_cast<std::size_t>(took);
        if (sent == frame->size()) return State::open;
    }
    add_unsent(frame, sent);
    await(socket);
    return State::blocked;
}

Output::State Output::put(Socket &socket, std::string bytes) {
    std::size_t sent = 0;
    if (idle()) {
        const std::ptrdiff_t took = socket.take(bytes);
        if (took < 0) return State::broken;
        sent = static_cast<std::size_t>(took);
        if (sent == bytes.size()) return State::open;
        Rest &rest = this->rest();
        rest.offset = sent;
        rest.size = bytes.size() - sent;
        rest.pieces.push_back({{}, std::move(bytes), false});
    } else {
        add_unsent(std::move(bytes));
    }
    await(socket);
    return State::blocked;
}

Output::State Output::put_latest(Socket &socket, std::string bytes) {
    if (idle()) return put(socket, std::move(bytes));
    Rest &rest = *rest_;
    for (std::size_t i = 1; i < rest.pieces.size(); ++i) { // the first may be half sent
        Rest::Piece &piece = rest.pieces[i];
        if (!piece.latest) continue;
        rest.size += bytes.size() - piece.bytes.size();
        piece.bytes = std::move(bytes);
        return State::blocked;
    }
    add_unsent(std::move(bytes));
    rest.pieces.back().latest = true;
    return State::blocked;
}

// The first piece, or several small ones joined.  Bytes that were once passed to a write come
// again unchanged.
std::string_view Output::next(std::string &scratch) {
    const std::string_view first = rest_->pieces.front().text().substr(rest_->offset);
    if (rest_->pieces.size() == 1 || first.size() >= most_together) return first;
    scratch.assign(first);
    for (std::size_t i = 1; i < rest_->pieces.size() && scratch.size() < most_together; ++i) {
        scratch += rest_->pieces[i].text().substr(0, most_together - scratch.size());
        rest_->pieces[i].latest = false;
    }
    return scratch;
}

Output::State Output::resume(Socket &socket) {
    std::string scratch;
    while (rest_) {
        const std::string_view bytes = next(scratch);
        const std::ptrdiff_t took = socket.take(bytes);
        if (took < 0) return State::broken;
        auto sent = static_cast<std::size_t>(took);
        const bool all = sent == bytes.size();
        rest_->size -= sent;
        while (!rest_->pieces.empty()) {
            const std::size_t left = rest_->pieces.front().text().size() - rest_->offset;
            if (sent < left) break;
            sent -= left;
            rest_->offset = 0;
            rest_->pieces.pop_front();
        }
        rest_->offset += sent;
        if (rest_->pieces.empty()) rest_.reset();
        if (!all) {
            await(socket);
            return State::blocked;
        }
    }
    return State::open;
}

std::size_t Output::unsent() const noexcept {
    return rest_ ? rest_->size : 0;
}

std::size_t Output::memory() const noexcept {
    std::size_t bytes = 0;
    if (rest_)
        for (const Rest::Piece &piece : rest_->pieces)
            bytes += sizeof piece + (piece.frame ? 0 : piece.bytes.capacity());
    return bytes;
}

void Output::clear() noexcept {
    rest_.reset();
}

} // namespace roomd::net
