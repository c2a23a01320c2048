#pragma once

#include "config/idempotency.hpp"
#include "config/limits.hpp"
#include "config/plugins.hpp"
#include "host/check.hpp"
#include "host/options.hpp"

#include <string>
#include <utility>

namespace roomd::test {

// What the key table has by default.
inline host::IdempotencyOptions idempotency_defaults() {
    return {config::Idempotency{}};
}

inline host::Options host_defaults() {
    host::Options out;
    static_cast<host::Patience &>(out) = config::Plugins{};
    out.max_emit = config::Limits{}.max_emit;
    out.idempotency = idempotency_defaults();
    return out;
}

inline host::PluginEntry plugin_defaults(std::string name) {
    host::PluginEntry out;
    out.name = std::move(name);
    out.budget = config::Plugin{}.budget;
    return out;
}

} // namespace roomd::test
