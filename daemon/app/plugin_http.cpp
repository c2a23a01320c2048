#include "app/plugin_http.hpp"

#include "app/gate.hpp"
#include "log/log.hpp"
#include "net/query.hpp"
#include "net/server.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace roomd::app {
namespace {

constexpr std::string_view id_header = "x-request-id";

host::HttpRequest translate(const net::Request &request, const std::string &query) {
    host::HttpRequest out;
    out.id = request.id;
    out.method = request.method;
    out.path = request.path;
    out.address = request.address;
    out.listener = request.listener;
    out.secure = request.secure;
    out.query = query;
    out.key = request.key;
    out.request = request.id_given;
    for (const auto &[name, value] : request.headers)
        if (name != id_header) out.headers.emplace_back(name, value);
    // As it was judged: a traceparent too.
    if (!request.id_given.empty()) out.headers.emplace_back(id_header, request.id_given);
    out.body = request.body;
    return out;
}

void add_missing(std::vector<std::string> &names, const std::vector<std::string> &more) {
    for (const auto &name : more) {
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
}

// A plugin gets the headers it wants, but never a key.
void keep_only(std::vector<std::pair<std::string_view, std::string_view>> &headers,
               const std::vector<std::string> &wanted) {
    std::erase_if(headers, [&](const auto &header) {
        return std::find(wanted.begin(), wanted.end(), header.first) == wanted.end();
    });
}

} // namespace

std::uint64_t PluginHttp::add(host::HttpRoute asked, std::string &why) {
    net::Route route;
    route.method = asked.method;
    route.path = asked.path;
    route.encoded = asked.encoded;
    route.max_body = asked.max_body != 0 ? asked.max_body : default_body_;
    route.headers = asked.headers;
    if (!asked.scope.empty()) {
        add_missing(route.headers, Gate::headers());
        route.admit = [this, scope = asked.scope](const net::Request &request) {
            return gate_.admit_within_rate(request, scope);
        };
    }
    route.serve = [serve = std::move(asked.serve),
                   wanted = std::move(asked.headers)](const net::Request &request) {
        const std::string query = net::json_object(request.query);
        host::HttpRequest seen = translate(request, query);
        keep_only(seen.headers, wanted);
        serve(seen);
    };
    try {
        const std::uint64_t id = server_.add_route(std::move(route));
        served_.push_back({id, asked.method, asked.path, asked.scope});
        return id;
    } catch (const std::invalid_argument &e) {
        why = e.what();
        return 0;
    }
}

void PluginHttp::remove(std::uint64_t route) noexcept {
    std::erase_if(served_, [&](const Served &served) { return served.id == route; });
    server_.remove_route(route);
}

bool PluginHttp::respond(base::ExchangeId id, host::HttpResponse answer) {
    net::Response out;
    out.status = answer.status;
    if (!answer.content_type.empty()) out.content_type = std::move(answer.content_type);
    out.headers = std::move(answer.headers);
    out.body = std::move(answer.body);
    return server_.respond(id, std::move(out));
}

std::vector<std::string> PluginHttp::without_key() const {
    std::vector<std::string> paths;
    for (const auto &served : served_) {
        if (!served.scope.empty() && !gate_.needs_key(served.scope))
            paths.push_back(served.path + " (scope " + served.scope + ")");
    }
    return paths;
}

void PluginHttp::announce(log::Logger &log) const {
    for (const auto &served : served_) {
        const char *access = "open to all";
        if (!served.scope.empty())
            access = gate_.needs_key(served.scope) ? "needs a key" : "no key, this machine only";
        log.info("endpoint", {{"method", served.method},
                              {"path", served.path},
                              {"scope", served.scope},
                              {"access", access}});
    }
}

} // namespace roomd::app
