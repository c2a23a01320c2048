#include "dispatch/admission.hpp"

#include "dispatch/about.hpp"
#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace roomd::dispatch {
namespace {

// The sooner of two times; 0 is never.
std::int64_t sooner(std::int64_t a, std::int64_t b) noexcept {
    if (a == 0 || b == 0) return a + b;
    return std::min(a, b);
}

// The wall clock is asked once, here: from then on a step of it moves no expiry.
std::optional<base::Time> deadline(std::int64_t expires_ms, base::Time now) {
    if (expires_ms == 0) return std::nullopt;
    constexpr std::int64_t longest = std::int64_t{10} * 365 * 24 * 3600 * 1000;
    const std::int64_t rest = expires_ms < 0 ? 0 : expires_ms - base::unix_ms();
    return now + base::Duration{std::clamp(rest, std::int64_t{0}, longest)};
}

bool is_object(std::string_view text) {
    const auto kind = json::check(text);
    return kind && *kind == json::Kind::object;
}

// A plugin may say anything; what the host says for it has codes of roomd's own.
std::string_view code_of(std::string_view data) {
    constexpr std::array<std::string_view, 4> own{"verdict_timeout", "overloaded", "stopping",
                                                  "backend_unavailable"};
    if (is_object(data)) {
        const std::string_view code = json::member(data, "code");
        for (const std::string_view one : own)
            if (code == json::quoted(one)) return one;
    }
    return "plugin";
}

constexpr std::string_view not_admitted = "connect refused";

} // namespace

void Admission::connecting(base::ClientId client, std::string_view nsp, std::string_view auth) {
    const Moment began = std::chrono::steady_clock::now();
    session::Clients::Info info;
    if (!clients_.info(client, info)) return;
    if (!namespaces_.knows(nsp)) return refuse_namespace(client, began, {});
    auto known = identify(options_, tokens_, *info.handshake, auth, clock_.now(), base::unix_ms());
    if (const auto *why = std::get_if<Rejection>(&known)) return refuse(client, began, {}, *why);
    Who who = std::get<Who>(std::move(known));
    // Waits before anyone is asked: a plugin may decide, join or emit inside the call.
    waiting_.emplace(client, Waiting{{}, who, began});
    const std::string id{info.id}; // a plugin may send the client away and read on
    const Connecting asked{client, id, nsp, auth, who.identity, info.handshake};
    if (hooks_->connecting(asked) == Hooks::Next::taken || !waits(client)) return;
    if (is_configured(options_, nsp)) {
        Verdict verdict;
        verdict.accept = true;
        decide(client, verdict);
    } else {
        waiting_.erase(client);
        refuse_namespace(client, began, who.identity);
    }
}

Status Admission::decide(base::ClientId client, const Verdict &verdict) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end()) return Status::gone;
    if (verdict.accept) {
        if (!verdict.identity.empty() && !is_object(verdict.identity)) return Status::invalid;
        const Waiting waiting = std::move(found->second);
        waiting_.erase(found);
        return admit(client, waiting, verdict);
    }
    if (!verdict.data.empty() && !json::check(verdict.data)) return Status::invalid;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    refuse(client, waiting.began, waiting.who.identity, code_of(verdict.data),
           verdict.message.empty() ? "Connection refused" : verdict.message, verdict.data);
    return Status::ok;
}

// In a plugin's words, or those of Node for a namespace that is not there.
void Admission::refuse(base::ClientId client, Moment began, std::string_view identity,
                       std::string_view code, std::string_view message, std::string_view data) {
    if (causes_ != nullptr) {
        const std::string own = json::string(json::member(data, "code"));
        tell(not_admitted, client, identity, {own, std::string(message)});
    }
    answer(client, began, identity, code, message, data);
}

void Admission::refuse(base::ClientId client, Moment began, std::string_view identity,
                       const Rejection &why) {
    if (causes_ != nullptr)
        tell(not_admitted, client, identity.empty() ? why.identity : identity, why);
    answer(client, began, identity, why.code, why.message, why.data());
}

void Admission::tell(std::string_view what, base::ClientId client, std::string_view identity,
                     const Rejection &why) const {
    session::Clients::Info info;
    if (!clients_.info(client, info)) return;
    const bool token = why.code.starts_with("token_") || why.code == "keys_unavailable" ||
                       why.code == "too_many_attempts";
    const std::string user = user_of(identity);
    causes_->tell(token ? log::Kind::token : log::Kind::connect,
                  token && what == not_admitted ? "token refused" : what,
                  about(clients_, client, user, why.code),
                  {{"namespace", info.nsp}, {"kid", why.key_id}, {"issuer", why.issuer}},
                  {{"why", why.message}});
}

void Admission::answer(base::ClientId client, Moment began, std::string_view identity,
                       std::string_view code, std::string_view message, std::string_view data) {
    session::Clients::Info info;
    if (!clients_.info(client, info)) return;
    counters_.handshakes.observe(std::chrono::steady_clock::now() - began);
    counters_.refused.add(
        {code, info.handshake->facts->portal, session::text(clients_.transport(info.session))});
    const std::string id{info.id}, nsp{info.nsp};
    if (clients_.refuse(client, message, data))
        hooks_->not_connected({client, id, nsp, identity, true, message, data});
}

void Admission::refuse_namespace(base::ClientId client, Moment began, std::string_view identity) {
    refuse(client, began, identity, "namespace_unknown", "Invalid namespace", {});
}

void Admission::gone(base::ClientId client, session::CloseReason reason) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end()) return;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    session::Clients::Info info;
    if (!clients_.info(client, info)) return;
    hooks_->not_connected(
        {client, info.id, info.nsp, waiting.who.identity, false, session::text(reason), {}});
}

// Held meanwhile, so that packets which waited come after connected().
Status Admission::admit(base::ClientId client, const Waiting &waiting, const Verdict &verdict) {
    session::Clients::Info info;
    if (!clients_.info(client, info)) return Status::gone;
    const std::string_view identity =
        verdict.identity.empty() ? std::string_view{waiting.who.identity} : verdict.identity;
    // While a plugin thought about it, the configuration may have changed or the token ended.
    if (!namespaces_.knows(info.nsp)) {
        refuse_namespace(client, waiting.began, waiting.who.identity);
        return Status::ok;
    }
    const auto expires = deadline(sooner(waiting.who.expires_ms, verdict.expires_ms), clock_.now());
    auto why = reject(info.handshake->facts->portal, identity);
    if (!why && expires && *expires <= clock_.now())
        why = Rejection{"token_expired", "the token expired meanwhile", true};
    if (why) {
        refuse(client, waiting.began, waiting.who.identity, *why);
        return Status::ok;
    }
    clients_.hold(client);
    if (!clients_.accept(client)) {
        clients_.release(client);
        return Status::gone;
    }
    const std::string id{info.id}, nsp{info.nsp}; // as above
    rooms::Space &space = hub_.enter(client, nsp);
    for (const std::string &room : waiting.rooms)
        space.join(client, room, rooms::Grant::plugin);
    identities_.set(client, identity, expires);
    membership_.enter_automatic_rooms(client, space);
    counters_.handshakes.observe(std::chrono::steady_clock::now() - waiting.began);
    counters_.connects.add(
        {info.handshake->facts->portal, session::text(clients_.transport(info.session))});
    if (causes_ != nullptr && causes_->traced())
        causes_->trace("connected", about(clients_, client, identities_.user(client), {}),
                       {{"namespace", nsp}, {"client", id}});
    hooks_->connected({client, id, nsp, identities_.of(client)});
    clients_.release(client);
    return Status::ok;
}

// What applies to every identity, whether a token or a plugin gave it.
std::optional<Rejection> Admission::reject(std::string_view portal,
                                           std::string_view identity) const {
    if (auto why = reject_identity(options_, portal, identity)) return why;
    if (options_.per_user != 0 &&
        identities_.count(user_of(identity), options_.per_user) >= options_.per_user)
        return Rejection{"too_many_connections", "you have as many connections as allowed", true};
    return std::nullopt;
}

std::vector<base::ClientId> Admission::no_longer_admitted() const {
    std::vector<base::ClientId> clients;
    hub_.each([&](std::string_view nsp, rooms::Space &space) {
        rooms::Selection all;
        all.everyone = true;
        const bool gone = !namespaces_.knows(nsp);
        for (const base::ClientId client : space.select(all)) {
            session::Clients::Info info;
            if (!clients_.info(client, info)) continue;
            const std::string_view identity = identities_.of(client);
            auto why = reject_identity(options_, info.handshake->facts->portal, identity);
            if (gone)
                why = Rejection{"namespace_unknown", "the namespace is not configured any more"};
            if (!why) continue;
            if (causes_ != nullptr) tell("no longer admitted", client, identity, *why);
            clients.push_back(client);
        }
    });
    return clients;
}

std::vector<base::ClientId> Admission::waiting_of(std::string_view user) const {
    std::vector<base::ClientId> clients;
    for (const auto &[client, waiting] : waiting_)
        if (user_of(waiting.who.identity) == user) clients.push_back(client);
    return clients;
}

std::string_view Admission::identity(base::ClientId client) const {
    const auto found = waiting_.find(client);
    return found != waiting_.end() ? std::string_view{found->second.who.identity}
                                   : std::string_view{};
}

std::vector<std::string> Admission::rooms(base::ClientId client) const {
    const auto found = waiting_.find(client);
    return found != waiting_.end() ? found->second.rooms : std::vector<std::string>{};
}

Status Admission::join(base::ClientId client, std::string_view room) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end()) return Status::gone;
    std::vector<std::string> &rooms = found->second.rooms;
    if (std::find(rooms.begin(), rooms.end(), room) != rooms.end()) return Status::ok;
    if (rooms.size() >= options_.rooms_per_client) return Status::too_big;
    rooms.emplace_back(room);
    return Status::ok;
}

void Admission::leave(base::ClientId client, std::string_view room) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end()) return;
    std::vector<std::string> &rooms = found->second.rooms;
    rooms.erase(std::remove(rooms.begin(), rooms.end(), room), rooms.end());
}

} // namespace roomd::dispatch
