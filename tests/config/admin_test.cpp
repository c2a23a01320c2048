#include "reading.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;

TEST_CASE("there is no admin socket unless it is configured") {
    CHECK(test::read("").admin.socket.empty());
    CHECK(test::read("admin: {}").admin.socket.empty());
    CHECK(test::read("admin: { socket: '' }").admin.socket.empty());
    CHECK(test::read("").admin.mode == 0600);
}

TEST_CASE("the admin socket has a path and a mode") {
    const auto config = test::read("admin: { socket: run/admin.sock, mode: 0660 }", "/etc/x.yaml");
    CHECK(config.admin.socket == "/etc/run/admin.sock");
    CHECK(config.admin.mode == 0660);
}

TEST_CASE("an admin socket that everyone may use is a fault") {
    CHECK(faults_in("admin: { socket: /run/a.sock, mode: 0606 }") ==
          "roomd.yaml:3:37: \"admin.mode\": \"0606\" lets everyone on this machine reload, emit "
          "and kick\n  write 0600, or 0660 for the group of the daemon");
    CHECK(faults_in("admin: { socket: /run/a.sock, mode: 0604 }") != "");
    CHECK(faults_in("admin: { mode: 99 }")
              .starts_with("roomd.yaml:3:16: \"admin.mode\": invalid mode"));
}

TEST_CASE("an invalid path of a socket is a fault") {
    CHECK(faults_in("admin: { socket: 'unix:/run/a.sock' }") ==
          "roomd.yaml:3:18: \"admin.socket\": invalid socket path \"unix:/run/a.sock\"\n"
          "  write the path alone, without unix:");
    CHECK(faults_in("admin: { socket: /" + std::string(107, 'a') + " }")
              .ends_with("the path of a Unix socket has at most 107 bytes"));
    CHECK(faults_in("admin: { socket: /run/ }").ends_with("names a file"));
}

TEST_CASE("one socket is not for backends and for operators at once") {
    CHECK(faults_in("listen: [{ address: 'unix:/run/a.sock' }]\nadmin: { socket: /run/a.sock }") ==
          "roomd.yaml:4:18: \"admin.socket\": invalid socket path \"/run/a.sock\"\n"
          "  listen: has it already: anyone who may emit there could also reload");
}
