#pragma once

#include "webhook/line.hpp"

#include <map>
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
        const auto [at, fresh] = failing_.try_emplace(std::string(kind), Failing{now, now, {}});
        at->second.last = now;
        at->second.why = std::move(why);
        return fresh;
    }
    // Why it is degraded: something went on failing for so long.  Empty: nothing did.  One failure
    // after which nothing was tried says little.
    std::string degraded(Milliseconds away) const {
        for (const auto &[kind, failing] : failing_)
            if (failing.last - failing.since >= away) return kind + ": " + failing.why;
        return {};
    }

private:
    struct Failing {
        Time since, last;
        std::string why;
    };
    std::map<std::string, Failing, std::less<>> failing_;
};

} // namespace roomd::webhook
