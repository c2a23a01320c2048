#pragma once

#include "base/file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// Secrets that systemd gives only to the service, or that only its user may read: a command beside
// it can do without them.
enum class Credentials : std::uint8_t { needed, may_be_absent };

// Reads and checks a file and the `conf.d/*.yaml` beside it.  Every fault is added to `faults`; the
// result is good only when none was.  Reads the files that `${file:..}` names and those of schemas;
// opens nothing else.  Does not throw for what the files say.  `main`: what the file itself may be;
// all others are regular ones.  With credentials that may be absent, those of the running service
// are read where there is no $CREDENTIALS_DIRECTORY.  Where they cannot be read either, the result
// is no configuration to run, and a warning and Config::absent name them.
Config load_file(const std::string &path, Faults &faults, base::Wanted main = base::Wanted::any,
                 Credentials = Credentials::needed);

// The same for one text in memory, without any conf.d.  `path` names it in messages; relative paths
// in it are relative to the folder of `path`.
Config load_text(std::string_view yaml, const std::string &path, Faults &faults);

// The text of conf/roomd.dev.yaml, as it was when this was built: the configuration of `roomd dev`.
std::string_view dev_yaml() noexcept;

// What a loaded plugin is, as far as the configuration is concerned.
struct Loaded {
    std::string instance; // as in Plugin
    bool guarded = false; // ROOMD_PLUGIN_GUARDED
    std::vector<std::string>
        scopes; // of its routes; empty when it is not known yet: any key counts
};

// A guarded plugin that can be reached from outside this machine needs a key with its scope, and
// the console one with `admin`: adds a fault for each that has none.
void check_guarded(const Config &, const std::vector<Loaded> &, Faults &faults);

} // namespace roomd::config
