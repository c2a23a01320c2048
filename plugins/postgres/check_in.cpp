#include "postgres/check_in.hpp"

#include "postgres/sql_files.hpp"

#include <array>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

namespace roomd::postgres {
namespace {

constexpr auto version = "1.0";

// The name of this daemon in roomd.node.
std::string own_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) name[0] = '?';
    return std::string(name.data()) + ":" + std::to_string(getpid());
}

std::optional<Trouble> trouble_of_schema(std::int64_t is) {
    const auto has = "the schema roomd has version " + std::to_string(is) + ", and this daemon ";
    if (is > newest_schema())
        return Trouble{has + "knows " + std::to_string(newest_schema()), "use a newer roomd", true};
    if (is < oldest_schema)
        return Trouble{has + "needs " + std::to_string(oldest_schema),
                       "run roomd pg migrate with this database", true};
    return {};
}

} // namespace

CheckIn::CheckIn(Host &host, Connection &connection, Progress &progress, Owner &owner,
                 std::string node) :
    host_(host),
    connection_(connection),
    progress_(progress),
    owner_(owner),
    epochs_(host.counter("epochs_total", "Times that the log turned out to be another one.")) {
    rename(std::move(node));
}

void CheckIn::rename(std::string node) {
    node_ = node.empty() ? own_name() : std::move(node);
}

void CheckIn::tell() {
    const Position &at = progress_.at();
    connection_.require(
        "SELECT s.epoch, s.last_seq, s.trimmed_seq, s.schema_version, w.rows, pg_backend_pid()"
        " FROM roomd.seen($1, $2, nullif($3, ''), nullif($4, '')::bigint,"
        " nullif($5, '')::timestamptz) s, roomd.waiting(10000) w",
        {node_, version, at.epoch, progress_.known() ? std::to_string(at.seq) : "", at.logged_at},
        [this](const Result &answer) { heard(answer); });
}

void CheckIn::heard(const Result &answer) {
    schema_ = answer.whole(0, 3);
    if (auto trouble = trouble_of_schema(schema_)) return connection_.refuse(std::move(*trouble));
    pooled_ = !connection_.is_process(answer.whole(0, 5));
    waiting_ = answer.whole(0, 4);
    Position end{std::string(answer.text(0, 0)), answer.whole(0, 1), {}};
    if (!progress_.is_in(end.epoch)) return find_place(std::move(end));
    progress_.reaches(end.seq);
    owner_.checked_in(false);
}

void CheckIn::find_place(Position end) {
    auto search = progress_.search(std::move(end));
    std::vector<std::string> parameters{std::to_string(search.upto), search.logged_at};
    connection_.require(
        "SELECT seq, to_char(logged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
        " FROM roomd.log WHERE seq <= $1::bigint AND ($2 = '' OR (logged_at <= nullif($2, "
        "'')::timestamptz"
        " AND seq <= (SELECT epoch_seq FROM roomd.meta))) ORDER BY seq DESC LIMIT 1",
        std::move(parameters),
        [this, search = std::move(search)](const Result &answer) { found(search, answer); });
}

void CheckIn::found(const Progress::Search &search, const Result &answer) {
    if (progress_.known()) {
        epochs_.add();
        host_.warning("the log is another one", {{"was", progress_.at().epoch},
                                                 {"is", search.end.epoch},
                                                 {"why", "the database was restored or replaced"}});
    }
    std::optional<Progress::Row> row;
    if (answer.rows() == 1) row = {answer.whole(0, 0), std::string(answer.text(0, 1))};
    progress_.found(search, row);
    const Position &at = progress_.at();
    host_.info("the log is read", {{"from", at.epoch + "." + std::to_string(at.seq)}});
    owner_.checked_in(true);
}

} // namespace roomd::postgres
