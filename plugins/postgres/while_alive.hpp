#pragma once

#include <memory>
#include <utility>

namespace roomd::postgres {

// Callbacks that the host may keep longer than the part that made them lives: a reload can remove a
// part while its emits are still in line.
class WhileAlive {
public:
    // `fn`, which does nothing once this is destroyed.  For the plugin's own thread.
    template <class Fn> auto operator()(Fn fn) const {
        return [alive = std::weak_ptr<const bool>(alive_),
                fn = std::move(fn)](const auto &...said) mutable {
            if (!alive.expired()) fn(said...);
        };
    }

private:
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace roomd::postgres
