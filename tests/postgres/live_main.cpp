#include "rig.hpp"

#include <cstdlib>
#include <filesystem>

namespace roomd::test {

Server &server() {
    const char *const other = std::getenv("ROOMD_PG_SQL");
    const std::string folder = other != nullptr ? other : POSTGRES_SQL;
    static Server one(std::filesystem::exists(folder) ? folder : std::string());
    return one;
}

} // namespace roomd::test
