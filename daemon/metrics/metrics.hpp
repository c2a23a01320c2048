#pragma once

#include "metrics/counts.hpp"
#include "metrics/histogram.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A snapshot of everything that is counted, and its text.  The counting code (sessions, server,
// router, plugins) has plain numbers on its own thread; the app turns them into families at
// scrape time.
namespace roomd::metrics {

enum class Kind : std::uint8_t { counter, gauge, histogram };

using Labels = std::vector<std::pair<std::string, std::string>>;

// Of a histogram: how many were in each bucket, and not below it.
struct Buckets {
    std::vector<double> bounds; // in seconds; one less than counts
    std::vector<std::uint64_t> counts;
    double sum = 0;
};

struct Sample {
    Labels labels;
    double value = 0;
    Buckets buckets{}; // instead of the value
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
Family histogram(std::string name, std::string help);

// What was counted by labels of these names, in their order.  A name of a configuration that is
// empty is shown as `none`.
template <std::size_t N>
Family counts(std::string name, std::string help, const std::array<std::string_view, N> &labels,
              const Counts<N> &counts, Kind kind = Kind::counter) {
    Family out{std::move(name), std::move(help), kind, {}};
    counts.each([&](const std::array<std::string_view, N> &values, std::uint64_t count) {
        Sample sample;
        for (std::size_t i = 0; i < N; ++i)
            sample.labels.emplace_back(labels[i], values[i].empty() ? "none" : values[i]);
        sample.value = static_cast<double>(count);
        out.samples.push_back(std::move(sample));
    });
    return out;
}

template <const auto &bounds> Sample sample(Labels labels, const Histogram<bounds> &histogram) {
    Sample out{std::move(labels), 0, {}};
    for (const std::uint32_t bound : bounds)
        out.buckets.bounds.push_back(bound / 1e6);
    out.buckets.counts.assign(histogram.counts().begin(), histogram.counts().end());
    out.buckets.sum = histogram.seconds();
    return out;
}
template <const auto &bounds>
Family histogram(std::string name, std::string help, const Histogram<bounds> &of) {
    Family out = histogram(std::move(name), std::move(help));
    out.samples.push_back(sample({}, of));
    return out;
}

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
