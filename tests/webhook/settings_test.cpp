#include "webhook/settings.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace roomd;
using namespace roomd::webhook;

namespace {

std::vector<std::string> faults_of(const std::string &json) {
    std::vector<std::string> all;
    Faults faults(
        [](void *user, roomd_str pointer, roomd_str text, roomd_str) {
            static_cast<std::vector<std::string> *>(user)->push_back(std::string(view(pointer)) +
                                                                     " " + std::string(view(text)));
        },
        &all);
    read_settings(json, faults);
    return all;
}

const std::string secret = R"("secrets":["0123456789abcdef"])";

std::string first_of(const std::string &members) {
    const auto all = faults_of("{" + secret + "," + members + "}");
    return all.empty() ? "" : all.front();
}

} // namespace

TEST_CASE("a good section has no fault, and is read") {
    const std::string json = "{" + secret + R"(,"url":"https://a.example:8443/x?y=1",
        "batch":{"events":5,"wait":"50ms","size":"64KiB"},"memory":"1MiB","rooms":["library:*"],
        "acks":{"url":"http://127.0.0.1:1/a","events":["booking:*"],"timeout":"2s","in_flight":3},
        "verdicts":{"url":"https://a.example/v","join":["library:*"],"cache":"0s"}})";
    CHECK(faults_of(json).empty());
    Faults none(nullptr, nullptr);
    const Settings settings = read_settings(json, none);
    CHECK(settings.line.batch_events == 5);
    CHECK(settings.line.wait == Milliseconds(50));
    CHECK(settings.line.bytes == 1 << 20);
    CHECK(settings.namespaces == Names{"*"});
    CHECK(settings.acks.timeout == Milliseconds(2000));
    CHECK(settings.acks.bounds.under_way == 3);
    CHECK(settings.verdicts.timeout == Milliseconds(3000));
    CHECK(settings.cache == Milliseconds(0));
}

TEST_CASE("only a URL of http or https without a user name is one to post to") {
    CHECK(first_of(R"("url":"ftp://a.example/")") == "/url url is not a URL of https or http");
    CHECK(first_of(R"("url":"a.example")") == "/url url is no URL");
    CHECK(first_of(R"("url":"https://ann:pw@a.example/")").find("user name") != std::string::npos);
    CHECK(first_of(R"("url":"https:///x")") == "/url url names no host");
    CHECK(first_of(R"("url":"https://a.example/\n")").find("blanks") != std::string::npos);
    CHECK(first_of(R"("url":"https://a.example/#x")").find("fragment") != std::string::npos);
    CHECK(first_of(R"("url":"")") == "/url url is no URL");
    CHECK(first_of(R"("acks":{"url":"file:///etc/passwd","events":["a"]})") ==
          "/acks/url url is not a URL of https or http");
}

TEST_CASE("faults name their place") {
    CHECK(faults_of("{}").size() == 2); // no secret and nothing to do
    CHECK(faults_of(R"({"url":"https://a.example","secrets":["short"]})") ==
          std::vector<std::string>{"/secrets/0 secrets/0 is not 16 to 1024 bytes"});
    CHECK(first_of(R"("url":"https://a.example","memory":"16")") ==
          "/memory memory is a whole number and a unit");
    CHECK(first_of(R"("url":"https://a.example","flush":"6s")") ==
          "/flush flush is from 0ms to 5000ms");
    CHECK(first_of(R"("url":"https://a.example","rooms":["a*b"])") ==
          "/rooms/0 rooms/0 is a name, or a prefix that ends in *");
    CHECK(first_of(R"("url":"https://a.example","rooms":["a:*","a:1"])") ==
          "/rooms/1 rooms/1 is already part of \"a:*\"");
    CHECK(first_of(R"("verdicts":{"url":"https://a.example"})") ==
          "/verdicts verdicts asks nothing");
}

TEST_CASE("a name that a hook is never called for is a fault, not silence") {
    const auto of = [](const std::string &members) {
        return first_of(R"("url":"https://a.example",)" + members);
    };
    CHECK(of(R"("namespaces":["desk"])") == "/namespaces/0 namespaces/0 is no namespace");
    CHECK(of(R"("namespaces":["desk*"])") == "/namespaces/0 namespaces/0 is no namespace");
    CHECK(of(R"("verdicts":{"url":"https://a.example","connect":["desk"]})") ==
          "/verdicts/connect/0 connect/0 is no namespace");
    CHECK(of(R"("verdicts":{"url":"https://a.example","join":["a b"]})") ==
          "/verdicts/join/0 join/0 is a name that no room can have");
    for (const char *room : {"a b", "a b:*", "a:b *", ":*"})
        CHECK(of(R"("rooms":[")" + std::string(room) + "\"]") ==
              "/rooms/0 rooms/0 is a name that no room can have");
    CHECK(of(R"("events":["disconnect"])") ==
          "/events/0 events/0 is a reserved name, which clients cannot emit");
    CHECK(of(R"("acks":{"url":"https://a.example","events":["connect"]})") ==
          "/acks/events/0 events/0 is a reserved name, which clients cannot emit");
    CHECK(of(R"("events":[")" + std::string(322, 'x') + "\"]") != "");
    for (const char *good :
         {R"("namespaces":["*"])", R"("namespaces":["/","/desk*"])", R"("rooms":["*"])",
          R"("rooms":["a:*","b","c:d*"])", R"("events":["disc*"])"})
        CHECK(of(good) == "");
}

TEST_CASE("certificates to trust are a file that is there, wherever the daemon was started") {
    CHECK(first_of(R"("url":"https://a.example","ca":"/dev/null")") == "");
    for (const char *ca : {"ca.pem", "/nowhere/ca.pem"})
        CHECK(first_of(R"("url":"https://a.example","ca":")" + std::string(ca) + "\"") ==
              "/ca ca is no absolute path of a file that can be read");
}

TEST_CASE("rows are kept only of what is told") {
    CHECK(first_of(R"("lifecycle":true,"acks":{"url":"https://a.example/","events":["a"]})")
              .substr(0, 10) == "/lifecycle");
    CHECK(first_of(R"("lifecycle":true,"url":"https://a.example/")").empty());
}
