#include "net/validity.hpp"

#include "base/file.hpp"
#include "net/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace roomd::net {

namespace {

std::optional<std::int64_t> ms(const ASN1_TIME *time) {
    std::tm utc{};
    if (ASN1_TIME_to_tm(time, &utc) != 1) return std::nullopt;
    return static_cast<std::int64_t>(timegm(&utc)) * 1000;
}

void narrow(std::optional<Validity> &all, const X509 *one) {
    const auto from = ms(X509_get0_notBefore(one));
    const auto until = ms(X509_get0_notAfter(one));
    if (!from || !until) return;
    all = all ? Validity{std::max(all->from_ms, *from), std::min(all->until_ms, *until)}
              : Validity{*from, *until};
}

} // namespace

std::optional<Validity> validity_of(const X509 *certificate, const STACK_OF(X509) * chain) {
    std::optional<Validity> all;
    narrow(all, certificate);
    for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
        narrow(all, sk_X509_value(chain, i));
    return all;
}

std::optional<Validity> validity_of(const std::string &certificate) {
    std::string why;
    const auto text = base::read_file(certificate, largest_pem, base::Wanted::regular, why);
    if (!text) return std::nullopt;
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(
        BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), &BIO_free);
    std::optional<Validity> all;
    while (file) {
        const std::unique_ptr<X509, decltype(&X509_free)> one(
            PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
        if (!one) break;
        narrow(all, one.get());
    }
    ERR_clear_error(); // the end of the file is one
    return all;
}

} // namespace roomd::net
