#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

// How many HTTP answers went out, by route and status.  Routes are those of the daemon and of its
// plugins, and there is a bound: however many come and go with reloads, those beyond it are
// `other`.
class Answers {
public:
    using Row = std::uint16_t;
    static constexpr Row none = 0;      // of no route: 404, or a head that could not be read
    static constexpr Row beyond = 1;    // of one there was no row for
    static constexpr Row socket_io = 2; // under the Socket.IO path
    static constexpr std::size_t most = 256;

    Answers();
    // The row of a route, for good.
    Row of(std::string_view method, std::string_view path);
    void count(Row row, int status) noexcept { ++rows_[row].counts[place(status)]; }

    // Calls fn(method, path, status, count) for each that there were; a status that roomd does not
    // send itself is `other`.
    template <class Fn> void each(Fn fn) const {
        for (const Counted &row : rows_)
            for (std::size_t i = 0; i < row.counts.size(); ++i)
                if (row.counts[i] > 0)
                    fn(std::string_view{row.method}, std::string_view{row.path}, text(i),
                       row.counts[i]);
    }

private:
    static constexpr std::array statuses{101, 200, 201, 202, 204, 304, 400, 401, 403,
                                         404, 405, 408, 409, 411, 413, 414, 415, 417,
                                         422, 426, 429, 431, 500, 501, 503, 505};
    struct Counted {
        std::string method, path;
        std::array<std::uint64_t, statuses.size() + 1> counts{};
    };
    static std::size_t place(int status) noexcept;
    static std::string_view text(std::size_t place) noexcept;

    std::vector<Counted> rows_;
};

} // namespace roomd::net
