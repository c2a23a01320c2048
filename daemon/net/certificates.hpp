#pragma once

#include "net/options.hpp"
#include "net/validity.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace roomd::net {

// The certificates of one listener with their keys, chosen by the name that a client asks for
// (SNI): among those that have the name, else among those with a wildcard for it, else the first.
class Certificates {
public:
    // Reads the files.  Throws when one cannot be read, a key is another's, or a certificate but
    // the first has no name that it could be chosen by.
    explicit Certificates(const ListenerOptions &);

    // Gives this handshake its certificate.  False: OpenSSL refuses it.
    bool use(ssl_st *) const noexcept;

    struct About {
        std::string file;
        Validity validity; // of its chain
    };
    std::vector<About> about() const;

private:
    struct Pair {
        std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st *)> files; // holds what was read
        std::vector<std::string> names; // in lower case: "a.example", "*.example"
        About about;
    };
    static Pair read(const PemPair &);
    std::vector<std::size_t> chosen(std::string_view host) const;

    std::vector<Pair> pairs_;
};

// Sets what TLS is offered.  Throws what OpenSSL does not know or could not keep secret.
void offer(ssl_ctx_st *, const TlsOffer &);
// Throws what offer() would.
void check_offer(const TlsOffer &);

} // namespace roomd::net
