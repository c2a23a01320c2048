#pragma once

#include "net/core.hpp"

#include <libwebsockets.h>

#include <list>
#include <string>

namespace roomd::net {

// libwebsockets itself, as a guest on our loop: one context, one vhost per listener.
class Context {
public:
    explicit Context(Core &); // throws
    ~Context();               // ends every connection; runs the loop for that
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    lws_vhost *add_vhost(const ListenerOptions &); // throws
    // Of files that check_certificate() has found good: libwebsockets keeps the old ones without a
    // word where they are not.
    void reload_certificates(const Options &);

private:
    struct Vhost { // libwebsockets keeps these addresses as long as it lives
        std::string name;
        lws_protocols protocols[2];
    };
    Core &core_;
    std::list<Vhost> vhosts_;
};

} // namespace roomd::net
