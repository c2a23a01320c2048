#pragma once

#include "webhook/courier.hpp"
#include "webhook/line.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace roomd::webhook {

// What every POST has in common.
struct Envelope {
    std::vector<std::string> secrets;
    std::string ca;

    // Signed now: a repeat is signed anew.
    Post seal(std::string url, std::string body, Milliseconds timeout, std::size_t most) const;
};

} // namespace roomd::webhook
