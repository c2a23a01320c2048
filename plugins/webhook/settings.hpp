#pragma once

#include "webhook/lanes.hpp"
#include "webhook/line.hpp"

#include <roomd/plugin.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::webhook {

using Names = std::vector<std::string>;

// Where a route of questions goes, and how many may be on their way.
struct Asking {
    std::string url;
    Milliseconds timeout{5000};    // from the question to its answer
    std::size_t answer = 64 << 10; // bytes of a response
    Lanes::Bounds bounds;
};

// The plugin's section of the configuration.
struct Settings {
    std::string url; // of the batches; empty: nothing is told
    std::vector<std::string> secrets;
    std::string ca;   // file
    std::string node; // empty: the host's name
    Names namespaces{"*"};

    bool connects = true, disconnects = true;
    Names rooms, events; // patterns
    Line::Bounds line;
    bool lifecycle = false;      // kept as rows of roomd.lifecycle first
    Milliseconds timeout{10000}; // of one try
    Milliseconds retry_most{30000};
    Milliseconds away{30000}; // until the instance is degraded
    Milliseconds flush{3000}; // what the end waits for the line at most

    Names ack_events; // patterns; empty: the backend answers none
    Asking acks;

    Names connect_verdicts; // namespaces
    Names join_verdicts;    // rooms
    Asking verdicts;
    Milliseconds cache{30000}; // 0: none
    std::size_t cache_entries = 10000;
};

// Reports each fault with its place; a wrong value reads as its default.
Settings read_settings(std::string_view json, Faults &);

} // namespace roomd::webhook
