#pragma once

#include "auth/key_rates.hpp"
#include "auth/keys.hpp"
#include "base/clock.hpp"
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
    // They outlive it.
    void limit(auth::KeyRates &rates, const base::Clock &clock) noexcept {
        rates_ = &rates;
        clock_ = &clock;
    }

    // The headers that admit() reads; a guarded route must want them.
    static const std::vector<std::string> &headers();

    net::Access admit(const net::Request &, std::string_view scope) const;
    // Only with a key of the scope, wherever it comes from.
    net::Access admit_key(const net::Request &, std::string_view scope) const;
    // The same for a plugin's path, where keys[].rate holds: who may emit is refused here while
    // nothing is left, and what is emitted is counted later; other requests count as one event.
    net::Access admit_within_rate(const net::Request &, std::string_view scope) const;
    // Whether it was sent with a key that has this scope.
    bool holds(const net::Request &, std::string_view scope) const;
    bool needs_key(std::string_view scope) const;
    // Whether the peer is on this machine, through no proxy, and uses a loopback name.
    static bool is_local(const net::Request &);

    const std::shared_ptr<const auth::Keys> &keys() const noexcept { return keys_; }
    void replace(std::shared_ptr<const auth::Keys> keys) {
        keys_ = std::move(keys);
        if (rates_ != nullptr) rates_->use(*keys_);
    }

private:
    net::Access check_key(std::string_view key, std::string_view scope) const;

    std::shared_ptr<const auth::Keys> keys_;
    auth::KeyRates *rates_ = nullptr;
    const base::Clock *clock_ = nullptr;
};

} // namespace roomd::app
