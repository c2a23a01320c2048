// SPDX-License-Identifier: Apache-2.0
//
// How the host's calls reach a plugin's callbacks.  Include roomd/plugin.hpp, which includes this.
#pragma once

#include "roomd/plugin_tickets.hpp"

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace roomd {
namespace detail {

// Structs that lie as far apart as their writer knew them to be long.
template <class Raw> std::vector<const Raw *> each(const Raw *first, std::size_t n) {
    std::vector<const Raw *> all;
    all.reserve(n);
    const auto *at = reinterpret_cast<const char *>(first);
    for (std::size_t i = 0; i < n; ++i, at += first->struct_size)
        all.push_back(reinterpret_cast<const Raw *>(at));
    return all;
}

// A callback behind a Handle; alive while it runs, whatever it does to the handle.
template <class Fn> struct Kept : std::enable_shared_from_this<Kept<Fn>> {
    Kept(Core *owner, Fn f) : core(owner), fn(std::move(f)) {}
    Core *core;
    Fn fn;
};

template <class Fn> struct Call final : Once {
    explicit Call(Fn f, std::size_t times = 1) : fn(std::move(f)), left(times) {}
    // Runs `with(fn)` behind the fence, and ends when all calls are made.
    template <class With> static void run(void *user, const char *where, With with) noexcept {
        auto *const me = static_cast<Call *>(user);
        me->core->fence(where, [&] { with(me->fn); });
        if (--me->left == 0) me->core->drop(me);
    }
    Fn fn;
    std::size_t left;
};

// What callbacks must be.  Where one is not, a static_assert of the function it was given to says
// what is wanted, and it is not called below: one error, not the sixty that would follow from it.
template <class Fn, class... Args>
concept Takes = std::is_invocable_v<Fn &, Args...>;
template <class Fn, class... Args>
concept Answers = Takes<Fn, Args...> &&(std::is_void_v<std::invoke_result_t<Fn &, Args...>> ||
                                        std::is_same_v<std::invoke_result_t<Fn &, Args...>, Next>);

template <class Fn, class... Args> void call_back(Fn &fn, Args &&...args) {
    if constexpr (Takes<Fn, Args...>) fn(std::forward<Args>(args)...);
}

// A hook that returns nothing has taken what it was given.
template <class Fn, class... Args> Next next_of(Fn &fn, Args &&...args) {
    if constexpr (Answers<Fn, Args...>) {
        if constexpr (!std::is_void_v<std::invoke_result_t<Fn &, Args...>>)
            return fn(std::forward<Args>(args)...);
        else
            fn(std::forward<Args>(args)...);
    }
    return Next::taken;
}

// Calls a hook that owes an answer.  Threw: taken, and the ticket's destructor answers.
template <class Kept_, class View, class Ticket_, class Raw>
roomd_next ask_hook(void *user, const char *where, const Raw &raw, roomd_ticket id) noexcept {
    const auto kept = static_cast<Kept_ *>(user)->shared_from_this();
    Ticket_ ticket(kept->core, id);
    auto next = Next::taken;
    kept->core->fence(where, [&] { next = next_of(kept->fn, View(raw), ticket); });
    if (next == Next::pass) ticket.release();
    return static_cast<roomd_next>(next);
}

} // namespace detail
} // namespace roomd
