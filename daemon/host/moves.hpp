#pragma once

#include "base/ids.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/move.hpp"
#include "host/command.hpp"
#include "loop/wakeup.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace roomd::dispatch {
class Router;
}

namespace roomd::host {

class Instance;

// Whom a plugin means, with the rights of the key that it acts on behalf of.  Refused when that key
// does not exist any more.  Views into the first.
dispatch::Emitted whom_of(const dispatch::Router &, const OwnedWhom &, dispatch::Whom &);

// What plugins do to many clients.  A large room is moved in slices, so that it does not hold the
// loop: a slice takes 0.3 ms to join one room and 2.3 ms to disconnect (moves_bench).  Home loop
// only.
class Moves {
public:
    static constexpr std::size_t slice = 500; // clients in one turn of the loop ..
    static constexpr std::size_t few = 32;    // .. into or out of fewer rooms than these

    // `drain`: after plugins were called.
    Moves(loop::Loop &, std::function<void()> drain);

    // Begins, and ends when there are few clients.  `fn` is told at the end.  Gives how many of
    // the command's `bytes` stay counted against the budget until then.
    std::size_t begin(Instance &, MoveManyCommand &&, std::size_t bytes);
    // Tells all `fn` of this instance how far it went.
    void stop(Instance &);

private:
    struct Open {
        Instance *instance;
        MoveManyCommand command;
        std::vector<base::ClientId> clients;
        std::size_t slice = 0; // clients in one turn
        std::size_t next = 0;  // the first that has not been moved
        dispatch::Moved moved{};
        std::size_t charged = 0; // against the budget
    };
    // The slice that is due, and whether it was the last.
    static bool step(Open &);
    static void write(const Open &, roomd_status, const dispatch::Emitted &refused);
    static void tell(const Open &, roomd_status, const dispatch::Emitted &refused = {});
    void turn();

    std::function<void()> drain_;
    std::deque<Open> open_; // each has its turn
    loop::Wakeup again_;
};

} // namespace roomd::host
