#include "net/budget.hpp"

namespace roomd::net {

bool Budget::relieve(const Deadlines &deadlines, std::initializer_list<Wait> waits,
                     std::size_t most, const Waiter &newest) const {
    if (used_ <= most) return true;
    for (const Wait wait : waits) {
        Waiter *waiter = deadlines.first(wait);
        while (waiter != nullptr && used_ > most - most / 8) {
            Waiter &next = *waiter;
            waiter = Deadlines::after(next); // this one may leave the list
            if (&next != &newest) next.give_up(wait);
        }
    }
    return used_ <= most;
}

} // namespace roomd::net
