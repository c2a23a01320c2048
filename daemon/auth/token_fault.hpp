#pragma once

#include <string>

namespace roomd::auth {

// Why a token is refused.
struct TokenFault {
    const char *code; // a literal: "token_expired"
    std::string message;
    bool retryable;  // a new token, or the same one later, may be accepted
    unsigned us = 0; // about how long the check took, of one core
};

} // namespace roomd::auth
