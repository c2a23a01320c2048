#include "net/complaints.hpp"

#include "http/proxy_header.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "net/options.hpp"

#include <chrono>
#include <utility>

namespace roomd::net {

namespace {

constexpr std::chrono::minutes quiet{1};

struct Words {
    const char *message, *hint;
};

Words words_of(Complaints::About about) noexcept {
    switch (about) {
    case Complaints::About::untrusted:
        return {"a connection to a PROXY protocol listener was refused: it is not from a proxy "
                "that is trusted",
                "add its address to trusted_proxies, or let clients connect to the proxy"};
    case Complaints::About::no_header:
        return {
            "a proxy's connection was refused: it has no valid PROXY header",
            "let the proxy send one (send-proxy-v2 of HAProxy), or remove proxy_protocol: true"};
    case Complaints::About::second:
        return {"a connection was refused: behind its PROXY header is another one",
                "let only the proxy that connects to roomd send one"};
    case Complaints::About::unexpected: break;
    }
    return {"a connection was refused: it begins with a PROXY header, which this listener does "
            "not take",
            "write proxy_protocol: true under this listener, or let the proxy send none"};
}

} // namespace

void Complaints::look(std::string_view bytes, const ListenerOptions &on, const Peer &peer) {
    if (!http::begins_as_proxy_header(bytes)) return;
    tell(on.proxy_protocol ? About::second : About::unexpected, on.name, peer);
}

void Complaints::tell(About about, std::string_view listener, const Peer &peer,
                      std::string_view why) {
    Kind &kind = kinds_[static_cast<std::size_t>(about)];
    const base::Time now = loop_.now();
    if (kind.next != base::Time{} && now < kind.next) {
        ++kind.left_out;
        return;
    }
    kind.next = now + quiet;
    const Words words = words_of(about);
    log_.warning(words.message, {{"listener", listener},
                                 {"address", peer.text()},
                                 {"why", why},
                                 {"do", words.hint},
                                 {"more", std::exchange(kind.left_out, 0)}});
}

} // namespace roomd::net
