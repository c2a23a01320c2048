#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace roomd::net {

namespace {

[[noreturn]] void fail(const std::string &what) {
    char reason[256] = "";
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
    ERR_clear_error();
    throw std::runtime_error(what + ": " + reason);
}

// OpenSSL calls all of these "system lib".
void readable(const std::string &what, const std::string &path) {
    if (access(path.c_str(), R_OK) != 0)
        throw std::runtime_error(what + path + ": " + std::generic_category().message(errno));
}

} // namespace

void check_certificate(const std::string &certificate, const std::string &key) {
    readable("certificate ", certificate);
    readable("key ", key);
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context) fail("TLS");
    if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1)
        fail("certificate " + certificate);
    if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("key " + key);
    if (SSL_CTX_check_private_key(context.get()) != 1) fail("the key is not the certificate's");
}

} // namespace roomd::net
