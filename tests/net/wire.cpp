#include "wire.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace roomd::test {

namespace {

using Clock = std::chrono::steady_clock;

int connect_to(const std::string &address, Wire::Window window) {
    union {
        sockaddr any;
        sockaddr_in v4;
        sockaddr_in6 v6;
        sockaddr_un local;
    } to{};
    socklen_t size = sizeof to;
    if (address.starts_with("unix:")) {
        to.local.sun_family = AF_UNIX;
        std::strncpy(to.local.sun_path, address.c_str() + 5, sizeof to.local.sun_path - 1);
        size = sizeof to.local;
    } else {
        const std::size_t colon = address.rfind(':');
        const auto port = htons(static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1)));
        if (address.front() == '[') {
            to.v6.sin6_family = AF_INET6;
            to.v6.sin6_port = port;
            to.v6.sin6_addr = in6addr_loopback;
            size = sizeof to.v6;
        } else {
            to.v4.sin_family = AF_INET;
            to.v4.sin_port = port;
            inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.v4.sin_addr);
            size = sizeof to.v4;
        }
    }
    const int fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int narrow = 65536;
    if (window == Wire::Window::narrow)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &narrow, sizeof narrow);
    if (fd < 0 || connect(fd, &to.any, size) != 0) {
        if (fd >= 0) close(fd);
        throw std::runtime_error("connect " + address + ": " + std::strerror(errno));
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

} // namespace

std::string Reply::header(std::string_view name) const {
    const std::string wanted = "\r\n" + std::string(name) + ":";
    const std::string low = base::lower(head);
    const std::size_t at = low.find(wanted);
    if (at == std::string::npos) return {};
    const std::size_t from = head.find_first_not_of(' ', at + wanted.size());
    return head.substr(from, head.find("\r\n", from) - from);
}

Wire::Wire(const std::string &address, Window window) : fd_(connect_to(address, window)) {}

Wire::~Wire() {
    if (fd_ >= 0) close(fd_);
}

bool Wire::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

void Wire::send(std::string_view bytes) {
    if (!try_send(bytes)) throw std::runtime_error("send: the peer is gone");
}

bool Wire::more(Clock::time_point until) {
    if (ended_) return false;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, left < 0 ? 0 : static_cast<int>(left)) <= 0) return false;
    char bytes[65536];
    const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) {
        ended_ = true;
        return false;
    }
    buffer_.append(bytes, static_cast<std::size_t>(n));
    return true;
}

Reply Wire::reply(bool head_only) {
    const auto until = Clock::now() + patience;
    Reply out;
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
        if (!more(until)) return out;
    out.head = buffer_.substr(0, end + 2);
    const std::string length = out.header("content-length");
    const std::size_t size = head_only ? 0 : std::strtoul(length.c_str(), nullptr, 10);
    while (buffer_.size() < end + 4 + size)
        if (!more(until)) return out;
    out.status = std::atoi(out.head.c_str() + 9);
    out.body = buffer_.substr(end + 4, size);
    buffer_.erase(0, end + 4 + size);
    return out;
}

WsFrame Wire::frame() {
    const auto until = Clock::now() + patience;
    const auto need = [&](std::size_t size) {
        while (buffer_.size() < size)
            if (!more(until)) return false;
        return true;
    };
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(buffer_[i]); };
    WsFrame out;
    if (!need(2)) return out;
    std::size_t size = byte(1) & 127u, head = 2;
    if (size >= 126) {
        const std::size_t extra = size == 126 ? 2 : 8;
        if (!need(2 + extra)) return out;
        size = 0;
        for (std::size_t i = 0; i < extra; ++i)
            size = size << 8 | byte(2 + i);
        head += extra;
    }
    if (!need(head + size)) return out;
    out.opcode = byte(0) & 15;
    out.fin = (byte(0) & 128) != 0;
    out.payload = buffer_.substr(head, size);
    buffer_.erase(0, head + size);
    return out;
}

WsFrame Wire::message() {
    WsFrame whole = frame();
    while (!whole.fin && whole.opcode >= 0) {
        const WsFrame part = frame();
        if (part.opcode != 0) return {};
        whole.payload += part.payload;
        whole.fin = part.fin;
    }
    return whole;
}

bool Wire::ends(std::chrono::milliseconds time) {
    const auto until = Clock::now() + time;
    while (more(until)) {
    }
    return ended_;
}

bool Wire::silent(std::chrono::milliseconds time) {
    const std::size_t before = buffer_.size();
    more(Clock::now() + time);
    return !ended_ && buffer_.size() == before;
}

void Wire::finish() {
    shutdown(fd_, SHUT_WR);
}

void Wire::reset() {
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd_);
    fd_ = -1;
}

std::string ws(int opcode, std::string_view payload, bool fin) {
    static constexpr char mask[] = "\x11\x22\x33\x44";
    std::string out;
    out += static_cast<char>((fin ? 128 : 0) | opcode);
    const std::size_t size = payload.size();
    const int extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
    out += static_cast<char>(128 | (extra == 0 ? static_cast<int>(size) : extra == 2 ? 126 : 127));
    for (int i = extra - 1; i >= 0; --i)
        out += static_cast<char>(size >> (8 * i));
    out.append(mask, 4);
    for (std::size_t i = 0; i < size; ++i)
        out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

std::string get(const std::string &path, const std::string &headers) {
    return "GET " + path + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n";
}

std::string post(const std::string &path, const std::string &body, const std::string &headers) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
}

std::string upgrade(const std::string &path, const std::string &headers) {
    return get(path, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                         headers);
}

Wire websocket(const std::string &address, Wire::Window window) {
    Wire wire(address, window);
    wire.send(upgrade(engine + "websocket"));
    if (wire.reply().status != 101) throw std::runtime_error("no websocket");
    if (wire.frame().payload.substr(0, 2) != "0{") throw std::runtime_error("no open packet");
    return wire;
}

std::string polling(const std::string &address) {
    Wire wire(address);
    wire.send(get(engine + "polling"));
    const std::string body = wire.reply().body;
    const std::size_t at = body.find("\"sid\":\"");
    if (at == std::string::npos) throw std::runtime_error("no session");
    return body.substr(at + 7, 20);
}

std::string in_session(const std::string &sid) {
    return engine + "polling&sid=" + sid;
}

} // namespace roomd::test
