#include "postgres/database.hpp"

#include "postgres/lines.hpp"
#include "postgres/sql_files.hpp"
#include "postgres/trouble.hpp"

#include <roomd/plugin.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>
#include <utility>

namespace roomd::postgres {
namespace {

constexpr std::size_t most_notices = 100;

bool good(const Result &result) {
    const auto status = result.status();
    return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY;
}

// What is known of a refusal by its SQLSTATE, or its class; the most special first.
roomd_status status_of(std::string_view sqlstate) {
    using Row = std::pair<std::string_view, roomd_status>;
    static constexpr std::array<Row, 11> rows{{
        {"42501", ROOMD_DENIED},
        {"28", ROOMD_DENIED},   // authorization
        {"3F000", ROOMD_GONE},  // schema
        {"42P01", ROOMD_GONE},  // table
        {"42883", ROOMD_GONE},  // function
        {"42704", ROOMD_GONE},  // role
        {"55P03", ROOMD_AGAIN}, // lock_timeout
        {"40", ROOMD_AGAIN},    // deadlock
        {"53", ROOMD_AGAIN},    // no room, too many connections
        {"57", ROOMD_AGAIN},    // shutdown, statement_timeout
        {"08", ROOMD_AGAIN},    // connection
    }};
    const auto *const row = std::find_if(rows.begin(), rows.end(), [&](const Row &one) {
        return sqlstate.substr(0, one.first.size()) == one.first;
    });
    return row == rows.end() ? ROOMD_FAILED : row->second;
}

// The hints are written for the daemon's log.
std::string for_a_command(std::string hint) {
    for (const std::string_view end : {", then reload", " and reload"}) {
        if (hint.ends_with(end)) hint.resize(hint.size() - end.size());
    }
    return hint;
}

std::string with_hint(const std::string &what, const std::string &hint) {
    return hint.empty() ? what : what + "\n  " + hint;
}

std::string_view field(const PGresult *result, int code) {
    const char *const text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view() : text;
}

} // namespace

Database::Database(const Target &target, std::chrono::milliseconds patience,
                   std::vector<std::string> &notices) :
    where_(target.where()) {
    // Without addresses libpq looks the names up itself: here it may block.
    auto parameters = target.parameters(
        std::vector<std::vector<std::string>>(target.names().size(), {std::string()}));
    const bool limited = std::any_of(parameters.begin(), parameters.end(), [](const auto &one) {
        return one.first == "connect_timeout";
    });
    if (!limited) {
        const auto seconds = std::max<std::int64_t>(2, (patience.count() + 999) / 1000);
        parameters.emplace_back("connect_timeout", std::to_string(seconds));
    }
    const Words words(parameters);
    raw_.reset(PQconnectdbParams(words.keys.data(), words.values.data(), 0));
    if (raw_ == nullptr) throw std::bad_alloc();
    PQsetNoticeReceiver(raw_.get(), note, &notices);
    if (PQstatus(raw_.get()) != CONNECTION_OK) {
        const auto trouble = trouble_of(PQerrorMessage(raw_.get()));
        throw Failure(
            trouble.lasting ? ROOMD_DENIED : ROOMD_AGAIN,
            with_hint(where_ + ": " + shown(trouble.why, 400), for_a_command(trouble.hint)));
    }
    if (PQserverVersion(raw_.get()) < oldest_server)
        throw Failure(ROOMD_UNSUPPORTED,
                      with_hint(where_ + ": the server is PostgreSQL " + server(),
                                "use PostgreSQL 13 or later"));
}

Result Database::query(const std::string &sql, const std::vector<std::string> &parameters) {
    std::vector<const char *> values;
    values.reserve(parameters.size());
    for (const auto &one : parameters)
        values.push_back(one.c_str());
    const auto ask = [&] {
        return Result(PQexecParams(raw_.get(), sql.c_str(), static_cast<int>(values.size()),
                                   nullptr, values.data(), nullptr, nullptr, 0));
    };
    auto answer = ask();
    // One row that cannot be told in UTF-8 must not hide the others: bytes as they are will do.
    if (is_of_encoding(answer.sqlstate()) && PQsetClientEncoding(raw_.get(), "SQL_ASCII") == 0)
        answer = ask();
    return answer;
}

Result Database::ask(const std::string &sql, const std::vector<std::string> &parameters) {
    auto result = query(sql, parameters);
    if (!good(result)) refuse_answer(result);
    return result;
}

std::optional<Result> Database::ask_if_allowed(const std::string &sql,
                                               const std::vector<std::string> &parameters) {
    auto result = query(sql, parameters);
    if (good(result)) return result;
    if (result.sqlstate() == "42501") return {};
    refuse_answer(result);
}

void Database::run(const std::string &script) {
    const Result result(PQexec(raw_.get(), script.c_str()));
    if (!good(result)) refuse_answer(result);
}

std::string Database::server() const {
    const int number = PQserverVersion(raw_.get());
    return std::to_string(number / 10000) + '.' + std::to_string(number % 10000);
}

void Database::refuse_answer(const Result &result) const {
    const auto *const raw = result.get();
    const auto primary = field(raw, PG_DIAG_MESSAGE_PRIMARY);
    // libpq's own message, when the connection is lost, is not in a field.
    const std::string_view said = primary.empty() ? PQerrorMessage(raw_.get()) : primary;
    const auto trouble = trouble_of(said, result.sqlstate());
    const std::string_view hint = field(raw, PG_DIAG_MESSAGE_HINT);
    const bool lost = PQstatus(raw_.get()) != CONNECTION_OK;
    throw Failure(lost ? ROOMD_AGAIN : status_of(result.sqlstate()),
                  with_hint(where_ + ": " + shown(trouble.why, 400),
                            hint.empty() ? for_a_command(trouble.hint) : shown(hint)));
}

void Database::note(void *notices, const PGresult *result) noexcept {
    auto &out = *static_cast<std::vector<std::string> *>(notices);
    if (out.size() >= most_notices) return;
    std::string text;
    for (const char c : field(result, PG_DIAG_SEVERITY_NONLOCALIZED))
        text += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    out.push_back(text + ": " + shown(field(result, PG_DIAG_MESSAGE_PRIMARY), 400));
}

} // namespace roomd::postgres
