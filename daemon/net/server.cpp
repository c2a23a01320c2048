#include "net/server.hpp"

#include "net/context.hpp"
#include "net/core.hpp"
#include "net/front.hpp"
#include "net/listener.hpp"
#include "net/preface.hpp"
#include "net/upgrade.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace roomd::net {

struct Server::Impl {
    Core core;
    Front front;
    Context context;
    Prefaces prefaces;
    std::vector<std::unique_ptr<Listener>> listeners;

    Impl(const Options &options, loop::Loop &loop, session::Sessions &sessions, log::Logger &log) :
        core(options, loop, sessions, log),
        front(core),
        context(core),
        prefaces(core) {
        core.serve(front);
        for (std::size_t i = 0; i < options.listeners.size(); ++i) {
            try {
                const auto index = static_cast<std::uint16_t>(i);
                lws_vhost *vhost = context.add_vhost(options.listeners[i]);
                listeners.push_back(std::make_unique<Listener>(core, prefaces, index, vhost));
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
    static_cast<void>(Context::read_certificates(options));
    Bundle::check(options.client_bundle);
}

namespace {

// What a running server makes of these options: its listeners stay, but of those that speak TLS
// the certificates and what TLS is offered are as they are wanted now.
Options with_listeners_of(const Options &running, const Options &wanted) {
    Options out = wanted;
    out.listeners = running.listeners;
    for (ListenerOptions &listener : out.listeners) {
        const auto now =
            std::find_if(wanted.listeners.begin(), wanted.listeners.end(),
                         [&](const ListenerOptions &other) { return other.name == listener.name; });
        if (now == wanted.listeners.end() || listener.certificate.empty() ||
            now->certificate.empty())
            continue;
        listener.certificate = now->certificate;
        listener.key = now->key;
        listener.more_certificates = now->more_certificates;
        listener.tls = now->tls;
    }
    return out;
}

} // namespace

Server::Server(const Options &options, loop::Loop &loop, session::Sessions &sessions,
               log::Logger &log) {
    net::check(options);
    prepare_upgrades();
    impl_ = std::make_unique<Impl>(options, loop, sessions, log);
}

Server::~Server() = default;

Server::RouteId Server::add_route(Route route) {
    const Answers::Row row = impl_->core.answers().of(route.method, route.path);
    return impl_->core.routes().add(std::move(route), row);
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

void Server::explain_to(log::Causes &causes) {
    impl_->core.explain_to(causes);
}

void Server::tell_answers(std::function<void(const Answered &)> told) {
    impl_->core.tell_answers(std::move(told));
}

bool Server::owes(base::ExchangeId id) const noexcept {
    const Owed *owed = impl_->core.owed().find(id);
    return owed != nullptr && !owed->conn->dead();
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

std::vector<std::string> Server::addresses_serving(Kinds kinds) const {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < impl_->listeners.size(); ++i) {
        const ListenerOptions &listener = impl_->core.options().listeners[i];
        if (listener.side == Side::front && (listener.serves & kinds) != 0)
            out.push_back(impl_->listeners[i]->address());
    }
    return out;
}

std::vector<Server::Certificate> Server::certificates() const {
    std::vector<Certificate> out;
    for (std::size_t i = 0; i < impl_->listeners.size(); ++i)
        if (const Certificates *all = impl_->context.certificates(i))
            for (const auto &[file, validity] : all->about())
                out.push_back({impl_->core.options().listeners[i].name, file, validity});
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
    net::check(with_listeners_of(impl_->core.options(), options));
}

void Server::reconfigure(const Options &options) {
    Core &core = impl_->core;
    net::check(options);
    Options next = with_listeners_of(core.options(), options);
    Context::Read certificates = Context::read_certificates(next);
    next.kept_headers = core.options().kept_headers;
    core.reconfigure(std::move(next));
    for (const auto &listener : impl_->listeners)
        listener->reconfigure();
    impl_->context.use(std::move(certificates), core.options());
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

const Answers &Server::answers() const noexcept {
    return impl_->core.answers();
}

const Server::Totals &Server::totals() const noexcept {
    return impl_->core.tally().totals();
}

} // namespace roomd::net
