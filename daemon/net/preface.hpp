#pragma once

#include "net/address.hpp"

#include <cstddef>
#include <cstdint>

struct lws_vhost;

namespace roomd::net {

class Core;

// The connections of listeners that take the PROXY protocol, from accept until the header was read:
// then they are adopted (net/conn).  Before that libwebsockets has not seen them, as with TLS the
// header comes before the handshake.
class Prefaces {
public:
    explicit Prefaces(Core &core) noexcept : core_(core) {}
    ~Prefaces(); // closes those that wait
    Prefaces(const Prefaces &) = delete;
    Prefaces &operator=(const Prefaces &) = delete;

    // Takes an accepted descriptor over, which the tally has counted as opened.  A peer that is no
    // trusted proxy is closed at once.
    void take(lws_vhost *, int fd, const Peer &, std::uint16_t listener);

private:
    class Preface;
    Core &core_;
    Preface *first_ = nullptr; // of a list
};

} // namespace roomd::net
