#include "config/load.hpp"
#include "config/parts.hpp"
#include "folder.hpp"
#include "reading.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace roomd;
using test::Folder;

namespace {

// A configuration folder with what every configuration must say.
struct Etc : Folder {
    Etc() { write("roomd.yaml", test::must); }

    config::Config read() const {
        config::Faults faults;
        auto out = config::load_file(path + "/roomd.yaml", faults);
        CHECK(faults.text() == "");
        return out;
    }

    // Every fault, with the folder cut out.
    std::string faults() const {
        config::Faults faults;
        config::load_file(path + "/roomd.yaml", faults);
        std::string text = faults.text();
        for (std::size_t at; (at = text.find(path + '/')) != std::string::npos;)
            text.erase(at, path.size() + 1);
        return text;
    }
};

} // namespace

TEST_CASE("the files of conf.d are read in the order of their names") {
    const Etc etc;
    etc.write("conf.d/20-b.yaml", "portals: [{ name: b, origins: [] }]\n");
    etc.write("conf.d/100-c.yaml", "portals: [{ name: c, origins: [] }]\n");
    etc.write("conf.d/20-a.yaml", "portals: [{ name: a, origins: [] }]\nlog: { level: debug }\n");
    const auto config = etc.read();
    CHECK(config.log.level == config::Log::Level::debug);
    REQUIRE(config.portals.size() == 3);
    CHECK(config.portals[0].name == "c"); // bytes, not numbers
    CHECK(config.portals[1].name == "a");
    CHECK(config.portals[2].name == "b");
    CHECK(config.path == etc.path + "/roomd.yaml");
}

TEST_CASE("without a conf.d the main file is all there is, and text in memory has none") {
    const Etc etc;
    CHECK(etc.read().portals.empty());
    const std::string main = etc.write("conf.d/a.yaml", "log: { level: debug }\n");
    config::Faults faults;
    const auto config = config::load_text(test::must, etc.path + "/roomd.yaml", faults);
    CHECK(faults.empty());
    CHECK(config.log.level == config::Log::Level::info);
}

TEST_CASE("each fault names the file where it stands, in one run") {
    const Etc etc;
    etc.write("roomd.yaml", std::string(test::must) + "drain: 5\n");
    etc.write("conf.d/a.yaml", "log:\n  level: loud\n");
    etc.write("conf.d/b.yaml", "drain: 5s\nlogs: {}\n");
    CHECK(etc.faults() == "roomd.yaml:3:8: \"drain\": invalid duration \"5\"\n"
                          "  a duration is a whole number and a unit: 300ms, 25s, 1m, 2h, 1d\n"
                          "conf.d/a.yaml:2:10: \"log.level\": invalid value \"loud\"\n"
                          "  write error, warning, notice, info, debug\n"
                          "conf.d/b.yaml:1:1: duplicate \"drain\"\n"
                          "  the first is at roomd.yaml:3:8; keep one of the two\n"
                          "conf.d/b.yaml:2:1: unknown key \"logs\"\n  did you mean \"log\"?");
}

TEST_CASE("a name that must be unique is told with both files") {
    const Etc etc;
    etc.write("conf.d/a.yaml", "portals: [{ name: x, origins: [] }]\n");
    etc.write("conf.d/b.yaml", "portals:\n  - { name: x, origins: [] }\n");
    CHECK(etc.faults() == "conf.d/b.yaml:2:13: duplicate portal \"x\"\n"
                          "  the first is at conf.d/a.yaml:1:19");
}

TEST_CASE("files are named as the main file was") {
    const Etc etc;
    etc.write("conf.d/a.yaml", "logs: {}\n");
    const auto here = std::filesystem::current_path();
    std::filesystem::current_path(etc.path);
    for (const auto &[main, part] : {std::pair("roomd.yaml", "conf.d/a.yaml:1:1: "),
                                     std::pair("./roomd.yaml", "./conf.d/a.yaml:1:1: ")}) {
        config::Faults faults;
        config::load_file(main, faults);
        CHECK(faults.text().starts_with(part));
    }
    std::filesystem::current_path(here);
}

TEST_CASE("paths and secrets are found from the folder of the file where they stand") {
    const Etc etc;
    etc.write("conf.d/key", "0123456789abcdef");
    etc.write("key", "fedcba9876543210");
    etc.write("conf.d/a.yaml",
              "keys: [{ name: a, key: '${file:key}', scopes: [emit] }]\n"
              "listen: [{ address: '127.0.0.1:1', tls: { certificate: c.pem, key: "
              "../k.pem } }]\n"
              "plugins: { load: [ { name: p, file: ./p.so, dsn: '${file:key}' } ] }\n");
    etc.write("roomd.yaml", std::string(test::must) +
                                "keys: [{ name: b, key: '${file:key}', scopes: [emit] }]\n");
    const auto config = etc.read();
    REQUIRE(config.keys.size() == 2);
    CHECK(config.keys[0].digest == auth::sha256("fedcba9876543210"));
    CHECK(config.keys[1].digest == auth::sha256("0123456789abcdef"));
    CHECK(config.listen.at(0).tls->certificate == etc.path + "/conf.d/c.pem");
    CHECK(config.listen[0].tls->key == etc.path + "/k.pem");
    CHECK(config.plugins.load.at(0).file == etc.path + "/conf.d/p.so");
    CHECK(config.plugins.load[0].node.json == R"({"dsn":"0123456789abcdef"})");
}

TEST_CASE("a package adds its plugin by a file of its own") {
    const Etc etc;
    etc.write("roomd.yaml", std::string(test::must) + "plugins:\n  directory: lib\n");
    etc.write("conf.d/http_emit.yaml",
              "plugins: { load: [ { name: http_emit, path: /api/emit } ] }\n");
    etc.write("conf.d/postgres.yaml",
              "plugins:\n  load:\n    - name: postgres\n      channel: bad\n");
    const auto load = etc.read().plugins.load;
    REQUIRE(load.size() == 2);
    CHECK(load[0].file == etc.path + "/lib/http_emit.so"); // the folder is the main file's to say
    CHECK(load[1].name == "postgres");
    // What its check() finds is told at its place in its file.
    CHECK(config::text(load[1].node.fault("/channel", "what", "")) ==
          etc.path + "/conf.d/postgres.yaml:4:16: what");
    etc.write("conf.d/other.yaml", "plugins: { load: [ { name: http_emit } ] }\n");
    CHECK(etc.faults() == "conf.d/other.yaml:1:28: duplicate plugin \"http_emit\"\n"
                          "  the first is at conf.d/http_emit.yaml:1:28");
}

TEST_CASE("hidden files and other names are left alone, slips are not") {
    const Etc etc;
    for (const char *name : {".hidden.yaml", ".a.yaml.swp", "a.yaml~", "a.yaml.off", "README",
                             "a.yaml.dpkg-old", "sub/a.yaml"})
        etc.write(std::string("conf.d/") + name, "no: [\n");
    CHECK(etc.faults() == "");
    etc.write("conf.d/a.yml", "no: [\n");
    etc.write("conf.d/B.YAML", "no: [\n");
    const std::string out = etc.faults();
    for (const char *name : {"conf.d/a.yml", "conf.d/B.YAML"})
        CHECK_MESSAGE(out.find(std::string(name) +
                               ": is not read: its name does not end in \".yaml\"\n"
                               "  rename it; to switch it off, let it end in .off") !=
                          std::string::npos,
                      out);
    CHECK(std::count(out.begin(), out.end(), '\n') == 3);
}

TEST_CASE("a file of conf.d that cannot be read is a fault, and the others are still parsed") {
    const Etc etc;
    std::filesystem::create_directories(etc.path + "/conf.d/folder.yaml");
    std::filesystem::create_symlink("/nowhere/x", etc.path + "/conf.d/link.yaml");
    REQUIRE(mkfifo((etc.path + "/conf.d/fifo.yaml").c_str(), 0600) == 0);
    etc.write("conf.d/z.yaml", "a: [\n");
    const std::string hint = "\n  let roomd's user read it, or remove it\n";
    CHECK(etc.faults().starts_with("conf.d/fifo.yaml: cannot be read: it is not a file" + hint +
                                   "conf.d/folder.yaml: cannot be read: it is not a file" + hint +
                                   "conf.d/link.yaml: cannot be read: No such file or directory" +
                                   hint + "conf.d/z.yaml:3:1: not YAML: "));
    if (geteuid() == 0) return; // root may read everything
    const Etc closed;
    chmod(closed.write("conf.d/a.yaml", "log: {}\n").c_str(), 0);
    CHECK(closed.faults() == "conf.d/a.yaml: cannot be read: Permission denied\n  "
                             "let roomd's user read it, or remove it");
}

TEST_CASE("a conf.d that is not a folder is a fault, also when it leads nowhere") {
    const char *hint = "\n  it is the folder of further files; remove it when there are none";
    const Etc file;
    file.write("conf.d", "");
    CHECK(file.faults() == std::string("conf.d: cannot be read: Not a directory") + hint);
    const Etc link;
    std::filesystem::create_symlink("/nowhere", link.path + "/conf.d");
    CHECK(link.faults() == std::string("conf.d: cannot be read: No such file or directory") + hint);
    const Etc elsewhere;
    const Folder real;
    real.write("a.yaml", "log: { level: debug }\n");
    std::filesystem::create_symlink(real.path, elsewhere.path + "/conf.d");
    CHECK(elsewhere.read().log.level == config::Log::Level::debug);
}

TEST_CASE("a main file that is missing or empty is a fault, whatever conf.d says") {
    const Etc etc;
    etc.write("conf.d/a.yaml", test::must);
    etc.write("roomd.yaml", "# nothing\n");
    CHECK(etc.faults() == "roomd.yaml: the file is empty\n  set at least auth.mode");
    std::filesystem::remove(etc.path + "/roomd.yaml");
    CHECK(etc.faults().starts_with("roomd.yaml: cannot be read: No such file or directory"));
}

TEST_CASE("a file of conf.d may say nothing") {
    const Etc etc;
    etc.write("conf.d/a.yaml", "");
    etc.write("conf.d/b.yaml", "# log: { level: debug }\n");
    etc.write("conf.d/c.yaml", "---\n");
    CHECK(etc.faults() == "");
}

TEST_CASE("what a file may not hold, a file of conf.d may not either") {
    const Etc etc;
    etc.write("conf.d/a.yaml", "log: {}\nlog: {}\n");
    etc.write("conf.d/b.yaml", "x: &x { level: debug }\nlog:\n  <<: *x\n");
    etc.write("conf.d/c.yaml", "drain: !!str 5s\n");
    const std::string out = etc.faults();
    CHECK(out.find("conf.d/a.yaml:2:1: duplicate key \"log\"\n  the first is at line 1") !=
          std::string::npos);
    CHECK(out.find("conf.d/b.yaml:3:3: \"<<\" merges are not supported") != std::string::npos);
    CHECK(out.find("conf.d/c.yaml:1:8: tags are not supported") != std::string::npos);
    const Etc twice;
    twice.write("conf.d/a.yaml", "log: {}\n---\nlog: {}\n");
    CHECK(twice.faults().starts_with("conf.d/a.yaml:3:1: a second document begins here"));
    const Etc anchors;
    anchors.write("conf.d/a.yaml", "log: &x { level: debug }\n");
    anchors.write("conf.d/b.yaml", "log: *x\n");
    CHECK(anchors.faults().starts_with(
        "conf.d/b.yaml:1:6: not YAML: ")); // an anchor ends with its file
}

TEST_CASE("the bounds hold over all files together") {
    const Etc bytes;
    const std::string half = "#" + std::string(config::largest_yaml / 2, 'x') + "\n";
    bytes.write("conf.d/a.yaml", half);
    bytes.write("conf.d/b.yaml", half);
    bytes.write("conf.d/c.yaml", "log: {}\n");
    CHECK(bytes.faults() == "conf.d/b.yaml: the files together are larger than 1 MiB");

    const Etc nodes;
    std::string many = "namespaces: [";
    for (std::size_t i = 0; i < config::most_nodes / 2; ++i)
        many += "x,";
    nodes.write("conf.d/a.yaml", many + "]\n");
    nodes.write("conf.d/b.yaml", "rooms: { " + many + "] }\n");
    CHECK(nodes.faults().find("the files together have too many values") != std::string::npos);
    CHECK(nodes.faults().starts_with("conf.d/b.yaml:1:"));

    const Etc bombs; // each alone would pass
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                       "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n";
    for (int i = 0; i < 20; ++i)
        bombs.write("conf.d/" + std::to_string(i) + ".yaml", bomb);
    CHECK(bombs.faults().find("aliases repeat too much") != std::string::npos);

    const Etc files;
    for (std::size_t i = 0; i <= config::most_parts; ++i)
        files.write("conf.d/" + std::to_string(i) + ".yaml", "");
    CHECK(files.faults() == "conf.d: holds more than 256 files to read\n  put several into one");
}
