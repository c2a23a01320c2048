#pragma once

#include "host/http.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace roomd::log {
class Logger;
}
namespace roomd::net {
class Server;
}

namespace roomd::app {

class Gate;

// Adds the routes of plugins to the server, with the gate in front of those that have a scope.
class PluginHttp final : public host::Http {
public:
    PluginHttp(net::Server &server, const Gate &gate, std::size_t default_body) :
        server_(server),
        gate_(gate),
        default_body_(default_body) {}

    std::uint64_t add(host::HttpRoute, std::string &why) override;
    void remove(std::uint64_t route) noexcept override;
    bool respond(base::ExchangeId, host::HttpResponse) override;

    std::size_t default_body() const noexcept { return default_body_; }

    // The paths whose scope no key has: nobody outside this machine could use them.
    std::vector<std::string> without_key() const;

    // Says for each endpoint whether it needs a key.
    void announce(log::Logger &) const;

private:
    struct Served {
        std::uint64_t id;
        std::string method, path, scope;
    };
    net::Server &server_;
    const Gate &gate_;
    std::size_t default_body_;
    std::vector<Served> served_;
};

} // namespace roomd::app
