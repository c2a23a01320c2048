#pragma once

#include <string>

namespace roomd::policy {

// A decision in words, for people: one line for the outcome, then one for each reason.
struct Explained {
    bool admitted = false;
    std::string text;
};

} // namespace roomd::policy
