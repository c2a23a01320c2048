#include "app/admin.hpp"

#include "app/admin_pages.hpp"
#include "app/admin_request.hpp"
#include "app/audit.hpp"
#include "app/console_gate.hpp"
#include "app/emit_of.hpp"
#include "app/explain.hpp"
#include "app/shard.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "emits/reader.hpp"
#include "json/answer.hpp"
#include "json/json.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

using emits::Problem;

constexpr base::Duration gather{25}; // events within this time share one answer
constexpr base::Duration tick{1000};
constexpr std::size_t small_body = 4096;

std::string failure(const Problem &why) {
    return json::failure(json::error(why.code, why.message, why.pointer));
}

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
    top_(shard),
    tail_(
        shard.loop, shard.router, shard.clients,
        [this](base::ExchangeId id, const std::string &json) { answer(id, json); },
        [this] { gather_.after(gather); }, Tail::Limits()),
    traces_(shard.loop, shard.causes, shard.router,
            {[this](base::ExchangeId id, const std::string &json) { answer(id, json); },
             [this](base::ExchangeId id) { return shard_.server.owes(id); },
             [this] { gather_traces_.after(gather); }},
            Traces::Limits()),
    gather_(shard.loop, [this] { tail_.serve(); }),
    gather_traces_(shard.loop, [this] { traces_.serve(); }),
    ticks_(shard.loop,
           [this] {
               tail_.tick();
               traces_.tick();
               top_.tick();
               if (!tail_.watching() && !traces_.tracing() && !top_.watching()) ticks_.cancel();
           }),
    lag_(shard.loop) {
    using enum Asked;
    add("POST", "reload", &Admin::reload, by_operators);
    add("GET", "config", &Admin::config, by_operators);
    add("POST", "trace", &Admin::begin_trace, by_operators);
    add("GET", "trace", &Admin::trace, by_operators);
    add("GET", "health", &Admin::health, on_the_console_only);
    add("GET", "stats", &Admin::stats, on_the_console_too);
    add("GET", "rooms", &Admin::rooms, on_the_console_too);
    add("GET", "clients", &Admin::clients, on_the_console_too);
    add("GET", "plugins", &Admin::plugins, on_the_console_too);
    add("GET", "catalogue", &Admin::catalogue, on_the_console_too);
    add("GET", "top", &Admin::top, by_operators);
    add("GET", "tail", &Admin::tail, on_the_console_too);
    add("POST", "kick", &Admin::kick, on_the_console_too);
    add("POST", "emit", &Admin::emit, on_the_console_too);
    add("POST", "explain", &Admin::explain, on_the_console_too);
}

Admin::~Admin() {
    for (const auto route : routes_)
        shard_.server.remove_route(route);
}

void Admin::add(const char *method, const std::string &name, Serve serve, Asked where) {
    net::Route route;
    route.method = method;
    route.path = "/admin/" + name;
    route.side = net::Side::admin;
    route.headers = {"content-type"};
    const bool long_body = serve == &Admin::emit || serve == &Admin::explain;
    route.max_body = long_body ? shard_.http.default_body() : small_body;
    route.serve = [this, serve](const net::Request &request) { (this->*serve)(request); };
    if (where != Asked::by_operators && !configuration_.console.empty()) {
        net::Route call = route;
        call.path = configuration_.console + "api/" + name;
        call.side = net::Side::front;
        call.kinds = console_kinds;
        call.headers = console_headers();
        call.admit = [this](const net::Request &request) {
            return admit_to_console(shard_.gate, request);
        };
        routes_.push_back(shard_.server.add_route(std::move(call)));
    }
    if (where != Asked::on_the_console_only && configuration_.on_listeners) {
        net::Route call = route;
        call.side = net::Side::front;
        call.kinds = net::kind::admin;
        call.headers = console_headers();
        call.admit = [this](const net::Request &request) {
            return admit_to_admin(shard_.gate, request);
        };
        routes_.push_back(shard_.server.add_route(std::move(call)));
    }
    if (where != Asked::on_the_console_only)
        routes_.push_back(shard_.server.add_route(std::move(route)));
}

void Admin::end() {
    tail_.end();
    traces_.end();
}

void Admin::answer(base::ExchangeId id, std::string_view data) {
    respond(id, 200, json::success(data));
}

void Admin::refuse(base::ExchangeId id, const Problem &problem) {
    respond(id, problem.status, failure(problem));
}

void Admin::respond(base::ExchangeId id, int status, std::string body) {
    net::Response response;
    response.status = status;
    response.headers = unkept();
    response.body = std::move(body);
    shard_.server.respond(id, std::move(response));
}

// ---- reload ------------------------------------------------------------------------------

void Admin::reload(const net::Request &request) {
    configuration_.reload([this, id = request.id, who = Operator(request)](const Reloaded &what) {
        audit_reload(shard_.log, who, what);
        reloaded(id, what);
    });
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
    answer(request.id, stats_page(shard_, configuration_.path, uptime.count(), lag_.most()));
}

void Admin::top(const net::Request &request) {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(
        std::chrono::steady_clock::now() - started_);
    answer(request.id,
           top_.page(stats_page(shard_, configuration_.path, uptime.count(), lag_.most())));
    ticks_.every(tick);
}

void Admin::health(const net::Request &request) {
    shard_.server.respond(request.id, shard_.pages.health());
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
    const std::string_view given = query.text("namespace");
    const std::string_view nsp = given.empty() ? "/" : given;
    const std::size_t limit = query.limit();
    if (query.problem()) return refuse(request.id, *query.problem());
    if (!room.empty() && !user.empty())
        return refuse(request.id, {422, "parameter_invalid", "give either room or user"});
    std::vector<base::ClientId> found;
    if (!room.empty())
        found = shard_.router.members(nsp, room);
    else if (!user.empty())
        found = shard_.router.clients_of(user);
    else
        found = shard_.router.clients(nsp, base::ClientId::none, limit);
    const bool all = room.empty() && user.empty();
    const std::size_t total = all ? shard_.router.count(nsp) : found.size();
    answer(request.id, clients_page(shard_, found, total, limit));
}

void Admin::plugins(const net::Request &request) {
    answer(request.id, plugins_page(shard_));
}

void Admin::catalogue(const net::Request &request) {
    answer(request.id, catalogue_page(configuration_.running(), configuration_.mints));
}

void Admin::explain(const net::Request &request) {
    Body body(request);
    const config::Config &config = configuration_.running();
    if (!body.has("join")) {
        if (const auto problem = refuse_type(request)) return refuse(request.id, *problem);
        return answer(request.id, explained_json(explain_emit(config, request.body), About::event));
    }
    Visitor who;
    const std::string room = body.text("join");
    who.token = body.text("token");
    if (body.has("origin")) who.origin = body.text("origin");
    if (body.has("namespace")) who.nsp = body.text("namespace");
    if (body.problem()) return refuse(request.id, *body.problem());
    config::Config with_keys = config; // those that were fetched count too
    with_keys.auth.issuers = shard_.key_sets.issuers();
    answer(request.id,
           explained_json(explain_join(with_keys, who, room, base::unix_ms()), About::join));
}

void Admin::config(const net::Request &request) {
    net::Response response;
    response.content_type = "application/yaml";
    response.body = configuration_.running().effective;
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

void Admin::begin_trace(const net::Request &request) {
    constexpr std::uint64_t longest = 3600, usual = 300;
    Body body(request);
    Traces::Subject subject{body.text("user"), body.text("address"), body.text("event"),
                            body.flag("payloads")};
    const std::uint64_t seconds = body.number("seconds").value_or(usual);
    if (body.problem()) return refuse(request.id, *body.problem());
    const int given = !subject.user.empty() + !subject.address.empty() + !subject.event.empty();
    if (given != 1)
        return refuse(request.id, {422, "member_missing",
                                   "send one of \"user\", \"address\" and \"event\"", "/user"});
    if (seconds == 0 || seconds > longest)
        return refuse(request.id, {422, "parameter_invalid", "seconds are 1 to 3600", "/seconds"});
    audit(shard_.log, Operator(request), "trace",
          {{"user", subject.user},
           {"client_address", subject.address},
           {"event", subject.event},
           {"payloads", subject.payloads ? "yes" : ""},
           {"seconds", seconds}});
    const std::string id =
        traces_.begin(std::move(subject), std::chrono::seconds(static_cast<std::int64_t>(seconds)));
    if (id.empty())
        return refuse(request.id, {429, "too_many_traces", "too many traces are running"});
    ticks_.every(tick);
    answer(request.id, json::Object().text("trace", id).number("seconds", seconds).done());
}

void Admin::trace(const net::Request &request) {
    Query query(request);
    const std::string_view id = query.text("id");
    if (query.problem()) return refuse(request.id, *query.problem());
    if (!traces_.ask(id, request.id))
        refuse(request.id, {404, "trace_unknown", "there is no such trace, or it has ended"});
}

// ---- actions -----------------------------------------------------------------------------

void Admin::kick(const net::Request &request) {
    Body body(request);
    const std::string user = body.text("user"), id = body.text("client");
    const std::string nsp = body.has("namespace") ? body.text("namespace") : "/";
    if (body.problem()) return refuse(request.id, *body.problem());
    if (user.empty() == id.empty())
        return refuse(request.id,
                      {422, "member_missing", R"(send {"user":"ID"} or {"client":"ID"})", "/user"});
    std::size_t kicked = 0;
    if (id.empty()) {
        kicked = shard_.router.kick(user, false);
    } else if (const auto client = shard_.clients.find(nsp, id); client != base::ClientId::none) {
        const auto status = shard_.router.disconnect(
            client, false, session::CloseReason::server_namespace_disconnect);
        kicked = status == dispatch::Status::ok ? 1 : 0;
    }
    audit(shard_.log, Operator(request), "kick",
          {{"user", user}, {"client", id}, {"clients", kicked}});
    answer(request.id, R"({"kicked":)" + std::to_string(kicked) + "}");
}

void Admin::emit(const net::Request &request) {
    if (const auto problem = refuse_type(request)) return refuse(request.id, *problem);
    const auto read = emits::read_event(request.body, emits::Form::by_operator);
    if (const auto *problem = std::get_if<Problem>(&read)) return refuse(request.id, *problem);
    const auto &event = std::get<emits::Event>(read);
    std::string args;
    const std::string id = run_ + "-" + std::to_string(++emits_);
    dispatch::Emit emit = emit_of(event, args);
    emit.id = id;
    emit.request = request.id_given;
    const dispatch::Emitted what = shard_.router.emit(std::move(emit));
    audit(
        shard_.log, Operator(request), "emit",
        {{"event", event.name}, {"id", id}, {"code", what.code}, {"recipients", what.recipients}});
    if (what.status != dispatch::Status::ok) return refuse(request.id, problem_of(event, what));
    answer(request.id, emitted(event, what, id));
}

} // namespace roomd::app
