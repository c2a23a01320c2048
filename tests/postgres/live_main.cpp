#include "rig.hpp"

namespace roomd::test {

Server &server() {
    static Server one(POSTGRES_SQL);
    return one;
}

} // namespace roomd::test
