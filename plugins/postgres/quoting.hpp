#pragma once

#include <string>
#include <string_view>

namespace roomd::postgres {

// Text as it is written in SQL, whatever the connection's settings are.  libpq's own functions need
// a connection, and SQL is also printed without one.  Both throw Failure for what no server takes.

// "odd ""name""".  At most 63 bytes: a server would cut it, and mean another.
std::string sql_name(std::string_view);
// 'it''s'
std::string sql_text(std::string_view);

} // namespace roomd::postgres
