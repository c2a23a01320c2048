#pragma once

#include "net/core.hpp"

#include <libwebsockets.h>

#include <list>
#include <string>
#include <string_view>

namespace roomd::net {

// libwebsockets itself, as a guest on our loop: one context, one vhost per listener.
class Context {
public:
    explicit Context(Core &); // throws
    ~Context();               // ends every connection; runs the loop for that
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    lws_vhost *add_vhost(const ListenerOptions &); // throws
    void reload_certificates(const Options &);
    // Before a websocket request is let through that offers subprotocols: this one is chosen.
    static void choose_subprotocol(lws *, std::string_view) noexcept;

private:
    struct Vhost { // libwebsockets keeps these addresses as long as it lives
        std::string name;
        lws_protocols protocols[3];
        char chosen[64]; // the name of the second, as the request at hand wants it
        lws_http_mount mount;
    };
    Core &core_;
    std::list<Vhost> vhosts_;
};

} // namespace roomd::net
