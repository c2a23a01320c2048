#pragma once

#include "auth/algorithm.hpp"
#include "auth/keys.hpp"
#include "auth/token_keys.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The key set of an issuer: fetched, or read from its copy.  All of it blocks: never on a loop that
// runs.
namespace roomd::app {

struct KeySetSource {
    std::string url;
    std::string folder;                      // for its copy; empty: there is none
    std::vector<auth::Algorithm> algorithms; // at least one key must serve one of them
    friend bool operator==(const KeySetSource &, const KeySetSource &) = default;
};

struct KeySet {
    auth::VerifyKeys keys;
    auth::Digest digest{};       // of its text: another one, other keys
    std::int64_t fetched_ms = 0; // Unix time
    base::Duration fresh{};      // from then on
};

// What came of it: a set when `why` is empty.
struct KeySetResult {
    KeySet set;
    std::string why;
    std::string copy_why; // why there is no copy of it; empty: there is one, or none is wanted
};

KeySetResult fetch_key_set(const KeySetSource &, const std::atomic<bool> &stop);

struct KeyCopy : KeySetResult {
    std::string file;
    bool exists = false;
    bool damaged = false; // it is not as it was written
};
KeyCopy read_key_copy(const KeySetSource &);

// Of an issuer that has a jwks_url.
KeySetSource key_source(const config::Config &, const auth::Issuer &);

// The URL as logs and pages show it: without its query, which may hold somebody's key.
std::string shown_url(std::string_view url);

} // namespace roomd::app
