#pragma once

#include "folder.hpp"
#include "rig.hpp"
#include "wire.hpp"

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

namespace roomd::test {

// Writes a self-signed certificate for `name` and its key.  Valid for an hour, or until `seconds`
// from now.
enum class KeyKind : std::uint8_t { ecdsa, rsa };
void make_certificate(const std::string &certificate, const std::string &key, const char *name,
                      long seconds = 3600, KeyKind = KeyKind::ecdsa);
// One listener that speaks TLS, with a certificate in the folder.
Rig::Setup with_tls(const Folder &);

// Wire, over TLS.  `before` is sent ahead of the handshake; `host` is the name that it asks for.
class Tls {
public:
    explicit Tls(const std::string &address, const char *alpn = nullptr,
                 Wire::Window = Wire::Window::wide, const std::string &before = {},
                 const char *host = nullptr);
    ~Tls();
    Tls(const Tls &) = delete;
    Tls &operator=(const Tls &) = delete;

    void send(const std::string &bytes);
    // What comes, to the end of `text`, or as far as it came.
    std::string until(const std::string &text);
    Reply reply();
    WsFrame frame();
    // The server ends it with a close_notify, within five seconds.
    bool ends_properly();
    std::string subject();
    std::string protocol(); // of ALPN
    bool connected = false;

private:
    bool more();
    bool need(std::size_t size);

    Wire wire_;
    std::string buffer_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

} // namespace roomd::test
