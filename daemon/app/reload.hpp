#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"
#include "host/registry.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace roomd::app {

struct Shard;

// What became of a reload.
struct Reloaded {
    enum class Became : std::uint8_t {
        applied,
        refused,  // the configuration has faults: nothing was changed
        failed,   // it was good, but applying it failed; `why`
        built_in, // there is no file to read again
        stopping  // the daemon goes down
    };
    Became became = Became::applied;
    std::string config;                        // the file
    config::Faults faults;                     // of a refused one
    std::vector<std::string> restart;          // keys that changed and wait for a restart
    std::vector<host::Registry::Failure> kept; // plugins that kept their old configuration
    std::string why;
};

// Reads the configuration again, checks all of it, then applies all of it.
class Reload {
public:
    // `started`: its keys that no reload changes stay in force until the end.
    Reload(Shard &, const config::Config &started, ConfigFile);

    // On the shard's loop, from no plugin's stack frame.  The log tells of it too.
    Reloaded operator()();
    // The configuration in force, but for the keys that wait for a restart.
    const config::Config &running() const noexcept { return running_; }
    const ConfigFile &file() const noexcept { return file_; }

private:
    Reloaded read_and_apply();
    void tell(const Reloaded &) const;

    Shard &shard_;
    const config::Config started_;
    config::Config running_;
    ConfigFile file_;
    host::Libraries libraries_{""}; // every entry names its file
};

} // namespace roomd::app
