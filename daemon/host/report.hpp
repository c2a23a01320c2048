#pragma once

#include <cstdint>
#include <string>
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
    bool counter = false; // else a gauge
    double value = 0;
};

InstanceHealth health_of(const Lifecycle &);
void append_metrics(const Lifecycle &, std::vector<Metric> &);

} // namespace roomd::host
