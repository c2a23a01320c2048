#pragma once

#include "metrics/metrics.hpp"
#include "pages/pages.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace roomd::app {

struct Shard;

// What the core serves itself: /health, /ready and /metrics, as snapshots of a shard.
class CorePages {
public:
    CorePages(Shard &shard, std::string service);

    void add_routes();
    void rename(std::string service) { service_ = std::move(service); }
    std::string stats_json() const; // what plugins get

private:
    pages::Snapshot snapshot() const;
    pages::Readiness readiness() const;
    std::vector<metrics::Family> families() const;

    Shard &shard_;
    std::string service_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace roomd::app
