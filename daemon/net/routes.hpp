#pragma once

#include "net/http.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

struct RouteEntry {
    std::uint64_t id;
    Route route;
    std::uint16_t row = 0; // in Answers
};

// The routes, by method and path.
class Routes {
public:
    struct Found {
        std::shared_ptr<const RouteEntry> entry; // null: none
        std::string allow;                       // then: the methods of the path, for 405
    };

    // Throws std::invalid_argument when it is malformed or already taken.
    // `row`: where its answers are counted.
    std::uint64_t add(Route, std::uint16_t row = 0);
    // The entry, which exchanges may still hold; null when there is none.
    std::shared_ptr<const RouteEntry> remove(std::uint64_t id) noexcept;
    // A route takes its path, and one that ends in '/' all below it; other methods than GET take
    // one slash behind the path too.  `on`: the side of the listener that got the request, `front`
    // or `admin`; `served`: what such a front listener serves.
    Found find(std::string_view method, std::string_view path, Side on = Side::front,
               Kinds served = kind::all) const;

private:
    std::vector<std::shared_ptr<const RouteEntry>> entries_; // longest path first
    std::uint64_t next_ = 1;
};

} // namespace roomd::net
