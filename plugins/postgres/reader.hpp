#pragma once

#include "postgres/connection.hpp"
#include "postgres/dead_letters.hpp"
#include "postgres/delivery.hpp"
#include "postgres/doubt.hpp"
#include "postgres/progress.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <string_view>

namespace roomd::postgres {

// Reads the rows of the log that are due, a batch at a time, and has them sent.  One that cannot be
// read goes to roomd.dead, and the next ones are read.
class Reader {
public:
    class Owner {
    public:
        Owner() = default;
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        // Rows come.
        virtual void reads() = 0;
        // A batch is at its end, and `more` may wait.  Not called when the connection is lost.
        virtual void has_read(std::uint32_t rows, bool more) = 0;

    protected:
        ~Owner() = default;
    };

    Reader(Host &, Connection &, Progress &, DeadLetters &, Owner &, std::uint32_t rate);

    void read(std::uint32_t batch, std::int64_t schema);
    void limit(std::uint32_t rate) { delivery_.limit(rate); }
    void lost() { rate_.reset(); }
    double last_age() const { return delivery_.last_age(); }

private:
    Connection::Go take(const Result &row);
    void was_read(const Result &);
    void failed(const Trouble &, std::string_view sqlstate);
    void give_up_row(const Trouble &);
    void was_found(const Result &, const std::string &why);

    Host &host_;
    Connection &connection_;
    Progress &progress_;
    DeadLetters &dead_letters_;
    Owner &owner_;
    Delivery delivery_;
    Doubt doubt_;             // of the row behind progress_.at()
    std::uint32_t batch_ = 0; // of the read that is open
    std::int64_t schema_ = 0; // its version
    std::uint32_t rows_ = 0;
    Handle rate_;
};

} // namespace roomd::postgres
