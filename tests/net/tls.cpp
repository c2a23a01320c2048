#include "tls.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace roomd::test {

void make_certificate(const std::string &certificate, const std::string &key, const char *name,
                      long seconds, KeyKind kind) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(
        kind == KeyKind::rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), &X509_free);
    X509_set_version(x509.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509.get()), seconds);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char *>(name), -1, -1, 0);
    X509_set_issuer_name(x509.get(), X509_get_subject_name(x509.get()));
    X509_set_pubkey(x509.get(), pair.get());
    X509_sign(x509.get(), pair.get(), EVP_sha256());
    std::FILE *out = std::fopen(certificate.c_str(), "w");
    PEM_write_X509(out, x509.get());
    std::fclose(out);
    out = std::fopen(key.c_str(), "w");
    PEM_write_PrivateKey(out, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
}

Rig::Setup with_tls(const Folder &folder) {
    make_certificate(folder / "c.pem", folder / "k.pem", "first");
    Rig::Setup setup;
    setup.net.listeners[0].certificate = folder / "c.pem";
    setup.net.listeners[0].key = folder / "k.pem";
    return setup;
}

Tls::Tls(const std::string &address, const char *alpn, Wire::Window window,
         const std::string &before, const char *host) :
    wire_(address, window),
    context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free),
    ssl_(SSL_new(context_.get()), &SSL_free) {
    if (alpn != nullptr)
        SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char *>(alpn),
                            static_cast<unsigned>(std::char_traits<char>::length(alpn)));
    if (host != nullptr) SSL_set_tlsext_host_name(ssl_.get(), host);
    if (!before.empty()) wire_.send(before);
    SSL_set_fd(ssl_.get(), wire_.fd());
    const timeval limit{5, 0};
    setsockopt(wire_.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    connected = SSL_connect(ssl_.get()) == 1;
}

Tls::~Tls() {
    SSL_shutdown(ssl_.get());
}

void Tls::send(const std::string &bytes) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
}

bool Tls::more() {
    char bytes[16384];
    const int n = SSL_read(ssl_.get(), bytes, sizeof bytes);
    if (n > 0) buffer_.append(bytes, static_cast<std::size_t>(n));
    return n > 0;
}

bool Tls::need(std::size_t size) {
    while (buffer_.size() < size)
        if (!more()) return false;
    return true;
}

std::string Tls::until(const std::string &text) {
    std::size_t at, from = 0;
    while ((at = buffer_.find(text, from)) == std::string::npos) {
        from = buffer_.size() < text.size() ? 0 : buffer_.size() - text.size();
        if (!more()) return std::exchange(buffer_, {});
    }
    std::string out = buffer_.substr(0, at + text.size());
    buffer_.erase(0, out.size());
    return out;
}

Reply Tls::reply() {
    Reply out;
    out.head = until("\r\n\r\n");
    const std::size_t size = std::strtoul(out.header("content-length").c_str(), nullptr, 10);
    if (out.head.size() < 12 || !need(size)) return out;
    out.status = std::atoi(out.head.c_str() + 9);
    out.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
}

WsFrame Tls::frame() {
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

bool Tls::ends_properly() {
    while (more()) {
    }
    return SSL_get_shutdown(ssl_.get()) == SSL_RECEIVED_SHUTDOWN;
}

std::string Tls::subject() {
    const std::unique_ptr<X509, decltype(&X509_free)> x509(SSL_get1_peer_certificate(ssl_.get()),
                                                           &X509_free);
    char name[100] = "";
    if (x509)
        X509_NAME_get_text_by_NID(X509_get_subject_name(x509.get()), NID_commonName, name,
                                  sizeof name);
    return name;
}

std::string Tls::protocol() {
    const unsigned char *name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char *>(name), size};
}

} // namespace roomd::test
