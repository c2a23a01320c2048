#pragma once

#include "log/line.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace roomd::log {
class Logger;
}

namespace roomd::app {

// Who has the daemon do something: a process at the admin socket, a page of the console with its
// address and key, or whoever sent a signal.
struct Operator {
    explicit Operator(const net::Request &);
    Operator() = default; // by a signal
    std::int64_t uid = -1, pid = -1;
    std::string address, key, request;
};

// The line about what an operator did.
void audit(log::Logger &, const Operator &, std::string_view action,
           std::initializer_list<log::Field> more = {});

struct Reloaded;
// ... who asked for a reload, with the keys that it changed.
void audit_reload(log::Logger &, const Operator &, const Reloaded &);

} // namespace roomd::app
