#include "log/causes.hpp"

#include "log/log.hpp"

#include <cstdio>
#include <functional>
#include <vector>

namespace roomd::log {
namespace {

constexpr base::Rate share{Causes::per_second, Causes::burst};

void mix(std::uint64_t &hash, std::string_view text) noexcept {
    hash = (hash ^ std::hash<std::string_view>{}(text)) * 0x9E3779B97F4A7C15u;
}

using Fields = std::vector<Field>;

void add(Fields &out, std::string_view key, std::string_view value) {
    if (!value.empty()) out.emplace_back(key, value);
}

void add(Fields &out, std::initializer_list<Field> more) {
    for (const Field &field : more)
        if (!field.value().empty()) out.push_back(field);
}

// What a line says, without `sid` and details.
Fields fields_of(const About &about, std::initializer_list<Field> more) {
    Fields out;
    out.reserve(16);
    add(out, "code", about.code);
    add(out, "user", about.user);
    add(out, "address", about.address);
    add(out, "portal", about.portal);
    add(out, "origin", about.origin);
    add(out, "transport", about.transport);
    add(out, more);
    return out;
}

} // namespace

std::string_view text(Kind kind) noexcept {
    switch (kind) {
    case Kind::origin: return "origin";
    case Kind::handshake: return "handshake";
    case Kind::token: return "token";
    case Kind::connect: return "connect";
    case Kind::join: return "join";
    case Kind::event: return "event";
    case Kind::slow: return "slow";
    case Kind::violation: return "violation";
    case Kind::lost: return "lost";
    case Kind::ended: return "ended";
    case Kind::limit: return "limit";
    case Kind::guard: return "guard";
    case Kind::request: return "request";
    }
    return "";
}

std::string mark_of(std::string_view secret) {
    if (secret.empty()) return {};
    std::uint32_t hash = 2166136261; // FNV-1a
    for (const char c : secret)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    char out[9];
    std::snprintf(out, sizeof out, "%08x", hash);
    return out;
}

Causes::~Causes() {
    for (std::size_t i = 0; i < kinds; ++i)
        sum_up(static_cast<Kind>(i), clock_.now());
}

void Causes::tell(Kind kind, std::string_view what, const About &about,
                  std::initializer_list<Field> more, std::initializer_list<Field> details) {
    Fields fields = fields_of(about, more);
    std::uint64_t same = static_cast<std::uint64_t>(kind) + 1;
    mix(same, what);
    for (const Field &field : fields)
        mix(same, field.value());
    add(fields, "sid", about.sid);
    add(fields, details);
    if (tracer_ != nullptr) tracer_->note(what, fields, {});
    if (has_room(kind, same, about.address)) return log_.write(Level::info, what, fields);
    if (log_.wants(Level::debug)) return log_.write(Level::debug, what, fields);
    Share &mine = of(kind);
    ++mine.left_out;
    if (mine.untold++ == 0) mine.due = clock_.now() + told_every;
}

void Causes::mention(std::string_view what, const About &about, std::initializer_list<Field> more) {
    if (!mentions()) return;
    Fields fields = fields_of(about, more);
    add(fields, "sid", about.sid);
    if (tracer_ != nullptr) tracer_->note(what, fields, {});
    log_.write(Level::debug, what, fields);
}

void Causes::trace(std::string_view what, const About &about, std::initializer_list<Field> more,
                   std::string_view payload) {
    if (tracer_ == nullptr) return;
    Fields fields = fields_of(about, more);
    add(fields, "sid", about.sid);
    tracer_->note(what, fields, payload);
}

bool Causes::mentions() const noexcept {
    return tracer_ != nullptr || log_.wants(Level::debug);
}

// Whether the line may be written at info; if so, it counts.
bool Causes::has_room(Kind kind, std::uint64_t same, std::string_view address) {
    const base::Time now = clock_.now();
    Seen &line = look(lines_, same, now);
    if (line.count > 0) return false;
    std::uint64_t hash = static_cast<std::uint64_t>(kind) + 1;
    mix(hash, address);
    Seen &from = look(addresses_, hash, now);
    if (!address.empty() && from.count >= static_cast<std::uint32_t>(burst / 2)) return false;
    if (!of(kind).bucket.take(share, now)) return false;
    ++line.count;
    ++from.count;
    return true;
}

Causes::Seen &Causes::look(Memory &memory, std::uint64_t hash, base::Time now) noexcept {
    Seen &seen = memory[(hash >> 32) % memory.size()];
    if (seen.hash != hash || now >= seen.until) seen = {hash, now + same_for, 0};
    return seen;
}

void Causes::tick() {
    const base::Time now = clock_.now();
    for (std::size_t i = 0; i < kinds; ++i)
        if (shares_[i].untold > 0 && now >= shares_[i].due) sum_up(static_cast<Kind>(i), now);
}

void Causes::sum_up(Kind kind, base::Time now) {
    Share &mine = of(kind);
    if (mine.untold == 0) return;
    log_.info("more of this kind, not shown",
              {{"kind", text(kind)},
               {"more", mine.untold},
               {"do", "log.level: debug shows each, roomd trace those of one client"}});
    mine.untold = 0;
    mine.due = now + told_every;
}

} // namespace roomd::log
