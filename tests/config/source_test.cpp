#include "config/source.hpp"

#include <filesystem>

#include <doctest/doctest.h>

using namespace roomd::config;

TEST_CASE("a file's folder is absolute, wherever the daemon was started") {
    const std::string here = std::filesystem::current_path().string();
    CHECK(file_at("conf/roomd.yaml").folder == here + "/conf");
    CHECK(file_at("./roomd.yaml").folder == here);
    CHECK(file_at("/etc/roomd/../x/roomd.yaml").folder == "/etc/x");
    CHECK(file_at("conf/roomd.yaml").path == "conf/roomd.yaml");
}

TEST_CASE("a relative path begins in the folder of the file where it stands") {
    Faults faults;
    const Source source{{{"roomd.yaml", "/etc/roomd"}, {"conf.d/a.yaml", "/etc/roomd/conf.d"}},
                        faults};
    CHECK(source.absolute("c.pem", {3, 1, 0}) == "/etc/roomd/c.pem");
    CHECK(source.absolute("c.pem", {3, 1, 1}) == "/etc/roomd/conf.d/c.pem");
    CHECK(source.absolute("../c.pem", {3, 1, 1}) == "/etc/roomd/c.pem");
    CHECK(source.absolute("/c.pem", {3, 1, 1}) == "/c.pem");
    CHECK(source.absolute("", {3, 1, 1}).empty());
}

TEST_CASE("a fault names the file where it stands, and another place as far as is needed") {
    Faults faults;
    const Source source{{{"roomd.yaml", "/"}, {"conf.d/a.yaml", "/conf.d"}}, faults};
    source.fault({2, 5, 1}, "what");
    CHECK(faults.text() == "conf.d/a.yaml:2:5: what");
    CHECK(source.place({2, 5, 1}, {9, 1, 1}) == "line 2");
    CHECK(source.place({2, 5, 0}, {9, 1, 1}) == "roomd.yaml:2:5");
}
