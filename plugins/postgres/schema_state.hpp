#pragma once

#include "postgres/database.hpp"

#include <cstdint>
#include <string>

namespace roomd::postgres {

// The schema in a database.
struct SchemaState {
    std::int64_t version = 0; // 0: it is not there
    std::string epoch;
    std::string epoch_since; // "2026-11-23T09:00:00Z"
    std::int64_t last_seq = 0, trimmed_seq = 0;

    bool there() const noexcept { return version > 0; }
};

// Throws Failure, DENIED, when it is there and this role may not read it.
SchemaState look_at_schema(Database &);

// Throw when it is missing, or is of another version of roomd.
[[noreturn]] void refuse_missing(const Database &);
[[noreturn]] void refuse_newer(const Database &, const SchemaState &);
[[noreturn]] void refuse_older(const Database &, const SchemaState &);

} // namespace roomd::postgres
