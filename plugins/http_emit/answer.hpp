#pragma once

#include "rest/problem.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::http_emit {

// What became of one event of a batch.
struct Outcome {
    std::string event, id;
    std::vector<std::string> rooms;
    std::uint64_t recipients = 0;
    bool duplicate = false, stored = false;
    std::optional<rest::Problem> problem; // its pointer begins at the event
};

struct Answer {
    int status;
    std::string body;
};

// The answer to `POST /api/emit` that was taken: 200, or 202 when it was stored.  `request`: the id
// of the request, or empty.
Answer emitted(std::string_view event, const Emitted &, std::string_view timestamp,
               std::string_view request);

// The answer to a batch.  200 when at least one event was taken, or 202 when all that were taken
// are stored; else the status of the first that was refused, which the error names.
Answer batch(std::span<const Outcome>, std::string_view timestamp, std::string_view request);

} // namespace roomd::http_emit
