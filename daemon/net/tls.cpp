#include "net/tls.hpp"

#include "base/file.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstddef>
#include <stdexcept>

namespace roomd::net {

namespace {

[[noreturn]] void fail(const std::string &what) {
    char reason[256] = "";
    ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
    ERR_clear_error();
    throw std::runtime_error(what + ": " + reason);
}

// OpenSSL calls every failure "system lib", and waits for a FIFO's writer.
void readable(const std::string &what, const std::string &path) {
    std::string why;
    if (!base::is_readable_file(path, largest_pem, why))
        throw std::runtime_error(what + path + ": " + why);
}

} // namespace

void read_certificate(SSL_CTX *context, const std::string &certificate, const std::string &key) {
    readable("certificate ", certificate);
    readable("key ", key);
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
        fail("certificate " + certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("key " + key);
    if (SSL_CTX_check_private_key(context) != 1) fail("the key does not belong to the certificate");
}

} // namespace roomd::net
