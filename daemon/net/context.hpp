#pragma once

#include "net/certificates.hpp"
#include "net/core.hpp"

#include <libwebsockets.h>

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace roomd::net {

// libwebsockets itself, running on our loop: one context, one vhost per listener.
class Context {
public:
    explicit Context(Core &); // throws
    ~Context();               // ends every connection; runs the loop for that
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    lws_vhost *add_vhost(const ListenerOptions &); // throws

    // Certificates of the listeners, in their order; null: it has no TLS.
    using Read = std::vector<std::unique_ptr<const Certificates>>;
    static Read read_certificates(const Options &); // throws
    // From now on handshakes get these, and are offered what the options say, which were checked.
    void use(Read, const Options &) noexcept;
    const Certificates *certificates(std::size_t listener) const noexcept;

    // From libwebsockets, when it has made the TLS context of this vhost.
    static int on_tls(void *vhost_user, ssl_ctx_st *) noexcept;

private:
    struct Vhost { // libwebsockets holds these addresses as long as it lives
        std::string name;
        lws_protocols protocols[2];
        ssl_ctx_st *tls = nullptr; // libwebsockets owns it
        std::unique_ptr<const Certificates> certificates;
        TlsOffer offer;
        std::string fault; // of the offer
        Core *core = nullptr;
    };
    Core &core_;
    std::list<Vhost> vhosts_;
};

} // namespace roomd::net
