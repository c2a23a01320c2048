#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// What the keys of the configuration say to this layer.  Their rows (config/limits,
// config/socketio) point at these members and hold the defaults: nothing here has one.
namespace roomd::net {

struct Http {
    std::string path;            // of Socket.IO; begins and ends with a slash
    std::size_t compress_from{}; // bytes of a polling answer; 0: none is compressed
    bool io_uring{};             // batch the writes of a flush, if the kernel allows it
    friend bool operator==(const Http &, const Http &) = default;
};

// A certificate with its chain, and its key: PEM files.
struct PemPair {
    std::string certificate, key;
    friend bool operator==(const PemPair &, const PemPair &) = default;
};

enum class TlsVersion : std::uint8_t { v1_2, v1_3 };

// What TLS is offered.  Lists that are empty leave it to OpenSSL.
struct TlsOffer {
    TlsVersion least{};
    std::vector<std::string> ciphers;       // of TLS 1.2, by OpenSSL's names
    std::vector<std::string> cipher_suites; // of TLS 1.3
    friend bool operator==(const TlsOffer &, const TlsOffer &) = default;
};

struct Limits {
    std::size_t connections{};
    std::size_t per_address{}; // not for loopback and Unix peers; 0: no limit
    // IPv6 peers of one address prefix count as one address; those of one network prefix together
    // may have `per_network` connections (0: no limit).
    std::size_t per_network{};
    std::size_t address_prefix{};
    std::size_t network_prefix{};
    // Bytes that the kernel may buffer for each connection (SO_SNDBUF); 0: up to the kernel,
    // megabytes.
    std::size_t kernel_buffer{};
    std::size_t receive_total{};      // bytes of incomplete requests and messages, all together
    std::size_t head{};               // bytes of a request's head
    base::Duration header_deadline{}; // absolute
    base::Duration body_deadline{};   // absolute
    base::Duration keep_alive{};
    friend bool operator==(const Limits &, const Limits &) = default;
};

} // namespace roomd::net
