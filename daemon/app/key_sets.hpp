#pragma once

#include "app/key_source.hpp"
#include "auth/token.hpp"
#include "config/config.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomd::app {

// The keys of all issuers: those of the configuration, and those that are fetched.
class KeySets {
public:
    // Reads copies, so it blocks.  `changed`: tokens() gives others; called on the loop.
    KeySets(loop::Loop &, log::Logger &, const config::Config &, std::function<void()> changed);

    ~KeySets(); // waits for fetches that are under way, up to a second in all
    KeySets(const KeySets &) = delete;
    KeySets &operator=(const KeySets &) = delete;

    // Keeps what is known of each URL that is still there.
    void apply(const config::Config &);

    // Those of the configuration, with the keys there are now.
    std::vector<auth::Issuer> issuers() const;
    // The same, ready for checking; null when the mode is none.
    std::shared_ptr<const auth::Tokens> tokens() const;

    // Tokens of these issuers, by their indexes, named keys that are not there.
    void ask(const std::vector<std::size_t> &issuers);

    // An issuer whose keys are fetched.
    struct Report {
        std::string issuer; // its `iss`; empty: it is the only one
        std::string why;    // what is wrong; empty: nothing
        bool has_keys = false;
        std::int64_t fetched_ms = 0; // Unix time; 0: never
        std::uint64_t fetches = 0, failures = 0;
    };
    std::vector<Report> report() const;

private:
    KeySource *find(const std::string &url) const noexcept;
    void wire(const config::Config &, void (KeySource::*begin)());

    loop::Loop &loop_;
    log::Logger &log_;
    std::function<void()> changed_;
    config::Auth auth_;
    std::vector<std::unique_ptr<KeySource>> sources_;
    std::vector<std::unique_ptr<KeySource>> ended_; // of URLs that are gone, while they are at work
    std::vector<KeySource *> of_issuer_;            // null: its keys are all in the configuration
};

} // namespace roomd::app
