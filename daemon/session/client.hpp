#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "session/held.hpp"
#include "sio/decoder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::session {

// A namespace someone is in.  Its ack ids count here, so that one encoded packet can ask many.
struct Namespace {
    std::string name;
    std::size_t clients = 0;
    std::uint64_t next_ack = 0;
};

// The namespaces of all clients, each name once; those without clients vanish.
class Namespaces {
public:
    Namespace &enter(std::string_view name);
    void leave(Namespace &) noexcept;
    std::size_t size() const noexcept { return table_.size(); }

private:
    std::unordered_map<std::string_view, std::unique_ptr<Namespace>> table_; // views into names
};

// One session in one namespace.  State that a feature needs per client lives with that feature.
struct Client {
    enum class State : std::uint8_t { pending, accepted };

    base::SessionId session = base::SessionId::none;
    base::ClientId next = base::ClientId::none; // of the same session
    Namespace *nsp = nullptr;
    std::array<char, 20> id{};
    State state = State::pending;
    bool ended = false;
    bool draining = false;
    bool paced = false; // its events come too fast: what it sends waits
    std::uint32_t holds = 0;
    std::unique_ptr<Held> held;

    std::string_view public_id() const noexcept { return {id.data(), id.size()}; }
    bool accepted() const noexcept { return state == State::accepted; }
    bool awaits_verdict() const noexcept { return !accepted() || holds > 0; }
    bool waits() const noexcept { return awaits_verdict() || paced; }
};

static_assert(sizeof(Client) <= 64, "there is one for every connected client");

// What Socket.IO keeps per session.
struct Peer {
    base::SessionId session = base::SessionId::none;
    base::ClientId first = base::ClientId::none;
    sio::Decoder decoder;
    base::Bucket connects;
    base::Bucket events;        // of all its namespaces: leaving one and coming back gains nothing
    base::Time waiting_since{}; // for the attachments of a packet
    base::Time refused_at{};    // last
    base::Time warned_at{};     // that its events wait
    std::uint16_t clients = 0;
    std::uint16_t refusals = 0; // since it was accepted anywhere, or had peace for a while
    bool open = false;
    bool joined = false;  // was accepted once, somewhere
    bool waits = false;   // for attachments
    bool watched = false; // stands in the list of unfinished packets
};

static_assert(sizeof(Peer) <= 72, "there is one for every session");

} // namespace roomd::session
