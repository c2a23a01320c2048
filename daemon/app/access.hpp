#pragma once

#include "net/answered.hpp"

namespace roomd::log {
class Causes;
class Logger;
} // namespace roomd::log

namespace roomd::app {

// The access line of each request, when that is asked for, and why requests of backends and
// operators are refused.  Never a query, a key or a token.
class Access {
public:
    Access(log::Logger &log, log::Causes &causes) noexcept : log_(log), causes_(causes) {}

    void write_lines(bool on) noexcept { on_ = on; }
    void answered(const net::Answered &) const;

private:
    void line(const net::Answered &) const;
    void refused(const net::Answered &) const;
    void refused_of_batch(const net::Answered &) const;

    log::Logger &log_;
    log::Causes &causes_;
    bool on_ = false;
};

} // namespace roomd::app
