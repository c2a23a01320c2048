#include "app/shard.hpp"

#include "app/inherited.hpp"
#include "app/options.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

dispatch::Options with_keys(const config::Config &config, const Gate &gate, const KeySets &key_sets,
                            auth::KeyRates &key_rates) {
    dispatch::Options out = dispatch_options(config);
    out.rates = &key_rates;
    out.keys = gate.keys();
    out.tokens = key_sets.tokens();
    return out;
}

host::Options with_stats(const config::Config &config, const CorePages &pages) {
    host::Options out = host_options(config);
    out.stats = [&pages] { return pages.stats_json(); };
    return out;
}

} // namespace

Shard::Shard(const config::Config &config, log::Logger &logger) :
    log(logger),
    causes(logger, loop),
    clients(client_options(config), loop),
    sessions(session_options(config), clients, loop),
    gate(keys(config)),
    key_sets(loop, logger, config, [this] { router.use_tokens(key_sets.tokens()); }),
    router(with_keys(config, gate, key_sets, key_rates), clients, loop),
    server(with_inherited(net_options(config), logger), loop, sessions, logger),
    http(server, gate, config.limits.max_emit + 4096),
    plugins(with_stats(config, pages), loop, router, http, logger),
    pages({log, loop, clients, sessions, router, server, gate, key_sets, plugins, loop_lag.times(),
           key_rates},
          config),
    flusher(loop, sessions, router, plugins),
    overload(logger),
    access(logger, causes),
    ticks(loop, [this] {
        causes.tick();
        loop_lag.tick(sessions.tick_every());
        sessions.tick();
        clients.tick();
        router.tick();
        key_sets.ask(router.take_issuers_lacking_keys());
        overload.look({sessions.totals().shed, server.totals().unread_cut, sessions.waiting(),
                       sessions.options().send_buffer_total, router.tokens_unread().count,
                       router.tokens_unread().address, clients.counts().other_parsers,
                       clients.counts().displaced, server.totals().unfinished_cut,
                       sessions.totals().violations, sessions.totals().violation,
                       router.rooms_unformed().count, router.rooms_unformed().kind,
                       router.rooms_unformed().claim, router.rooms_unformed().value},
                      loop.now());
    }) {
    gate.limit(key_rates, loop);
    clients.wire(sessions, router);
    sessions.explain_to(causes);
    clients.explain_to(causes);
    router.explain_to(causes);
    server.explain_to(causes);
    server.tell_answers([this](const net::Answered &what) { access.answered(what); });
    router.wire(plugins.hooks());
    pages.add_routes();
    loop.before_blocking([this] { flusher(); });
    ticks.every(sessions.tick_every());
    plugins.load(plugin_entries(config));
    plugins.start();
    keep_headers(config);
    access.write_lines(config.log.access);
}

// The server's destructor still runs the loop, when the plugins are gone already: by then no
// session may be left, and nothing may be flushed.
Shard::~Shard() {
    plugins.stop();
    sessions.close_all(session::CloseReason::server_shutting_down);
    sessions.flush();
    sessions.reap();
    loop.before_blocking(nullptr);
}

std::vector<host::Registry::Failure> Shard::apply(const config::Config &config) {
    server.reconfigure(net_options(config)); // first: it may throw, and nothing is half changed
    log.reconfigure(log_options(config));
    gate.replace(keys(config));
    sessions.reconfigure(session_options(config));
    ticks.every(sessions.tick_every());
    loop_lag.restart();
    clients.reconfigure(client_options(config));
    key_sets.apply(config);
    router.reconfigure(with_keys(config, gate, key_sets, key_rates));
    pages.apply(config);
    auto failures = plugins.reload(plugin_entries(config));
    keep_headers(config);
    access.write_lines(config.log.access);
    return failures;
}

// Those that plugins asked for, and those that may hold a token.
void Shard::keep_headers(const config::Config &config) {
    std::vector<std::string> names = plugins.kept_headers();
    for (std::string &name : token_headers(config))
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    server.keep_headers(std::move(names));
}

} // namespace roomd::app
