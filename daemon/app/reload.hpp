#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"
#include "host/registry.hpp"
#include "loop/worker.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomd::app {

struct Shard;

// The outcome of a reload.
struct Reloaded {
    enum class Became : std::uint8_t {
        applied,
        refused,  // the configuration has faults: nothing was changed
        failed,   // it is valid, but applying it failed; `why`
        built_in, // there is no file to read again
        stopping  // the daemon is stopping
    };
    Became became = Became::applied;
    std::string config;               // the file
    config::Faults faults;            // of a refused one
    std::vector<std::string> changed; // names of keys that say something else than before
    std::vector<std::string> restart; // changed keys that need a restart
    // Plugins that kept their old configuration, or do not run.
    std::vector<host::Registry::Failure> plugins;
    std::string why;
    std::vector<std::string> credentials; // as they were at the start: it could not read them again
};

// Reads the configuration again, checks all of it, then applies all of it.  Reading and most of the
// checking run on a separate thread, so that a large configuration delays nobody; the plugins'
// checks and the applying run on the loop.
class Reload {
public:
    using Done = std::function<void(const Reloaded &)>;
    struct Watch {
        std::function<void()> begins; // when reading begins
        Done ends;                    // before the callers are told
    };

    // `started`: keys that no reload changes keep its values.
    Reload(Shard &, const config::Config &started, ConfigFile, Watch);

    // On the shard's loop.  Logs the outcome and calls `done` with it: later, on the loop and
    // never from a plugin's stack frame.  A call while a reload is running waits for the next one,
    // which reads the files as they are then; all such calls share it.
    void ask(Done done = {});
    // The daemon is stopping: nothing is applied any more, and waiting callers are told.
    void stop();
    // The configuration that was read last and applied.  Its `effective` is what is in force: with
    // the old values of keys that need a restart, and of plugins that kept theirs.
    const config::Config &running() const noexcept { return running_; }

private:
    struct Read; // the thread's result
    void begin();
    void read(Read &) const; // on the thread
    void finish(const std::shared_ptr<Read> &);
    void apply(Read &);
    void end(Read &);
    void tell(const Reloaded &) const;

    Shard &shard_;
    const config::Config started_;
    config::Config running_;
    const ConfigFile file_;
    const Watch watch_;
    host::Libraries libraries_{""}; // every entry names its file
    bool wanted_ = false, stopping_ = false;
    std::vector<Done> waiting_; // for the next reload
    std::vector<Done> served_;  // by the one that is running
    loop::Worker worker_;       // last: its thread uses the members above
};

} // namespace roomd::app
