#pragma once

#include "base/clock.hpp"

#include <cstddef>

// What the keys of the configuration say to this layer.  Their rows (config/limits,
// config/socketio) point at these members and hold the defaults: nothing here has one.
namespace roomd::session {

struct EngineIo {
    base::Duration ping_interval{};
    base::Duration ping_timeout{};
    base::Duration upgrade_timeout{};
    std::size_t max_payload{}; // bytes; one packet, and one POST
    friend bool operator==(const EngineIo &, const EngineIo &) = default;
};

struct Limits {
    std::size_t send_buffer{};         // bytes in one outbox
    std::size_t send_buffer_total{};   // bytes that wait for all peers together
    std::size_t packets_per_payload{}; // of polling
    base::Duration max_age{};          // of a session; zero: any
    friend bool operator==(const Limits &, const Limits &) = default;
};

struct ClientLimits {
    std::size_t namespaces_per_session{};
    std::size_t before_connect{}; // bytes of one message before CONNECT was accepted
    std::size_t held{}; // bytes that wait, per session; behind a verdict EngineIo::max_payload more
    std::size_t attachments{};
    std::size_t json_depth{};
    base::Duration connect_timeout{}; // until the first namespace is joined
    friend bool operator==(const ClientLimits &, const ClientLimits &) = default;
};

} // namespace roomd::session
