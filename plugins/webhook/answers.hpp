#pragma once

#include "webhook/courier.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::webhook {

// Reads what the backend says: bytes that nobody has checked.

// The arguments of a client's ack, as JSON: [<the body>] after 2xx, [] when that has no body, and
// backend_refused after 4xx, with the body when it is JSON.  Nothing: it is no answer.
std::optional<std::string> ack_of(const Reply &);
// What the client is told then.
std::string unavailable_ack();

// Whether this status says that the backend will never take a batch.  Not where a key, a route or a
// proxy is at fault, which somebody will mend, nor where it asks to come again later.
bool is_refusal(int status) noexcept;

// A decision on a connect or a join.
struct Decision {
    bool allow = false;
    std::string identity;        // of a connect: JSON object, or empty
    std::int64_t expires_ms = 0; // of a connect: Unix milliseconds, 0: never
    std::string message, data;   // of a refusal; data: JSON
};
// Nothing: it is no decision, so that the question has no answer.
std::optional<Decision> decision_of(const Reply &);
// What holds when there is none.
Decision undecided();

// The claim `exp` of an identity that was made of a token, as Unix milliseconds; 0: it has none.
std::int64_t expiry_of(std::string_view identity);

} // namespace roomd::webhook
