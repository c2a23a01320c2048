#pragma once

#include "base/text.hpp"
#include "roomd/plugin.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::host {

// One instance's hooks of one kind, in the order they were made.  A hook may add and remove hooks,
// itself among them, while it is called: a removed one is not called any more, a new one is called
// from the next time on.
template <class Fn> class HookList {
public:
    void add(roomd_handle id, std::string nsp, std::string pattern, Fn fn, void *user) {
        hooks_.push_back({id, std::move(nsp), std::move(pattern), fn, user});
    }

    void remove(roomd_handle id) noexcept {
        for (Hook &hook : hooks_) {
            if (hook.id == id) hook.id = 0;
        }
        sweep();
    }

    void clear() noexcept {
        for (Hook &hook : hooks_)
            hook.id = 0;
        sweep();
    }

    bool any(std::string_view nsp) const noexcept {
        return std::any_of(hooks_.begin(), hooks_.end(), [&](const Hook &hook) {
            return hook.id != 0 && base::matches(hook.nsp, nsp);
        });
    }

    // Calls call(fn, user) for each match until it returns true.
    template <class Call> bool first(std::string_view nsp, std::string_view name, Call call) {
        bool found = false;
        ++depth_;
        const std::size_t end = hooks_.size();
        for (std::size_t i = 0; i < end && !found; ++i) {
            const Hook &hook = hooks_[i];
            if (hook.id == 0 || !base::matches(hook.nsp, nsp) || !base::matches(hook.pattern, name))
                continue;
            found = call(hook.fn, hook.user); // `hook` may have moved when it returns
        }
        --depth_;
        sweep();
        return found;
    }

private:
    struct Hook {
        roomd_handle id; // 0: removed
        std::string nsp, pattern;
        Fn fn;
        void *user;
    };

    void sweep() noexcept {
        if (depth_ != 0) return;
        hooks_.erase(std::remove_if(hooks_.begin(), hooks_.end(),
                                    [](const Hook &hook) { return hook.id == 0; }),
                     hooks_.end());
    }

    std::vector<Hook> hooks_;
    int depth_ = 0;
};

} // namespace roomd::host
