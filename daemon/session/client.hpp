#pragma once

#include "base/ids.hpp"
#include "session/held.hpp"
#include "session/namespaces.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

namespace roomd::session {

// One session in one namespace.  State that a feature needs per client lives with that feature.
struct Client {
    enum class State : std::uint8_t { pending, accepted };

    base::SessionId session = base::SessionId::none;
    base::ClientId next = base::ClientId::none; // of the same session
    Namespace *nsp = nullptr;
    std::array<char, 20> id{};
    State state = State::pending;
    bool ended = false;
    bool draining = false; // what waited is being delivered further up the stack
    bool paced = false;    // its events come too fast: what it sends waits
    std::uint32_t holds = 0;
    std::unique_ptr<Held> held;

    std::string_view public_id() const noexcept { return {id.data(), id.size()}; }
    bool accepted() const noexcept { return state == State::accepted; }
    bool awaits_verdict() const noexcept { return !accepted() || holds > 0; }
    bool waits() const noexcept { return awaits_verdict() || paced; }
};

static_assert(sizeof(Client) <= 64, "there is one for every connected client");

} // namespace roomd::session
