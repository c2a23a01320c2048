#include "folder.hpp"
#include "reading.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using namespace roomd;
using config::Credentials;

namespace {

constexpr std::string_view with_credentials = R"(
auth:
  mode: required
  issuers: [ { issuer: a, algorithms: [RS256], key: "${credential:jwt_key}" } ]
catalogue: { unknown: refuse }
keys:
  - { name: one, key: "${credential:one}", scopes: [emit] }
  - { name: two, key: "${credential:two}", scopes: [emit] }
plugins:
  load: [ { name: p, inner: { dsn: "${credential:one}" } } ]
)";

config::Config load(const test::Folder &etc, Credentials credentials, config::Faults &faults) {
    unsetenv("CREDENTIALS_DIRECTORY");
    return config::load_file(etc.path + "/roomd.yaml", faults, base::Wanted::regular, credentials);
}

} // namespace

TEST_CASE("where credentials may be absent all the rest is read, and one line names them") {
    const test::Folder etc;
    etc.write("roomd.yaml", with_credentials);
    config::Faults faults;
    const auto config = load(etc, Credentials::may_be_absent, faults);
    CHECK(faults.text() == "");
    REQUIRE(config.warnings.size() == 1);
    CHECK(text(config.warnings[0]) ==
          etc.path +
              "/roomd.yaml: warning: not checked: the secrets jwt_key, one, two, which only the "
              "running service and root beside it can read");
    CHECK(config.absent == std::vector<std::string>{"jwt_key", "one", "two"});
    CHECK(config.auth.issuers.empty());
    CHECK(config.lacks_issuer_keys);
    CHECK(config.keys.size() == 2);
    CHECK(config.keys[0].digest != config.keys[1].digest);
    CHECK(config.keys[0].digest != auth::Digest{});
    CHECK(config.plugins.load.at(0).node.is_absent("/inner/dsn"));
    CHECK_FALSE(config.plugins.load[0].node.is_absent("/inner"));
}

TEST_CASE("other faults are told without the credentials too") {
    const test::Folder etc;
    etc.write("roomd.yaml", std::string(with_credentials) + "limits: { json_dept: 1 }\n");
    config::Faults faults;
    load(etc, Credentials::may_be_absent, faults);
    CHECK(faults.list().size() == 1);
    CHECK(faults.text().find("json_depth") != std::string::npos);
}

TEST_CASE("what is to run needs its credentials") {
    const test::Folder etc;
    etc.write("roomd.yaml", with_credentials);
    config::Faults faults;
    const auto config = load(etc, Credentials::needed, faults);
    CHECK(faults.list().size() == 4);
    CHECK(config.absent.empty());
}

TEST_CASE("a folder of credentials that is there must hold them, and their names must be names") {
    const test::Folder etc;
    etc.write("roomd.yaml", with_credentials);
    config::Faults faults;
    setenv("CREDENTIALS_DIRECTORY", etc.path.c_str(), 1);
    config::load_file(etc.path + "/roomd.yaml", faults, base::Wanted::regular,
                      Credentials::may_be_absent);
    unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(faults.list().size() == 4);

    etc.write("roomd.yaml", std::string(test::must) +
                                "keys: [ { name: a, key: '${credential:../a}', scopes: [emit] } ]");
    config::Faults names;
    load(etc, Credentials::may_be_absent, names);
    CHECK(names.list().size() == 1);
}
