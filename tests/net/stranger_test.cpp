// How much is read of a session that the layer above wants little of.
#include "rig.hpp"
#include "wire.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::test;

namespace {

void limit(Rig &rig, std::size_t bytes) {
    CHECK(rig.call([&](net::Server &, session::Sessions &, Echo &echo) { echo.limit = bytes; }));
}

} // namespace

TEST_CASE("the session's limit bounds its messages, whole or in parts") {
    Rig rig;
    limit(rig, 100);
    const std::string most = "4" + std::string(99, 'x');
    for (const std::string &more : {ws(1, most + "x"), ws(1, most, false) + ws(0, "x")}) {
        Wire wire = websocket(rig.address());
        wire.send(ws(1, most));
        CHECK(wire.frame().payload == most);
        wire.send(more);
        CHECK(wire.frame().payload == "\x03\xF1"); // 1009
    }
}

TEST_CASE("a session with a small limit may POST four messages of that size, no more") {
    Rig rig;
    limit(rig, 100);
    const std::string where = engine + "polling&sid=" + polling(rig.address());
    const auto status = [&](std::size_t size) {
        Wire wire(rig.address());
        wire.send(post(where, "4" + std::string(size - 1, 'x')));
        return wire.reply().status;
    };
    CHECK(status(401) == 413);
    CHECK(status(400) == 200);
    limit(rig, SIZE_MAX);
    CHECK(status(401) == 200);
}
