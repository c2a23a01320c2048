#include "postgres/delivery.hpp"

#include "postgres/sql_files.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace roomd::postgres {
namespace {

enum Column {
    seq,
    event,
    data,
    rooms,
    except_rooms,
    expired,
    age,
    logged_at,
    nsp,
    droppable,
    broadcast,
    deed
};

constexpr std::int64_t has_raw = 10; // version of the schema

// A JSON array of strings, as array_to_json() makes it; none for NULL.
std::vector<std::string> names(std::string_view json) {
    if (json.empty()) return {};
    const auto list = nlohmann::json::parse(json, nullptr, false);
    std::vector<std::string> out;
    for (const auto &name : list) {
        if (name.is_string()) out.push_back(name.get<std::string>());
    }
    return out;
}

double number(std::string_view text) {
    double out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

std::string reason(std::string_view code, std::string_view pointer, std::string_view text) {
    std::string out(code);
    out += ": ";
    out += text;
    if (!pointer.empty()) out.append(" at ").append(pointer);
    return one_line(out);
}

} // namespace

std::string Delivery::query(std::int64_t schema) {
    const bool whole = schema >= has_raw;
    return std::string("SELECT seq, event, ") +
           (whole ? "coalesce(raw::text, data::text)" : "data::text") +
           ", array_to_json(rooms)::text, array_to_json(except_rooms)::text,"
           " coalesce(expires_at <= clock_timestamp(), false),"
           " extract(epoch FROM clock_timestamp() - created_at)::float8,"
           " to_char(logged_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')," +
           (whole ? " namespace, volatile, broadcast, act" : " NULL, false, false, NULL") +
           " FROM " + rows(schema);
}

// A schema that has become newer has another read(): the query fails, and the daemon checks in.
std::string Delivery::rows(std::int64_t schema) {
    if (schema < has_raw) return "roomd.read($1::bigint, $2::int)";
    return "roomd.read($1::bigint, $2::int, " + std::to_string(newest_schema()) + ")";
}

Delivery::Delivery(Host &host, std::uint32_t rate, Refused refused) :
    host_(host),
    rate_(rate),
    refused_(std::move(refused)),
    dispatched_(host.counter("dispatched_total", "Events from the log that were sent.")),
    expired_(host.counter("expired_total", "Events whose time was over before they were sent.")),
    missing_(host.counter("missing_total", "Positions of the log that held no event any more.")),
    lag_(host.histogram("dispatch_seconds",
                        "From when events were emitted in PostgreSQL to when they were sent.")) {}

// Refilled with what the rate gives, for a tenth of a second at most.
bool Delivery::allowed() {
    if (rate_ == 0) return true;
    const auto now = Clock::now();
    const std::chrono::duration<double> since = now - refilled_;
    allowance_ = std::min(std::max(rate_ / 10, 1.0), allowance_ + since.count() * rate_);
    refilled_ = now;
    if (allowance_ >= 1) return true;
    paused_ = std::chrono::milliseconds(10);
    return false;
}

// What is refused for good has been told when this is OK.
roomd_status Delivery::send(const Result &row, const Position &at) {
    const auto to = names(row.text(0, rooms)), not_to = names(row.text(0, except_rooms));
    const auto args = "[" + std::string(row.text(0, data)) + "]";
    Emit emit(row.text(0, event));
    // Every daemon reads the log itself: the cluster bus has nothing to add.
    emit.args(args).routed().local().at(at.epoch, static_cast<std::uint64_t>(at.seq));
    if (!row.null(0, nsp)) emit.nsp(row.text(0, nsp));
    if (row.text(0, droppable) == "t") emit.vanishing();
    if (row.text(0, broadcast) == "t") emit.to_all();
    for (const auto &room : to)
        emit.to(room);
    for (const auto &room : not_to)
        emit.except(room);
    const auto told = [this, at, age = age_](roomd_status became, const Emitted &what) {
        if (became == ROOMD_OK) {
            dispatched_.add();
            lag_.observe(age);
        } else if (became != ROOMD_STOPPING) {
            refused_(at,
                     reason(what.code.empty() ? name(became) : what.code, what.pointer, what.text));
        }
    };
    const auto status = host_.emit(emit, while_alive_(told));
    if (status == ROOMD_TOO_BIG)
        refused_(at, "emit_too_big: more than limits.max_emit or the plugin's budget");
    else if (status != ROOMD_OK && status != ROOMD_AGAIN && status != ROOMD_STOPPING)
        // A server of SQL_ASCII takes and gives any bytes.
        refused_(at, nlohmann::json::accept(args) ? "event_invalid: the host does not take it"
                                                  : "row_unreadable: the data is not UTF-8");
    return status;
}

roomd_status Delivery::act(const Result &row) {
    const auto what = nlohmann::json::parse(row.text(0, data), nullptr, false);
    if (!what.is_object()) return ROOMD_INVALID;
    const auto user = what.value("user", std::string());
    const std::string_view what_to_do = row.text(0, deed), why = "roomd.kick()";
    if (what_to_do == "kick")
        return what.value("come_back", false) ? host_.kick_and_close(user, why)
                                              : host_.kick(user, why);
    if (what_to_do != "join" && what_to_do != "leave") return ROOMD_INVALID;
    const auto given = names(row.text(0, rooms));
    const std::vector<std::string_view> where(given.begin(), given.end());
    auto whom = Whom::user(user);
    if (!row.null(0, nsp)) whom.nsp(row.text(0, nsp));
    return host_.move(whom, what_to_do == "join" ? ROOMD_JOIN : ROOMD_LEAVE, where, {});
}

Connection::Go Delivery::take(const Result &row, Progress &progress) {
    paused_ = std::chrono::milliseconds(0);
    if (!allowed()) return Connection::Go::wait;
    Position at{progress.at().epoch, row.whole(0, seq), std::string(row.text(0, logged_at))};
    age_ = number(row.text(0, age));
    if (row.text(0, expired) == "t") {
        expired_.add();
    } else {
        const bool acts = !row.null(0, deed);
        const auto status = acts ? act(row) : send(row, at);
        if (status == ROOMD_AGAIN || status == ROOMD_STOPPING) return Connection::Go::wait;
        if (acts && status == ROOMD_OK) dispatched_.add();
        if (acts && status != ROOMD_OK)
            refused_(at, "act_unknown: this daemon cannot do what the row asks for");
    }
    allowance_ -= 1;
    const auto next = progress.at().seq + 1;
    if (at.seq > next) missing_.add(static_cast<double>(at.seq - next));
    progress.sent(std::move(at));
    return Connection::Go::on;
}

} // namespace roomd::postgres
