#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

struct lws;
struct lws_context;
struct lws_vhost;

namespace roomd::net {

class Socket;

// What the sockets of one libwebsockets context share, found by its user pointer.
class Carrier {
public:
    Carrier() = default;
    Carrier(const Carrier &) = delete;
    Carrier &operator=(const Carrier &) = delete;

    lws_context *context = nullptr; // libwebsockets writes it, and clears it when it is destroyed

private:
    friend class Socket;
    void wake() noexcept;

    Socket *current_ = nullptr;  // whose callback is running
    Socket *adopting_ = nullptr; // null again when it was destroyed in adopt()
    bool made_ = false;          // libwebsockets has created a wsi for it
    bool waking_ = false;        // it was asked to check its timeouts
};

// One accepted connection, the only owner of its wsi, descriptor and SSL.  libwebsockets has it in
// its raw role: plaintext comes as on_bytes(), and all output is written directly to the descriptor
// or the SSL, never with lws_write(), which copies without bound what a socket does not accept.
class Socket {
public:
    // Must not destroy the socket except in on_gone(), the last call of all.
    class Owner {
    public:
        virtual void on_bytes(std::span<char>) = 0; // input; may be changed in place
        virtual void on_room() = 0;                 // after want_room(): it accepts bytes again
        virtual void on_end() = 0;  // once: the connection is over, for input and output
        virtual void on_gone() = 0; // no more calls: the owner frees itself and this

    protected:
        ~Owner() = default;
    };

    Socket(Owner &, Carrier &) noexcept;
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;

    // Gives an accepted descriptor to libwebsockets, which owns it from then on, even on failure.
    enum class Adopted : std::uint8_t {
        yes,
        dying, // on_gone() will come
        gone,  // on_gone() has come
        never  // there will be no calls: the caller frees the owner
    };
    Adopted adopt(lws_vhost *, int fd, bool tls) noexcept;

    // Writes, and gives how many bytes were accepted; 0: none now; negative: it is broken.
    std::ptrdiff_t take(std::string_view) noexcept;
    void want_room() noexcept;
    // Stops and resumes reading.  While paused the peer's end goes unseen too.
    void pause() noexcept;
    void resume() noexcept;
    // Ends the output (close_notify, FIN); input is still read.
    void finish() noexcept;
    // Ends it in the next iteration, or with the running callback.  take() fails from now on.
    void cut() noexcept;

    bool dead() const noexcept { return dead_; }
    bool tls() const noexcept { return tls_; }
    int fd() const noexcept { return fd_; }

    static int callback(lws *, int reason, void *, void *in, std::size_t size) noexcept;

private:
    void adopted(lws *) noexcept;
    int run(lws *, bool readable, char *bytes, std::size_t size);
    void over() noexcept;
    std::ptrdiff_t take_tls(std::string_view) noexcept;

    Owner &owner_;
    Carrier &carrier_;
    lws *wsi_ = nullptr;
    int fd_ = -1;
    bool tls_ : 1 = false;
    bool handshaken_ : 1 = false; // TLS: plaintext has arrived
    bool broken_ : 1 = false;     // TLS: fatal error, so no shutdown
    bool paused_ : 1 = false;
    bool finished_ : 1 = false;
    bool dead_ : 1 = false;
    bool over_ : 1 = false; // on_end() was called
};

} // namespace roomd::net
