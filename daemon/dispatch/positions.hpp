#pragma once

#include "dispatch/emit.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace roomd::dispatch {

// How far the log of each source has been dispatched: a client that comes in now gets what stands
// behind it, one that leaves has been given what stands before.  A handful of sources at most.
class Positions {
public:
    void advance(const Position &position) {
        Log &log = of(position.source);
        if (log.epoch != position.epoch) log.epoch = position.epoch;
        log.seq = position.seq;
    }
    // "pg=4f0c.17 other=99aa.3", in the order in which they came; empty: no event had a position
    // yet.
    std::string text() const {
        std::string out;
        for (const Log &log : logs_) {
            if (!out.empty()) out += ' ';
            out += log.source + "=" + log.epoch + "." + std::to_string(log.seq);
        }
        return out;
    }

private:
    struct Log {
        std::string source, epoch;
        std::uint64_t seq = 0;
    };

    Log &of(std::string_view source) {
        for (Log &log : logs_)
            if (log.source == source) return log;
        return logs_.emplace_back(Log{std::string(source), {}, 0});
    }

    std::vector<Log> logs_;
};

} // namespace roomd::dispatch
