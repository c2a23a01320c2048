#include "app/reload.hpp"

#include "app/shard.hpp"
#include "config/load.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace roomd;
using Became = app::Reloaded::Became;

namespace {

// A daemon's shard over a file of its own, which the test changes.
class Running {
public:
    Running() {
        write("");
        config::Faults faults;
        host::Libraries libraries("");
        const config::Config config = file.read(libraries, faults);
        REQUIRE_MESSAGE(faults.empty(), faults.text());
        log::Options quiet;
        quiet.level = log::Level::error;
        log.reconfigure(quiet);
        shard.emplace(config, log);
        reload.emplace(*shard, config, file);
    }
    ~Running() { std::filesystem::remove_all(folder); }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;

    void write(const std::string &more) {
        std::ofstream(file.path) << "listen: [{ address: \"127.0.0.1:0\" }]\n"
                                    "auth: { mode: none }\n"
                                    "catalogue: { unknown: allow }\n"
                                 << more;
    }

    std::string folder = make_folder();
    app::ConfigFile file{folder + "/roomd.yaml", folder + "/admin.sock"};
    log::Logger log{log::Options{}};
    std::optional<app::Shard> shard;
    std::optional<app::Reload> reload;

private:
    static std::string make_folder() {
        char name[] = "/tmp/roomd-test-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        return name;
    }
};

} // namespace

TEST_CASE("a reload applies the file, and names the keys that wait for a restart") {
    Running daemon;
    CHECK((*daemon.reload)().restart.empty()); // the admin socket that --admin says is no change
    daemon.write("service: { name: other }\ndrain: 7s\nidempotency: { entries: 5 }\n");
    const app::Reloaded what = (*daemon.reload)();
    CHECK(what.became == Became::applied);
    CHECK(what.config == daemon.file.path);
    CHECK(what.restart == std::vector<std::string>{"idempotency.entries"});
    CHECK(what.kept.empty());
    CHECK(daemon.reload->running().service.name == "other");
    CHECK(daemon.reload->running().drain == base::Duration(7000));
    // Compared with what was started, not with the last reload: it still waits.
    CHECK((*daemon.reload)().restart == std::vector<std::string>{"idempotency.entries"});
}

TEST_CASE("a reload of a file with faults changes nothing and names their places") {
    Running daemon;
    daemon.write("service: { name: other }\nlimitz: {}\n");
    const app::Reloaded what = (*daemon.reload)();
    CHECK(what.became == Became::refused);
    CHECK(what.faults.text().starts_with(daemon.file.path + ":5:1: unknown key \"limitz\""));
    CHECK(daemon.reload->running().service.name == "roomd");
    daemon.write("");
    CHECK((*daemon.reload)().became == Became::applied);
}

TEST_CASE("what only the server can tell is told before anything is changed") {
    Running daemon;
    std::filesystem::create_directory(daemon.folder + "/empty");
    daemon.write("service: { name: other }\nsocketio: { client_directory: empty }\n");
    const app::Reloaded what = (*daemon.reload)();
    CHECK(what.became == Became::refused);
    CHECK(what.faults.text() ==
          daemon.file.path + ": no client bundle in " + daemon.folder + "/empty");
    CHECK(daemon.reload->running().service.name == "roomd");
}

TEST_CASE("the built-in configuration has nothing to reload") {
    Running daemon;
    app::Reload built_in(*daemon.shard, daemon.reload->running(), app::ConfigFile{});
    CHECK(built_in().became == Became::built_in);
}
