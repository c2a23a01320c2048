#include "app/admin.hpp"

#include "app/admin_pages.hpp"
#include "app/emit_of.hpp"
#include "app/shard.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "emits/reader.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

using emits::Problem;

constexpr base::Duration gather{25}; // events within this time share one answer
constexpr base::Duration tick{1000};
constexpr std::size_t most_shown = 10000; // rooms, clients
constexpr std::size_t shown = 1000;       // by default
constexpr std::size_t small_body = 4096;

std::string failure(const Problem &why) {
    return json::failure(json::error(why.code, why.message, why.pointer));
}

// As everywhere, a JSON body must be declared as one.
std::optional<Problem> refuse_type(const net::Request &request) {
    const std::string_view type = request.header("content-type");
    const std::string_view name = json::trim(type.substr(0, type.find(';')));
    if (base::equal_nocase(name, "application/json")) return std::nullopt;
    return Problem{415, "not_json", "send the body as Content-Type: application/json"};
}

// The query of a request, parameter by parameter; any other parameter is a problem.
class Query {
public:
    explicit Query(const net::Request &request) : fields_(request.query) {}

    std::string_view text(std::string_view name) {
        std::string_view found;
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            if (fields_[i].first != name) continue;
            found = fields_[i].second;
        }
        asked_.push_back(name);
        return found;
    }
    std::optional<std::uint64_t> number(std::string_view name) {
        const std::string_view digits = text(name);
        if (digits.empty()) return std::nullopt;
        std::uint64_t value = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (error == std::errc() && end == digits.data() + digits.size()) return value;
        problem_ = Problem{422, "parameter_invalid", std::string(name) + " must be a whole number"};
        return std::nullopt;
    }
    std::size_t limit() {
        const auto wanted = number("limit").value_or(shown);
        return wanted < most_shown ? static_cast<std::size_t>(wanted) : most_shown;
    }
    const std::optional<Problem> &problem() {
        const auto is_known = [this](const net::Field &field) {
            return std::find(asked_.begin(), asked_.end(), field.first) != asked_.end();
        };
        const auto unknown = std::find_if_not(fields_.begin(), fields_.end(), is_known);
        if (!problem_ && unknown != fields_.end())
            problem_ = Problem{422, "parameter_unknown",
                               "unknown query parameter " + base::in_quotes(unknown->first, 100)};
        return problem_;
    }

private:
    const std::vector<net::Field> &fields_;
    std::vector<std::string_view> asked_; // names, literals of their callers
    std::optional<Problem> problem_;
};

std::string emitted(const emits::Event &event, const dispatch::Emitted &what, std::string_view id) {
    return json::Object()
        .text("message", "Event emitted")
        .text("event", event.name)
        .raw("rooms", json::list(what.rooms))
        .number("recipients", what.recipients)
        .text("id", id)
        .text("timestamp", base::iso8601(base::unix_ms()))
        .done();
}

} // namespace

Admin::Admin(Shard &shard, Configuration configuration) :
    shard_(shard),
    configuration_(std::move(configuration)),
    run_(base::random_id()),
    tail_(
        shard.loop, shard.router, shard.clients,
        [this](base::ExchangeId id, const std::string &json) { answer(id, json); },
        [this] { gather_.after(gather); }, Tail::Limits()),
    gather_(shard.loop, [this] { tail_.serve(); }),
    ticks_(shard.loop, [this] {
        tail_.tick();
        if (!tail_.watching()) ticks_.cancel();
    }) {
    add("POST", "/admin/reload", &Admin::reload);
    add("GET", "/admin/stats", &Admin::stats);
    add("GET", "/admin/rooms", &Admin::rooms);
    add("GET", "/admin/clients", &Admin::clients);
    add("GET", "/admin/plugins", &Admin::plugins);
    add("POST", "/admin/kick", &Admin::kick);
    add("POST", "/admin/emit", &Admin::emit);
    add("GET", "/admin/tail", &Admin::tail);
    if (configuration_.in_force) add("GET", "/admin/config", &Admin::config);
}

Admin::~Admin() {
    for (const auto route : routes_)
        shard_.server.remove_route(route);
}

void Admin::add(const char *method, const char *path, Serve serve) {
    net::Route route;
    route.method = method;
    route.path = path;
    route.side = net::Side::admin;
    route.headers = {"content-type"};
    route.max_body = serve == &Admin::emit ? shard_.http.default_body() : small_body;
    route.serve = [this, serve](const net::Request &request) { (this->*serve)(request); };
    routes_.push_back(shard_.server.add_route(std::move(route)));
}

void Admin::end() {
    tail_.end();
}

void Admin::answer(base::ExchangeId id, std::string_view data) {
    net::Response response;
    response.body = json::success(data);
    shard_.server.respond(id, std::move(response));
}

void Admin::refuse(base::ExchangeId id, const Problem &problem) {
    net::Response response;
    response.status = problem.status;
    response.body = failure(problem);
    shard_.server.respond(id, std::move(response));
}

// ---- reload ------------------------------------------------------------------------------

void Admin::reload(const net::Request &request) {
    configuration_.reload([this, id = request.id](const Reloaded &what) { reloaded(id, what); });
}

void Admin::reloaded(base::ExchangeId id, const Reloaded &what) {
    net::Response response;
    switch (what.became) {
    case Reloaded::Became::applied: response.body = json::success(reloaded_page(what)); break;
    case Reloaded::Became::refused: {
        json::Object error = json::error("configuration_invalid", what.faults.text());
        error.raw("faults", faults_json(what.faults.list()));
        response.body = json::failure(std::move(error));
        response.status = 422;
        break;
    }
    case Reloaded::Became::failed:
        response.status = 500;
        response.body = json::failure("reload_failed", what.why);
        break;
    case Reloaded::Became::built_in:
        response.status = 409;
        response.body = json::failure("built_in", "the daemon runs its built-in configuration: "
                                                  "there is no file to read again");
        break;
    case Reloaded::Became::stopping:
        response.status = 503;
        response.body = json::failure("stopping", "the daemon is stopping");
        break;
    }
    shard_.server.respond(id, std::move(response));
}

// ---- questions ---------------------------------------------------------------------------

void Admin::stats(const net::Request &request) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - started_);
    answer(request.id, stats_page(shard_, configuration_.path, uptime.count()));
}

void Admin::rooms(const net::Request &request) {
    Query query(request);
    const std::string_view prefix = query.text("prefix");
    const std::size_t limit = query.limit();
    if (query.problem()) return refuse(request.id, *query.problem());
    answer(request.id, rooms_page(shard_, prefix, limit));
}

void Admin::clients(const net::Request &request) {
    Query query(request);
    const std::string_view room = query.text("room"), user = query.text("user");
    const std::string_view nsp = query.text("namespace");
    const std::size_t limit = query.limit();
    if (query.problem()) return refuse(request.id, *query.problem());
    if (room.empty() == user.empty())
        return refuse(request.id, {422, "parameter_missing", "give either room or user"});
    const std::vector<base::ClientId> found =
        user.empty() ? shard_.router.members(nsp.empty() ? "/" : nsp, room)
                     : shard_.router.clients_of(user);
    answer(request.id, clients_page(shard_, found, limit));
}

void Admin::plugins(const net::Request &request) {
    answer(request.id, plugins_page(shard_));
}

void Admin::config(const net::Request &request) {
    net::Response response;
    response.content_type = "application/yaml";
    response.body = configuration_.in_force();
    shard_.server.respond(request.id, std::move(response));
}

void Admin::tail(const net::Request &request) {
    Query query(request);
    Tail::Request wanted;
    wanted.id = request.id;
    const auto since = query.number("since");
    wanted.from_now = !since;
    wanted.since = since.value_or(0);
    wanted.room = query.text("room");
    if (query.problem()) return refuse(request.id, *query.problem());
    if (!tail_.ask(std::move(wanted)))
        return refuse(request.id, {429, "too_many_tails", "too many tail clients"});
    ticks_.every(tick);
}

// ---- actions -----------------------------------------------------------------------------

void Admin::kick(const net::Request &request) {
    if (const auto problem = refuse_type(request)) return refuse(request.id, *problem);
    const auto kind = json::check(request.body);
    if (!kind || *kind != json::Kind::object)
        return refuse(request.id, {400, "json_malformed", "the body is not a JSON object"});
    std::vector<json::Member> members;
    json::split_object(request.body, members);
    if (members.size() != 1 || json::string(members[0].first) != "user" ||
        json::string(members[0].second).empty())
        return refuse(request.id, {422, "member_missing", R"(send {"user":"ID"})", "/user"});
    const std::string user = json::string(members[0].second);
    const std::size_t kicked = shard_.router.kick(user, false);
    shard_.log.notice("kicked by an operator", {{"user", user}, {"clients", kicked}});
    answer(request.id, R"({"kicked":)" + std::to_string(kicked) + "}");
}

void Admin::emit(const net::Request &request) {
    if (const auto problem = refuse_type(request)) return refuse(request.id, *problem);
    const auto read = emits::read_event(request.body, emits::Form::by_operator);
    if (const auto *problem = std::get_if<Problem>(&read)) return refuse(request.id, *problem);
    const auto &event = std::get<emits::Event>(read);
    std::string args;
    const dispatch::Emitted what = shard_.router.emit(emit_of(event, args));
    if (what.status != dispatch::Status::ok) return refuse(request.id, problem_of(event, what));
    answer(request.id, emitted(event, what, run_ + "-" + std::to_string(++emits_)));
}

} // namespace roomd::app
