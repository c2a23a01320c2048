#pragma once

#include "host/calls.hpp"
#include "metrics/metrics.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::host {

class Lifecycle;

enum class State : std::uint8_t { up, degraded, down };

struct InstanceHealth {
    std::string instance, plugin, version;
    bool required = false;
    State state = State::up;
    std::string why; // one line, may be empty
};

// A metric as it stands now.  `own`: of the plugin, roomd_plugin_<plugin>_<name>; else of the host
// about the plugin, roomd_plugin_<name>.  Label: instance.
struct Metric {
    std::string plugin, instance, name, help;
    bool own = false;
    metrics::Kind kind = metrics::Kind::gauge;
    double value = 0;
    metrics::Latency times{}; // of a histogram
};

// How long the calls into one instance took; by Call.  Views, until the next reload.
struct CallReport {
    std::string_view plugin, instance;
    const std::array<metrics::CallTimes, call_kinds> &times;
};

InstanceHealth health_of(const Lifecycle &);
void append_metrics(const Lifecycle &, std::vector<Metric> &);
CallReport calls_of(const Lifecycle &);

} // namespace roomd::host
