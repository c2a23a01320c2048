#include "postgres/backoff.hpp"
#include "postgres/target.hpp"
#include "postgres/trouble.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

using namespace roomd::postgres;

namespace {

Target target(const std::string &dsn) {
    std::string why;
    const auto read = read_dsn(dsn, why);
    REQUIRE_MESSAGE(read, why);
    return *read;
}
std::string dsn_fault(const std::string &dsn) {
    std::string why;
    CHECK_FALSE(read_dsn(dsn, why));
    return why;
}
std::string value(const std::vector<Target::Option> &all, const std::string &key) {
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const auto &one) { return one.first == key; });
    return it == all.end() ? "-" : it->second;
}

} // namespace

TEST_CASE("a connection string is taken apart, and what people see of it holds no secret") {
    const auto uri = target("postgresql://ann:s3cret@db.example:6432/app");
    CHECK(uri.where() == "db.example:6432/app");
    CHECK(uri.names() == std::vector<std::string>{"db.example"});
    CHECK(value(uri.options, "password") == "s3cret");
    CHECK(target("host=db.example port=6432 dbname=app").where() == uri.where());
}

TEST_CASE("libpq is given numbers, so that it looks up no name") {
    const auto two = target("host=a.example,b.example port=1,2 user=u");
    const auto all = two.parameters({{"10.0.0.1", "::1"}, {"10.0.0.2"}});
    CHECK(value(all, "host") == "a.example,a.example,b.example");
    CHECK(value(all, "hostaddr") == "10.0.0.1,::1,10.0.0.2");
    CHECK(value(all, "port") == "1,1,2");
    CHECK(value(all, "gssencmode") == "disable");
    CHECK(value(all, "user") == "u");
}

TEST_CASE("addresses and sockets are not names") {
    CHECK(target("host=127.0.0.1").names().empty());
    CHECK(target("host=/run/postgresql").names().empty());
    CHECK(target("host=a hostaddr=10.0.0.1").names().empty());
    const auto all = target("host=/run/postgresql,db port=5432").parameters({{"10.0.0.9"}});
    CHECK(value(all, "host") == "/run/postgresql,db");
    CHECK(value(all, "hostaddr") == ",10.0.0.9");
}

TEST_CASE("a server without an address is left out, the others are tried") {
    const auto all = target("host=gone,here").parameters({{}, {"10.0.0.2"}});
    CHECK(value(all, "host") == "here");
}

TEST_CASE("after a silent server the next one is the first") {
    auto two = target("host=10.0.0.1,10.0.0.2");
    two.begin_with_next();
    CHECK(value(two.parameters({}), "hostaddr") == "10.0.0.2,10.0.0.1");
}

TEST_CASE("what is not a connection string is told without repeating it") {
    CHECK(dsn_fault("postgresql://u:secr%et@h/") == "is not a connection string");
    CHECK(dsn_fault("host=h port=x") == "names an invalid port");
    CHECK(dsn_fault("host=h port=70000") == "names an invalid port");
    CHECK(dsn_fault("pasword=secret").find("secret") == std::string::npos);
    CHECK(dsn_fault("pasword=secret").find("pasword") != std::string::npos);
    CHECK(dsn_fault("secret").find("secret") == std::string::npos);
    CHECK(dsn_fault("host=a,b,c port=1,2").find("as many ports") != std::string::npos);
    CHECK(dsn_fault("service=x host=a").find("service") != std::string::npos);
}

TEST_CASE("waits grow to the most, at random and never below half") {
    using std::chrono::milliseconds;
    Backoff backoff(milliseconds(100), milliseconds(1000), 7);
    for (const int whole : {100, 200, 400, 800, 1000, 1000, 1000}) {
        const auto wait = backoff.next().count();
        CHECK(wait >= whole / 2);
        CHECK(wait <= whole);
    }
    for (int i = 0; i < 100; ++i)
        CHECK(backoff.next() <= milliseconds(1000));
    backoff.reset();
    CHECK(backoff.next() <= milliseconds(100));
}

TEST_CASE("a hint is about what failed, and not about a name in the message") {
    const auto hint = [](const char *said, const char *sqlstate = "") {
        return trouble_of(said, sqlstate).hint;
    };
    const std::string server = "connection to server at \"127.0.0.1\", port 5432 failed: FATAL:  ";
    const auto connecting = [&](const std::string &said) { return trouble_of(server + said).hint; };
    CHECK(connecting("role \"ann\" does not exist").find("user in dsn") != std::string::npos);
    CHECK(connecting("role \"ann\" is not permitted to log in").find("LOGIN") != std::string::npos);
    CHECK(connecting("database \"app\" does not exist").find("create the database") == 0);
    CHECK(connecting("permission denied for database \"app\"").find("GRANT CONNECT") == 0);
    CHECK(connecting("database \"certificate\" is not currently accepting connections").empty());
    // In a query a role or a database is not the one of dsn.
    CHECK(hint("ERROR:  role \"shop\" does not exist", "42704").find("dsn") == std::string::npos);
    CHECK(
        hint("ERROR:  must have admin option on role \"roomd_app\"", "42501").find("user in dsn") ==
        std::string::npos);
    CHECK(hint("ERROR:  cannot drop the currently open database \"app\"", "55006").empty());
    CHECK(hint("ERROR:  a certificate is missing", "P0001").empty());
}

TEST_CASE("trouble is one line and says what to do about it") {
    const auto denied = trouble_of("connection to server at \"x\" failed:\nFATAL:  password "
                                   "authentication failed for user \"u\"\n");
    CHECK(denied.why.find('\n') == std::string::npos);
    CHECK(denied.hint.find("password") != std::string::npos);
    CHECK(denied.lasting);
    CHECK_FALSE(trouble_of("FATAL:  sorry, too many clients already").lasting);
    CHECK(trouble_of("ERROR: no such function", "42883").hint.find("pg init") != std::string::npos);
    CHECK(trouble_of("").why == "the connection was lost");
    CHECK(trouble_of("").hint.empty());
    CHECK(one_line(std::string(1000, 'x')).size() <= 400);
    std::string wide;
    for (int i = 0; i < 300; ++i)
        wide += "\xc3\xa4";
    const auto cut = one_line(wide);
    CHECK((static_cast<unsigned char>(cut[cut.size() - 4]) & 0xC0) == 0x80);
}
