#pragma once

#include "postgres/connection.hpp"
#include "postgres/mapping.hpp"
#include "postgres/target.hpp"

#include <roomd/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::postgres {

// The plugin's section of the configuration.
struct Settings {
    struct Listen {
        // Without a mapping the payload is {event, data, room?|rooms?}.
        std::map<std::string, std::optional<Mapping>> channels;
        std::string catch_up; // asked after a gap, or empty
    };
    enum class Wake { by_notify, by_polling };
    struct Outbox {
        std::uint32_t batch = 500; // rows that are read, and sequenced, at a time
        std::chrono::milliseconds busy{20}, idle{250};
        Wake wake = Wake::by_notify;
        bool sequence = true;
        std::uint32_t rate = 0; // events a second at most; 0: no limit
        std::string node;       // in roomd.node; empty: host and process
        std::chrono::milliseconds keep{24 * 60 * 60 * 1000}; // days of the log
        std::uint64_t keep_size = 0;                         // bytes of it; 0: any
        bool store = true;                                   // durable events of others
        std::uint64_t store_memory = 16 << 20;               // bytes of them that may wait
        std::uint64_t lifecycle_max = 1 << 30;               // bytes of roomd.lifecycle
    };

    Target target;
    std::optional<Target> direct; // the server itself, where `target` is a pooler
    Connection::Times times;
    std::optional<Listen> listen;
    std::optional<Outbox> outbox;
};

// Reports each fault with its place; a wrong value reads as its default.
Settings read_settings(std::string_view json, Faults &);

} // namespace roomd::postgres
