#include "app/inherited.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

struct Socket {
    std::string name;
    int fd;
    bool taken = false;
};

std::vector<Socket> handed_over() {
    char **names = nullptr;
    const int count = sd_listen_fds_with_names(1, &names);
    std::vector<Socket> out;
    for (int i = 0; i < count; ++i) {
        out.push_back({names[i], SD_LISTEN_FDS_START + i});
        std::free(names[i]);
    }
    std::free(names);
    return out;
}

std::string listed(const std::vector<Socket> &sockets) {
    std::string out;
    for (const Socket &socket : sockets)
        out += (out.empty() ? "" : ", ") + socket.name;
    return out.empty() ? "none" : out;
}

net::ListenerOptions listener_on(const net::ListenerOptions &listener, Socket &socket) {
    const bool known = sd_is_socket(socket.fd, AF_INET, SOCK_STREAM, 1) > 0 ||
                       sd_is_socket(socket.fd, AF_INET6, SOCK_STREAM, 1) > 0 ||
                       sd_is_socket(socket.fd, AF_UNIX, SOCK_STREAM, 1) > 0;
    if (!known)
        throw std::runtime_error(
            "listen " + listener.name +
            ": the socket from systemd is not a listening TCP or Unix stream socket; write "
            "ListenStream= and Accept=no in its unit");
    fcntl(socket.fd, F_SETFL, fcntl(socket.fd, F_GETFL) | O_NONBLOCK);
    socket.taken = true;
    net::ListenerOptions out = listener;
    out.fd = socket.fd;
    return out;
}

} // namespace

bool any_inherited() noexcept {
    return sd_listen_fds(0) > 0;
}

net::Options with_inherited(net::Options options, log::Logger &log) {
    std::vector<Socket> sockets = handed_over();
    std::vector<net::ListenerOptions> listeners;
    for (const net::ListenerOptions &listener : options.listeners) {
        if (listener.inherited.empty()) {
            listeners.push_back(listener);
            continue;
        }
        const std::size_t before = listeners.size();
        for (Socket &socket : sockets)
            if (socket.name == listener.inherited)
                listeners.push_back(listener_on(listener, socket));
        if (listeners.size() == before)
            throw std::runtime_error("listen " + listener.name +
                                     ": systemd passed no socket of this name (" + listed(sockets) +
                                     "); start its .socket unit, or write an address");
    }
    for (const Socket &socket : sockets) {
        if (socket.taken) continue;
        log.warning("systemd passed a socket that no listener uses",
                    {{"name", socket.name}, {"do", "add { systemd: NAME } under listen:"}});
        close(socket.fd);
    }
    options.listeners = std::move(listeners);
    return options;
}

} // namespace roomd::app
