// Events from PostgreSQL: NOTIFY, and the outbox of the schema roomd.
#include "postgres/commands.hpp"
#include "postgres/connection.hpp"
#include "postgres/health.hpp"
#include "postgres/listen.hpp"
#include "postgres/relay.hpp"
#include "postgres/schema.hpp"
#include "postgres/settings.hpp"
#include "postgres/spool.hpp"
#include "postgres/store.hpp"

#include <memory>

namespace roomd::postgres {
namespace {

class Postgres {
public:
    static constexpr const char *config_schema = postgres::config_schema;

    static void check(std::string_view config, Faults &faults) { read_settings(config, faults); }
    static std::string command(const Command &command) { return run_command(command); }

    Postgres(Host &host, std::string_view text) : host_(host), health_(host) {
        counts_.connected = host.gauge("connected", "Connections that are there.");
        counts_.connects = host.counter("connects_total", "Connections that were made.");
        counts_.failures =
            host.counter("connection_failures_total", "Connections that were lost or not made.");
        apply(read(text));
    }

    void reload(std::string_view text) { apply(read(text)); }

    void on_drain() {
        if (listen_) listen_->drained();
        if (relay_) relay_->drained();
    }

private:
    static Settings read(std::string_view text) {
        Faults none(nullptr, nullptr);
        auto settings = read_settings(text, none);
        if (none.any()) throw Failure(ROOMD_INVALID, "check() does not accept the configuration");
        return settings;
    }

    // Parts that stay keep their connection, and their place in the log.
    void apply(const Settings &settings) {
        if (settings.outbox) {
            Relay::Options options{settings.target, settings.times, *settings.outbox,
                                   settings.direct.has_value()};
            if (relay_)
                relay_->reload(std::move(options));
            else
                relay_ = std::make_unique<Relay>(host_, counts_, health_, std::move(options));
        } else {
            relay_.reset();
        }
        if (settings.outbox && settings.outbox->store) {
            Store::Options options{settings.target, settings.times, settings.outbox->store_memory};
            if (store_) {
                store_->reload(std::move(options));
            } else {
                store_ =
                    std::make_unique<Store>(host_, counts_, health_, std::move(options), [this] {
                        if (relay_) relay_->wake();
                    });
            }
        } else {
            store_.reset();
        }
        if (settings.outbox && settings.outbox->store) {
            Spool::Options options{settings.target, settings.times, settings.outbox->lifecycle_max};
            if (spool_)
                spool_->reload(std::move(options));
            else
                spool_ = std::make_unique<Spool>(host_, counts_, health_, std::move(options));
        } else {
            spool_.reset();
        }
        const bool wakes = settings.outbox && settings.direct &&
                           settings.outbox->wake == Settings::Wake::by_notify;
        if (settings.listen || wakes) {
            Listen::Options options{settings.direct.value_or(settings.target), settings.times,
                                    settings.listen.value_or(Settings::Listen()), nullptr};
            if (wakes) {
                options.wake = [this] {
                    if (relay_) relay_->wake();
                };
            }
            if (listen_)
                listen_->reload(std::move(options));
            else
                listen_ = std::make_unique<Listen>(host_, counts_, health_, std::move(options));
        } else {
            listen_.reset();
        }
    }

    Host &host_;
    Health health_;
    Counts counts_;
    std::unique_ptr<Relay> relay_;
    std::unique_ptr<Store> store_; // wakes relay_
    std::unique_ptr<Spool> spool_;
    std::unique_ptr<Listen> listen_;
};

} // namespace
} // namespace roomd::postgres

ROOMD_PLUGIN(roomd::postgres::Postgres, "postgres", "1.0")
