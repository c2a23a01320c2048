#pragma once

#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "puppet.h"
#include "session/sessions.hpp"
#include "session/socketio.hpp"
#include "support/dispatch_defaults.hpp"
#include "support/fake_link.hpp"
#include "support/host_defaults.hpp"
#include "support/session_defaults.hpp"

#include <chrono>
#include <cstdint>
#include <dlfcn.h>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::test {

inline roomd_str str(std::string_view s) {
    return {s.data(), s.size()};
}
inline std::string text(roomd_str s) {
    return {s.ptr, s.len};
}
inline std::string plugin_file(const std::string &name) {
    return std::string(BAD_PLUGIN_DIR) + "/" + name + ".so";
}
template <class Fn> Fn symbol(const std::string &plugin, const char *name) {
    void *const object = dlopen(plugin_file(plugin).c_str(), RTLD_NOW | RTLD_LOCAL);
    void *const found = object != nullptr ? dlsym(object, name) : nullptr;
    if (found == nullptr) throw std::runtime_error(dlerror());
    return reinterpret_cast<Fn>(found);
}

// Remembers routes and answers.
class FakeHttp final : public host::Http {
public:
    std::uint64_t add(host::HttpRoute route, std::string &why) override {
        for (const auto &[id, other] : routes) {
            if (other.method == route.method && other.path == route.path) {
                why = "taken";
                return 0;
            }
        }
        routes.emplace(++last, std::move(route));
        return last;
    }
    void remove(std::uint64_t route) noexcept override { routes.erase(route); }
    bool respond(base::ExchangeId id, host::HttpResponse response) override {
        answers.emplace_back(static_cast<std::uint64_t>(id), std::move(response));
        return true;
    }
    std::map<std::uint64_t, host::HttpRoute> routes;
    std::vector<std::pair<std::uint64_t, host::HttpResponse>> answers;
    std::uint64_t last = 0;
};

struct Peer {
    FakeLink link{session::Transport::websocket};
    base::SessionId session = base::SessionId::none;
};

// A shard without sockets: real loop, sessions, clients, router and registry.
struct Shard {
    static host::Options quick() {
        host::Options options = host_defaults();
        options.directory = BAD_PLUGIN_DIR;
        options.slow_call = base::Duration(10); // the plugin "slow" takes 30 ms
        return options;
    }
    static dispatch::Options kinds() {
        dispatch::Options options = dispatch_defaults();
        options.kinds = {{"library", {}}};
        options.kinds.front().rules.allow_all = true;
        return options;
    }
    static log::Options quiet() {
        log::Options options;
        options.level = log::Level::error;
        return options;
    }

    explicit Shard(const host::Options &options = quick()) :
        registry(std::make_unique<host::Registry>(options, loop, router, http, logger)) {
        clients.wire(sessions, router);
        router.wire(registry->hooks());
        loop.before_blocking([this] {
            registry->drain();
            sessions.flush();
            sessions.reap();
        });
        strings = symbol<puppet_strings *(*)()>("puppet", "puppet_get")();
        *strings = {};
    }
    ~Shard() { registry->stop(); }

    static host::PluginEntry entry(std::string name, std::string config = "{}") {
        host::PluginEntry one = plugin_defaults(std::move(name));
        one.config_json = std::move(config);
        return one;
    }
    void run(std::vector<host::PluginEntry> entries) {
        registry->load(std::move(entries));
        registry->start();
    }
    // Starts one puppet.
    puppet &play(std::size_t budget = 8 << 20) {
        host::PluginEntry one = entry("puppet");
        one.budget = budget;
        run({one});
        return last();
    }
    puppet &last() { return strings->all[strings->count - 1]; }

    Peer &connect(std::string_view packet = "40") {
        Peer &peer = *peers.emplace_back(std::make_unique<Peer>());
        session::Facts facts;
        facts.query = "{}";
        facts.headers = {{"x-portal", "owner"}, {"user-agent", "test"}};
        peer.session = sessions.open(session::Transport::websocket,
                                     {{}, session::FactsRef(facts), nullptr}, peer.link);
        say(peer, packet);
        return peer;
    }
    void say(Peer &peer, std::string_view packet) {
        sessions.text(peer.session, peer.link, packet);
    }
    std::vector<std::string> received(Peer &peer) {
        registry->drain();
        sessions.flush();
        sessions.reap();
        return std::exchange(peer.link.got, {});
    }
    // Turns the loop until `done`, at most two seconds.
    template <class Done> bool turn_until(Done done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            loop.run_once_nowait();
        }
        return true;
    }

    loop::Loop loop;
    log::Logger logger{quiet()};
    session::Options engine = session_defaults();
    session::SocketIo clients{client_defaults(), loop};
    session::Sessions sessions{engine, clients, loop};
    dispatch::Router router{kinds(), clients, loop};
    FakeHttp http;
    std::vector<std::unique_ptr<Peer>> peers;
    std::unique_ptr<host::Registry> registry;
    puppet_strings *strings = nullptr;
};

inline roomd_emit emit_to(std::string_view event, const roomd_str *rooms, std::size_t n,
                          std::string_view json = "[1]") {
    roomd_emit emit{};
    emit.struct_size = sizeof emit;
    emit.event = str(event);
    emit.rooms = rooms;
    emit.n_rooms = n;
    emit.args.json = str(json);
    return emit;
}
inline roomd_emit emit_all_of(std::string_view event, std::string_view json = "[1]") {
    roomd_emit emit = emit_to(event, nullptr, 0, json);
    emit.flags = ROOMD_EMIT_ALL;
    return emit;
}

// What became of an emit, as `fn` of it is told.
struct Told {
    roomd_status status;
    std::string id, code, pointer;
    std::uint64_t recipients;
    std::size_t rooms, index;
    bool duplicate, stored;
};
// An emit's `fn`; `user` is a std::vector<Told>.
inline void tell(void *user, roomd_status status, const roomd_emitted *what) {
    static_cast<std::vector<Told> *>(user)->push_back(
        {status, text(what->id), text(what->code), text(what->pointer), what->recipients,
         what->n_rooms, what->index, what->duplicate == 1, what->stored == 1});
}
inline const roomd_str room_a = str("library:a");

inline double metric(const host::Registry &registry, std::string_view name) {
    for (const host::Metric &one : registry.metrics()) {
        if (one.name == name) return one.value;
    }
    return -1;
}

} // namespace roomd::test
