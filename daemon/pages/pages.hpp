#pragma once

#include "metrics/metrics.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// /health, /ready and /metrics as text from snapshots.  Pure.
namespace roomd::pages {

struct Page {
    int status = 200;
    std::string_view content_type = "application/json";
    std::string body;
};

// Something that does not work as it should, mostly a plugin.
struct Part {
    enum class State : std::uint8_t { degraded, down };
    std::string name;
    State state = State::degraded;
    std::string why;
};

struct Snapshot {
    std::string service; // service.name
    std::string version;
    std::string catalogue; // the digest of its events
    bool websocket = true; // the transport is enabled
    std::chrono::milliseconds uptime{0};
    std::int64_t now_ms = 0; // Unix time
    bool draining = false;
    std::vector<Part> ailing; // degraded or down
};

// What is shown of an ailing part.  Reasons are for operators: they may name hosts, roles and
// messages of a database.
enum class Detail : std::uint8_t { names, reasons };

// 200 `healthy`, 200 `degraded` with the parts named, 503 while draining.
Page health(const Snapshot &, Detail);

struct Readiness {
    std::string catalogue; // the digest of its events
    std::int64_t now_ms = 0;
    bool listening = false;
    bool draining = false;
    std::vector<Part> missing; // `required` plugins that are not up
};

// 200 when listeners and required plugins are up; 503 with what is missing.
Page ready(const Readiness &);

Page metrics(const std::vector<metrics::Family> &);

} // namespace roomd::pages
