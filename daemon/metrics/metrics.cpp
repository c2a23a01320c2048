#include "metrics/metrics.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <unordered_map>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace roomd::metrics {
namespace {

void convert(const Buckets &buckets, prometheus::ClientMetric::Histogram &out) {
    for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
        out.sample_count += buckets.counts[i];
        const bool last = i >= buckets.bounds.size();
        out.bucket.push_back(
            {out.sample_count, last ? std::numeric_limits<double>::infinity() : buckets.bounds[i]});
    }
    out.sample_sum = buckets.sum;
}

prometheus::ClientMetric convert(const Sample &sample, Kind kind) {
    prometheus::ClientMetric out;
    for (const auto &[name, value] : sample.labels)
        if (is_name(name)) out.label.push_back({name, base::printable(value)});
    switch (kind) {
    case Kind::counter: out.counter.value = sample.value; break;
    case Kind::gauge: out.gauge.value = sample.value; break;
    case Kind::histogram: convert(sample.buckets, out.histogram); break;
    }
    return out;
}

prometheus::MetricType type(Kind kind) {
    switch (kind) {
    case Kind::counter: return prometheus::MetricType::Counter;
    case Kind::gauge: return prometheus::MetricType::Gauge;
    case Kind::histogram: return prometheus::MetricType::Histogram;
    }
    return prometheus::MetricType::Untyped;
}

} // namespace

Family counter(std::string name, std::string help, std::uint64_t value) {
    return {std::move(name), std::move(help), Kind::counter, {{{}, static_cast<double>(value)}}};
}

Family gauge(std::string name, std::string help, double value) {
    return {std::move(name), std::move(help), Kind::gauge, {{{}, value}}};
}

Family histogram(std::string name, std::string help) {
    return {std::move(name), std::move(help), Kind::histogram, {}};
}

std::string plugin_name(std::string_view plugin, std::string_view name) {
    return "roomd_plugin_" + std::string(plugin) + "_" + std::string(name);
}

bool is_name(std::string_view name) noexcept {
    constexpr std::size_t longest = 128;
    if (name.empty() || name.size() > longest) return false;
    if (base::is_digit(name[0])) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return base::is_alnum(c) || c == '_'; });
}

std::string text(const std::vector<Family> &families) {
    std::vector<prometheus::MetricFamily> out;
    std::vector<Kind> kinds; // of these
    std::unordered_map<std::string_view, std::size_t> places;
    for (const Family &family : families) {
        if (!is_name(family.name)) continue;
        const auto [place, is_new] = places.emplace(family.name, out.size());
        if (is_new) {
            // The serializer does not escape help: a newline in it would begin a new line.
            std::string help = base::printable(family.help);
            std::replace(help.begin(), help.end(), '\\', '/');
            out.push_back({family.name, std::move(help), type(family.kind), {}});
            kinds.push_back(family.kind);
        }
        for (const Sample &sample : family.samples)
            out[place->second].metric.push_back(convert(sample, kinds[place->second]));
    }
    std::ostringstream stream;
    prometheus::TextSerializer().Serialize(stream, out);
    return stream.str();
}

} // namespace roomd::metrics
