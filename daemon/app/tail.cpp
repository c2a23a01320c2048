#include "app/tail.hpp"

#include "auth/keys.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "dispatch/router.hpp"
#include "session/clients.hpp"
#include "json/json.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <utility>

namespace roomd::app {
namespace {

template <class Names> void append_names(std::string &out, const Names &names) {
    out += '[';
    for (const auto &name : names) {
        if (out.back() != '[') out += ',';
        json::append_quoted(out, name);
    }
    out += ']';
}

// Who asked for it: a plugin, with the key that its request was sent with; a client; an operator.
std::string source_of(const dispatch::Emit &emit, const session::Clients &clients) {
    json::Object out;
    session::Clients::Info info;
    if (!emit.position.source.empty()) {
        out.text("plugin", emit.position.source);
        if (emit.rights != nullptr) out.text("key", emit.rights->name);
    } else if (emit.without != base::ClientId::none) {
        out.text("client", clients.info(emit.without, info) ? info.id : std::string_view{});
    } else {
        out.flag("operator", true);
    }
    return out.done();
}

bool goes_to(const std::vector<std::string> &rooms, std::string_view wanted) {
    if (wanted.empty()) return true;
    const bool prefix = wanted.back() == '*';
    if (prefix) wanted.remove_suffix(1);
    return std::any_of(rooms.begin(), rooms.end(), [&](const std::string &room) {
        return prefix ? room.starts_with(wanted) : room == wanted;
    });
}

} // namespace

Tail::Tail(const base::Clock &clock, dispatch::Router &router, const session::Clients &clients,
           Answer answer, std::function<void()> soon, const Limits &limits) :
    clock_(clock),
    router_(router),
    clients_(clients),
    answer_(std::move(answer)),
    soon_(std::move(soon)),
    limits_(limits),
    run_(base::random_id()) {}

Tail::~Tail() {
    router_.unwatch(*this);
}

bool Tail::ask(Request request) {
    if (waiting_.size() >= limits_.waiting) return false;
    if (!std::exchange(watching_, true)) {
        before_ = router_.emits();
        router_.watch(*this);
    }
    const std::uint64_t now = router_.emits();
    if (request.from_now || request.since > now) request.since = now; // `since` of another run
    last_request_ = clock_.now();
    waiting_.push_back({std::move(request), clock_.now() + limits_.patience});
    if (waiting_.back().request.since < now) serve();
    return true;
}

void Tail::end() {
    for (Waiting &waiting : std::exchange(waiting_, {}))
        answer_(waiting.request.id, collect(waiting.request).json);
}

void Tail::tick() {
    serve();
    if (!waiting_.empty() || clock_.now() < last_request_ + limits_.idle) return;
    watching_ = false;
    router_.unwatch(*this);
    events_.clear();
    bytes_ = 0;
}

void Tail::emitted(std::uint64_t number, const dispatch::Emit &emit,
                   const dispatch::Emitted &what) {
    events_.push_back({number, text(number, emit, what), what.rooms});
    bytes_ += events_.back().json.size();
    while (events_.size() > limits_.events || (bytes_ > limits_.bytes && events_.size() > 1)) {
        before_ = events_.front().number;
        bytes_ -= events_.front().json.size();
        events_.pop_front();
    }
    if (!waiting_.empty() && !std::exchange(called_, true)) soon_();
}

void Tail::serve() {
    called_ = false;
    std::vector<std::pair<base::ExchangeId, std::string>> answers;
    std::erase_if(waiting_, [&](Waiting &waiting) {
        Found found = collect(waiting.request);
        if (!found.any && clock_.now() < waiting.until) return false;
        answers.emplace_back(waiting.request.id, std::move(found.json));
        return true;
    });
    for (auto &[id, json] : answers)
        answer_(id, std::move(json));
}

// The events that the request has not seen.  Advances `since` over those that are not for it.
Tail::Found Tail::collect(Request &request) const {
    const std::uint64_t lost = before_ > request.since ? before_ - request.since : 0;
    std::uint64_t next = std::max(before_, request.since);
    std::string list;
    const auto first = std::partition_point(
        events_.begin(), events_.end(), [&](const Event &event) { return event.number <= next; });
    for (auto at = first; at != events_.end() && list.size() < limits_.answer; ++at) {
        next = at->number;
        if (!goes_to(at->rooms, request.room)) continue;
        if (!list.empty()) list += ',';
        list += at->json;
    }
    Found out;
    out.any = lost > 0 || !list.empty();
    if (!out.any) request.since = next;
    out.json = "{\"run\":" + json::quoted(run_) + ",\"next\":" + std::to_string(next) +
               ",\"lost\":" + std::to_string(lost) + ",\"events\":[";
    out.json.append(list).append("]}");
    return out;
}

std::string Tail::text(std::uint64_t number, const dispatch::Emit &emit,
                       const dispatch::Emitted &what) const {
    std::string out = "{\"number\":" + std::to_string(number) + ",\"time\":\"" +
                      base::iso8601(base::unix_ms()) + "\",\"namespace\":";
    json::append_quoted(out, emit.nsp);
    out += ",\"event\":";
    json::append_quoted(out, emit.event);
    if (!emit.id.empty()) {
        out += ",\"id\":";
        json::append_quoted(out, emit.id);
    }
    if (!emit.request.empty()) {
        out += ",\"request\":";
        json::append_quoted(out, emit.request);
    }
    session::Clients::Info info;
    if (emit.all) {
        out += ",\"broadcast\":true";
    } else if (emit.to != base::ClientId::none) {
        out += ",\"client\":";
        json::append_quoted(out, clients_.info(emit.to, info) ? info.id : std::string_view{});
    } else {
        out += ",\"rooms\":";
        append_names(out, what.rooms);
    }
    if (!emit.except.empty()) {
        out += ",\"except\":";
        append_names(out, emit.except);
    }
    if (emit.droppable) out += ",\"volatile\":true";
    if (!emit.args.blobs.empty())
        out += ",\"attachments\":" + std::to_string(emit.args.blobs.size());
    out += ",\"recipients\":" + std::to_string(what.recipients);
    out += ",\"source\":" + source_of(emit, clients_);
    if (emit.came != std::chrono::steady_clock::time_point{})
        out +=
            ",\"latency\":" + std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(
                                                 std::chrono::steady_clock::now() - emit.came)
                                                 .count());
    out += ",\"bytes\":" + std::to_string(emit.args.json.size());
    if (emit.args.json.size() <= limits_.args) out.append(",\"args\":").append(emit.args.json);
    out += '}';
    return out;
}

} // namespace roomd::app
