#include "test_event/generator.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace roomd::test_event {
namespace {

constexpr std::uint32_t seats_per_library = 40;
constexpr std::size_t most_bookings = 500;
constexpr std::int64_t hour_ms = 3600 * 1000;

std::string iso(std::int64_t ms) {
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm day{};
    gmtime_r(&seconds, &day);
    std::array<char, 40> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &day);
    std::snprintf(text.data() + size, text.size() - size, ".%03dZ", static_cast<int>(ms % 1000));
    return text.data();
}

std::string price(std::uint32_t cents) {
    const auto rest = std::to_string(cents % 100);
    return std::to_string(cents / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

std::string user_id(std::uint32_t n) {
    return "user" + std::to_string(n);
}
std::string library_id(std::uint32_t n) {
    return "library" + std::to_string(n);
}
std::string tenant_id(std::uint32_t n) {
    return "tenant" + std::to_string(n);
}

// Members of a JSON object; values are of this file's making and need no escapes.
class Object {
public:
    Object &text(std::string_view key, std::string_view value) {
        return raw(key, "\"" + std::string(value) + "\"");
    }
    Object &raw(std::string_view key, std::string_view value) {
        json_ += json_.size() == 1 ? "\"" : ",\"";
        json_ += key;
        json_ += "\":";
        json_ += value;
        return *this;
    }
    Object &number(std::string_view key, std::uint64_t value) {
        return raw(key, std::to_string(value));
    }
    std::string done() { return json_ + "}"; }

private:
    std::string json_ = "{";
};

} // namespace

Generator::Generator(const Options &options) :
    options_(options),
    random_(options.seed),
    taken_(options.libraries + 1, 0) {}

std::string Generator::id(std::string_view prefix) {
    std::array<char, 17> hex{};
    std::snprintf(hex.data(), hex.size(), "%012llx",
                  static_cast<unsigned long long>(random_() & 0xffffffffffffULL));
    return std::string(prefix) + hex.data();
}

Made Generator::next(std::int64_t now_ms) {
    const auto kind = below(100);
    if (bookings_.empty() || (kind < 25 && bookings_.size() < most_bookings)) return create(now_ms);
    if (kind < 60) return change(now_ms);
    if (kind < 80) return seats(now_ms);
    if (kind < 87) return pricing(now_ms);
    if (kind < 92) return library(now_ms);
    return notification(now_ms);
}

Made Generator::about(std::string_view event, const Booking &booking, std::string_view status,
                      std::int64_t now_ms) const {
    const auto tenant = tenant_id(tenant_of(booking.library));
    Object data;
    data.text("bookingId", booking.id)
        .text("userId", user_id(booking.user))
        .text("libraryId", library_id(booking.library))
        .text("tenantId", tenant)
        .text("seatId", "seat" + std::to_string(booking.seat))
        .text("status", status)
        .text("startTime", iso(booking.from_ms))
        .text("endTime", iso(booking.to_ms))
        .raw("totalPrice", price(booking.price))
        .text("currency", "EUR")
        .text("updatedAt", iso(now_ms));
    return {event,
            data.done(),
            {"user:" + user_id(booking.user), "library:" + library_id(booking.library),
             "tenant:" + tenant}};
}

Made Generator::create(std::int64_t now_ms) {
    Booking booking;
    booking.id = id("bkg_");
    booking.user = below(options_.users) + 1;
    booking.library = below(options_.libraries) + 1;
    booking.seat = below(seats_per_library) + 1;
    booking.from_ms = (now_ms / hour_ms + 1 + below(48)) * hour_ms;
    const auto hours = 1 + below(6);
    booking.to_ms = booking.from_ms + hours * hour_ms;
    booking.price = hours * (150 + 50 * below(4));
    bookings_.push_back(booking);
    return about("booking:created", booking, "confirmed", now_ms);
}

Made Generator::change(std::int64_t now_ms) {
    const auto at = bookings_.begin() + below(static_cast<std::uint32_t>(bookings_.size()));
    auto &taken = taken_[at->library];
    if (at->checked_in) {
        const auto done = *at;
        bookings_.erase(at);
        if (taken > 0) --taken;
        return about("booking:checkout", done, "completed", now_ms);
    }
    const auto what = below(10);
    if (what < 5) {
        at->checked_in = true;
        if (taken < seats_per_library) ++taken;
        return about("booking:checkin", *at, "checked_in", now_ms);
    }
    if (what < 8) {
        at->to_ms += hour_ms;
        at->price += 200;
        return about("booking:updated", *at, "confirmed", now_ms);
    }
    const auto done = *at;
    bookings_.erase(at);
    return about("booking:cancelled", done, "cancelled", now_ms);
}

Made Generator::seats(std::int64_t now_ms) {
    const auto n = below(options_.libraries) + 1;
    Object data;
    data.text("libraryId", library_id(n))
        .number("totalSeats", seats_per_library)
        .number("availableSeats", seats_per_library - taken_[n])
        .text("timestamp", iso(now_ms));
    return {"seat:availability", data.done(), {"library:" + library_id(n)}};
}

Made Generator::pricing(std::int64_t now_ms) {
    const auto n = below(options_.libraries) + 1;
    const auto old = 150 + 50 * below(4);
    Object data;
    data.text("libraryId", library_id(n))
        .text("tenantId", tenant_id(tenant_of(n)))
        .raw("oldPrice", price(old))
        .raw("newPrice", price(old + 25 * (1 + below(4))))
        .text("currency", "EUR")
        .text("unit", "hour")
        .text("effectiveFrom", iso((now_ms / hour_ms + 1) * hour_ms));
    return {"pricing:updated",
            data.done(),
            {"library:" + library_id(n), "tenant:" + tenant_id(tenant_of(n))}};
}

Made Generator::library(std::int64_t now_ms) {
    static constexpr std::array<std::string_view, 3> events{"library:created", "library:updated",
                                                            "library:deleted"};
    // Most are updates; those created and deleted have ids of their own.
    const auto which = below(10);
    const auto event = events[which == 0 ? 0 : which == 1 ? 2 : 1];
    const auto n = below(options_.libraries) + 1;
    const auto tenant = tenant_id(tenant_of(n));
    const auto name = which < 2 ? id("library_") : library_id(n);
    Object data;
    data.text("libraryId", name)
        .text("tenantId", tenant)
        .text("name", "Reading room " + std::to_string(n))
        .number("totalSeats", seats_per_library)
        .text("opensAt", "08:00")
        .text("closesAt", "22:00")
        .text("updatedAt", iso(now_ms));
    return {event, data.done(), {"library:" + name, "tenant:" + tenant, "role:library_owner"}};
}

Made Generator::notification(std::int64_t now_ms) {
    static constexpr std::array<std::string_view, 3> roles{"student", "staff", "front_desk"};
    static constexpr std::array<std::string_view, 3> titles{"Your booking starts in 30 minutes",
                                                            "A seat by the window is free again",
                                                            "The library closes in one hour"};
    const auto user = below(options_.users) + 1;
    const auto to_role = below(4) == 0;
    const auto room = to_role ? "role:" + std::string(roles[below(3)]) : "user:" + user_id(user);
    Object data;
    data.text("id", id("ntf_"))
        .text("type", to_role ? "announcement" : "reminder")
        .text("title", titles[below(3)])
        .raw("read", "false")
        .text("createdAt", iso(now_ms));
    return {"notification", data.done(), {room}};
}

} // namespace roomd::test_event
