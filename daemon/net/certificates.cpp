#include "net/certificates.hpp"

#include "base/text.hpp"
#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace roomd::net {

namespace {

using Files = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX *)>;

Files new_files() {
    Files files(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!files) throw std::runtime_error("OpenSSL cannot make a context");
    return files;
}

std::string lower(const ASN1_STRING *text) {
    return base::lower({reinterpret_cast<const char *>(ASN1_STRING_get0_data(text)),
                        static_cast<std::size_t>(ASN1_STRING_length(text))});
}

// Its DNS names; without any its common name, as old certificates have.
std::vector<std::string> names_of(const X509 *certificate) {
    std::vector<std::string> out;
    const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES *)> names(
        static_cast<GENERAL_NAMES *>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &GENERAL_NAMES_free);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) out.push_back(lower(name->d.dNSName));
    }
    if (!out.empty()) return out;
    const X509_NAME *subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at >= 0) out.push_back(lower(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
    return out;
}

// "a.example.org" as "*.example.org"; empty when nothing could match it.
std::string wildcard_of(const std::string &host) {
    const std::size_t dot = host.find('.');
    return dot == std::string::npos || dot == 0 ? std::string() : "*" + host.substr(dot);
}

bool has(const std::vector<std::string> &names, const std::string &name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

int servername(SSL *, int *, void *) noexcept {
    return SSL_TLSEXT_ERR_OK;
}

// Names one by one: OpenSSL skips what it does not know in a list.
void check_cipher(SSL_CTX *scratch, const std::string &name) {
    ERR_clear_error();
    bool found = false;
    if (SSL_CTX_set_cipher_list(scratch, name.c_str()) == 1) {
        const STACK_OF(SSL_CIPHER) *list = SSL_CTX_get_ciphers(scratch);
        for (int i = 0; i < sk_SSL_CIPHER_num(list); ++i) {
            const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(list, i);
            if (name != SSL_CIPHER_get_name(cipher)) continue;
            found = true;
            if (SSL_CIPHER_get_cipher_nid(cipher) == NID_undef ||
                SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null)
                throw std::runtime_error("ciphers: " + name +
                                         " does not encrypt, or does not say who the server is");
        }
    }
    ERR_clear_error();
    if (!found)
        throw std::runtime_error("ciphers: OpenSSL knows no cipher \"" +
                                 base::printable(name, 100) +
                                 "\" for TLS 1.2; `openssl ciphers -s -tls1_2` lists them");
}

void check_suite(SSL_CTX *scratch, const std::string &name) {
    ERR_clear_error();
    const bool known = !name.empty() && name.find(':') == std::string::npos &&
                       SSL_CTX_set_ciphersuites(scratch, name.c_str()) == 1;
    ERR_clear_error();
    if (!known)
        throw std::runtime_error("cipher_suites: OpenSSL knows no suite \"" +
                                 base::printable(name, 100) +
                                 "\" for TLS 1.3; `openssl ciphers -s -tls1_3` lists them");
}

std::string joined(const std::vector<std::string> &names) {
    std::string out;
    for (const std::string &name : names)
        out += (out.empty() ? "" : ":") + name;
    return out;
}

} // namespace

Certificates::Pair Certificates::read(const PemPair &pem) {
    Pair out{new_files(), {}, {pem.certificate, {}}};
    read_certificate(out.files.get(), pem.certificate, pem.key);
    X509 *leaf = SSL_CTX_get0_certificate(out.files.get());
    STACK_OF(X509) *chain = nullptr;
    SSL_CTX_get0_chain_certs(out.files.get(), &chain);
    out.names = names_of(leaf);
    if (const auto validity = validity_of(leaf, chain)) out.about.validity = *validity;
    return out;
}

Certificates::Certificates(const ListenerOptions &listener) {
    pairs_.push_back(read({listener.certificate, listener.key}));
    for (const PemPair &pem : listener.more_certificates) {
        pairs_.push_back(read(pem));
        if (pairs_.back().names.empty())
            throw std::runtime_error("certificate " + pem.certificate +
                                     ": it has no name that a client could ask for");
    }
}

std::vector<std::size_t> Certificates::chosen(std::string_view host) const {
    const std::string name = base::lower(host);
    for (const std::string &wanted : {name, wildcard_of(name)}) {
        std::vector<std::size_t> out; // of several kinds of keys, OpenSSL takes what the client can
        for (std::size_t i = 0; i < pairs_.size(); ++i)
            if (!wanted.empty() && has(pairs_[i].names, wanted)) out.push_back(i);
        if (!out.empty()) return out;
    }
    return {0};
}

bool Certificates::use(SSL *ssl) const noexcept {
    const char *host = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_certs_clear(ssl); // else one of another kind of key could be preferred
    for (const std::size_t i : chosen(host != nullptr ? host : "")) {
        SSL_CTX *files = pairs_[i].files.get();
        STACK_OF(X509) *chain = nullptr;
        SSL_CTX_get0_chain_certs(files, &chain);
        if (SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(files),
                                 SSL_CTX_get0_privatekey(files), chain, 1) != 1)
            return false;
    }
    return true;
}

std::vector<Certificates::About> Certificates::about() const {
    std::vector<About> out;
    for (const Pair &pair : pairs_)
        out.push_back(pair.about);
    return out;
}

void check_offer(const TlsOffer &offer) {
    const Files scratch = new_files();
    for (const std::string &name : offer.ciphers)
        check_cipher(scratch.get(), name);
    for (const std::string &name : offer.cipher_suites)
        check_suite(scratch.get(), name);
}

void offer(SSL_CTX *context, const TlsOffer &offer) {
    check_offer(offer);
    const int least = offer.least == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    const bool good = SSL_CTX_set_min_proto_version(context, least) == 1 &&
                      (offer.ciphers.empty() ||
                       SSL_CTX_set_cipher_list(context, joined(offer.ciphers).c_str()) == 1) &&
                      (offer.cipher_suites.empty() ||
                       SSL_CTX_set_ciphersuites(context, joined(offer.cipher_suites).c_str()) == 1);
    ERR_clear_error();
    if (!good) throw std::runtime_error("OpenSSL does not take these ciphers");
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    // Instead of libwebsockets', which would look for the name among all listeners.
    SSL_CTX_set_tlsext_servername_callback(context, servername);
}

} // namespace roomd::net
