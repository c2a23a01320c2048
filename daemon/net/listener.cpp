#include "net/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace roomd::net {

namespace {

// Per wake-up, so that open connections get their turn in a storm of new ones.
constexpr int most_accepts = 64;
// At the end: what a queue of connections can hold, and no more.
constexpr int most_waiting = 4096;
constexpr base::Duration pause{100};
// Above options.connections: these are answered with the reason; any more are just closed.
constexpr std::size_t told = 64;
// Operators are still admitted then, but not any number of them.
constexpr std::size_t told_and_admin = told + 64;

Opened take_or_open(const ListenerOptions &listener) {
    if (listener.inherited.empty()) return open_listener(listener.name, listener.mode);
    return {listener.fd, {}}; // its file belongs to whoever passed the socket
}

int open_spare() noexcept {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

} // namespace

Listener::Listener(Core &core, Prefaces &prefaces, std::uint16_t index, lws_vhost *vhost) :
    Listener(core, prefaces, index, vhost, take_or_open(core.options().listeners[index])) {}

Listener::Listener(Core &core, Prefaces &prefaces, std::uint16_t index, lws_vhost *vhost,
                   Opened opened) :
    core_(core),
    prefaces_(prefaces),
    vhost_(vhost),
    index_(index),
    admin_(core.options().listeners[index].side == Side::admin),
    proxy_protocol_(core.options().listeners[index].proxy_protocol),
    inherited_(!core.options().listeners[index].inherited.empty()),
    fd_(opened.fd),
    spare_(open_spare()),
    address_(bound_address(fd_)),
    file_(std::move(opened.file)),
    watch_(std::make_unique<loop::Watch>(core.loop(), fd_, [this](bool, bool) { on_ready(); })),
    pause_(core.loop(), [this] { watch_->want(true, false); }) {
    const int on = 1; // a Unix socket has none
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    reconfigure();
    watch_->want(true, false);
}

void Listener::reconfigure() noexcept {
    // Half of what the kernel counts is overhead.
    const auto most_kept = static_cast<int>(core_.options().kernel_buffer / 2);
    if (most_kept > 0) setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &most_kept, sizeof most_kept);
}

Listener::~Listener() {
    watch_.reset();
    file_.remove();
    close(fd_);
    if (spare_ >= 0) close(spare_);
}

void Listener::take_waiting() {
    if (inherited_) return;
    for (int i = 0; i < most_waiting; ++i)
        if (!take_one()) return;
}

void Listener::on_ready() {
    for (int i = 0; i < most_accepts; ++i)
        if (!take_one()) return;
}

bool Listener::take_one() {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto *any = reinterpret_cast<sockaddr *>(&address);
    const int fd = accept4(fd_, any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE) out_of_descriptors();
        return errno == ECONNABORTED || errno == EINTR;
    }
    const std::size_t most = core_.options().connections + (admin_ ? told_and_admin : told);
    if (core_.tally().totals().open >= most) {
        ++core_.tally().totals().refused_limit;
        core_.refuse(log::Kind::limit, "refused at a limit", {{}, {}, peer_of(*any).text()},
                     "limits.connections");
        close(fd);
        return true;
    }
    core_.tally().opened();
    if (proxy_protocol_)
        prefaces_.take(vhost_, fd, peer_of(*any), index_);
    else
        Conn::adopt(core_, vhost_, fd, {peer_of(*any)}, index_);
    return true;
}

// Otherwise the socket stays readable and the loop spins.
void Listener::out_of_descriptors() {
    core_.log().warning("out of file descriptors: a connection was refused",
                        {{"listener", address_}});
    ++core_.tally().totals().refused_limit;
    if (spare_ >= 0) {
        close(spare_);
        const int fd = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0) close(fd);
        spare_ = open_spare();
    }
    watch_->want(false, false);
    pause_.after(pause);
    errno = EMFILE;
}

} // namespace roomd::net
