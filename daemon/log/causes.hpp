#pragma once

#include "base/bucket.hpp"
#include "base/clock.hpp"
#include "log/line.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace roomd::log {

class Logger;

// What was refused or ended.  Each kind has its own share of the log, so that many of one hide none
// of another.
enum class Kind : std::uint8_t {
    origin,    // a page of an origin that is not allowed
    handshake, // no session, or no websocket
    token,     // who connects is not who the token says, or nobody
    connect,   // a namespace, for another reason
    join,      // a room, or to leave one
    event,     // of a client
    slow,      // closed: it does not take what is queued for it
    violation, // closed: it broke the protocol
    lost,      // closed: it did not answer, or its connection broke
    ended,     // closed: a token, an age, a plugin, a reload
    limit,     // at a limit on connections
    guard,     // a connection cut by a guard of the transport
    request    // of a backend or an operator
};
inline constexpr std::size_t kinds = static_cast<std::size_t>(Kind::request) + 1;
std::string_view text(Kind) noexcept;

// Whom a line is about.  What is empty is left out.
struct About {
    std::string_view code{}, user{};
    std::string address{};
    std::string_view portal{}, origin{}, transport{};
    std::string sid{}; // mark_of() a secret one
};

// What tells two secrets apart in a log, and does not tell either: 8 hexadecimal digits of a hash
// that is much shorter than they are.
std::string mark_of(std::string_view secret);

// Is told all that Causes hears, while somebody traces.
class Tracer {
public:
    // `payload`: JSON, or empty.
    virtual void note(std::string_view what, std::span<const Field> fields,
                      std::string_view payload) = 0;

protected:
    ~Tracer() = default;
};

// Says why something was refused or closed: once, in a line at info.  What says the same as a line
// of the last minute is not written again, no address has more than half of its kind's share, and
// no kind more than that; what is not written at info is written at debug, else counted, and a line
// tells how many.  All of it in a fixed size, whatever strangers do.  Of one loop.
class Causes {
public:
    static constexpr double burst = 20, per_second = 1.0 / 6;
    static constexpr base::Duration same_for{60000}, told_every{30000};

    Causes(Logger &log, const base::Clock &clock) : log_(log), clock_(clock) {}
    ~Causes(); // tells of those that were left out
    Causes(const Causes &) = delete;
    Causes &operator=(const Causes &) = delete;

    // `what`: a constant sentence.  Lines that differ only in `sid` and `details` say the same.
    void tell(Kind, std::string_view what, const About &, std::initializer_list<Field> more = {},
              std::initializer_list<Field> details = {});
    // What nobody needs to act on: at debug, and to those who trace.
    void mention(std::string_view what, const About &, std::initializer_list<Field> more = {});
    // To those who trace alone.  Ask traced() first, which is one branch.
    void trace(std::string_view what, const About &, std::initializer_list<Field> more,
               std::string_view payload = {});

    bool traced() const noexcept { return tracer_ != nullptr; }
    bool mentions() const noexcept; // whether anybody would see a mention()
    void trace_to(Tracer *tracer) noexcept { tracer_ = tracer; } // null: nobody traces

    void tick(); // about once a second
    std::uint64_t left_out(Kind kind) const noexcept {
        return of(kind).left_out;
    } // since the start

private:
    struct Share {
        base::Bucket bucket;
        std::uint64_t left_out = 0, untold = 0;
        base::Time due{}; // of the line about those
    };
    struct Seen {
        std::uint64_t hash = 0;
        base::Time until{};
        std::uint32_t count = 0;
    };
    // By their hashes; another one in its place is forgotten.
    using Memory = std::array<Seen, 512>;

    Share &of(Kind kind) noexcept { return shares_[static_cast<std::size_t>(kind)]; }
    const Share &of(Kind kind) const noexcept { return shares_[static_cast<std::size_t>(kind)]; }
    bool has_room(Kind, std::uint64_t same, std::string_view address);
    Seen &look(Memory &, std::uint64_t hash, base::Time now) noexcept;
    void sum_up(Kind, base::Time now);

    Logger &log_;
    const base::Clock &clock_;
    Tracer *tracer_ = nullptr;
    std::array<Share, kinds> shares_;
    Memory lines_, addresses_;
};

} // namespace roomd::log
