#include "app/console.hpp"

#include "app/admin_request.hpp"
#include "app/audit.hpp"
#include "app/config_file.hpp"
#include "app/console_gate.hpp"
#include "app/console_page.hpp"
#include "app/shard.hpp"
#include "auth/token_keys.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace roomd::app {
namespace {

constexpr std::size_t most_of_mint = 16 * 1024; // bytes of a request
constexpr std::uint64_t minted_for = 3600, longest_minted = 24 * 3600;

constexpr const char *page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

std::string with_all(std::string text, std::string_view mark, std::string_view value) {
    for (auto at = text.find(mark); at != std::string::npos;
         at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    return text;
}

const char *type_of(std::string_view file) {
    if (file.ends_with(".js")) return "text/javascript; charset=utf-8";
    return file.ends_with(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8";
}

net::Response problem_of_mint(const emits::Problem &problem) {
    net::Response out;
    out.status = problem.status;
    out.body = json::failure(json::error(problem.code, problem.message, problem.pointer));
    return out;
}

const policy::Portal *portal_of(const config::Config &config, std::string_view name) {
    const auto found = std::find_if(config.portals.begin(), config.portals.end(),
                                    [&](const auto &portal) { return portal.name == name; });
    return found == config.portals.end() ? nullptr : &*found;
}

// A portal admits only its roles: a token for another one would be refused there.
std::optional<emits::Problem> refuse_portal(const config::Config &config, const std::string &name,
                                            const std::string &role) {
    if (name.empty()) return std::nullopt;
    const policy::Portal *portal = portal_of(config, name);
    if (portal == nullptr)
        return emits::Problem{422, "portal_unknown", "there is no such portal", "/portal"};
    const auto &roles = portal->roles;
    if (roles.empty() || std::find(roles.begin(), roles.end(), role) != roles.end())
        return std::nullopt;
    return emits::Problem{422, "portal_role", "this role may not use this portal", "/role"};
}

} // namespace

Console::Console(Shard &shard, Configuration configuration) :
    shard_(shard),
    configuration_(std::move(configuration)) {
    add_page();
    if (!configuration_.mint) return;
    net::Route route;
    route.method = "POST";
    route.path = configuration_.path + "api/mint";
    route.kinds = console_kinds;
    route.headers = console_headers();
    route.max_body = most_of_mint;
    route.admit = [this](const net::Request &request) {
        return admit_to_mint(shard_.gate, request);
    };
    route.serve = [this](const net::Request &request) { mint(request); };
    routes_.push_back(shard_.server.add_route(std::move(route)));
}

Console::~Console() {
    for (const auto route : routes_)
        shard_.server.remove_route(route);
}

void Console::add_page() {
    net::Route route;
    route.method = "GET";
    route.path = configuration_.path;
    route.kinds = console_kinds;
    route.serve = [this](const net::Request &request) { page(request); };
    routes_.push_back(shard_.server.add_route(std::move(route)));
    net::Route bare;
    bare.method = "GET";
    bare.kinds = console_kinds;
    bare.path = configuration_.path.substr(0, configuration_.path.size() - 1);
    bare.serve = [this](const net::Request &request) { lead_to_page(request); };
    try {
        routes_.push_back(shard_.server.add_route(std::move(bare)));
    } catch (const std::invalid_argument &) {
        // Another page has this path, such as /metrics.
    }
}

// Relative, for proxies that have the console at another path.
void Console::lead_to_page(const net::Request &request) {
    net::Response response;
    response.status = 308;
    response.headers = unkept();
    const std::string &path = configuration_.path;
    response.headers.emplace_back("Location", path.substr(path.rfind('/', path.size() - 2) + 1));
    shard_.server.respond(request.id, std::move(response));
}

// The page, or one of the files beside it.
void Console::page(const net::Request &request) {
    const std::string_view below =
        std::string_view(request.path).substr(configuration_.path.size());
    const std::string_view name = below.empty() ? "index.html" : below;
    const auto files = console_files();
    const auto file = std::find_if(files.begin(), files.end(),
                                   [&](const ConsoleFile &one) { return one.name == name; });
    net::Response response;
    if (file == files.end()) {
        response.status = 404;
        response.body = json::failure("not_found", "nothing is at this path");
    } else {
        response.content_type = type_of(name);
        response.body = name == "index.html" ? with_all(std::string(file->text), "@SOCKETIO@",
                                                        configuration_.socketio)
                                             : std::string(file->text);
    }
    response.headers = unkept();
    response.headers.emplace_back("Content-Security-Policy", page_policy);
    response.headers.emplace_back("Referrer-Policy", "no-referrer");
    response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
    shard_.server.respond(request.id, std::move(response));
}

void Console::mint(const net::Request &request) {
    Body body(request);
    Minted wanted;
    wanted.user = body.text("user");
    wanted.role = body.text("role");
    wanted.tenant = body.text("tenant");
    wanted.more = body.object("claims");
    wanted.seconds = std::min(body.number("seconds").value_or(minted_for), longest_minted);
    const std::string portal = body.text("portal");
    const config::Config &config = configuration_.running();
    std::optional<emits::Problem> problem = body.problem();
    if (!problem && wanted.user.empty())
        problem = emits::Problem{422, "member_missing", "\"user\" is missing", "/user"};
    if (!problem) problem = refuse_portal(config, portal, wanted.role);
    const std::string claims = minted_claims(wanted, config.auth.claims, base::unix_ms());
    if (!problem && claims.empty())
        problem = emits::Problem{422, "member_twice", "a claim is there twice", "/claims"};
    if (problem) return answer(request.id, problem_of_mint(*problem));
    const auto token = auth::mint(configuration_.secret.reveal(), auth::Algorithm::HS256, claims);
    if (!token)
        return answer(request.id,
                      problem_of_mint({422, "claims_invalid", token.error(), "/claims"}));
    audit(shard_.log, Operator(request), "mint", {{"user", wanted.user}, {"role", wanted.role}});
    net::Response response;
    response.body = json::success(json::Object().text("token", *token).done());
    answer(request.id, std::move(response));
}

void Console::answer(base::ExchangeId id, net::Response response) {
    response.headers = unkept();
    shard_.server.respond(id, std::move(response));
}

std::string minted_claims(const Minted &wanted, const auth::ClaimNames &names,
                          std::int64_t now_ms) {
    constexpr std::int64_t ms = 1000;
    const auto now = static_cast<std::uint64_t>(now_ms / ms);
    json::Object out;
    out.text("iss", generated_issuer).text(names.user, wanted.user);
    if (!wanted.role.empty()) out.text(names.role, wanted.role);
    if (!wanted.tenant.empty()) out.text(names.tenant, wanted.tenant);
    out.number("iat", now).number("exp", now + wanted.seconds);
    for (json::Members more(wanted.more); more.next();)
        out.raw(json::string(more.name()), more.value());
    std::string claims = out.done();
    return json::has_duplicates(claims) ? std::string() : claims;
}

std::string console_url(const std::vector<Listening> &listening, std::string_view path) {
    for (const auto &[address, tls] : listening) {
        if (address.starts_with("unix:")) continue;
        const std::size_t colon = address.rfind(':');
        std::string host = address.substr(0, colon);
        const bool near = base::is_one_of(host, {"127.0.0.1", "[::1]", "0.0.0.0", "[::]"});
        if (near) host = "localhost";
        return (tls ? "https://" : "http://") + host + address.substr(colon) + std::string(path);
    }
    return {};
}

} // namespace roomd::app
