#include "reading.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace roomd;
using test::faults_in;

namespace {

constexpr std::string_view kinds =
    "rooms: { user: { allow: all }, library: { allow: all }, role: { join: never } }\n";

// All faults of `yaml`, which begins at line 4: above it stand room kinds.
std::string faults_below(const std::string &yaml) {
    return faults_in(std::string(kinds) + yaml);
}

config::Config read_below(const std::string &yaml, const std::string &path = "roomd.yaml") {
    return test::read(std::string(kinds) + yaml, path);
}

// A folder with files of the test's; gone with it.
class SchemaFolder {
public:
    SchemaFolder() :
        path_(std::filesystem::temp_directory_path() /
              ("roomd_events_" + std::to_string(getpid()))) {
        std::filesystem::create_directories(path_ / "schemas");
    }
    ~SchemaFolder() { std::filesystem::remove_all(path_); }
    SchemaFolder(const SchemaFolder &) = delete;
    SchemaFolder &operator=(const SchemaFolder &) = delete;

    void write(const std::string &name, const std::string &text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    std::string yaml() const { return (path_ / "roomd.yaml").string(); }
    std::string path(const std::string &name) const { return (path_ / name).string(); }
    std::string faults(const std::string &yaml_text) const {
        config::Faults faults;
        config::load_text(std::string(test::must) + std::string(kinds) + yaml_text, yaml(), faults);
        return faults.text();
    }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("without events nothing is known, and what is unknown is refused unless allowed") {
    config::Faults faults;
    const auto silent = config::load_text("auth: { mode: none }", "roomd.yaml", faults);
    CHECK(faults.empty());
    CHECK_FALSE(silent.unknown_events);
    REQUIRE(silent.catalogue);
    CHECK(silent.catalogue->size() == 0);
    CHECK(test::read("").unknown_events); // it says allow
    CHECK_FALSE(
        config::load_text("auth: { mode: none }\ncatalogue: { unknown: refuse }", "a", faults)
            .unknown_events);
    CHECK(faults.empty());
    CHECK(test::faults_of("auth: { mode: none }\ncatalogue: { unknown: warn }") ==
          "roomd.yaml:2:23: \"catalogue.unknown\": invalid value \"warn\"\n"
          "  write refuse, allow");
}

TEST_CASE("events are read with their rooms, schema and volatile") {
    const auto config =
        read_below("events:\n"
                   "  \"booking:created\": { rooms: [\"user:{userId}\", role:staff] }\n"
                   "  seats:\n"
                   "    rooms: [\"library:{libraryId}\"]\n"
                   "    schema: { type: object, properties: { free: { type: integer } } }\n"
                   "    volatile: true\n"
                   "  bare:\n");
    const auto &catalogue = *config.catalogue;
    CHECK(catalogue.size() == 3);
    CHECK(catalogue.route("booking:created", R"({"userId":"u1"})").rooms ==
          std::vector<std::string>{"user:u1", "role:staff"});
    CHECK(catalogue.route("seats", R"({"libraryId":"l1","free":3})").droppable);
    CHECK(catalogue.route("seats", R"({"libraryId":"l1","free":"3"})").text ==
          "must be integer (seats.schema#/properties/free/type)");
    CHECK(catalogue.route("bare", "1").code == nullptr);
    CHECK(catalogue.route("bare", "1").rooms.empty());
}

TEST_CASE("a schema in the YAML is typed as YAML 1.2 says") {
    const auto config =
        read_below("events:\n  a: { schema: { enum: ['on', 'true', true, 1, '1', 1.5] } }\n");
    for (const char *good : {"\"on\"", "\"true\"", "true", "1", "\"1\"", "1.5"})
        CHECK_MESSAGE(config.catalogue->route("a", good).code == nullptr, good);
    CHECK(config.catalogue->route("a", "\"1.5\"").code != nullptr);
}

TEST_CASE("a schema file is read from beside the YAML, and shared") {
    const SchemaFolder folder;
    folder.write("schemas/seat.json", R"({"type":"object","required":["seatId"]})");
    const auto config = read_below("events:\n  a: { schema: schemas/seat.json }\n"
                                   "  b: { schema: schemas/seat.json }\n",
                                   folder.yaml());
    CHECK(config.catalogue->route("b", "{}").text == "is missing (schemas/seat.json#/required)");
    REQUIRE(config.events.size() == 2); // as they were read, for those who make something of them
    CHECK(config.events[1].name == "b");
    CHECK(config.events[1].schema == R"({"type":"object","required":["seatId"]})");
    CHECK(config.catalogue->route("b", "{}").pointer == "/data/seatId");
}

TEST_CASE("a fault in a schema file is told with that file's path, line and column") {
    const SchemaFolder folder;
    folder.write("schemas/seat.json",
                 "{\n  \"properties\": {\n    \"a\": { \"maxLenght\": 3 }\n  }\n}");
    folder.write("schemas/cut.json", "{\n  \"type\": ");
    folder.write("schemas/empty.json", "");
    CHECK(folder.faults(
              "events: { a: { schema: schemas/seat.json }, b: { schema: schemas/seat.json } }") ==
          folder.path("schemas/seat.json") +
              ":3:12: unknown keyword \"maxLenght\" (at /properties/a/maxLenght)\n"
              "  did you mean \"maxLength\"?");
    CHECK(folder.faults("events: { a: { schema: schemas/cut.json } }") ==
          folder.path("schemas/cut.json") + ":2:11: the schema is not JSON: bad JSON");
    CHECK(folder.faults("events: { a: { schema: schemas/empty.json } }") ==
          folder.path("schemas/empty.json") + ":1:2: the schema is not JSON: bad JSON");
    CHECK(folder.faults("events: { a: { schema: schemas/none.json } }") ==
          folder.yaml() + ":4:24: \"events.a.schema\": \"schemas/none.json\" cannot be read\n"
                          "  No such file or directory");
    CHECK(folder.faults("events: { a: { schema: schemas } }")
              .ends_with("\"schemas\" cannot be read\n  it is not a file"));
}

TEST_CASE("a fault in a schema in the YAML is told with its line and column there") {
    CHECK(faults_below(
              "events:\n  a:\n    schema:\n      properties:\n        b: { maxLenght: 3 }\n") ==
          "roomd.yaml:8:25: schema of event \"a\": unknown keyword \"maxLenght\" (at "
          "/properties/b/maxLenght)\n  did you mean \"maxLength\"?");
    CHECK(faults_below("events: { a: { schema: { type: any } } }") ==
          "roomd.yaml:4:32: schema of event \"a\": unknown type: \"any\" (at /type)\n"
          "  write array, boolean, integer, null, number, object or string");
}

TEST_CASE("a schema is a path or a map, and holds no secrets") {
    CHECK(faults_below("events: { a: { schema: [x] } }")
              .starts_with("roomd.yaml:4:24: \"events.a.schema\" must be text, not a list"));
    CHECK(faults_below("events: { a: { schema: '' } }") ==
          "roomd.yaml:4:24: \"events.a.schema\" is empty\n"
          "  remove it: any data is accepted then");
    CHECK(faults_below("events: { a: { schema: } }")
              .starts_with("roomd.yaml:4:24: \"events.a.schema\" must be text, not nothing"));
    setenv("ROOMD_TEST_SCHEMA", "hunter2", 1);
    const std::string inside =
        faults_below("events: { a: { schema: { const: '${env:ROOMD_TEST_SCHEMA}' } } }");
    CHECK(inside == "roomd.yaml:4:33: a schema must not contain \"${..}\"\n  write the value out");
    unsetenv("ROOMD_TEST_SCHEMA");
}

TEST_CASE("an invalid template is a fault with its place") {
    CHECK(faults_below("events:\n  a: { rooms: [\"user:{userId}\", \"user:{userId\"] }") ==
          "roomd.yaml:5:33: invalid room \"user:{userId\" of event \"a\"\n"
          "  a room id is 1 to 255 visible ASCII characters other than \" * < > ` { }; "
          "fields of the data are in braces, such as {libraryId} or {booking/userId}");
    CHECK(faults_below("events: { a: { rooms: [lobby] } }") ==
          "roomd.yaml:4:24: invalid room \"lobby\" of event \"a\"\n"
          "  a room begins with its kind: \"library:{libraryId}\"");
    CHECK(
        faults_below("events: { a: { rooms: 'user:{userId}' } }") ==
        "roomd.yaml:4:23: \"events.a.rooms\" must be a list, not text\n  write [ .. ], also around "
        "one");
}

TEST_CASE("a room of a kind that nobody configured is a fault") {
    CHECK(faults_below("events: { a: { rooms: [\"libary:{libraryId}\"] } }") ==
          "roomd.yaml:4:24: unknown room kind \"libary\": it is not under rooms:\n"
          "  did you mean \"library\"?");
    CHECK(faults_in("events: { a: { rooms: [\"desk:{deskId}\"] } }") ==
          "roomd.yaml:3:24: unknown room kind \"desk\": it is not under rooms:\n"
          "  add it: rooms: { desk: { join: never } }, say");
}

TEST_CASE("names that no event may have are faults with their place") {
    CHECK(faults_below("events:\n  connect: {}\n") ==
          "roomd.yaml:5:3: event \"connect\": this event name is reserved");
    CHECK(faults_below("events:\n  'booking:*': {}\n") ==
          "roomd.yaml:5:3: event \"booking:*\": an event name must not contain \"*\": each "
          "event has an entry of its own");
    CHECK(faults_below("events:\n  '': {}\n") ==
          "roomd.yaml:5:3: event \"\": an event name must not be empty");
    CHECK(faults_below("events:\n  a: {}\n  a: {}\n")
              .starts_with("roomd.yaml:6:3: duplicate key \"a\""));
}

TEST_CASE("keys of an event that have no effect yet are refused with that sentence") {
    for (const char *key : {"conflate", "ttl"})
        CHECK(faults_below("events: { a: { " + std::string(key) + ": 5s } }") ==
              "roomd.yaml:4:16: \"events.a." + std::string(key) +
                  "\" is not implemented yet\n  remove it: a key that has no effect is refused");
    CHECK(faults_below("events: { a: { room: [] } }") ==
          "roomd.yaml:4:16: unknown key \"room\" in events.a\n  did you mean \"rooms\"?");
    CHECK(faults_below("events:\n  a:\n    schema: { properties: { libraryId: {} } }\n"
                       "    arguments: [libraryId, libaryId]\n") ==
          "roomd.yaml:7:28: invalid argument of event \"a\": the schema has no property "
          "\"libaryId\"; did you mean \"libraryId\"?\n  name a property of the event's schema");
    CHECK(faults_below("events: { a: { volatile: sometimes } }")
              .starts_with("roomd.yaml:4:26: \"events.a.volatile\" must be true or false, not "
                           "\"sometimes\""));
    CHECK(faults_below("events: [a]") == "roomd.yaml:4:9: \"events\" must be a map, not a list");
}

TEST_CASE("client events name kinds of rooms, and can forge nothing") {
    const std::string base = "rooms: { library: { allow: all } }\n"
                             "events: { news: { rooms: ['library:{id}'] } }\nclient_events:\n";
    const auto config = test::read(
        base +
        "  typing: { rooms: [library], volatile: true, schema: { type: boolean }, allow: [ { "
        "claim: role, in: [staff] } ] }\n  wave: { rooms: [library] }\n");
    REQUIRE(config.client_events.size() == 2);
    CHECK(config.client_events[0].kinds == std::vector<std::string>{"library"});
    CHECK_FALSE(config.client_events[0].rules.allow_all);
    CHECK(config.client_events[0].rules.rules.size() == 1);
    CHECK(config.client_events[1].rules.allow_all);
    CHECK(config.client_schemas->route("typing", "1").code == std::string("schema_mismatch"));
    CHECK(config.client_schemas->route("typing", "true").droppable);
    const auto fault = [&](const std::string &yaml) { return test::faults_in(base + yaml); };
    CHECK(fault("  news: { rooms: [library] }") ==
          "roomd.yaml:6:3: client event \"news\" is also under events: clients could forge what "
          "backends emit\n  give it another name");
    for (const char *name : {"join", "'leave:library'", "'join:x'", "'emit:error'", "'room:left'"})
        CHECK_MESSAGE(fault("  " + std::string(name) + ": { rooms: [library] }")
                              .find("a name that roomd itself uses") != std::string::npos,
                      name);
    CHECK(fault("  disconnect: { rooms: [library] }") != "");
    CHECK(fault("  'a*': { rooms: [library] }") != "");
    CHECK(fault("  a: {}").find("\"client_events.a.rooms\" is missing") != std::string::npos);
    CHECK(fault("  a: { rooms: [] }").find("is empty: nobody could emit it") != std::string::npos);
    CHECK(fault("  a: { rooms: [libary] }").find("did you mean \"library\"?") != std::string::npos);
    CHECK(fault("  a: { rooms: [library], allow: some }").find("invalid value") !=
          std::string::npos);
    CHECK(fault("  a: { rooms: [library], allow: [ { claims: x } ] }").find("did you mean") !=
          std::string::npos);
    CHECK(fault("  a: { rooms: [library], schema: { typ: string } }").find("schema of event") !=
          std::string::npos);
    CHECK(fault("  a: { rooms: [library], ttl: 5s }").find("unknown key") != std::string::npos);
}
