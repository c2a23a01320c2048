#pragma once

#include "sio/decoder.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace roomd::session {

// A decoded packet that owns its bytes: it outlives the message it came in.
class HeldPacket {
public:
    explicit HeldPacket(const sio::Packet &);
    sio::Packet view() const; // into this
    std::size_t bytes() const noexcept;
    bool is_connect() const noexcept { return type_ == sio::Type::connect; }
    bool is_event() const noexcept { return type_ == sio::Type::event; }
    bool is_disconnect() const noexcept { return type_ == sio::Type::disconnect; }

private:
    sio::Args args() const;
    void copy(const sio::Args &);

    sio::Type type_ = sio::Type::event;
    std::string nsp_, name_, json_; // json_: of the arguments, or CONNECT's auth
    std::vector<std::string> blobs_;
    std::optional<std::uint64_t> ack_;
};

// Packets of one client that wait, in order, for a verdict or for their time.  Bounded by the
// unit that pushes.
class Held {
public:
    // `of_all` is the sum of bytes() of every line of packets; it outlives this one.
    explicit Held(std::size_t &of_all) noexcept : of_all_(of_all) {}
    Held(const Held &) = delete;
    Held &operator=(const Held &) = delete;
    ~Held() { of_all_ -= bytes_; }

    void push(HeldPacket &&);
    HeldPacket pop();
    bool empty() const noexcept { return packets_.empty(); }
    const HeldPacket &front() const noexcept { return packets_.front(); }
    std::size_t bytes() const noexcept { return bytes_; } // bookkeeping included
    bool ends_with_disconnect() const noexcept {
        return !packets_.empty() && packets_.back().is_disconnect();
    }
    // Drops everything ahead of the first CONNECT: it was meant for a client that is gone.
    void skip_to_connect();

private:
    std::deque<HeldPacket> packets_;
    std::size_t bytes_ = 0;
    std::size_t &of_all_;
};

} // namespace roomd::session
