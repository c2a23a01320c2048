#pragma once

#include "auth/keys.hpp"
#include "net/http.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace roomd::app {

// Who may use a guarded route, decided on the headers, before a plugin or a body is seen.
//   A Unix socket: its file permissions have let the peer in.
//   Keys of the scope exist: one must be sent (Authorization: Bearer, or X-API-Key).
//   None exist: only peers on this machine that call it by a loopback name, so that neither a
//   stranger nor a page whose name was rebound to 127.0.0.1 gets in.
class Gate {
public:
    explicit Gate(std::shared_ptr<const auth::Keys> keys) : keys_(std::move(keys)) {}

    // The headers admit() looks at; a guarded route must ask for them.
    static const std::vector<std::string> &headers();

    net::Access admit(const net::Request &, std::string_view scope) const;
    // Did it come with a key that has this scope?
    bool holds(const net::Request &, std::string_view scope) const;
    bool needs_key(std::string_view scope) const;

    const std::shared_ptr<const auth::Keys> &keys() const noexcept { return keys_; }
    void replace(std::shared_ptr<const auth::Keys> keys) { keys_ = std::move(keys); }

private:
    std::shared_ptr<const auth::Keys> keys_;
};

} // namespace roomd::app
