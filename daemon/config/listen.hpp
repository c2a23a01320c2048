#pragma once

#include "config/key.hpp"

#include <array>
#include <optional>
#include <string>

namespace roomd::config {

struct Tls {
    std::string certificate; // absolute paths of PEM files; both empty where they may be absent
    std::string key;
    friend bool operator==(const Tls &, const Tls &) = default;
};

struct Listen {
    Listen();
    std::string address; // as written: "127.0.0.1:3001", "[::1]:3001", "unix:/run/roomd/emit.sock"
    std::string systemd; // or the name of a socket that systemd hands over; then no address
    std::optional<Tls> tls;
    unsigned mode{};       // of a Unix socket
    bool loopback = false; // nobody outside this machine can reach it; true for Unix sockets too
    bool unix_socket = false;
    friend bool operator==(const Listen &, const Listen &) = default;
};

// clang-format off
inline constexpr std::array listen_list{
    structured("listen", "list", "[{address: \"127.0.0.1:3001\"}]", Reload::no,
        "Where to listen. Each entry is one socket.")
        .sample("- address: \"127.0.0.1:3001\"\n"
                "- address: \"[::]:3443\"\n"
                "  tls: { certificate: /etc/roomd/tls.crt, key: /etc/roomd/tls.key }\n"
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
    structured<Listen>("listen[].tls", "map", "", Reload::no,
        "Serves TLS on this socket. Without it: plain text."),
};
inline constexpr std::array tls_keys{
    structured<Tls>("listen[].tls.certificate", "path", "", Reload::no,
        "PEM file with the certificate and its chain: its path, `${file:/path}` or `${credential:NAME}`. Each reload reads it again.")
        .required("write certificate: /etc/roomd/tls.crt"),
    structured<Tls>("listen[].tls.key", "path", "", Reload::no,
        "PEM file with the private key, in the same way.")
        .required("write key: /etc/roomd/tls.key"),
};
inline constexpr std::array trusted_proxies_list{
    structured("trusted_proxies", "list", "[]", Reload::yes,
        "Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses, networks such as `10.0.0.0/8`, or `unix`. What comes through one never counts as local."),
};
// clang-format on

inline Listen::Listen() {
    set_initial(*this, listen_keys);
}

} // namespace roomd::config
