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
        const auto [at, fresh] =
            failing_.try_emplace(std::string(kind), Failing{now, now, {}, false});
        at->second.last = now;
        at->second.why = std::move(why);
        at->second.stays = false;
        return fresh;
    }
    // The same of what stays until somebody does something: it degrades at once.
    bool stuck(std::string_view kind, std::string why, Time now) {
        const bool fresh = bad(kind, std::move(why), now);
        failing_.find(kind)->second.stays = true;
        return fresh;
    }
    // Why it is degraded: something went on failing for so long.  Empty: nothing did.  One failure
    // after which nothing was tried says little.
    std::string degraded(Milliseconds away) const {
        for (const auto &[kind, failing] : failing_)
            if (failing.stays || failing.last - failing.since >= away)
                return kind + ": " + failing.why;
        return {};
    }

private:
    struct Failing {
        Time since, last;
        std::string why;
        bool stays = false;
    };
    std::map<std::string, Failing, std::less<>> failing_;
};

} // namespace roomd::webhook
