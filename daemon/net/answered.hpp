#pragma once

#include "http/head.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace roomd::net {

// What will be told of a request once it is answered.  Never a query, a key or a token.
struct Told {
    std::string method, path, origin, agent; // as sent, cut where they are long
    std::string request;                     // its id: request_id()
    std::string portal;                      // of a session that it opens
    std::string key;                         // name of the one that admitted it, or empty
    std::chrono::steady_clock::time_point came{};
    bool route = false; // it is a backend's or an operator's: a refusal is to be explained

    std::string lines() const; // what the answer's header gets
};
Told tell_of(const http::Head &); // which may be incomplete

// A request and its answer, for who keeps the log.  Views, valid during the call.
struct Answered {
    const Told &of;
    std::string address;
    int status;
    std::size_t bytes; // of the whole answer
    std::string_view body;
};

// How the caller names a request: X-Request-Id, of 1 to 128 visible ASCII characters; else a
// traceparent as the W3C writes it.  What is neither is no id, and is not passed on.
std::string_view request_id(std::string_view x_request_id, std::string_view traceparent) noexcept;

} // namespace roomd::net
