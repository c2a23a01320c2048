#pragma once

#include "base/clock.hpp"
#include "dispatch/emit.hpp"
#include "host/command.hpp"
#include "host/options.hpp"

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::host {

// What an emit with an idempotency key came to, for the next one with that key.  Emits on behalf of
// an API key have keys of their own.  Bounded in time, entries and bytes.  Over the bound the
// oldest entry of the API key that holds most is forgotten, so an API key that holds no more than
// its share (the bound divided by the number of those that hold any) loses nothing to others.  A
// refused emit is not kept, so it may be tried again.
class Idempotency {
public:
    explicit Idempotency(const IdempotencyOptions &);

    struct Result {
        dispatch::Emitted emitted;
        std::string id;
    };
    enum class Seen : std::uint8_t { never, same, other_content };
    // same: `first` is what the first came to, valid until the next call.
    Seen look(const OwnedEmit &, base::Time now, const Result *&first);
    void keep(const OwnedEmit &, base::Time now, Result);
    std::size_t size() const noexcept { return results_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }

    // Of everything but the key; with a secret of this process, so no sender can make two equal.
    std::uint64_t digest(const OwnedEmit &) const;
    static std::string name(const OwnedEmit &); // of its key, among all of the instance

private:
    struct Kept;
    // Oldest first.  The window is the same for all, so this is also the order of each owner.
    using Order = std::list<Kept>;
    struct Owner {
        std::deque<Order::iterator> order;
        std::size_t bytes = 0;
    };
    // As many as there are API keys.
    using Owners = std::unordered_map<std::string, Owner>;
    struct Kept {
        base::Time until;
        std::string name;
        Owners::pointer owner;
        Result result;
        std::uint64_t digest;
        std::size_t bytes;
    };
    bool over() const noexcept;
    Owner &largest() noexcept;
    void drop_oldest(Owner &);
    void drop_old(base::Time now);

    IdempotencyOptions options_;
    Order order_;
    Owners owners_; // by API key, none of them without entries
    std::unordered_map<std::string_view, Order::iterator> results_; // views into `name`
    std::size_t bytes_ = 0;
    std::uint64_t secret_[2];
};

} // namespace roomd::host
