#pragma once

#include "loop/timer.hpp"
#include "loop/watch.hpp"
#include "net/address.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/preface.hpp"

#include <cstdint>
#include <memory>
#include <string>

struct lws_vhost;

namespace roomd::net {

// A listening socket.  libwebsockets never listens: it is handed what we have accepted.
class Listener {
public:
    // Throws when it cannot listen.
    Listener(Core &, Prefaces &, std::uint16_t index, lws_vhost *);
    ~Listener();
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;

    // Accepts what waits, unless the socket was passed to us: then the next process does.
    void take_waiting();

    // Sets the options that accepted sockets inherit.
    void reconfigure() noexcept;

    std::string address() const { return address_; }
    int fd() const noexcept { return fd_; }

private:
    Listener(Core &, Prefaces &, std::uint16_t index, lws_vhost *, Opened);
    void on_ready();
    bool take_one(); // false: nothing more for now
    void out_of_descriptors();

    Core &core_;
    Prefaces &prefaces_;
    lws_vhost *vhost_;
    std::uint16_t index_;
    bool admin_, proxy_protocol_, inherited_;
    int fd_;
    int spare_; // closed to be able to refuse a connection when descriptors run out
    std::string address_;
    SocketFile file_;
    std::unique_ptr<loop::Watch> watch_;
    loop::Timer pause_;
};

} // namespace roomd::net
