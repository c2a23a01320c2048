#include "net/server.hpp"

#include "net/context.hpp"
#include "net/core.hpp"
#include "net/front.hpp"
#include "net/listener.hpp"
#include "net/tls.hpp"
#include "net/upgrade.hpp"

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace roomd::net {

struct Server::Impl {
    Core core;
    Front front;
    Context context;
    std::vector<std::unique_ptr<Listener>> listeners;

    Impl(const Options &options, loop::Loop &loop, session::Sessions &sessions, log::Logger &log) :
        core(options, loop, sessions, log),
        front(core),
        context(core) {
        core.serve(front);
        for (std::size_t i = 0; i < options.listeners.size(); ++i) {
            try {
                const auto index = static_cast<std::uint16_t>(i);
                lws_vhost *vhost = context.add_vhost(options.listeners[i]);
                listeners.push_back(std::make_unique<Listener>(core, index, vhost));
            } catch (...) {
                std::throw_with_nested(std::runtime_error("listen " + options.listeners[i].name));
            }
        }
        sessions.after_flush([this] { core.batch().submit(); }); // last: a throw leaves none behind
    }
    ~Impl() { core.sessions().after_flush({}); }
    Impl(const Impl &) = delete;
    Impl &operator=(const Impl &) = delete;
};

void check(const Options &options) {
    if (!options.path.starts_with('/') || !options.path.ends_with('/'))
        throw std::invalid_argument("the path must begin and end with /");
    for (const ListenerOptions &listener : options.listeners) {
        if (listener.certificate.empty() && listener.key.empty()) continue;
        try {
            check_certificate(listener.certificate, listener.key);
        } catch (...) {
            std::throw_with_nested(std::runtime_error("listen " + listener.name));
        }
    }
    Bundle::check(options.client_bundle);
}

Server::Server(const Options &options, loop::Loop &loop, session::Sessions &sessions,
               log::Logger &log) {
    net::check(options);
    prepare_upgrades();
    impl_ = std::make_unique<Impl>(options, loop, sessions, log);
}

Server::~Server() = default;

Server::RouteId Server::add_route(Route route) {
    return impl_->core.routes().add(std::move(route));
}

void Server::remove_route(RouteId id) noexcept {
    Core &core = impl_->core;
    const auto entry = core.routes().remove(id);
    if (!entry) return;
    std::vector<Conn *> waiting; // for an answer of the removed route, or sending it their bodies
    core.owed().each([&](base::ExchangeId, const Owed &owed) {
        if (owed.route == entry.get()) waiting.push_back(owed.conn);
    });
    for (Conn *conn : waiting)
        conn->answer(unavailable("the service behind this path has stopped"));
}

bool Server::respond(base::ExchangeId id, Response response) {
    const Owed *owed = impl_->core.owed().find(id);
    return owed != nullptr && !owed->conn->dead() && net::respond(*owed->conn, std::move(response));
}

std::vector<std::string> Server::addresses() const {
    std::vector<std::string> out;
    for (const auto &listener : impl_->listeners)
        out.push_back(listener->address());
    return out;
}

std::vector<int> Server::listening_sockets() const {
    std::vector<int> out;
    for (const auto &listener : impl_->listeners)
        out.push_back(listener->fd());
    return out;
}

void Server::stop_accepting() {
    for (const auto &listener : impl_->listeners)
        listener->take_waiting();
    impl_->listeners.clear();
}

void Server::refuse_new(bool on) noexcept {
    impl_->core.refuse(on);
}

void Server::check(const Options &options) const {
    net::check(options);
    Options next = options;
    next.listeners = impl_->core.options().listeners;
    net::check(next);
}

void Server::reconfigure(const Options &options) {
    Core &core = impl_->core;
    net::check(options);
    Options next = options;
    next.listeners = core.options().listeners;
    net::check(next);
    next.kept_headers = core.options().kept_headers;
    core.reconfigure(std::move(next));
    for (const auto &listener : impl_->listeners)
        listener->reconfigure();
    impl_->context.reload_certificates(core.options());
}

void Server::keep_headers(std::vector<std::string> names) {
    impl_->core.keep_headers(std::move(names));
}

bool Server::idle() const noexcept {
    return impl_->core.tally().totals().open == 0;
}

std::size_t Server::unread() const noexcept {
    return impl_->core.unread_bytes();
}

std::size_t Server::unfinished() const noexcept {
    return impl_->core.unfinished_bytes();
}

std::uint64_t Server::batched() const noexcept {
    return impl_->core.batch().sends();
}

const Server::Totals &Server::totals() const noexcept {
    return impl_->core.tally().totals();
}

} // namespace roomd::net
