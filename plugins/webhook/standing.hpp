#pragma once

#include "webhook/line.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::webhook {

// Since when the backend fails, for each kind of POST.
class Standing {
public:
    void good(std::string_view kind) {
        if (const auto found = failing_.find(kind); found != failing_.end()) failing_.erase(found);
    }
    // True: it worked before.
    bool bad(std::string_view kind, std::string why, Time now) {
        const auto [at, fresh] = failing_.try_emplace(std::string(kind), Failing{now, {}});
        at->second.why = std::move(why);
        return fresh;
    }
    // Why it is degraded: something has failed for so long.  Empty: nothing has.
    std::string degraded(Time now, Milliseconds away) const {
        for (const auto &[kind, failing] : failing_)
            if (now - failing.since >= away) return kind + ": " + failing.why;
        return {};
    }
    // When that may change by itself.
    std::optional<Time> next(Time now, Milliseconds away) const {
        std::optional<Time> out;
        for (const auto &[kind, failing] : failing_) {
            const Time then = failing.since + away;
            if (then > now && (!out || then < *out)) out = then;
        }
        return out;
    }

private:
    struct Failing {
        Time since;
        std::string why;
    };
    std::map<std::string, Failing, std::less<>> failing_;
};

} // namespace roomd::webhook
