#pragma once

#include "auth/keys.hpp"
#include "net/http.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace roomd::app {

// Who may use a guarded route, decided by the headers, before a plugin or a body is involved.
//   Over a Unix socket: anyone, as the file's permissions have admitted the peer; but a proxy's
//   headers make it the request of somebody else.
//   With keys of the scope: anyone who sends one (Authorization: Bearer, or X-API-Key).
//   Without: peers on this machine that use a loopback name, so that neither a stranger nor a page
//   whose name was rebound to 127.0.0.1 is admitted.
class Gate {
public:
    explicit Gate(std::shared_ptr<const auth::Keys> keys) : keys_(std::move(keys)) {}

    // The headers that admit() reads; a guarded route must want them.
    static const std::vector<std::string> &headers();

    net::Access admit(const net::Request &, std::string_view scope) const;
    // Only with a key of the scope, wherever it comes from.
    net::Access admit_key(const net::Request &, std::string_view scope) const;
    // Whether it was sent with a key that has this scope.
    bool holds(const net::Request &, std::string_view scope) const;
    bool needs_key(std::string_view scope) const;
    // Whether the peer is on this machine, through no proxy, and uses a loopback name.
    static bool is_local(const net::Request &);

    const std::shared_ptr<const auth::Keys> &keys() const noexcept { return keys_; }
    void replace(std::shared_ptr<const auth::Keys> keys) { keys_ = std::move(keys); }

private:
    net::Access check_key(std::string_view key, std::string_view scope) const;

    std::shared_ptr<const auth::Keys> keys_;
};

} // namespace roomd::app
