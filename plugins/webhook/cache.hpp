#pragma once

#include "webhook/answers.hpp"
#include "webhook/line.hpp"

#include <cstddef>
#include <initializer_list>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace roomd::webhook {

// Decisions of the backend, for a while.  Above the bound the one that was used longest ago goes.
class Cache {
public:
    explicit Cache(std::size_t most) : most_(most) {}
    void set_most(std::size_t most);

    // What names a question: a digest, so that no token stays in memory.
    static std::string key(std::initializer_list<std::string_view> parts);

    const Decision *find(const std::string &key, Time now);
    void put(const std::string &key, Decision, Time until);
    void clear() noexcept;
    std::size_t size() const noexcept { return by_key_.size(); }

private:
    struct Entry {
        std::string key;
        Decision decision;
        Time until;
    };
    using Entries = std::list<Entry>; // used last first

    void forget(Entries::iterator);

    std::size_t most_;
    Entries entries_;
    std::unordered_map<std::string, Entries::iterator> by_key_;
};

} // namespace roomd::webhook
