#include "net/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace roomd::net {

namespace {

constexpr int backlog = 4096;
constexpr std::string_view unix_prefix = "unix:";

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
};

[[noreturn]] void fail(const char *what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Fd {
public:
    explicit Fd(int fd) noexcept : fd_(fd) {}
    ~Fd() {
        if (fd_ >= 0) ::close(fd_);
    }
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    int get() const noexcept { return fd_; }
    int release() noexcept {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }

private:
    int fd_;
};

std::uint16_t parse_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc() || end != text.data() + text.size() || port > 65535)
        throw std::invalid_argument("the port must be a number from 0 to 65535");
    return static_cast<std::uint16_t>(port);
}

socklen_t parse_tcp(const std::string &text, Address &out) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos)
        throw std::invalid_argument("write host:port, [v6]:port or unix:/path");
    std::string host = text.substr(0, colon);
    const std::uint16_t port = parse_port(std::string_view(text).substr(colon + 1));
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
        out.v6.sin6_family = AF_INET6;
        out.v6.sin6_port = htons(port);
        if (inet_pton(AF_INET6, host.c_str(), &out.v6.sin6_addr) != 1)
            throw std::invalid_argument("not an IPv6 address");
        return sizeof out.v6;
    }
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(port);
    if (inet_pton(AF_INET, host.c_str(), &out.v4.sin_addr) != 1)
        throw std::invalid_argument("not an IPv4 address (names are not looked up)");
    return sizeof out.v4;
}

socklen_t parse_unix(const std::string &path, Address &out) {
    if (path.empty() || path.front() != '/' || path.size() >= sizeof out.local.sun_path)
        throw std::invalid_argument("a Unix socket needs an absolute path below 108 characters");
    out.local.sun_family = AF_UNIX;
    std::memcpy(out.local.sun_path, path.c_str(), path.size() + 1);
    return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
}

// Removes the file of a dead daemon; throws when a live one answers or it is not a socket.
void clear_way(const std::string &path, const Address &address, socklen_t size) {
    struct stat st {};
    if (lstat(path.c_str(), &st) != 0) return;
    if (!S_ISSOCK(st.st_mode)) throw std::runtime_error("the file exists and is not a socket");
    const Fd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (probe.get() < 0) fail("socket");
    if (connect(probe.get(), &address.any, size) == 0 || errno == EAGAIN)
        throw std::runtime_error("another process listens on it");
    if (errno != ECONNREFUSED) fail("connect to the existing socket");
    if (unlink(path.c_str()) != 0) fail("unlink");
}

} // namespace

Peer peer_of(const sockaddr &address) noexcept {
    Peer peer;
    if (address.sa_family == AF_INET) {
        peer.kind = Peer::Kind::v4;
        std::memcpy(peer.bytes.data(), &reinterpret_cast<const sockaddr_in &>(address).sin_addr, 4);
    } else if (address.sa_family == AF_INET6) {
        const in6_addr &in = reinterpret_cast<const sockaddr_in6 &>(address).sin6_addr;
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&in);
        peer.kind = mapped ? Peer::Kind::v4 : Peer::Kind::v6;
        std::memcpy(peer.bytes.data(), mapped ? &in.s6_addr[12] : &in.s6_addr[0], mapped ? 4 : 16);
    }
    return peer;
}

Peer peer_of_socket(int fd) noexcept {
    Address address{};
    socklen_t size = sizeof address;
    if (getpeername(fd, &address.any, &size) != 0) return {};
    return peer_of(address.any);
}

std::string unix_path(const std::string &address) {
    return address.starts_with(unix_prefix) ? address.substr(unix_prefix.size()) : std::string();
}

Opened open_listener(const std::string &text, unsigned mode) {
    Address address{};
    const std::string path = unix_path(text);
    const bool local = text.starts_with(unix_prefix);
    const socklen_t size = local ? parse_unix(path, address) : parse_tcp(text, address);
    std::optional<FolderLock> lock; // between bind and listen we look like a dead daemon
    if (local) {
        lock.emplace(path);
        clear_way(path, address, size);
    }
    Fd fd(socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd.get() < 0) fail("socket");
    const int on = 1;
    if (!local) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.any.sa_family == AF_INET6)
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    // The mode is set before the file can be connected to: nobody slips in between.
    if (local && fchmod(fd.get(), 0) != 0) fail("fchmod");
    if (bind(fd.get(), &address.any, size) != 0) fail("bind");
    SocketFile file;
    if (local) {
        if (chmod(path.c_str(), mode) != 0) fail("chmod");
        file = SocketFile(path);
    }
    if (listen(fd.get(), backlog) != 0) fail("listen");
    // In case the folder could not be locked.
    if (local && !file.in_place())
        throw std::runtime_error("another process has taken the path meanwhile");
    return {fd.release(), std::move(file)};
}

std::string bound_address(int fd) {
    Address address{};
    socklen_t size = sizeof address;
    if (getsockname(fd, &address.any, &size) != 0) fail("getsockname");
    if (address.any.sa_family == AF_UNIX) return std::string(unix_prefix) + address.local.sun_path;
    char host[INET6_ADDRSTRLEN] = "";
    if (address.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &address.v4.sin_addr, host, sizeof host);
        return std::string(host) + ":" + std::to_string(ntohs(address.v4.sin_port));
    }
    inet_ntop(AF_INET6, &address.v6.sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(ntohs(address.v6.sin6_port));
}

} // namespace roomd::net
