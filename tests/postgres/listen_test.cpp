// The plugin in a real host, with a real PostgreSQL: the connection, and the mode `listen`.
#include "rig.hpp"
#include "support/stderr.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

using nlohmann::json;
using roomd::test::Rig;
using roomd::test::server;
using Texts = std::vector<std::string>;

namespace {

json listen_section(json more = json::object()) {
    json out = {{"dsn", server().dsn()},
                {"probe", "500ms"},
                {"answer_timeout", "700ms"},
                {"retry_max", "300ms"},
                {"listen", {{"channels", {{"news", json::object()}}}}}};
    out.update(more);
    return out;
}
void notify(const std::string &channel, const std::string &payload) {
    server().query("SELECT pg_notify('" + channel + "', $x$" + payload + "$x$)");
}

} // namespace

TEST_CASE("what is notified as an event reaches the rooms it names") {
    Rig rig(listen_section());
    rig.join("a");
    REQUIRE(rig.up());
    notify("news", R"({"event":"seat:x","data":{"n":1},"room":"library:a"})");
    notify("news", R"({"event":"seat:x","data":{"n":2},"rooms":["library:a","library:b"]})");
    notify("news", R"({"event":"seat:x","data":{"n":3},"room":"library:b"})");
    notify("news", R"({"event":"seat:x","data":{"n":4},"room":"library:a"})");
    CHECK(rig.until([&] { return rig.got.size() >= 3; }));
    CHECK(rig.got ==
          Texts{R"(42["seat:x",{"n":1}])", R"(42["seat:x",{"n":2}])", R"(42["seat:x",{"n":4}])"});
    CHECK(rig.counted("notifications_total") == 4);
}

TEST_CASE("a notification that asks to be durable is dropped, and the log says so") {
    roomd::test::Stderr err;
    {
        Rig rig(listen_section());
        rig.logger.reconfigure({roomd::log::Level::warning, {}});
        rig.join("a");
        REQUIRE(rig.up());
        notify("news", R"({"event":"seat:x","data":1,"room":"library:a","durable":true})");
        notify("news", R"({"event":"seat:x","data":2,"room":"library:a","durable":false})");
        CHECK(rig.until([&] { return !rig.got.empty(); }));
        CHECK(rig.got == Texts{R"(42["seat:x",2])"});
    }
    const auto lines = err.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("durable_unavailable") != std::string::npos);
}

TEST_CASE("a mapping makes events of a channel's payloads") {
    Rig rig(listen_section({{"listen",
                             {{"channels",
                               {{"Odd \"name\"",
                                 {{"event", "seat:x"},
                                  {"rooms", {"library:{lib}"}},
                                  {"data", {{"free", "{n}"}}}}}}}}}}));
    rig.join("a");
    REQUIRE(rig.up());
    notify("Odd \"name\"", R"({"lib":"a","n":5})");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{R"(42["seat:x",{"free":5}])"});
}

TEST_CASE("what does not fit is counted and dropped, and the next event comes") {
    Rig rig(listen_section());
    rig.join("a");
    REQUIRE(rig.up());
    for (int i = 0; i < 3; ++i)
        notify("news", "no json");
    notify("news", R"({"event":"seat:x","data":1})");                     // for whom?
    notify("news", R"({"event":"connect","data":1,"room":"library:a"})"); // reserved
    notify("news", R"({"event":"seat:x","data":7,"room":"library:a"})");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{R"(42["seat:x",7])"});
    CHECK(rig.counted("notifications_refused_total") == 5);
}

TEST_CASE("a server that is away is said to be, and the events come when it is back") {
    Rig rig(listen_section());
    rig.join("a");
    REQUIRE(rig.up());
    server().tell("stop immediate");
    CHECK(rig.until([&] { return !rig.why().empty(); }));
    CHECK(rig.why().find("127.0.0.1") != std::string::npos);
    CHECK(rig.registry->ready());
    CHECK(rig.until([&] { return rig.counted("connection_failures_total") >= 3; }));
    CHECK(rig.why().find("refused") != std::string::npos);
    server().tell("start");
    CHECK(rig.up());
    notify("news", R"({"event":"seat:x","data":1,"room":"library:a"})");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.counted("gaps_total") == 1);
    CHECK(rig.counted("gap_seconds_total") > 0);
    CHECK(rig.counted("connected") == 1);
    CHECK(rig.longest < std::chrono::milliseconds(200));
}

TEST_CASE("a server that hangs without closing is found out and given up") {
    Rig rig(listen_section());
    REQUIRE(rig.up());
    server().tell("freeze");
    CHECK(rig.until([&] { return !rig.why().empty(); }, 5));
    CHECK(rig.why().find("no answer within 0.7 s") != std::string::npos);
    CHECK(rig.longest < std::chrono::milliseconds(200));
    server().tell("thaw");
    CHECK(rig.up());
    // What was silent is part of the gap.
    CHECK(rig.counted("gap_seconds_total") > 0.7);
}

TEST_CASE("after a gap the catch-up query brings what was missed") {
    server().query("DROP TABLE IF EXISTS missed; CREATE TABLE missed(at timestamptz DEFAULT "
                   "now(), payload text)");
    auto conf = listen_section();
    conf["listen"]["catch_up"] = "SELECT 'news', payload FROM missed WHERE at > now() - "
                                 "make_interval(secs => 2 + $1::float8) ORDER BY at";
    Rig rig(conf);
    rig.join("a");
    REQUIRE(rig.up());
    server().query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                   "application_name = 'roomd'; INSERT INTO missed(payload) VALUES "
                   "('{\"event\":\"seat:x\",\"data\":\"late\",\"room\":\"library:a\"}')");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{R"(42["seat:x","late"])"});
    CHECK(rig.counted("gaps_total") == 1);
}

TEST_CASE("credentials that are wrong are said to be, and replaced by a reload") {
    server().query("DROP ROLE IF EXISTS ann; CREATE ROLE ann LOGIN PASSWORD 'x'");
    Rig rig(listen_section({{"dsn", server().dsn("nobody_here")}}));
    rig.join("a");
    CHECK(rig.until([&] { return rig.why().find("does not exist") != std::string::npos; }));
    CHECK(rig.registry->health().front().state == roomd::host::State::down);
    CHECK(rig.reload(listen_section({{"dsn", server().dsn("ann")}})));
    CHECK(rig.up());
    notify("news", R"({"event":"seat:x","data":1,"room":"library:a"})");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
}

TEST_CASE("a reload takes other channels, and keeps the connection") {
    Rig rig(listen_section());
    rig.join("a");
    REQUIRE(rig.up());
    CHECK(rig.reload(listen_section({{"listen", {{"channels", {{"other", json::object()}}}}}})));
    rig.until([] { return false; }, 1);
    notify("news", R"({"event":"seat:x","data":1,"room":"library:a"})");
    notify("other", R"({"event":"seat:x","data":2,"room":"library:a"})");
    CHECK(rig.until([&] { return !rig.got.empty(); }));
    CHECK(rig.got == Texts{R"(42["seat:x",2])"});
    CHECK(rig.counted("connects_total") == 1);
}

TEST_CASE("names are looked up beside the loop, and one without an address is told") {
    const auto port = std::to_string(server().port());
    Rig rig(listen_section({{"dsn", "host=localhost user=postgres dbname=postgres port=" + port}}));
    CHECK(rig.up());
    Rig lost(listen_section({{"dsn", "host=no-such-host.invalid user=postgres"}}));
    CHECK(lost.until([&] {
        return lost.why().find("no-such-host.invalid has no address") != std::string::npos;
    }));
    CHECK(lost.longest < std::chrono::milliseconds(200));
}

TEST_CASE("a server that takes the connection and is silent costs one deadline, and no turn") {
    const int silent = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(silent, reinterpret_cast<sockaddr *>(&address), size) == 0);
    REQUIRE(listen(silent, 8) == 0);
    getsockname(silent, reinterpret_cast<sockaddr *>(&address), &size);
    const auto port = std::to_string(ntohs(address.sin_port));
    {
        Rig rig(listen_section(
            {{"dsn", "host=127.0.0.1,127.0.0.1 user=postgres dbname=postgres port=" + port + "," +
                         std::to_string(server().port())},
             {"connect_timeout", "300ms"}}));
        CHECK(rig.until([&] { return rig.counted("connection_failures_total") >= 1; }, 5));
        CHECK(rig.why().find("no answer within 0.3 s") != std::string::npos);
        CHECK(rig.longest < std::chrono::milliseconds(200));
        // libpq would wait for the silent one again: the other has its turn.
        CHECK(rig.up());
    }
    close(silent);
}

TEST_CASE("a burst over the budget is held back, and none of it is lost") {
    auto entries = Rig::entries({listen_section()});
    entries.front().budget = 10000; // one event at a time
    Rig rig(entries);
    rig.join("a");
    REQUIRE(rig.up());
    server().query("SELECT pg_notify('news', json_build_object('event', 'seat:x', 'data', "
                   "json_build_array(n, repeat('x', 7000)), 'room', 'library:a')::text) FROM "
                   "generate_series(1, 1000) n");
    CHECK(rig.until([&] { return rig.got.size() == 1000; }));
    CHECK(rig.got.back().substr(0, 17) == R"(42["seat:x",[1000)");
    CHECK(rig.counted("budget_refusals_total") > 0);
}
