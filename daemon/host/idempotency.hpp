#pragma once

#include "base/clock.hpp"
#include "dispatch/emit.hpp"
#include "host/command.hpp"
#include "host/options.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::host {

// What an emit with a key came to, for the next one with that key.  Who emits on behalf of an API
// key has keys of its own.  Bounded in time, entries and bytes: the oldest goes first.  A refused
// emit is not kept, so it may be tried again.
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
    struct Kept {
        Result result;
        std::uint64_t digest;
        std::size_t bytes;
    };
    void drop_oldest();
    void drop_old(base::Time now);

    IdempotencyOptions options_;
    std::unordered_map<std::string, Kept> results_;
    std::deque<std::pair<base::Time, std::string>> order_; // kept until, key
    std::size_t bytes_ = 0;
    std::uint64_t secret_[2];
};

} // namespace roomd::host
