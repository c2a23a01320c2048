#pragma once

#include "net/core.hpp"

#include <libwebsockets.h>

#include <list>
#include <string>

namespace roomd::net {

// libwebsockets itself, running on our loop: one context, one vhost per listener.
class Context {
public:
    explicit Context(Core &); // throws
    ~Context();               // ends every connection; runs the loop for that
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    lws_vhost *add_vhost(const ListenerOptions &); // throws
    // The files must have passed check_certificate(): libwebsockets silently keeps the old ones
    // when they are bad.
    void reload_certificates(const Options &);

private:
    struct Vhost { // libwebsockets holds these addresses as long as it lives
        std::string name;
        lws_protocols protocols[2];
    };
    Core &core_;
    std::list<Vhost> vhosts_;
};

} // namespace roomd::net
