#include "postgres/progress.hpp"

#include <doctest/doctest.h>

using roomd::postgres::Position;
using roomd::postgres::Progress;

namespace {

Progress at(std::int64_t seq, const std::string &logged_at = "2026-01-02T00:00:00Z") {
    Progress progress;
    progress.found(progress.search({"old", 0, {}}), {});
    progress.sent({"old", seq, logged_at});
    return progress;
}

} // namespace

TEST_CASE("a daemon that starts begins at the end of the log, at a row of it if there is one") {
    Progress progress;
    CHECK_FALSE(progress.known());
    const auto search = progress.search({"log", 7, {}});
    CHECK(search.upto == 7);
    CHECK(search.logged_at.empty());

    progress.found(search, Progress::Row{7, "2026-01-01T00:00:00Z"});
    CHECK(progress.is_in("log"));
    CHECK(progress.at().seq == 7);
    CHECK(progress.at().logged_at == "2026-01-01T00:00:00Z");
    CHECK(progress.behind() == 0);
}

TEST_CASE("where the log's last rows were trimmed its end is a number") {
    Progress progress;
    progress.found(progress.search({"log", 7, {}}), {});
    CHECK(progress.at().seq == 7);
    CHECK(progress.at().logged_at.empty());
}

TEST_CASE("rows that the log has and that were not sent are counted as behind") {
    Progress progress = at(5);
    progress.reaches(9);
    CHECK(progress.behind() == 4);
    progress.sent({"old", 6, {}});
    CHECK(progress.behind() == 3);
    progress.reaches(8); // an older answer
    CHECK(progress.behind() == 3);
    progress.sent({"old", 12, {}});
    CHECK(progress.behind() == 0);
    CHECK(progress.last_seq() == 12);
}

TEST_CASE("in another log a daemon goes on behind the last row that both have") {
    Progress progress = at(10);
    CHECK_FALSE(progress.is_in("new"));
    const auto search = progress.search({"new", 25, {}});
    CHECK(search.upto == 10);
    CHECK(search.logged_at == "2026-01-02T00:00:00Z");

    progress.found(search, Progress::Row{8, "2026-01-01T00:00:00Z"});
    CHECK(progress.is_in("new"));
    CHECK(progress.at().seq == 8);
    CHECK(progress.behind() == 17);
}

TEST_CASE("a log that has nothing in common with the last one is sent from its beginning") {
    Progress progress = at(10);
    progress.found(progress.search({"new", 25, {}}), {});
    CHECK(progress.at().seq == 0);
    CHECK(progress.behind() == 25);
}

TEST_CASE("who does not know when its last row was written goes on at the end of another log") {
    Progress progress = at(10, "");
    const auto search = progress.search({"new", 25, {}});
    CHECK(search.upto == 25);
    progress.found(search, {});
    CHECK(progress.at().seq == 25);
}

TEST_CASE("a place in another log that was not found yet is looked for again from the old one") {
    Progress progress = at(10);
    const auto lost = progress.search({"new", 25, {}}); // the connection ends before the answer
    CHECK(progress.is_in("old"));
    const auto again = progress.search({"new", 30, {}});
    CHECK(again.upto == lost.upto);
    CHECK(again.logged_at == lost.logged_at);
}
