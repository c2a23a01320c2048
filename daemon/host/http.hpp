#pragma once

#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::host {

using Header = std::pair<std::string, std::string>;

// The host's view of an HTTP request to a plugin's route; the app fills it from net.  Views are
// valid during the call.
struct HttpRequest {
    base::ExchangeId id = base::ExchangeId::none;
    std::string_view method, path, address, listener;
    bool secure = false;
    std::string_view query;   // JSON object text
    std::string_view request; // its id, as the caller named it; or empty
    std::string_view key;     // name of the key that let it in, or empty
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view body;
};

struct HttpResponse {
    int status = 200;
    std::string content_type;
    std::vector<Header> headers;
    std::string body;
};

// A route a plugin asked for.
struct HttpRoute {
    std::string method, path;
    std::string scope;    // which keys may use it; empty: open to all
    bool encoded = false; // what is below it may be percent-encoded
    std::size_t max_body = 0;
    std::vector<std::string> headers;
    std::function<void(const HttpRequest &)> serve;
};

// Where plugins' routes go; the app implements it over net, with keys checked before `serve`.
class Http {
public:
    // 0 and a reason when method and path are taken or malformed.
    virtual std::uint64_t add(HttpRoute, std::string &why) = 0;
    virtual void remove(std::uint64_t route) noexcept = 0;
    virtual bool respond(base::ExchangeId, HttpResponse) = 0;

protected:
    ~Http() = default;
};

} // namespace roomd::host
