#include "calling.hpp"

#include "json/json.hpp"

#include <doctest/doctest.h>

using namespace roomd;
using test::call;

TEST_CASE("wrong usage is 2, with a hint") {
    CHECK(call({}).code == 2);
    CHECK(call({"zzzzz"}).code == 2);
    CHECK(call({"zzzzz"}).err == "roomd: there is no command \"zzzzz\"; `roomd help` lists them\n");
    CHECK(call({"realod"}).err ==
          "roomd: there is no command \"realod\"; did you mean \"reload\"?\n");
    CHECK(call({"plugin"}).code == 2);
    CHECK(call({"plugin", "fly"}).code == 2);
    CHECK(call({"run", "--fly"}).code == 2);
    CHECK(call({"kick"}).code == 2);
    CHECK(call({"rooms", "--limit", "0"}).code == 2);
    CHECK(call({"completion", "tcsh"}).code == 2);
    CHECK(call({"help", "plugin", "fly"}).code == 2);
}

TEST_CASE("what was meant is guessed for commands of a group and for options") {
    CHECK(call({"config", "sho"}).err ==
          "roomd: there is no command \"config sho\"; did you mean \"config show\"?\n");
    CHECK(call({"token"}).err ==
          "roomd: choose a command: mint, verify; `roomd help token` has details\n");
    CHECK(call({"check", "--jsn"}).err ==
          "roomd: there is no option \"--jsn\"; did you mean \"--json\"?\n");
    CHECK(call({"kick", "-x"}).err.starts_with("roomd: there is no option \"-x\""));
    CHECK(call({"rooms", "--limit", "-5"}).err.find("no option") == std::string::npos);
}

TEST_CASE("wrong usage is JSON for programs that ask for it") {
    const auto called = call({"check", "--jsn", "--json"});
    CHECK(called.code == 2);
    CHECK(called.err.empty());
    CHECK(json::member(json::member(called.out, "error"), "code") == "\"usage\"");
}

TEST_CASE("an empty file name is an error, and never the built-in configuration") {
    for (const char *command : {"run", "check"}) {
        const auto called = call({command, "--config", ""});
        CHECK(called.code == 2);
        CHECK(called.err.find("--config: it is empty") != std::string::npos);
    }
}

TEST_CASE("output that cannot be written is a failure") {
    const char *const argv[] = {"roomd", "version"};
    std::istringstream in;
    std::ostringstream out, err;
    out.setstate(std::ios::badbit);
    cli::Io io{in, out, err};
    CHECK(cli::run(2, argv, io) == 1);
    CHECK(err.str().find("standard output") != std::string::npos);
}

TEST_CASE("help is given for the whole, a group and a command") {
    CHECK(call({"help"}).out == call({"--help"}).out);
    CHECK(call({"help", "kick"}).out == call({"kick", "--help"}).out);
    CHECK(call({"help", "plugin", "check"}).out.find("Usage: roomd plugin check") !=
          std::string::npos);
    CHECK(call({"help"}).code == 0);
}

TEST_CASE("the version is told to people and to programs") {
    CHECK(call({"version"}).out.starts_with("roomd "));
    CHECK(call({"--version"}).code == 0);
    const std::string told = call({"version", "--json"}).out;
    CHECK(json::check(told));
    CHECK(json::member(told, "success") == "true");
}

TEST_CASE("a file with faults is 3, and each is told with its place") {
    const auto no_file = call({"check", "-c", "/nowhere/roomd.yaml"});
    CHECK(no_file.code == 3);
    CHECK(no_file.err.starts_with("/nowhere/roomd.yaml: cannot be read"));
    const auto as_json = call({"check", "-c", "/nowhere/roomd.yaml", "--json"});
    CHECK(as_json.code == 3);
    CHECK(json::check(as_json.out));
    const auto error = json::member(as_json.out, "error");
    CHECK(json::member(error, "code") == "\"configuration_invalid\"");
    CHECK(json::member(json::first_element(json::member(error, "faults")), "path") ==
          "\"/nowhere/roomd.yaml\"");
    CHECK(call({"run", "-c", "/nowhere/roomd.yaml"}).code == 3);
}

TEST_CASE("a payload that is not JSON is refused before a daemon is asked") {
    const auto called = call({"emit", "news", "text", "--room", "a"});
    CHECK(called.code == 2);
    CHECK(called.err.find("a string needs quotes") != std::string::npos);
    CHECK(call({"emit", "news", "-", "--room", "a"}, "{").code == 2);
    CHECK(call({"emit", "news", "-", "--json"}, "{").out.find("\"data_malformed\"") !=
          std::string::npos);
}

TEST_CASE("clients are those of a room or of a user") {
    CHECK(call({"clients"}).code == 2);
    CHECK(call({"clients", "a", "--user", "b"}).code == 2);
}
