#include "app/reload.hpp"

#include "app/shard.hpp"
#include "config/load.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <vector>

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
        reload.emplace(*shard, config, file,
                       app::Reload::Watch{[this] { ++begun; },
                                          [this](const app::Reloaded &what) {
                                              if (what.became == Became::stopping)
                                                  shard->loop.stop();
                                          }});
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

    // Asks, and waits for what becomes of it.
    app::Reloaded operator()() { return ask(*reload); }
    app::Reloaded ask(app::Reload &of) {
        app::Reloaded out;
        of.ask([&](const app::Reloaded &what) {
            out = what;
            shard->loop.stop();
        });
        shard->loop.run();
        return out;
    }

    int begun = 0;
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

TEST_CASE("a reload applies the file, and names the keys that need a restart") {
    Running daemon;
    CHECK(daemon().restart.empty()); // the admin socket given by --admin is not a change
    daemon.write("service: { name: other }\ndrain: 7s\nidempotency: { entries: 5 }\n");
    const app::Reloaded what = daemon();
    CHECK(what.became == Became::applied);
    CHECK(what.config == daemon.file.path);
    CHECK(what.restart == std::vector<std::string>{"idempotency.entries"});
    CHECK(what.plugins.empty());
    CHECK(daemon.reload->running().service.name == "other");
    CHECK(daemon.reload->running().drain == base::Duration(7000));
    // Compared with what was started, not with the last reload: it still waits.
    CHECK(daemon().restart == std::vector<std::string>{"idempotency.entries"});
}

TEST_CASE("a reload of a file with faults changes nothing and names their places") {
    Running daemon;
    daemon.write("service: { name: other }\nlimitz: {}\n");
    const app::Reloaded what = daemon();
    CHECK(what.became == Became::refused);
    CHECK(what.faults.text().starts_with(daemon.file.path + ":5:1: unknown key \"limitz\""));
    CHECK(daemon.reload->running().service.name == "roomd");
    daemon.write("");
    CHECK(daemon().became == Became::applied);
}

TEST_CASE("faults that only the server knows are reported before anything is changed") {
    Running daemon;
    std::filesystem::create_directory(daemon.folder + "/empty");
    daemon.write("service: { name: other }\nsocketio: { client_directory: empty }\n");
    const app::Reloaded what = daemon();
    CHECK(what.became == Became::refused);
    CHECK(what.faults.text() ==
          daemon.file.path + ": no client bundle in " + daemon.folder + "/empty");
    CHECK(daemon.reload->running().service.name == "roomd");
}

TEST_CASE("the built-in configuration has nothing to reload") {
    Running daemon;
    app::Reload built_in(*daemon.shard, daemon.reload->running(), app::ConfigFile{}, {});
    CHECK(daemon.ask(built_in).became == Became::built_in);
}

TEST_CASE("callers during a reload share the next one, which reads again") {
    Running daemon;
    std::vector<std::string> names;
    const auto note = [&](const app::Reloaded &what) {
        CHECK(what.became == Became::applied);
        names.push_back(daemon.reload->running().service.name);
    };
    daemon.write("service: { name: first }\n");
    daemon.reload->ask([&](const app::Reloaded &what) {
        note(what);
        daemon.write("service: { name: second }\n");
    });
    for (int i = 0; i < 200; ++i)
        daemon.reload->ask();
    daemon.reload->ask(note);
    daemon.reload->ask([&](const app::Reloaded &what) {
        note(what);
        daemon.shard->loop.stop();
    });
    daemon.shard->loop.run();
    CHECK(names == std::vector<std::string>{"first", "second", "second"});
    CHECK(daemon.begun == 2);
}

TEST_CASE("callers that wait for a reload when the daemon stops are told, and nothing is applied") {
    Running daemon;
    daemon.write("service: { name: other }\n");
    int told = 0;
    const auto note = [&](const app::Reloaded &what) { told += what.became == Became::stopping; };
    daemon.reload->ask(note);
    daemon.reload->ask(note);
    daemon.reload->stop();
    CHECK(told == 2);
    daemon.shard->loop.run(); // until what was read is not applied
    CHECK(daemon.reload->running().service.name == "roomd");
    CHECK(daemon.begun == 1);
}

TEST_CASE("a reload does not block on a FIFO in the place of the file") {
    Running daemon;
    std::filesystem::remove(daemon.file.path);
    REQUIRE(mkfifo(daemon.file.path.c_str(), 0600) == 0);
    const app::Reloaded what = daemon();
    CHECK(what.became == Became::refused);
    CHECK(what.faults.text().starts_with(daemon.file.path + ": cannot be read: it is not a file"));
}
