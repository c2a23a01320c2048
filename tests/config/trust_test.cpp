#include "config/trust.hpp"

#include "config/load.hpp"
#include "folder.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

using namespace roomd;
using test::Folder;

namespace {

constexpr const char *least = "auth: { mode: none }\ncatalogue: { unknown: allow }\n";

std::string faults_of_file(const std::string &file,
                           std::vector<config::Fault> *warnings = nullptr) {
    config::Faults faults;
    const config::Config config = config::load_file(file, faults);
    if (warnings != nullptr) *warnings = config.warnings;
    return faults.text();
}

std::string fault(const std::string &path, bool folder = false) {
    return ": every user of this machine may write to " + std::string(folder ? "the folder " : "") +
           '"' + path + "\"\n  chmod o-w " + path;
}

std::string trusted(const std::string &path) {
    config::Faults faults;
    config::trust({{config::file_at("roomd.yaml")}, faults}, {}, path);
    return faults.text();
}

} // namespace

TEST_CASE("a configuration that everyone may write to is refused") {
    const Folder folder;
    const std::string file = folder.write("roomd.yaml", least);
    CHECK(faults_of_file(file).empty());
    chmod(file.c_str(), 0664); // a group is somebody's choice
    CHECK(faults_of_file(file).empty());
    chmod(file.c_str(), 0646);
    CHECK(faults_of_file(file) == file + fault(file));
}

TEST_CASE("a conf.d or a file in it that everyone may write to is refused") {
    const Folder folder;
    const std::string main = folder.write("roomd.yaml", least);
    const std::string part = folder.write("conf.d/a.yaml", "drain: 1s\n");
    const std::string conf_d = folder.path + "/conf.d";
    CHECK(faults_of_file(main).empty());
    SUBCASE("the file") {
        chmod(part.c_str(), 0666);
        CHECK(faults_of_file(main) == part + fault(part));
    }
    SUBCASE("the folder, told once") {
        chmod(conf_d.c_str(), 0777);
        CHECK(faults_of_file(main) == main + fault(conf_d, true));
    }
    SUBCASE("an empty folder") {
        unlink(part.c_str());
        chmod(conf_d.c_str(), 0777);
        CHECK(faults_of_file(main) == main + fault(conf_d, true));
    }
    SUBCASE("the folder of it all") {
        chmod(folder.path.c_str(), 0777);
        CHECK(faults_of_file(main) == main + fault(folder.path, true));
    }
}

TEST_CASE("what a configuration names is refused where everyone may write to it") {
    const Folder folder;
    const auto loaded = [&](const std::string &more) {
        return faults_of_file(folder.write("roomd.yaml", least + more));
    };
    std::string file, yaml;
    SUBCASE("a secret") {
        file = folder.write("secret", "0123456789abcdef");
        yaml = "keys: [ { name: a, key: \"${file:secret}\", scopes: [emit] } ]\n";
    }
    SUBCASE("a schema") {
        file = folder.write("schema.json", "{}");
        yaml = "events: { a: { schema: schema.json } }\n";
    }
    SUBCASE("a certificate") {
        file = folder.write("tls.crt", "");
        yaml = "listen: [ { address: \"127.0.0.1:1\", tls: { certificate: tls.crt, key: k } } ]\n";
    }
    SUBCASE("its key") {
        file = folder.write("tls.key", "");
        yaml = "listen: [ { address: \"127.0.0.1:1\", tls: { certificate: c, key: tls.key } } ]\n";
    }
    SUBCASE("a plugin") {
        file = folder.write("plugins/feed.so", "");
        yaml = "plugins: { directory: plugins, load: [ { name: feed } ] }\n";
    }
    SUBCASE("a plugin by its file") {
        file = folder.write("other.so", "");
        yaml = "plugins: { load: [ { name: feed, file: ./other.so } ] }\n";
    }
    SUBCASE("what clients load") {
        file = folder.write("client/socket.io.min.js", "");
        yaml = "socketio: { client_directory: client }\n";
    }
    CHECK(loaded(yaml).empty());
    chmod(file.c_str(), 0666);
    const std::string said = loaded(yaml);
    CHECK(said.find(fault(file)) != std::string::npos);
    CHECK(said.starts_with(folder.path + "/roomd.yaml:3:"));
    chmod(file.c_str(), 0644);
    const std::string above = file.substr(0, file.rfind('/'));
    chmod(above.c_str(), 0777);
    CHECK(loaded(yaml).find(fault(above, true)) != std::string::npos);
}

TEST_CASE("a plugin that is off may lie anywhere") {
    const Folder folder;
    chmod(folder.write("feed.so", "").c_str(), 0666);
    CHECK(faults_of_file(folder.write("roomd.yaml", std::string(least) +
                                                        "plugins: { load: [ { name: feed, file: "
                                                        "./feed.so, enabled: false } ] }\n"))
              .empty());
}

TEST_CASE("in a folder like /tmp what is ours is trusted, what is somebody's is not") {
    const Folder folder;
    const std::string shared = folder.path + "/shared";
    mkdir(shared.c_str(), 0);
    chmod(shared.c_str(), 01777);
    const std::string file = folder.write("shared/deep/file", "");
    CHECK(trusted(file).empty());
    if (geteuid() != 0) return; // only root can give files away
    SUBCASE("the file's folder") {
        REQUIRE(chown((shared + "/deep").c_str(), 12345, 0) == 0);
        CHECK(trusted(file) == "roomd.yaml: \"" + shared +
                                   "/deep\" is in a folder where everyone may put files, and "
                                   "belongs to user 12345\n  move it to a folder that is not for "
                                   "everyone, or give it to root or to roomd's user");
    }
    SUBCASE("a link to a good place") {
        const std::string link = shared + "/link";
        REQUIRE(symlink(file.c_str(), link.c_str()) == 0);
        CHECK(trusted(link).empty());
        REQUIRE(lchown(link.c_str(), 12345, 0) == 0);
        CHECK(trusted(link).find(link + "\" is in a folder") != std::string::npos);
    }
    SUBCASE("elsewhere files may be a deployer's") {
        REQUIRE(chown(file.c_str(), 12345, 0) == 0);
        CHECK(trusted(file).empty());
    }
}

TEST_CASE("a link is as trusted as what it leads to") {
    const Folder folder;
    const std::string file = folder.write("open/file", "");
    const std::string link = folder.path + "/link";
    REQUIRE(symlink(file.c_str(), link.c_str()) == 0);
    CHECK(trusted(link).empty());
    chmod((folder.path + "/open").c_str(), 0777);
    CHECK(trusted(link) == "roomd.yaml" + fault(folder.path + "/open", true));
}

TEST_CASE("what does not exist, or is not a file, is not judged") {
    const Folder folder;
    CHECK(trusted(folder.path + "/nothing").empty());
    CHECK(trusted("").empty());
    CHECK(trusted("/dev/null").empty());
    const std::string pipe = folder.path + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0) == 0);
    chmod(pipe.c_str(), 0666);
    CHECK(trusted(pipe).empty());
}

TEST_CASE("a secret that everyone can read is worth a word") {
    const Folder folder;
    const std::string secret = folder.write("secret", "Zx81-q7Rm_0pLk3w");
    const std::string main = folder.write(
        "roomd.yaml",
        std::string(least) + "keys: [ { name: a, key: \"${file:secret}\", scopes: [emit] } ]\n");
    std::vector<config::Fault> warnings;
    CHECK(faults_of_file(main, &warnings).empty());
    CHECK(warnings.empty()); // its folder lets nobody in
    chmod(folder.path.c_str(), 0755);
    CHECK(faults_of_file(main, &warnings).empty());
    REQUIRE(warnings.size() == 1);
    CHECK(text(warnings[0]) == main + ":3:25: warning: every user of this machine may read \"" +
                                   secret + "\"\n  chmod o-r " + secret);
    chmod(secret.c_str(), 0640);
    CHECK(faults_of_file(main, &warnings).empty());
    CHECK(warnings.empty());
}
