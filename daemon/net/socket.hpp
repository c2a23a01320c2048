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

    Socket *current_ = nullptr;  // whose callback runs
    Socket *adopting_ = nullptr; // null again when it was destroyed in adopt()
    bool made_ = false;          // libwebsockets has a wsi for what is adopted
    bool waking_ = false;        // it was asked to look after its timeouts
};

// One accepted connection, the only owner of its wsi, descriptor and SSL.  libwebsockets carries it
// in its raw role: plaintext comes up as on_bytes(), and everything that goes out is written to the
// descriptor or the SSL directly, never with lws_write(), which copies what a socket does not take,
// without a bound.
class Socket {
public:
    // Calls nothing of the socket's destructor: that is for on_gone(), the last call of all.
    class Owner {
    public:
        virtual void on_bytes(std::span<char>) = 0; // read; may be changed in place
        virtual void on_room() = 0;                 // want_room() was asked, and it takes again
        virtual void on_end() = 0;  // the connection is over: nothing comes, nothing goes; once
        virtual void on_gone() = 0; // nobody calls any more: the owner frees itself and this

    protected:
        ~Owner() = default;
    };

    Socket(Owner &, Carrier &) noexcept;
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;

    // Gives an accepted descriptor to libwebsockets, whose it is from now on, also when it fails.
    enum class Adopted : std::uint8_t {
        yes,
        dying, // on_gone() will come
        gone,  // on_gone() has come
        never  // nobody will call: the caller frees the owner
    };
    Adopted adopt(lws_vhost *, int fd, bool tls) noexcept;

    // How many bytes it took, in order; 0 when it takes none now; negative when it is broken.
    std::ptrdiff_t take(std::string_view) noexcept;
    void want_room() noexcept;
    // Reading, from here on: not while paused, when a peer's end goes unseen too.
    void pause() noexcept;
    void resume() noexcept;
    // Says that nothing more goes out (close_notify, FIN); what comes is still read.
    void finish() noexcept;
    // Ends it when the loop comes round, or with the running callback.  take() refuses from now on.
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
    bool handshaken_ : 1 = false; // TLS: plaintext has come
    bool broken_ : 1 = false;     // TLS: no shutdown after a fatal error
    bool paused_ : 1 = false;
    bool finished_ : 1 = false;
    bool dead_ : 1 = false;
    bool over_ : 1 = false; // on_end() was called
};

} // namespace roomd::net
