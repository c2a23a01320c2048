#include "cli/client.hpp"

#include "base/ascii.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace roomd::cli {
namespace {

constexpr std::size_t largest_head = 64u << 10;
constexpr std::size_t largest_answer = 256u << 20;

class Socket {
public:
    explicit Socket(int fd) noexcept : fd_(fd) {}
    ~Socket() {
        if (fd_ >= 0) ::close(fd_);
    }
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

[[noreturn]] void no_connection(const std::string &path, int error) {
    switch (error) {
    case ENOENT:
        throw Trouble("not_listening",
                      "there is no socket " + path +
                          ": is the daemon running, with admin: { socket: .. } in its "
                          "configuration? (--socket PATH names another)");
    case ECONNREFUSED:
        throw Trouble("not_listening",
                      "nothing listens on " + path + ": the daemon that made it is gone");
    case EACCES:
    case EPERM:
        throw Trouble("permission_denied",
                      "permission denied on " + path +
                          ": run as root or the daemon's user, or see admin.mode");
    default: throw Trouble("not_listening", "connect to " + path + ": " + base::error_text(error));
    }
}

[[noreturn]] void too_late(base::Duration patience) {
    throw Trouble("no_answer", "no answer within " +
                                   std::to_string((patience.count() + 999) / 1000) +
                                   " s: the daemon is busy or hangs");
}

[[noreturn]] void broken(const char *what, base::Duration patience) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) too_late(patience);
    throw Trouble("answer_cut", std::string("the daemon ended the connection while ") + what +
                                    ": " + base::error_text(errno));
}

void connect(int fd, const std::string &path, base::Duration patience) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        throw Trouble("not_listening",
                      "the path of a Unix socket may have at most 107 bytes: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    timeval limit{};
    limit.tv_sec = patience.count() / 1000;
    limit.tv_usec = patience.count() % 1000 * 1000;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0) return;
    if (errno == EAGAIN) too_late(patience); // its queue is full
    no_connection(path, errno);
}

void send_all(int fd, std::string_view bytes, base::Duration patience) {
    while (!bytes.empty()) {
        const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EPIPE) return; // it may have answered before it read all
        if (n < 0) broken("reading the request", patience);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
}

// The number after `name` in the head of an answer.
std::optional<std::size_t> number_after(std::string_view head, std::string_view name) {
    const std::string small = base::lower(head);
    const std::size_t at = small.find(name);
    if (at == std::string::npos) return std::nullopt;
    std::size_t value = 0;
    const char *const from = small.data() + at + name.size();
    const auto [end, error] = std::from_chars(from, small.data() + small.size(), value);
    if (error != std::errc() || end == from) return std::nullopt;
    return value;
}

// Reads more.  False: the peer has closed the connection.
bool more(int fd, std::string &seen, base::Duration patience) {
    std::array<char, 65536> buffer{};
    for (;;) {
        const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) broken("answering", patience);
        seen.append(buffer.data(), static_cast<std::size_t>(n));
        return n > 0;
    }
}

} // namespace

Answer Client::get(const std::string &target, base::Duration patience) const {
    return exchange("GET " + target + " HTTP/1.1\r\nHost: roomd\r\nConnection: close\r\n\r\n",
                    patience);
}

Answer Client::post(const std::string &target, const std::string &body,
                    base::Duration patience) const {
    return exchange("POST " + target +
                        " HTTP/1.1\r\nHost: roomd\r\nConnection: close\r\n"
                        "Content-Type: application/json\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body,
                    patience);
}

std::string Client::configuration() const {
    constexpr base::Duration patience{60000};
    Answer answer = get("/admin/config", patience);
    if (answer.status != 200)
        throw Trouble("no_answer", "what listens on " + path_ +
                                       " does not give its configuration (status " +
                                       std::to_string(answer.status) + "): is it another version?");
    return std::move(answer.body);
}

Answer Client::exchange(const std::string &request, base::Duration patience) const {
    const Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) throw std::system_error(errno, std::generic_category(), "socket");
    connect(socket.get(), path_, patience);
    send_all(socket.get(), request, patience);
    std::string seen;
    std::size_t head = std::string::npos;
    while (head == std::string::npos) {
        if (!more(socket.get(), seen, patience))
            throw Trouble("answer_cut", "the daemon ended the connection without an answer");
        head = seen.find("\r\n\r\n");
        if (head == std::string::npos && seen.size() > largest_head) break;
    }
    const auto status = number_after(seen.substr(0, 64), "http/1.1 ");
    const auto length = number_after(seen.substr(0, head), "\r\ncontent-length: ");
    if (head == std::string::npos || !status || !length || *length > largest_answer)
        throw Trouble("not_roomd", "what listens on " + path_ + " does not answer like roomd");
    std::string body = seen.substr(head + 4);
    while (body.size() < *length && more(socket.get(), body, patience)) {
    }
    if (body.size() < *length)
        throw Trouble("answer_cut", "the answer was cut: " + std::to_string(body.size()) + " of " +
                                        std::to_string(*length) + " bytes arrived");
    body.resize(*length);
    return {static_cast<int>(*status), std::move(body)};
}

std::string url_encoded(std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = base::is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

} // namespace roomd::cli
