#pragma once

#include "config/config.hpp"
#include "config/section.hpp"

// The parts of load(): each reads its sections of the top map into the structs, and checks what can
// be checked there.
namespace roomd::config {

void read_listen(const Section &top, Config &);
void read_portals(const Section &top, Config &);       // portals, cors
void check_own_origin(const Section &top, Config &);   // cors, after read_auth
void read_proxies(const Section &top, Config &);       // trusted_proxies
void read_auth(const Section &top, Config &);          // after portals
void read_kinds(const Section &top, Config &);         // rooms
void read_rooms(const Section &top, Config &);         // namespaces
void read_events(const Section &top, Config &);        // events, catalogue
void read_client_events(const Section &top, Config &); // after read_events
void read_limits(const Section &top, Config &);        // limits, idempotency, drain, log
void read_socketio(const Section &top, Config &);
void read_keys(const Section &top, Config &);
void read_admin(const Section &top, Config &);   // after listen
void read_console(const Section &top, Config &); // after auth and socketio
void read_plugins(const Section &top, Config &);

// Reads `allow` of a kind of rooms or of an event: who may.
void read_allow(const Section &in, policy::RoomRules &);

// Adds a fault when `name` was seen; remembers it.  `what`: "portal", "key".
class Unique {
public:
    explicit Unique(const char *what) : what_(what) {}
    void add(const Section &, std::string_view key, const std::string &name);

private:
    const char *what_;
    std::vector<std::pair<std::string, Mark>> seen_;
};

// The path of a folder in a URL, without anything to decode or resolve: "/socket.io/".
bool is_url_path(std::string_view) noexcept;

// Letters, digits and a few more; begins with a letter; at most 64 bytes.  For names that appear in
// logs, metrics and file names.
bool is_plain_name(std::string_view, std::string_view more) noexcept;

} // namespace roomd::config
