#pragma once

#include "host/calls.hpp"
#include "host/client_data.hpp"
#include "host/http.hpp"
#include "host/options.hpp"
#include "host/room_changes.hpp"
#include "roomd/plugin.h"

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

namespace roomd::dispatch {
class Router;
}
namespace roomd::log {
class Logger;
}
namespace roomd::loop {
class Loop;
class Wakeup;
} // namespace roomd::loop

namespace roomd::host {

class Intake;

// Who has the on_publish hook.
struct Publisher {
    roomd_publish_fn fn = nullptr; // null: nobody
    void *user = nullptr;
    Calls *calls = nullptr;
};

// Who has the on_store hook.
struct Keeper {
    roomd_store_fn fn = nullptr; // null: nobody
    void *user = nullptr;
    Calls *calls = nullptr;
    Intake *intake = nullptr; // owes the answers
};

// Who has the on_spool hook.
struct Spooler {
    roomd_spool_fn fn = nullptr; // null: nobody
    void *user = nullptr;
    Calls *calls = nullptr;
    Intake *intake = nullptr; // owes the answers
};

// What all instances of one registry share.  Owned by it; home loop only.
struct Services {
    const Options &options;
    loop::Loop &loop;
    dispatch::Router &router;
    Http &http;
    log::Logger &log;
    loop::Wakeup &wakeup;
    std::function<void()> drain;      // after a call into a plugin that the loop made
    std::function<void()> watch_time; // a ticket was issued: see to its deadline

    Publisher publisher{};
    Keeper keeper{};
    Spooler spooler{};
    RoomChanges rooms{router, wakeup};
    std::unordered_map<std::string, ClientData> data{}; // by the label of the instance
    std::string emit_prefix{}; // random, so that ids of two processes differ
    std::uint64_t last_emit = 0;
};

} // namespace roomd::host
