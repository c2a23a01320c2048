#pragma once

#include "app/config_file.hpp"
#include "config/config.hpp"
#include "config/fault.hpp"
#include "host/library.hpp"
#include "host/registry.hpp"
#include "loop/worker.hpp"

#include <cstdint>
#include <functional>
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

// Reads the configuration again, checks all of it, then applies all of it.  The reading and most of
// the checking are done by a thread of its own, so that a large configuration holds up nobody; what
// the plugins say, and the applying, are the loop's.
class Reload {
public:
    using Done = std::function<void(const Reloaded &)>;
    struct Watch {
        std::function<void()> begins; // the reading
        Done ends;                    // before those who asked are told
    };

    // `started`: its keys that no reload changes stay in force until the end.
    Reload(Shard &, const config::Config &started, ConfigFile, Watch);

    // On the shard's loop.  The log tells what became of it, `done` too: later, on the loop and
    // from no plugin's stack frame.  Who asks while a reload is at work waits for the next one,
    // which reads the files as they are then; all who wait share it.
    void ask(Done done = {});
    // The daemon goes down: nothing is applied any more, and who waits is told.
    void stop();

    // The configuration in force, but for the keys that wait for a restart.
    const config::Config &running() const noexcept { return running_; }

private:
    struct Read; // what the thread has made
    void begin();
    void read(Read &) const; // on the thread
    void finish(Read &);
    void apply(Read &, Reloaded &);
    void tell(const Reloaded &) const;

    Shard &shard_;
    const config::Config started_;
    config::Config running_;
    const ConfigFile file_;
    const Watch watch_;
    host::Libraries libraries_{""}; // every entry names its file
    bool wanted_ = false, stopping_ = false;
    std::vector<Done> waiting_; // for the next reload
    std::vector<Done> served_;  // by the one that is at work
    loop::Worker worker_;       // last: its thread uses what stands above
};

} // namespace roomd::app
