#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test_event {

struct Made {
    std::string_view event;
    std::string data; // JSON
    std::vector<std::string> rooms;
};

// Makes events as a booking portal would: bookings that are created, checked in and out or
// cancelled, seats that fill, prices that change.  The same seed and times give the same events.
class Generator {
public:
    struct Options {
        std::uint32_t seed = 1, libraries = 5, users = 50, tenants = 2;
    };
    explicit Generator(const Options &);

    // now_ms: Unix time.
    Made next(std::int64_t now_ms);

private:
    struct Booking {
        std::string id;
        std::uint32_t user, library;
        std::uint32_t seat;
        std::int64_t from_ms, to_ms;
        std::uint32_t price; // cents
        bool checked_in = false;
    };
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
    std::string id(std::string_view prefix);
    std::uint32_t tenant_of(std::uint32_t library) const { return library % options_.tenants + 1; }

    Made create(std::int64_t now_ms);
    Made about(std::string_view event, const Booking &, std::string_view status,
               std::int64_t now_ms) const;
    Made change(std::int64_t now_ms);
    Made seats(std::int64_t now_ms);
    Made pricing(std::int64_t now_ms);
    Made library(std::int64_t now_ms);
    Made notification(std::int64_t now_ms);

    Options options_;
    std::mt19937_64 random_;
    std::vector<Booking> bookings_;    // open ones, bounded
    std::vector<std::uint32_t> taken_; // seats per library
};

} // namespace roomd::test_event
