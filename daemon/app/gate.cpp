#include "app/gate.hpp"

#include "auth/bearer.hpp"
#include "base/text.hpp"
#include "json/answer.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace roomd::app {
namespace {

std::string_view presented(const net::Request &request) {
    const auto credentials = auth::bearer_credentials(request.header("authorization"));
    return credentials.empty() ? request.header("x-api-key") : credentials;
}

net::Access refuse(int status, std::string_view code, std::string_view message) {
    net::Access no;
    no.status = status;
    no.body = json::failure(code, message);
    if (status == 401) no.headers.emplace_back("WWW-Authenticate", "Bearer");
    return no;
}

net::Access of_key(const auth::Key &key, net::Access access) {
    access.key = key.name;
    return access;
}

// "localhost:3001" and "[::1]:3001" without the port.
std::string_view host_name(std::string_view host) {
    if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

// Headers that proxies add: such a request is from elsewhere, whatever its address.
constexpr std::array<std::string_view, 5> of_proxies{"x-forwarded-for", "x-forwarded-host",
                                                     "x-real-ip", "forwarded", "via"};

bool is_loopback_name(std::string_view host) {
    constexpr std::array<std::string_view, 3> names{"localhost", "127.0.0.1", "[::1]"};
    const auto name = host_name(host);
    return std::any_of(names.begin(), names.end(),
                       [&](auto known) { return base::equal_nocase(name, known); });
}

bool came_by_proxy(const net::Request &request) {
    return std::any_of(of_proxies.begin(), of_proxies.end(),
                       [&](auto name) { return !request.header(name).empty(); });
}

} // namespace

const std::vector<std::string> &Gate::headers() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"authorization", "x-api-key", "host"};
        all.insert(all.end(), of_proxies.begin(), of_proxies.end());
        return all;
    }();
    return names;
}

bool Gate::needs_key(std::string_view scope) const {
    return keys_->any_of_scope(scope);
}

bool Gate::holds(const net::Request &request, std::string_view scope) const {
    const auto key = presented(request);
    return !key.empty() && keys_->find(key, scope).why == auth::Why::ok;
}

bool Gate::is_local(const net::Request &request) {
    return request.loopback && !came_by_proxy(request) && is_loopback_name(request.header("host"));
}

net::Access Gate::check_key(std::string_view key, std::string_view scope) const {
    const auto found = keys_->find(key, scope);
    if (found.why == auth::Why::ok) {
        net::Access yes;
        yes.key = found.key->name;
        return yes;
    }
    if (found.why == auth::Why::scope_missing)
        return of_key(*found.key,
                      refuse(403, "key_scope", "this key does not have the scope this path needs"));
    return refuse(401, "key_unknown", "unknown API key");
}

net::Access Gate::admit_key(const net::Request &request, std::string_view scope) const {
    const auto key = presented(request);
    if (!key.empty()) return check_key(key, scope);
    return refuse(401, "key_missing",
                  "this path needs an API key: send Authorization: Bearer <key> or X-API-Key");
}

net::Access Gate::admit(const net::Request &request, std::string_view scope) const {
    const auto key = presented(request);
    if (!key.empty()) return check_key(key, scope);
    // Its file permissions have admitted a proxy, not whoever is behind it.
    if (request.unix_socket && !came_by_proxy(request)) return {};
    if (needs_key(scope))
        return refuse(401, "key_missing",
                      "this path needs an API key: send Authorization: Bearer <key> or X-API-Key");
    if (came_by_proxy(request))
        return refuse(
            401, "key_missing",
            "no API key is configured for this path, and the request came through a proxy");
    if (!request.loopback)
        return refuse(401, "key_missing",
                      "no API key is configured for this path, so only this machine may use it");
    if (!is_loopback_name(request.header("host")))
        return refuse(403, "host_not_loopback",
                      "without an API key this path answers only to localhost, 127.0.0.1 or [::1]");
    return {};
}

net::Access Gate::admit_within_rate(const net::Request &request, std::string_view scope) const {
    net::Access admitted = admit(request, scope);
    if (admitted.status != 0 || admitted.key.empty() || rates_ == nullptr) return admitted;
    const auth::Key *key = keys_->named(admitted.key);
    if (key == nullptr || key->rate == 0) return admitted;
    const base::Time now = clock_->now();
    const base::Duration wait = rates_->wait(*key, now);
    if (wait.count() == 0 && (scope == "emit" || rates_->take(*key, now))) return admitted;
    rates_->refused(*key);
    net::Access no = refuse(429, "key_rate", "this key emits more than its rate allows");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    no.headers.emplace_back("Retry-After", std::to_string(seconds));
    return no;
}

} // namespace roomd::app
