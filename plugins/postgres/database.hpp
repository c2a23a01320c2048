#pragma once

#include "postgres/result.hpp"
#include "postgres/target.hpp"

#include <chrono>
#include <libpq-fe.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace roomd::postgres {

// A connection that waits for its answers: for commands that a person typed.  Errors are thrown as
// Failure, with what to do about it on a second line: AGAIN the database cannot be reached now,
// DENIED it does not let us, GONE what was asked for is not in it, FAILED all else.
class Database {
public:
    // What the server warns of is added to `notices`, which outlives this.
    Database(const Target &, std::chrono::milliseconds patience, std::vector<std::string> &notices);

    // One statement's rows.
    Result ask(const std::string &sql, const std::vector<std::string> &parameters = {});
    // ... or nothing, when this role may not see them.
    std::optional<Result> ask_if_allowed(const std::string &sql,
                                         const std::vector<std::string> &parameters = {});
    // Several statements, with a BEGIN and a COMMIT among them.
    void run(const std::string &script);

    // For people; holds no secret.
    const std::string &where() const noexcept { return where_; }
    std::string user() const { return PQuser(raw_.get()); }
    std::string server() const; // "15.4"

private:
    struct Finish {
        void operator()(PGconn *raw) const noexcept { PQfinish(raw); }
    };
    Result query(const std::string &sql, const std::vector<std::string> &parameters);
    [[noreturn]] void refuse_answer(const Result &) const;
    static void note(void *notices, const PGresult *) noexcept;

    std::string where_;
    std::unique_ptr<PGconn, Finish> raw_;
};

} // namespace roomd::postgres
