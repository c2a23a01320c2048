#include "config/load.hpp"
#include "config/reference.hpp"
#include "folder.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace roomd;
using namespace roomd::config;

namespace {

// A folder with a secret in it.
struct Secrets : test::Folder {
    explicit Secrets(std::string_view content) { write("secret", content); }
};

struct Read {
    std::string value, faults;
};

Read resolved(std::string_view text, const std::string &folder = "/nowhere") {
    Faults faults;
    const Source source{{{"roomd.yaml", folder}}, faults};
    const auto secret = resolve(source, text, {7, 3});
    return {secret ? std::string(secret->reveal()) : "", faults.text()};
}

} // namespace

TEST_CASE("a file's secret is its text without one line end") {
    const Secrets folder("s3 cret\n");
    CHECK(resolved("${file:" + folder.path + "/secret}").value == "s3 cret");
    const Secrets windows("s3cret\r\n");
    CHECK(resolved("${file:secret}", windows.path).value == "s3cret");
}

TEST_CASE("a secret that was saved or copied with more than itself is refused") {
    using namespace std::string_view_literals;
    const auto faults = [](std::string_view content) {
        const Secrets folder(content);
        return resolved("${file:secret}", folder.path).faults;
    };
    const std::string fault =
        "roomd.yaml:7:3: \"${file:secret}\" holds more than the secret\n  it ";
    CHECK(faults("\xff\xfes\0e\0c\0\n\0"sv) == fault + "is UTF-16: save it as UTF-8");
    CHECK(faults("\0s\0e\0c\0\r\0\n"sv) == fault + "is UTF-16: save it as UTF-8");
    CHECK(faults("\xef\xbb\xbfsecret").starts_with(fault + "begins with a byte order mark"));
    CHECK(faults("\"secret\"\n").starts_with(fault + "is in quotes"));
    CHECK(faults("'secret'\r\n").starts_with(fault + "is in quotes"));
    for (const auto *padded : {" secret", "secret \n", "\tsecret", "secret\n\n", "\nsecret", " "})
        CHECK_MESSAGE(faults(padded).starts_with(fault + "has blanks"), padded);

    setenv("ROOMD_TEST_SECRET", "'secret'", 1);
    CHECK(resolved("${env:ROOMD_TEST_SECRET}").faults.find("in quotes") != std::string::npos);
    unsetenv("ROOMD_TEST_SECRET");
}

TEST_CASE("bytes drawn at random, and PEM and JSON that end in empty lines, are secrets") {
    for (const std::string_view good :
         {"\xff\xfe \x01\x80\n", " \xff\x80 ", "-----BEGIN PUBLIC KEY-----\n\n", "{\"kty\":1}\n\n",
          "it's", "\"", "a'b'"}) {
        const Secrets folder(good);
        CHECK_MESSAGE(resolved("${file:secret}", folder.path).faults == "", good);
    }
}

TEST_CASE("a variable's secret is its value") {
    setenv("ROOMD_TEST_SECRET", "from the environment", 1);
    CHECK(resolved("${env:ROOMD_TEST_SECRET}").value == "from the environment");
    unsetenv("ROOMD_TEST_SECRET");
    CHECK(resolved("${env:ROOMD_TEST_SECRET}").faults ==
          "roomd.yaml:7:3: \"${env:ROOMD_TEST_SECRET}\" cannot be read\n  it is not set");
}

TEST_CASE("a credential is a file of systemd's folder and of no other") {
    const Secrets folder("s3cret");
    unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(resolved("${credential:secret}")
              .faults.ends_with("there are none: name it in the unit's LoadCredential=, and "
                                "restart the service: systemd gives credentials only then"));
    setenv("CREDENTIALS_DIRECTORY", folder.path.c_str(), 1);
    CHECK(resolved("${credential:secret}").value == "s3cret");
    CHECK(resolved("${credential:other}").faults ==
          "roomd.yaml:7:3: \"${credential:other}\" cannot be read\n"
          "  No such file or directory: name it in the unit's LoadCredential=, and restart the "
          "service: systemd gives credentials only then");
    for (const char *bad : {"${credential:../secret}", "${credential:..}", "${credential:a/b}"})
        CHECK(resolved(bad).faults.ends_with(
            "a credential's name is letters, digits, \"_\", \"-\" and \".\""));
    unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_CASE("a reference is the whole value, of a kind that exists") {
    for (const char *bad : {"${file}", "${file:/a", "${", "${}"})
        CHECK_MESSAGE(resolved(bad).faults == "roomd.yaml:7:3: invalid reference \"" +
                                                  std::string(bad) +
                                                  "\"\n  write ${file:/path}, ${env:NAME} or "
                                                  "${credential:NAME}, and nothing else",
                      bad);
    for (const char *bad : {"${file:/a} and more", "${file:/a}}", "${file:/a}\n"})
        CHECK_MESSAGE(
            resolved(bad).faults.starts_with(
                "roomd.yaml:7:3: invalid reference \"${file:/a}...\"\n  write ${file:/path}"),
            bad);
    for (const char *bad : {"${file:}", "${env:}", "${credential:}"})
        CHECK(resolved(bad).faults.ends_with("cannot be read\n  the name is empty"));
    CHECK(resolved("${vault:x}").faults ==
          "roomd.yaml:7:3: \"${vault:x}\" cannot be read\n  unknown "
          "kind; write file, env or credential");
}

TEST_CASE("what cannot be a secret's file says why") {
    CHECK(resolved("${file:/nowhere/x}").faults ==
          "roomd.yaml:7:3: \"${file:/nowhere/x}\" cannot be read\n  No such file or directory");
    CHECK(resolved("${file:/tmp}").faults.ends_with("it is not a file"));
    CHECK(resolved("${file:/dev/zero}").faults.ends_with("it is not a file"));
    if (geteuid() != 0) { // root may read everything
        const Secrets closed("x");
        chmod((closed.path + "/secret").c_str(), 0);
        CHECK(
            resolved("${file:secret}", closed.path)
                .faults.ends_with("Permission denied: let the user that runs roomd read it: chown "
                                  "roomd " +
                                  closed.path + "/secret"));
    }
    const Secrets empty("\n");
    CHECK(resolved("${file:secret}", empty.path).faults ==
          "roomd.yaml:7:3: \"${file:secret}\" is empty");
    const Secrets most(std::string(65536, 'x'));
    CHECK(resolved("${file:secret}", most.path).value.size() == 65536);
    const Secrets large(std::string(65537, 'x'));
    CHECK(resolved("${file:secret}", large.path).faults.ends_with("it is larger than 65536 bytes"));
}

TEST_CASE("who opens a file themselves is given its path") {
    const Secrets folder("a certificate");
    const auto read_path = [&](std::string_view text) {
        Faults faults;
        const Source source{{{"roomd.yaml", folder.path}}, faults};
        const auto path = resolve_path(source, text, {7, 3});
        return Read{path.value_or(""), faults.text()};
    };
    CHECK(read_path("${file:secret}").value == folder.path + "/secret");
    setenv("CREDENTIALS_DIRECTORY", folder.path.c_str(), 1);
    CHECK(read_path("${credential:secret}").value == folder.path + "/secret");
    CHECK(read_path("${credential:other}").faults.find("name it in the unit's LoadCredential=") !=
          std::string::npos);
    unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(read_path("${file:other}").faults ==
          "roomd.yaml:7:3: \"${file:other}\" cannot be read\n  No such file or directory");
    CHECK(read_path("${env:HOME}")
              .faults.ends_with(
                  "it must be a file: write /path, ${file:/path} or ${credential:NAME}"));
}

TEST_CASE("a certificate and its key may be references") {
    const Secrets folder("a certificate");
    folder.write("roomd.yaml", "listen: [{ address: '127.0.0.1:1', tls: { certificate: "
                               "'${file:secret}', key: '${credential:tls.key}' } }]\n"
                               "auth: { mode: none }\ncatalogue: { unknown: allow }\n");
    const auto load = [&](Credentials credentials, Faults &faults) {
        return load_file(folder.path + "/roomd.yaml", faults, base::Wanted::regular, credentials);
    };
    setenv("CREDENTIALS_DIRECTORY", folder.path.c_str(), 1);
    Faults missing;
    load(Credentials::needed, missing);
    CHECK(missing.text().find(":1:79: \"${credential:tls.key}\" cannot be read") !=
          std::string::npos);

    folder.write("tls.key", "a key");
    chmod((folder.path + "/tls.key").c_str(), 0600);
    Faults faults;
    const Config config = load(Credentials::needed, faults);
    CHECK(faults.text() == "");
    CHECK(config.listen.at(0).tls->certificate == folder.path + "/secret");
    CHECK(config.listen[0].tls->key == folder.path + "/tls.key");
    CHECK(config.effective.find("${credential:tls.key}") != std::string::npos);
    CHECK(config.credentials.empty()); // the folder was made by hand, and is read again
    unsetenv("CREDENTIALS_DIRECTORY");

    Faults none;
    const Config elsewhere = load(Credentials::may_be_absent, none);
    CHECK(none.text() == "");
    CHECK(elsewhere.absent == std::vector<std::string>{"tls.key"});
    CHECK(elsewhere.listen.at(0).tls == Tls{});
}

TEST_CASE("a FIFO in a secret's place holds nobody up") {
    const Secrets folder("");
    REQUIRE(mkfifo((folder.path + "/fifo").c_str(), 0600) == 0);
    CHECK(resolved("${file:fifo}", folder.path).faults.ends_with("it is not a file"));
}
