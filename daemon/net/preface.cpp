#include "net/preface.hpp"

#include "http/proxy_header.hpp"
#include "loop/watch.hpp"
#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/forwarded.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::net {

using http::ProxyHeader;

// One of them.  It frees itself.
class Prefaces::Preface final : public Waiter {
public:
    Preface(Prefaces &all, lws_vhost *vhost, int fd, const Peer &peer, std::uint16_t listener) :
        all_(all),
        vhost_(vhost),
        fd_(fd),
        peer_(peer),
        listener_(listener),
        next_(all.first_) {
        if (next_ != nullptr) next_->before_ = this;
        all_.first_ = this;
    }
    ~Preface() override {
        core().deadlines().drop(*this);
        (before_ != nullptr ? before_->next_ : all_.first_) = next_;
        if (next_ != nullptr) next_->before_ = before_;
    }

    void read();
    // Closes it.  An empty reason is not worth a line.
    void refuse(std::string_view why);

private:
    Core &core() noexcept { return all_.core_; }
    void expired(Wait) override { refuse("none came in time"); }
    void give_up(Wait) override {} // what it buffers is bounded, and not counted
    void adopt(const std::optional<Peer> &client);

    Prefaces &all_;
    lws_vhost *vhost_;
    int fd_;
    Peer peer_;
    std::uint16_t listener_;
    std::string seen_;
    std::optional<loop::Watch> watch_;
    Preface *before_ = nullptr, *next_;
};

// Takes from the socket what belongs to the header, and nothing of what is behind it.
void Prefaces::Preface::read() {
    std::array<char, ProxyHeader::longest> room;
    for (;;) {
        const ssize_t came = recv(fd_, room.data(), room.size() - seen_.size(), MSG_PEEK);
        if (came < 0 && errno == EINTR) continue;
        if (came < 0 && errno == EAGAIN) break;
        // A check whether the port is open says nothing, and is no fault.
        if (came <= 0) return refuse(seen_.empty() ? "" : "it ends inside its header");
        const std::size_t before = seen_.size();
        seen_.append(room.data(), static_cast<std::size_t>(came));
        const ProxyHeader header = http::read_proxy_header(seen_);
        if (header.step == ProxyHeader::Step::malformed) return refuse(header.why);
        const bool whole = header.step == ProxyHeader::Step::done;
        const std::size_t of_it = (whole ? header.size : seen_.size()) - before;
        if (recv(fd_, room.data(), of_it, 0) != static_cast<ssize_t>(of_it)) return refuse("");
        if (whole) return adopt(header.client);
    }
    if (watch_) return;
    watch_.emplace(core().loop(), fd_, [this](bool, bool) { read(); });
    watch_->want(true, false);
    core().deadlines().put(*this, Wait::preface);
}

void Prefaces::Preface::adopt(const std::optional<Peer> &client) {
    const Origin origin{client.value_or(peer_), client ? Way::named : Way::nameless};
    Core &core = this->core();
    lws_vhost *vhost = vhost_;
    const int fd = fd_;
    const std::uint16_t listener = listener_;
    delete this; // its watch ends before libwebsockets watches the descriptor
    Conn::adopt(core, vhost, fd, origin, listener);
}

void Prefaces::Preface::refuse(std::string_view why) {
    Core &core = this->core();
    if (!why.empty()) {
        ++core.tally().totals().refused_proxy;
        core.complaints().tell(Complaints::About::no_header,
                               core.options().listeners[listener_].name, peer_, why);
    }
    const int fd = fd_;
    delete this;
    close(fd);
    core.tally().closed();
}

Prefaces::~Prefaces() {
    while (first_ != nullptr)
        first_->refuse("");
}

void Prefaces::take(lws_vhost *vhost, int fd, const Peer &peer, std::uint16_t listener) {
    if (!is_proxy(core_.options().proxies, peer)) {
        ++core_.tally().totals().refused_proxy;
        core_.complaints().tell(Complaints::About::untrusted,
                                core_.options().listeners[listener].name, peer);
        close(fd);
        core_.tally().closed();
        return;
    }
    if (core_.deadlines().count(Wait::preface) >= core_.options().half_open)
        static_cast<Preface *>(core_.deadlines().first(Wait::preface))
            ->refuse("too many others wait for theirs");
    (new Preface(*this, vhost, fd, peer, listener))->read();
}

} // namespace roomd::net
