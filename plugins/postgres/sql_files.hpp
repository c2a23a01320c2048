#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace roomd::postgres {

// A file of sql/, as it was when this was built.
struct SqlFile {
    std::int64_t number; // the schema's version once it has been run
    std::string_view name, text;
};

// All of them, in the order in which they are run.
std::span<const SqlFile> sql_files() noexcept;

// Versions of the schema, the newest that this roomd knows and the oldest that a daemon works with;
// and of the server.
inline std::int64_t newest_schema() noexcept {
    return sql_files().back().number;
}
inline constexpr std::int64_t oldest_schema = 6;
inline constexpr int oldest_server = 130000; // as libpq counts

} // namespace roomd::postgres
