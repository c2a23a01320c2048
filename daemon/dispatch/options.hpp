#pragma once

#include "auth/key_rates.hpp"
#include "auth/keys.hpp"
#include "auth/token.hpp"
#include "catalogue/catalogue.hpp"
#include "dispatch/settings.hpp"
#include "policy/rules.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace roomd::dispatch {

// A namespace of the configuration.
struct Namespace {
    std::string name; // or a prefix ending in '*'
    bool verbs{};     // whether roomd answers clients' verbs and client_events there
};

// One kind of room: its name before the colon, and who may be in it.  Gives the verbs
// `join:<kind>` and `leave:<kind>`.
struct RoomKind {
    using Join = policy::Join;
    std::string name;
    policy::RoomRules rules;
    friend bool operator==(const RoomKind &, const RoomKind &) = default;
};

// An event that clients may emit to rooms they are in.
struct ClientEvent {
    std::string name;
    std::vector<std::string> kinds; // of the rooms
    policy::RoomRules rules;        // who may emit it, among the members
};

// A portal, as far as it matters who uses it.
struct Portal {
    std::string name;
    std::vector<std::string> roles; // any of; empty: everyone
};

enum class AuthMode : std::uint8_t {
    none,     // tokens are not looked at
    optional, // a client without one is nobody; a bad one is refused
    required
};

struct Options : Limits {
    std::vector<Namespace> namespaces; // "/" always exists
    std::vector<RoomKind> kinds;
    AuthMode auth{};
    std::shared_ptr<const auth::Tokens> tokens; // when `auth` is not none
    std::string cookie;                         // that may hold the token; empty: none may
    std::vector<Portal> portals;
    std::shared_ptr<const auth::Keys> keys;                // on whose behalf emits come; null: none
    auth::KeyRates *rates = nullptr;                       // of these; null: without
    std::shared_ptr<const catalogue::Catalogue> catalogue; // null: it knows no event
    std::vector<ClientEvent> client_events;
    std::shared_ptr<const catalogue::Catalogue> client_schemas; // of these; null: any data will do
    bool unknown_events{};                                      // catalogue.unknown: allow
};

} // namespace roomd::dispatch
