#include "app/traces.hpp"

#include "auth/keys.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "dispatch/router.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace roomd::app {
namespace {

constexpr std::size_t longest_value = 1000;

bool has(std::span<const log::Field> fields, std::string_view key, std::string_view value) {
    return std::any_of(fields.begin(), fields.end(), [&](const log::Field &field) {
        return field.key == key && field.value() == value;
    });
}

bool matches(const Traces::Subject &subject, std::span<const log::Field> fields) {
    if (!subject.user.empty()) return has(fields, "user", subject.user);
    if (!subject.address.empty()) return has(fields, "address", subject.address);
    return has(fields, "event", subject.event);
}

bool holds(const std::vector<std::string> &list, std::string_view wanted) {
    return std::find(list.begin(), list.end(), wanted) != list.end();
}

// Whether it reaches this client of the user.
bool reaches(const dispatch::Router &router, base::ClientId client, const dispatch::Emit &emit,
             const std::vector<std::string> &rooms) {
    dispatch::Known known;
    if (emit.to == client) return true;
    if (emit.without == client || !router.known(client, known) || known.nsp != emit.nsp)
        return false;
    const auto in = [&](std::string_view room) {
        return room == known.id || holds(known.rooms, room);
    };
    if (std::any_of(emit.except.begin(), emit.except.end(), in)) return false;
    return emit.all || std::any_of(rooms.begin(), rooms.end(), in);
}

std::string joined(const std::vector<std::string> &names) {
    std::string out;
    for (const std::string &name : names) {
        if (out.size() > longest_value) return out += " ...";
        (out += out.empty() ? "" : " ") += name;
    }
    return out;
}

} // namespace

Traces::Traces(const base::Clock &clock, log::Causes &causes, dispatch::Router &router,
               Outside outside, const Limits &limits) :
    clock_(clock),
    causes_(causes),
    router_(router),
    outside_(std::move(outside)),
    limits_(limits) {}

Traces::~Traces() {
    traces_.clear();
    drop_ended();
}

std::string Traces::begin(Subject subject, base::Duration lasts) {
    if (traces_.size() >= limits_.traces) return {};
    if (traces_.empty()) {
        causes_.trace_to(this);
        router_.watch(*this);
    }
    Trace &trace = traces_.emplace_back();
    trace.id = base::random_id();
    trace.subject = std::move(subject);
    trace.until = clock_.now() + lasts;
    trace.last_request = clock_.now();
    return trace.id;
}

bool Traces::ask(std::string_view id, base::ExchangeId exchange) {
    const auto found = std::find_if(traces_.begin(), traces_.end(),
                                    [&](const Trace &trace) { return trace.id == id; });
    if (found == traces_.end()) return false;
    Trace &trace = *found;
    if (trace.waiting != base::ExchangeId::none) answer(trace); // by another reader
    trace.waiting = exchange;
    trace.last_request = clock_.now();
    trace.patience = clock_.now() + limits_.patience;
    if (!trace.lines.empty() || trace.lost > 0 || trace.ended) answer(trace);
    drop_ended();
    return true;
}

void Traces::serve() {
    called_ = false;
    for (Trace &trace : traces_)
        if (trace.waiting != base::ExchangeId::none && !trace.lines.empty()) answer(trace);
    drop_ended();
}

void Traces::tick() {
    const base::Time now = clock_.now();
    for (Trace &trace : traces_) {
        const bool waits = trace.waiting != base::ExchangeId::none;
        const bool gone =
            waits ? !outside_.waits(trace.waiting) : now >= trace.last_request + limits_.idle;
        if (now >= trace.until) trace.ended = true;
        if (gone)
            trace.id.clear();
        else if (waits && (trace.ended || now >= trace.patience))
            answer(trace);
    }
    drop_ended();
}

void Traces::end() {
    for (Trace &trace : traces_) {
        trace.ended = true;
        if (trace.waiting != base::ExchangeId::none) answer(trace);
        trace.id.clear();
    }
    drop_ended();
}

void Traces::answer(Trace &trace) {
    std::string json = "{\"lines\":[" + std::exchange(trace.lines, {}) +
                       "],\"lost\":" + std::to_string(std::exchange(trace.lost, 0)) +
                       ",\"ended\":" + (trace.ended ? "true}" : "false}");
    trace.last_request = clock_.now();
    outside_.answer(std::exchange(trace.waiting, base::ExchangeId::none), std::move(json));
    if (trace.ended) trace.id.clear();
}

// Those without an id.  The last one switches all of it off.
void Traces::drop_ended() {
    traces_.remove_if([](const Trace &trace) { return trace.id.empty(); });
    if (!traces_.empty()) return;
    causes_.trace_to(nullptr);
    router_.unwatch(*this);
}

void Traces::note(std::string_view what, std::span<const log::Field> fields,
                  std::string_view payload) {
    for (Trace &trace : traces_)
        if (matches(trace.subject, fields)) push(trace, what, fields, payload);
}

void Traces::emitted(std::uint64_t, const dispatch::Emit &emit, const dispatch::Emitted &what) {
    about_emit("emitted", emit, what);
}

void Traces::refused(const dispatch::Emit &emit, const dispatch::Emitted &what) {
    about_emit("emit refused", emit, what);
}

bool Traces::is_about(const Subject &subject, const dispatch::Emit &emit,
                      const dispatch::Emitted &what) const {
    if (!subject.event.empty()) return emit.event == subject.event;
    if (subject.user.empty()) return false;
    if (emit.without != base::ClientId::none && router_.user(emit.without) == subject.user)
        return true;
    const auto clients = router_.clients_of(subject.user);
    return std::any_of(clients.begin(), clients.end(), [&](base::ClientId client) {
        return reaches(router_, client, emit, what.rooms);
    });
}

void Traces::about_emit(std::string_view what, const dispatch::Emit &emit,
                        const dispatch::Emitted &became) {
    for (Trace &trace : traces_) {
        if (!is_about(trace.subject, emit, became)) continue;
        const std::string rooms = emit.all ? "everyone" : joined(became.rooms); // fields are views
        const std::vector<log::Field> fields{
            {"code", became.code},
            {"event", emit.event},
            {"rooms", rooms},
            {"recipients", became.recipients},
            {"id", emit.id},
            {"plugin", emit.position.source},
            {"key", emit.rights != nullptr ? std::string_view(emit.rights->name) : ""},
            {"by", router_.user(emit.without)},
            {"request", emit.request},
            {"bytes", emit.args.json.size()},
            {"pointer", became.pointer},
            {"why", became.text}};
        push(trace, what, fields, emit.args.json);
    }
}

void Traces::push(Trace &trace, std::string_view what, std::span<const log::Field> fields,
                  std::string_view payload) {
    if (trace.ended) return;
    json::Object line;
    line.text("time", base::iso8601(base::unix_ms())).text("what", what);
    for (const log::Field &field : fields) {
        if (field.value().empty()) continue;
        if (!field.number.empty())
            line.raw(field.key, field.number);
        else
            line.text(field.key, field.text.substr(0, longest_value));
    }
    if (trace.subject.payloads && !payload.empty() && payload.size() <= limits_.payload)
        line.raw("payload", payload);
    const std::string text = line.done();
    // Once a line is lost all are, until that is told: the report is where they were.
    if (trace.lost > 0 || trace.lines.size() + text.size() > limits_.bytes) {
        ++trace.lost;
        return;
    }
    if (!trace.lines.empty()) trace.lines += ',';
    trace.lines += text;
    if (trace.waiting != base::ExchangeId::none && !std::exchange(called_, true)) outside_.soon();
}

} // namespace roomd::app
