#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::test {

using namespace std::chrono_literals;
inline constexpr std::chrono::milliseconds patience{5000};

struct Reply {
    int status = 0; // 0: none came
    std::string head, body;
    std::string header(std::string_view lower_case_name) const; // empty: not there
};

struct WsFrame {
    int opcode = -1; // -1: none came
    bool fin = true;
    std::string payload;
};

// A raw client: says exactly the bytes it is given, and waits for what comes with a deadline.
class Wire {
public:
    // `address` as Server::addresses() gives it.  narrow: the kernel takes little for us unread,
    // where it may otherwise take tens of megabytes.
    enum class Window : std::uint8_t { wide, narrow };
    explicit Wire(const std::string &address, Window = Window::wide);
    ~Wire();
    Wire(Wire &&other) noexcept : fd_(other.fd_), buffer_(std::move(other.buffer_)) {
        other.fd_ = -1;
    }
    Wire(const Wire &) = delete;
    Wire &operator=(const Wire &) = delete;

    void send(std::string_view bytes);
    bool try_send(std::string_view bytes); // false: the peer is gone
    Reply reply(bool head_only = false);
    WsFrame frame();
    WsFrame message(); // of one frame or of several fragments
    // True when the server ends the connection within `time`, whatever it says before.
    bool ends(std::chrono::milliseconds time = patience);
    // True when nothing comes for `time` and the connection stays.
    bool silent(std::chrono::milliseconds time);
    const std::string &seen() const noexcept { return buffer_; } // not yet taken
    void finish();                                               // FIN: nothing more to say
    void reset();                                                // RST
    int fd() const noexcept { return fd_; }

private:
    // Reads once; false at the end or the deadline.
    bool more(std::chrono::steady_clock::time_point until);

    int fd_ = -1;
    std::string buffer_;
    bool ended_ = false;
};

// A masked client frame.
std::string ws(int opcode, std::string_view payload, bool fin = true);
// A request with Host, and an upgrade that asks for `path`.
std::string get(const std::string &path, const std::string &headers = {});
std::string post(const std::string &path, const std::string &body, const std::string &headers = {});
std::string upgrade(const std::string &path, const std::string &headers = {});
// Opens a websocket session: 101 and the open packet are taken.
Wire websocket(const std::string &address, Wire::Window = Wire::Window::wide);
// Opens a polling session; gives its sid.
std::string polling(const std::string &address);

inline const std::string engine = "/socket.io/?EIO=4&transport=";
inline const std::string polling_path = engine + "polling";
inline const std::string websocket_path = engine + "websocket";
// The target of a polling request in session `sid`.
std::string in_session(const std::string &sid);

// `text` with the first `what` in it replaced.
inline std::string replaced(std::string text, const std::string &what, const std::string &with) {
    return text.replace(text.find(what), what.size(), with);
}

} // namespace roomd::test
