#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A snapshot of everything that is counted, and its text.  The counting code (sessions, server,
// router, plugins) has plain numbers on its own thread; the app turns them into families at
// scrape time.
namespace roomd::metrics {

enum class Kind : std::uint8_t { counter, gauge };

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Sample {
    Labels labels;
    double value = 0;
};

// One metric with its samples.  Labels are fixed at set-up: never take a label's value from a
// client.
struct Family {
    std::string name; // "roomd_sessions"; counters end in "_total"
    std::string help;
    Kind kind = Kind::counter;
    std::vector<Sample> samples;
};

// A family of one sample without labels.
Family counter(std::string name, std::string help, std::uint64_t value);
Family gauge(std::string name, std::string help, double value);

// Where a plugin's metric appears: "roomd_plugin_<plugin>_<name>".
std::string plugin_name(std::string_view plugin, std::string_view name);

// [a-zA-Z_][a-zA-Z0-9_]*, at most 128 characters: a valid name of a metric or label.
bool is_name(std::string_view name) noexcept;

// The text format of Prometheus, version 0.0.4.  Families of one name (two instances of a plugin)
// become one, with the first one's help.  A family or label with an invalid name is left out: one
// bad name would make a scraper drop the whole page.
std::string text(const std::vector<Family> &families);
inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

} // namespace roomd::metrics
