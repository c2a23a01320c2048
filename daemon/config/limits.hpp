#pragma once

#include "config/key.hpp"
#include "dispatch/settings.hpp"
#include "net/settings.hpp"
#include "session/settings.hpp"

#include <array>
#include <cstddef>

namespace roomd::config {

// What clients may use at most.  A row below points at the member of the layer that enforces it;
// app/options hands each layer its own.
struct Limits : net::Limits, session::Limits, session::ClientLimits, dispatch::Limits {
    Limits();
    std::size_t events_per_second{};
    std::size_t frames_per_second{};
    friend bool operator==(const Limits &, const Limits &) = default;
};

// clang-format off
inline constexpr std::array limit_keys{
    count<Limits>("limits.connections", &Limits::connections, "50000", {"1", "1000000"}, Reload::yes,
        "Open connections."),
    count<Limits>("limits.per_address", &Limits::per_address, "200", {"0", "1000000"}, Reload::yes,
        "Open connections of one address; 0: any number. Not for loopback and Unix peers."),
    count<Limits>("limits.per_network", &Limits::per_network, "800", {"0", "1000000"}, Reload::yes,
        "Open connections of one IPv6 network (`network_prefix`) together; 0: any number."),
    count<Limits>("limits.address_prefix", &Limits::address_prefix, "64", {"1", "128"}, Reload::no,
        "Bits of an IPv6 address that count as one address."),
    count<Limits>("limits.network_prefix", &Limits::network_prefix, "56", {"1", "128"}, Reload::no,
        "Bits of an IPv6 address that count as one network."),
    count<Limits>("limits.per_user", &Limits::per_user, "0", {"0", "1000000"}, Reload::yes,
        "Clients one user may have at a time, by the `user` of the identity; 0: any number."),
    count<Limits>("limits.rooms_per_client", &Limits::rooms_per_client, "100", {"1", "100000"}, Reload::yes,
        "Rooms one client may be in."),
    count<Limits>("limits.namespaces_per_session", &Limits::namespaces_per_session, "16", {"1", "1000"}, Reload::yes,
        "Namespaces one connection may join; one more is refused."),
    size<Limits>("limits.send_buffer", &Limits::send_buffer, "1MiB", {"4KiB", "1GiB"}, Reload::yes,
        "Bytes queued for one client; a client with more is slow and is closed."),
    size<Limits>("limits.send_buffer_total", &Limits::send_buffer_total, "512MiB", {"1MiB", "1024GiB"}, Reload::yes,
        "Bytes queued for all clients together, each event counted once; beyond it those furthest behind are closed."),
    size<Limits>("limits.kernel_buffer", &Limits::kernel_buffer, "128KiB", {"0B", "64MiB"}, Reload::yes,
        "Bytes that the kernel may buffer for each connection beyond that (SO_SNDBUF); a change applies to new connections. `0B`, which needs a restart: up to the kernel, which can be megabytes."),
    size<Limits>("limits.receive_total", &Limits::receive_total, "128MiB", {"1MiB", "1024GiB"}, Reload::yes,
        "Bytes of requests and messages that have arrived in part, of all clients together; beyond it the one that has kept us waiting longest is disconnected. As much again for packets that wait for their time or for a verdict; further ones are refused."),
    size<Limits>("limits.head", &Limits::head, "32KiB", {"4KiB", "1MiB"}, Reload::yes,
        "Largest head of a request: its first line and its headers."),
    size<Limits>("limits.max_emit", &Limits::max_emit, "1MB", {"1B", "64MiB"}, Reload::no,
        "Largest event that may be emitted."),
    size<Limits>("limits.before_connect", &Limits::before_connect, "16KiB", {"64B", "1MiB"}, Reload::yes,
        "Largest message before a client has joined a namespace."),
    size<Limits>("limits.held", &Limits::held, "64KiB", {"1KiB", "64MiB"}, Reload::yes,
        "Bytes of one connection's packets that wait for their time or for a verdict; while a verdict is awaited, one packet of max_payload beyond that."),
    count<Limits>("limits.packets_per_payload", &Limits::packets_per_payload, "10000", {"1", "1000000"}, Reload::yes,
        "Packets in one polling body."),
    count<Limits>("limits.attachments", &Limits::attachments, "10", {"0", "1000"}, Reload::yes,
        "Binary attachments of one packet."),
    count<Limits>("limits.json_depth", &Limits::json_depth, "128", {"1", "1000"}, Reload::yes,
        "How deep JSON may nest."),
    count<Limits>("limits.events_per_second", &Limits::events_per_second, "50", {"0", "1000000"}, Reload::yes,
        "Events one connection may send in a second, in all its namespaces; faster ones are held back. 0: any number."),
    count<Limits>("limits.frames_per_second", &Limits::frames_per_second, "1000", {"0", "1000000"}, Reload::yes,
        "Packets of any kind that one connection may send in a second. Faster websocket frames wait unread; the POST of a polling client is answered later. 0, or `events_per_second: 0`: any number."),
    duration<Limits>("limits.max_age", &Limits::max_age, "0s", {"0ms", "30d"}, Reload::yes,
        "How long a connection may last: each is closed at a random moment in the last fifth of this time, and the stock client opens another one. 0s: any time."),
    duration<Limits>("limits.connect_timeout", &Limits::connect_timeout, "45s", {"10ms", "1d"}, Reload::yes,
        "Time to join the first namespace."),
    duration<Limits>("limits.header_deadline", &Limits::header_deadline, "10s", {"100ms", "1d"}, Reload::yes,
        "Time for all of a request's headers."),
    duration<Limits>("limits.body_deadline", &Limits::body_deadline, "30s", {"100ms", "1d"}, Reload::yes,
        "Time for all of a request's body."),
    duration<Limits>("limits.keep_alive", &Limits::keep_alive, "75s", {"100ms", "1d"}, Reload::yes,
        "How long an idle HTTP connection stays open."),
};
// clang-format on

inline Limits::Limits() {
    set_initial(*this, limit_keys);
}

} // namespace roomd::config
