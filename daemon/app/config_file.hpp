#pragma once

#include "base/file.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "config/load.hpp"
#include "host/library.hpp"

#include <string>
#include <string_view>

namespace roomd::app {

base::Secret generated_secret();

// The issuer of tokens that are signed with it.
inline constexpr std::string_view generated_issuer = "roomd-dev";

// Where a configuration comes from, so that the start, a reload and `roomd check` read it alike.
struct ConfigFile {
    std::string path;  // empty: the built-in development configuration
    std::string admin; // the admin socket if the file names none; empty: none
    // What tokens are signed with where `auth.generated` says so: another one in each process, and
    // the same before and after a reload.
    base::Secret generated = generated_secret();

    // Reads and checks all of it but the plugins' own sections, which need the loop's thread. Valid
    // when no fault was added.
    config::Config load(base::Wanted main, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
    // The same with those sections.  Credentials may be absent when nothing is going to run.
    config::Config read(host::Libraries &, config::Faults &,
                        config::Credentials = config::Credentials::needed) const;
};

} // namespace roomd::app
