#include "app/options.hpp"

#include "catalogue/catalogue.hpp"
#include "config/config.hpp"
#include "policy/rules.hpp"

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

using namespace roomd;

namespace {

// Is `name` in the text, and no longer name that begins with it?
bool has_word(const std::string &text, const std::string &name) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const char next = at + name.size() < text.size() ? text[at + name.size()] : ' ';
        if (std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_') return true;
    }
    return false;
}

// Another value than the one that is there.
struct Change {
    void operator()(std::size_t &value) const { ++value; }
    void operator()(base::Duration &value) const { ++value; }
    void operator()(bool &value) const { value = !value; }
    void operator()(unsigned &value) const { ++value; }
    void operator()(std::string &value) const { value += 'x'; }
    void operator()(std::vector<std::string> &value) const { value.clear(); }
};

// Two configurations that differ in the value of this key alone.
template <class Kept>
std::pair<config::Config, config::Config> two_values(const config::Key<Kept> &key,
                                                     const config::Config &from,
                                                     Kept &(*section)(config::Config &)) {
    std::pair out{from, from};
    std::visit(
        [&](const auto &member) {
            using Member = std::decay_t<decltype(member)>;
            if constexpr (std::is_same_v<Member, config::Choice<Kept>>) {
                member.set(section(out.first), 0);
                member.set(section(out.second), 1);
            } else if constexpr (!std::is_same_v<Member, std::monostate>) {
                Change()(section(out.second).*member);
            }
        },
        key.member);
    return out;
}

template <class Part> const Part &part(const Part &whole) {
    return whole;
}

bool same(const log::Options &a, const log::Options &b) {
    return a.level == b.level && a.style.format == b.style.format;
}

bool same(const net::Options &a, const net::Options &b) {
    return part<net::Limits>(a) == part<net::Limits>(b) &&
           part<net::Http>(a) == part<net::Http>(b) && a.listeners == b.listeners &&
           a.cors == b.cors && a.own_origin == b.own_origin && a.client_bundle == b.client_bundle &&
           a.send_buffer_total == b.send_buffer_total &&
           a.frames_per_second == b.frames_per_second && a.access == b.access;
}

bool same(const host::Options &a, const host::Options &b) {
    return part<host::Patience>(a) == part<host::Patience>(b) && a.max_emit == b.max_emit &&
           a.idempotency == b.idempotency;
}

bool same(const dispatch::Options &a, const dispatch::Options &b) {
    return part<dispatch::Limits>(a) == part<dispatch::Limits>(b) &&
           a.unknown_events == b.unknown_events;
}

// Whether every layer is told the same.
bool same(const config::Config &a, const config::Config &b) {
    using namespace app;
    return same(log_options(a), log_options(b)) && session_options(a) == session_options(b) &&
           client_options(a) == client_options(b) && same(net_options(a), net_options(b)) &&
           same(host_options(a), host_options(b)) && same(dispatch_options(a), dispatch_options(b));
}

// Each key of `keys` reaches a layer.
template <class Kept, class Keys>
void reach_layers(const Keys &keys, Kept &(*section)(config::Config &)) {
    config::Config from;
    from.admin.socket = "/run/roomd/admin.sock"; // without it, its mode says nothing
    from.socketio.client_directory = "/client";  // nor does serve_client without a folder
    from.cors.allow_own_origin = true;           // nor own_hosts
    from.cors.own_hosts = {"a.example"};
    for (const config::Key<Kept> &key : keys) {
        if (std::holds_alternative<std::monostate>(key.member)) continue;
        if (key.info.path == "plugins.directory") continue; // in the files of the entries
        const auto [one, other] = two_values(key, from, section);
        CHECK_MESSAGE(!same(one, other), key.info.path);
    }
}

// A layer's struct that a key fills begins with the default of the key.
template <class Kept, class Keys> bool begins_as(const Keys &keys) {
    Kept set;
    config::set_initial(set, keys);
    return set == Kept();
}

} // namespace

TEST_CASE("each plain key reaches a layer: another value gives another option") {
    using config::Config;
    reach_layers<config::Limits>(
        config::limit_keys, [](Config & c) -> auto & { return c.limits; });
    reach_layers<config::SocketIo>(
        config::socketio_keys, [](Config & c) -> auto & { return c.socketio; });
    reach_layers<config::Idempotency>(
        config::idempotency_keys, [](Config & c) -> auto & { return c.idempotency; });
    reach_layers<config::Plugins>(
        config::plugins_keys, [](Config & c) -> auto & { return c.plugins; });
    reach_layers<config::Admin>(
        config::admin_keys, [](Config & c) -> auto & { return c.admin; });
    reach_layers<config::Cors>(
        config::cors_keys, [](Config & c) -> auto & { return c.cors; });
    reach_layers<config::Log>(
        config::log_keys, [](Config & c) -> auto & { return c.log; });
    reach_layers<config::Config>(
        config::catalogue_keys, [](Config & c) -> auto & { return c; });
}

// By the text: what checks tokens cannot be compared.
TEST_CASE("each plain key about tokens is named where the layers are told") {
    std::ifstream in(std::string(ROOMD_SOURCE) + "/daemon/app/options.cpp");
    std::ostringstream text;
    text << in.rdbuf();
    for (const auto &key : config::auth_keys)
        CHECK_MESSAGE(has_word(text.str(), "config." + std::string(key.info.path)), key.info.path);
}

TEST_CASE("what a key sets has no other default in a layer") {
    CHECK(begins_as<auth::ClaimNames>(config::claim_keys));
    CHECK(begins_as<policy::RoomRules>(config::room_keys));
    CHECK(begins_as<policy::Portal>(config::portal_keys));
    auth::Issuer issuer;
    config::set_initial(issuer, config::issuer_keys);
    CHECK(issuer.require_exp == auth::Issuer().require_exp);
    catalogue::EventConf event;
    config::set_initial(event, config::event_keys);
    CHECK(event.droppable == catalogue::EventConf().droppable);
    config::set_initial(event, config::client_event_keys);
    CHECK(event.droppable == catalogue::EventConf().droppable);
    CHECK(same(app::log_options(config::Config()), log::Options()));
}

TEST_CASE("what a layer is told by a key is nothing until it is told") {
    CHECK(session::Options() == session::Options{{}, {}, 0, false, false});
    CHECK(session::ClientOptions() == session::ClientOptions{{}, 0, 0, 0});
    CHECK(net::CorsOptions() == net::CorsOptions{{}, false, false});
    CHECK(net::ListenerOptions().mode == 0);
    CHECK(net::Options().send_buffer_total == 0);
    CHECK(net::Options().frames_per_second == 0);
    CHECK_FALSE(dispatch::Options().unknown_events);
    CHECK(dispatch::Options().auth == dispatch::AuthMode::none);
    CHECK(host::Options().max_emit == 0);
    CHECK(host::PluginEntry().budget == 0);
}

TEST_CASE("copies of keys are in auth.cache, else in the first state directory of the unit") {
    config::Config config;
    unsetenv("STATE_DIRECTORY");
    CHECK(app::key_folder(config).empty());
    setenv("STATE_DIRECTORY", "/var/lib/roomd:/var/lib/other", 1);
    CHECK(app::key_folder(config) == "/var/lib/roomd");
    config.auth.cache = "/srv/cache";
    CHECK(app::key_folder(config) == "/srv/cache");
    unsetenv("STATE_DIRECTORY");
}

TEST_CASE("the query's parameter for tokens reaches the server") {
    config::Config config;
    CHECK(app::net_options(config).token_parameter.empty());
    config.auth.query = "token";
    CHECK(app::net_options(config).token_parameter == "token");
}
