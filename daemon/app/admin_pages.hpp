#pragma once

#include "base/ids.hpp"
#include "config/fault.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {
struct Config;
}

namespace roomd::app {

struct Reloaded;
struct Shard;

// The answers of the admin socket as JSON, from the current state of a shard.

// `lag_us`: of the loop, if it was measured.
std::string stats_page(const Shard &, std::string_view config, std::int64_t uptime_seconds,
                       std::optional<std::uint64_t> lag_us);
std::string rooms_page(const Shard &, std::string_view prefix, std::size_t limit);
std::string plugins_page(const Shard &);
// At most `limit` of these clients, which are some of `total`.
std::string clients_page(const Shard &, const std::vector<base::ClientId> &, std::size_t total,
                         std::size_t limit);
// The portals, the kinds of rooms and the events, for forms.
std::string catalogue_page(const config::Config &, bool mints);
// What was applied, what needs a restart, and which plugins kept their old configuration or do not
// run.
std::string reloaded_page(const Reloaded &);
// [{"path":..,"line":..,"column":..,"what":..,"hint":..}]
std::string faults_json(const std::vector<config::Fault> &);

} // namespace roomd::app
