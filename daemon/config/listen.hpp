#pragma once

#include "config/key.hpp"
#include "net/settings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

struct Tls : net::TlsOffer {
    Tls();
    std::string certificate; // absolute paths of PEM files; both empty where they may be absent
    std::string key;
    std::vector<net::PemPair> more; // without those that may be absent
    friend bool operator==(const Tls &, const Tls &) = default;
};

struct Listen {
    Listen();
    std::string address; // as written: "127.0.0.1:3001", "[::1]:3001", "unix:/run/roomd/emit.sock"
    std::string systemd; // or the name of a socket that systemd hands over; then no address
    std::optional<Tls> tls;
    std::vector<std::string> serves; // "clients", "api", "health", "metrics", "admin"
    bool proxy_protocol{};
    unsigned mode{};       // of a Unix socket
    bool loopback = false; // nobody outside this machine can reach it; true for Unix sockets too
    bool unix_socket = false;
    bool does_serve(std::string_view kind) const noexcept {
        return std::find(serves.begin(), serves.end(), kind) != serves.end();
    }
    // As in messages.
    std::string name() const { return systemd.empty() ? address : "systemd:" + systemd; }
    friend bool operator==(const Listen &, const Listen &) = default;
};

// clang-format off
inline constexpr std::array listen_list{
    structured("listen", "list", "[{address: \"127.0.0.1:3001\"}]", Reload::no,
        "Where to listen. Each entry is one socket.")
        .sample("- address: \"127.0.0.1:3001\"\n"
                "- address: \"[::]:3443\"\n"
                "  tls: { certificate: /etc/roomd/tls.crt, key: /etc/roomd/tls.key }\n"
                "# Behind a proxy in TCP mode, with a certificate for each of two names.\n"
                "- address: \"[::1]:3444\"\n"
                "  serves: [clients, health]\n"
                "  proxy_protocol: false\n"
                "  tls:\n"
                "    certificate: /etc/roomd/tls.crt\n"
                "    key: /etc/roomd/tls.key\n"
                "    certificates:\n"
                "      - { certificate: /etc/roomd/other.crt, key: /etc/roomd/other.key }\n"
                "    min_version: TLSv1.2\n"
                "    ciphers: [ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256]\n"
                "    cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384]\n"
                "# For backends on this machine: anyone who may open the socket needs no key.\n"
                "- address: unix:/run/roomd/emit.sock\n"
                "  mode: 0660\n"
                "- systemd: roomd\n"),
};
inline constexpr std::array listen_keys{
    address("listen[].address", &Listen::address, "", Reload::no,
        "`127.0.0.1:3001`, `[::1]:3001` or `unix:/run/roomd/emit.sock`. With port 0 the kernel chooses a port."),
    text("listen[].systemd", &Listen::systemd, "", Reload::no,
        "Instead of `address`: sockets that systemd passes, by the `FileDescriptorName=` of their unit; the packaged `roomd.socket` says `roomd`. A restart then refuses no connection."),
    mode("listen[].mode", &Listen::mode, "0660", Reload::no,
        "Permissions of a Unix socket: anyone who may open it needs no key."),
    texts("listen[].serves", &Listen::serves, "[clients, api, health, metrics]", Reload::no,
        "What is served here: `clients` (the Socket.IO path), `api` (the paths of plugins), `health` (`/health`, `/ready`), `metrics`, and `admin` (what the admin socket has, with a key of scope `admin` in any case). The console is where `api` or `admin` is. Anything else is answered as an unknown path.")
        .of("clients api health metrics admin"),
    flag<Listen>("listen[].proxy_protocol", &Listen::proxy_protocol, "false", Reload::no,
        "Whether each connection begins with a PROXY header (version 1 or 2), which says who the client is. Only `trusted_proxies` may connect then, and nothing counts as local."),
    structured<Listen>("listen[].tls", "map", "", Reload::no,
        "Serves TLS on this socket. Without it: plain text."),
};
inline constexpr std::array tls_keys{
    structured<Tls>("listen[].tls.certificate", "path", "", Reload::yes,
        "PEM file with the certificate and its chain: its path, `${file:/path}` or `${credential:NAME}`. Each reload reads it again.")
        .required("write certificate: /etc/roomd/tls.crt"),
    structured<Tls>("listen[].tls.key", "path", "", Reload::yes,
        "PEM file with the private key, in the same way.")
        .required("write key: /etc/roomd/tls.key"),
    structured<Tls>("listen[].tls.certificates", "list", "[]", Reload::yes,
        "Further certificates: the one whose names (`live.example.com`, `*.example.com`) the client asks for is served, and `tls.certificate` where none has it."),
    structured<Tls>("listen[].tls.certificates[].certificate", "path", "", Reload::yes,
        "PEM file with the certificate and its chain, as above.")
        .required("write certificate: /etc/roomd/other.crt"),
    structured<Tls>("listen[].tls.certificates[].key", "path", "", Reload::yes,
        "PEM file with its private key.")
        .required("write key: /etc/roomd/other.key"),
    key<Tls>("listen[].tls.min_version", "word",
        Choice<Tls>{[](Tls &kept, std::size_t n) { kept.least = static_cast<net::TlsVersion>(n); }},
        "TLSv1.2", {}, Reload::yes,
        "The oldest version that is spoken.")
        .of("TLSv1.2 TLSv1.3"),
    texts<Tls>("listen[].tls.ciphers", &Tls::ciphers, "[ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256, ECDHE-ECDSA-AES256-GCM-SHA384, ECDHE-RSA-AES256-GCM-SHA384, ECDHE-ECDSA-CHACHA20-POLY1305, ECDHE-RSA-CHACHA20-POLY1305]", Reload::yes,
        "Ciphers of TLS 1.2 by their names in OpenSSL, the first preferred."),
    texts<Tls>("listen[].tls.cipher_suites", &Tls::cipher_suites, "[TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256]", Reload::yes,
        "Those of TLS 1.3."),
};
inline constexpr std::array trusted_proxies_list{
    structured("trusted_proxies", "list", "[]", Reload::yes,
        "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses, networks such as `10.0.0.0/8`, or `unix`. What comes through one never counts as local."),
};
// clang-format on

inline Tls::Tls() {
    set_initial(*this, tls_keys);
}

inline Listen::Listen() {
    set_initial(*this, listen_keys);
}

} // namespace roomd::config
