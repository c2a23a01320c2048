#pragma once

#include "postgres/connection.hpp"
#include "postgres/progress.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <string>

namespace roomd::postgres {

// Tells the database how far this daemon is, and hears how things stand.  Where the log is another
// one it finds the place to go on.
class CheckIn {
public:
    class Owner {
    public:
        Owner() = default;
        Owner(const Owner &) = delete;
        Owner &operator=(const Owner &) = delete;
        // The daemon has its place in the log.  `moved`: it is another place than before.
        virtual void checked_in(bool moved) = 0;

    protected:
        ~Owner() = default;
    };

    // `node`: the name of this daemon in roomd.node; empty: its host and process.
    CheckIn(Host &, Connection &, Progress &, Owner &, std::string node);

    void rename(std::string node);
    // An error, and a schema that this daemon cannot work with, end the connection.
    void tell();

    // What the server said last.
    std::int64_t schema() const noexcept { return schema_; }   // its version
    bool is_pooled() const noexcept { return pooled_; }        // LISTEN would be for nothing
    std::int64_t waiting() const noexcept { return waiting_; } // rows in the outbox

private:
    void heard(const Result &);
    void find_place(Position end);
    void found(const Progress::Search &, const Result &);

    Host &host_;
    Connection &connection_;
    Progress &progress_;
    Owner &owner_;
    std::string node_;
    Counter epochs_;
    std::int64_t schema_ = 0, waiting_ = 0;
    bool pooled_ = false;
};

} // namespace roomd::postgres
