#include "net/socket.hpp"

#include <libwebsockets.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace roomd::net {

namespace {

Socket *socket_of(lws *wsi) noexcept {
    return static_cast<Socket *>(lws_get_opaque_user_data(wsi));
}

Carrier *carrier_of(lws *wsi) noexcept {
    return static_cast<Carrier *>(lws_context_user(lws_get_context(wsi)));
}

} // namespace

// A timeout set from outside is only armed when libwebsockets is woken: once per iteration.
void Carrier::wake() noexcept {
    if (std::exchange(waking_, true)) return;
    lws_cancel_service(context);
}

Socket::Socket(Owner &owner, Carrier &carrier) noexcept : owner_(owner), carrier_(carrier) {}

Socket::Adopted Socket::adopt(lws_vhost *vhost, int fd, bool tls) noexcept {
    fd_ = fd;
    tls_ = tls;
    lws_adopt_desc_t how;
    std::memset(&how, 0, sizeof how);
    how.vh = vhost;
    how.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | (tls ? LWS_ADOPT_ALLOW_SSL : 0));
    how.fd.sockfd = fd;
    how.opaque = this;
    carrier_.adopting_ = this;
    carrier_.made_ = false;
    Carrier &carrier = carrier_; // this may be destroyed
    lws *wsi = lws_adopt_descriptor_vhost_via_info(&how);
    if (std::exchange(carrier.adopting_, nullptr) == nullptr) return Adopted::gone;
    if (wsi != nullptr) {
        wsi_ = wsi;
        return Adopted::yes;
    }
    // An invalid TLS hello fails in here; under libuv WSI_DESTROY comes later.
    dead_ = true;
    return carrier.made_ ? Adopted::dying : Adopted::never;
}

void Socket::adopted(lws *wsi) noexcept {
    wsi_ = wsi;
    SSL *ssl = tls_ ? lws_get_ssl(wsi) : nullptr;
    if (ssl == nullptr) return;
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                          SSL_MODE_RELEASE_BUFFERS);
}

// ---- output ----------------------------------------------------------------------------------

std::ptrdiff_t Socket::take(std::string_view bytes) noexcept {
    if (dead_ || finished_) return -1;
    if (tls_) return take_tls(bytes);
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    return errno == EAGAIN || errno == EINTR || errno == ENOBUFS ? 0 : -1;
}

std::ptrdiff_t Socket::take_tls(std::string_view bytes) noexcept {
    SSL *ssl = lws_get_ssl(wsi_);
    if (ssl == nullptr || broken_) return -1;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t left = std::min<std::size_t>(bytes.size() - done, INT_MAX);
        ERR_clear_error();
        const int sent = SSL_write(ssl, bytes.data() + done, static_cast<int>(left));
        if (sent > 0) {
            done += static_cast<std::size_t>(sent);
            continue;
        }
        const int error = SSL_get_error(ssl, sent);
        if (error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ) break;
        broken_ = true;
        return -1;
    }
    return static_cast<std::ptrdiff_t>(done);
}

void Socket::want_room() noexcept {
    if (!dead_) lws_callback_on_writable(wsi_);
}

// ---- input -----------------------------------------------------------------------------------

void Socket::pause() noexcept {
    if (dead_ || paused_) return;
    paused_ = true;
    lws_rx_flow_control(wsi_, 0);
}

void Socket::resume() noexcept {
    if (dead_ || !paused_) return;
    paused_ = false;
    lws_rx_flow_control(wsi_, 1);
}

// ---- the end ---------------------------------------------------------------------------------

void Socket::finish() noexcept {
    if (dead_ || finished_) return;
    finished_ = true;
    if (SSL *ssl = tls_ ? lws_get_ssl(wsi_) : nullptr; ssl != nullptr && !broken_) {
        ERR_clear_error();
        SSL_shutdown(ssl);
        ERR_clear_error();
    }
    shutdown(fd_, SHUT_WR);
    resume(); // to see the peer's end
}

void Socket::cut() noexcept {
    if (dead_) return;
    dead_ = true;
    if (carrier_.current_ == this) return; // the callback ends it
    lws_set_timeout(wsi_, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
    carrier_.wake();
}

void Socket::over() noexcept {
    dead_ = true;
    if (over_) return;
    over_ = true;
    owner_.on_end();
}

// ---- from libwebsockets ----------------------------------------------------------------------

// -1 ends the connection.  Always for one that was cut: bytes that arrive in the same iteration
// clear the timeout of a kill.
int Socket::run(lws *wsi, bool readable, char *bytes, std::size_t size) {
    wsi_ = wsi;
    if (dead_) return -1;
    Socket *outer = std::exchange(carrier_.current_, this);
    if (readable) {
        // After a TLS handshake libwebsockets arms a timeout that the raw role never clears.
        if (tls_ && !handshaken_) lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
        handshaken_ = true;
        owner_.on_bytes({bytes, size});
    } else {
        owner_.on_room();
    }
    carrier_.current_ = outer;
    return dead_ ? -1 : 0;
}

int Socket::callback(lws *wsi, int reason, void *, void *in, std::size_t size) noexcept {
    Socket *self = socket_of(wsi);
    switch (reason) {
    case LWS_CALLBACK_RAW_ADOPT:
        if (self != nullptr) self->adopted(wsi);
        return 0;
    case LWS_CALLBACK_RAW_RX:
        return self == nullptr ? -1 : self->run(wsi, true, static_cast<char *>(in), size);
    case LWS_CALLBACK_RAW_WRITEABLE:
        return self == nullptr ? -1 : self->run(wsi, false, nullptr, 0);
    case LWS_CALLBACK_RAW_CLOSE:
        if (self != nullptr) self->over();
        return 0;
    // The earliest notice of a wsi; it has no opaque pointer yet.
    case LWS_CALLBACK_WSI_CREATE:
        if (Carrier *carrier = carrier_of(wsi)) carrier->made_ = true;
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        if (self == nullptr) return 0;
        lws_set_opaque_user_data(wsi, nullptr);
        if (self->carrier_.adopting_ == self) self->carrier_.adopting_ = nullptr;
        self->over();
        self->owner_.on_gone();
        return 0;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
        if (Carrier *carrier = carrier_of(wsi)) carrier->waking_ = false;
        return 0;
    // Anything that would move it to another role.
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
    case LWS_CALLBACK_HTTP:
    case LWS_CALLBACK_ESTABLISHED: return -1;
    default: return 0;
    }
}

} // namespace roomd::net
