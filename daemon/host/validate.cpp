#include "host/validate.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "host/sizes.hpp"
#include "rooms/names.hpp"
#include "sio/event.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <array>

namespace roomd::host {
namespace {

constexpr std::size_t max_names = 10000; // of rooms in one emit; the Router allows fewer
constexpr std::size_t max_headers = 64;
constexpr std::uint32_t all_flags = ROOMD_EMIT_VOLATILE | ROOMD_EMIT_LOCAL | ROOMD_EMIT_ROUTE |
                                    ROOMD_EMIT_ALL | ROOMD_EMIT_DURABLE | ROOMD_EMIT_LIVE;
constexpr std::uint32_t two_ways = ROOMD_EMIT_DURABLE | ROOMD_EMIT_LIVE;

// So that no plugin can forge another header or a second answer.
bool is_header_value(std::string_view text) noexcept {
    return text.size() <= 8192 && std::all_of(text.begin(), text.end(), [](char c) {
               return c == '\t' || !base::is_control(c);
           });
}

bool frames_the_message(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 8> ours = {
        "connection", "content-length", "transfer-encoding", "content-type",
        "keep-alive", "upgrade",        "trailer",           "te"};
    return std::any_of(ours.begin(), ours.end(),
                       [&](std::string_view one) { return base::equal_nocase(name, one); });
}

roomd_status copy_names(const roomd_str *names, std::size_t n, std::vector<std::string> &out) {
    if (n > 0 && names == nullptr) return ROOMD_INVALID;
    if (n > max_names) return ROOMD_TOO_BIG;
    out.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_text(names[i])) return ROOMD_INVALID;
        out.emplace_back(view(names[i]));
    }
    return ROOMD_OK;
}

bool is_epoch(std::string_view text) noexcept {
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
        return base::is_alnum(c) || c == '_' || c == '-';
    });
}

roomd_status copy_position(const roomd_emit &emit, OwnedEmit &out) {
    if (emit.struct_size < offsetof(roomd_emit, seq) + sizeof emit.seq) return ROOMD_OK;
    if (emit.epoch.len == 0) return emit.seq == 0 ? ROOMD_OK : ROOMD_INVALID;
    if (emit.epoch.ptr == nullptr || !is_epoch(view(emit.epoch)) || emit.seq == 0)
        return ROOMD_INVALID;
    out.epoch = view(emit.epoch);
    out.seq = emit.seq;
    return ROOMD_OK;
}

} // namespace

std::string_view as_text(std::string_view bytes, std::deque<std::string> &kept) {
    return base::is_utf8(bytes) ? bytes : kept.emplace_back(base::to_utf8(bytes));
}

bool is_header_name(std::string_view text) noexcept { // RFC 9110, 5.6.2
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 128 &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return base::is_alnum(c) || marks.find(c) != std::string_view::npos;
           });
}

bool is_text(roomd_str text, std::size_t most) noexcept {
    if (text.len == 0) return true;
    if (text.ptr == nullptr || text.len > most) return false;
    const std::string_view bytes = view(text);
    return bytes.find('\0') == std::string_view::npos && base::is_utf8(bytes);
}

bool is_nsp(roomd_str nsp) noexcept {
    return nsp.len == 0 || rooms::is_namespace(view(nsp));
}

bool is_nsp_pattern(roomd_str nsp) noexcept {
    if (nsp.len == 0) return true;
    if (!is_text(nsp, 256)) return false;
    const std::string_view name = view(nsp);
    const std::size_t at = name.find('*');
    if (at != std::string_view::npos && at + 1 != name.size()) return false;
    return name.front() == '/' || name == "*";
}

bool is_room(roomd_str room) noexcept {
    return rooms::is_room(view(room));
}

bool is_json(roomd_str text, Json what) {
    if (text.len == 0) return true;
    if (text.ptr == nullptr) return false;
    const auto kind = json::check(view(text));
    return kind && (what == Json::any || *kind == json::Kind::object);
}

roomd_status validate_and_copy(const roomd_args &args, std::size_t max_bytes, OwnedArgs &out) {
    if (args.json.len > 0 && args.json.ptr == nullptr) return ROOMD_INVALID;
    if (args.n_blobs > 0 && args.blobs == nullptr) return ROOMD_INVALID;
    if (args.n_blobs > sio::max_attachments) return ROOMD_TOO_BIG;
    std::size_t bytes = args.json.len;
    for (std::size_t i = 0; i < args.n_blobs; ++i) {
        if (args.blobs[i].len > 0 && args.blobs[i].ptr == nullptr) return ROOMD_INVALID;
        if (args.blobs[i].len > max_bytes) return ROOMD_TOO_BIG;
        bytes += args.blobs[i].len;
    }
    if (bytes > max_bytes) return ROOMD_TOO_BIG;
    const std::string_view text = json::trim(args.json.len == 0 ? "[]" : view(args.json));
    if (sio::refuse_args(text, args.n_blobs, json::default_depth) != nullptr) return ROOMD_INVALID;
    out.json = text;
    out.blobs.reserve(args.n_blobs);
    for (std::size_t i = 0; i < args.n_blobs; ++i) {
        out.blobs.emplace_back(static_cast<const char *>(args.blobs[i].ptr), args.blobs[i].len);
    }
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_emit &emit, std::size_t max_bytes, OwnedEmit &out) {
    if (emit.struct_size < least_emit || (emit.flags & ~all_flags) != 0 ||
        (emit.flags & two_ways) == two_ways)
        return ROOMD_INVALID;
    const bool pattern = view(emit.nsp).find('*') != std::string_view::npos;
    if (!is_nsp_pattern(emit.nsp) || pattern || !is_text(emit.event) || !is_text(emit.key, 256) ||
        !is_text(emit.on_behalf, 256)) {
        return ROOMD_INVALID;
    }
    // The Router says whether the names in it are valid, with a code for `fn`; see check_names().
    const bool to_rooms = emit.n_rooms > 0 || (emit.flags & ROOMD_EMIT_ALL) != 0;
    if (emit.to != 0 ? to_rooms : !to_rooms && (emit.flags & ROOMD_EMIT_ROUTE) == 0) {
        return ROOMD_INVALID; // two targets, or none: a missing room never means everyone
    }
    if (emit.n_rooms > 0 && (emit.flags & ROOMD_EMIT_ALL) != 0) return ROOMD_INVALID;
    roomd_status status = copy_names(emit.rooms, emit.n_rooms, out.rooms);
    if (status == ROOMD_OK) status = copy_names(emit.except, emit.n_except, out.except);
    if (status == ROOMD_OK) status = validate_and_copy(emit.args, max_bytes, out.args);
    if (status != ROOMD_OK) return status;
    out.nsp = emit.nsp.len == 0 ? "/" : view(emit.nsp);
    out.event = view(emit.event);
    out.to = base::ClientId{emit.to};
    out.without = base::ClientId{emit.without};
    out.flags = emit.flags;
    out.key = view(emit.key);
    out.on_behalf = view(emit.on_behalf);
    out.came = std::chrono::steady_clock::now();
    status = copy_position(emit, out);
    if (status != ROOMD_OK || (emit.flags & ROOMD_EMIT_DURABLE) == 0) return status;
    return out.can_be_stored() ? ROOMD_OK : ROOMD_INVALID;
}

roomd_status validate_and_copy(const roomd_stored *results, std::size_t n,
                               std::vector<StoredResult> &out, std::size_t &bytes) {
    if (n == 0) return ROOMD_OK;
    const std::uint32_t stride = results->struct_size;
    if (stride < sizeof(roomd_stored) || stride % alignof(roomd_stored) != 0) return ROOMD_INVALID;
    if (n > 100000) return ROOMD_TOO_BIG;
    for (std::size_t i = 0; i < n; ++i) {
        const auto &one = *reinterpret_cast<const roomd_stored *>(
            reinterpret_cast<const char *>(results) + i * stride);
        if (one.struct_size != stride || !is_text(one.id, 64) || !is_text(one.code, 64) ||
            !is_text(one.text, 1000))
            return ROOMD_INVALID;
        out.push_back({one.status, one.duplicate != 0, std::string(view(one.id)),
                       std::string(view(one.code)), std::string(view(one.text))});
        bytes += sizeof(StoredResult) + one.id.len + one.code.len + one.text.len;
    }
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_spool &spool, OwnedSpool &out) {
    if (spool.struct_size < sizeof spool) return ROOMD_INVALID;
    const bool next = spool.what == ROOMD_SPOOL_NEXT, put = spool.what == ROOMD_SPOOL_PUT;
    if (!next && !put && spool.what != ROOMD_SPOOL_REPLACE) return ROOMD_INVALID;
    if (spool.line.len == 0 || !is_text(spool.line, 255) || !is_text(spool.reader, 64) ||
        !is_text(spool.text, SIZE_MAX))
        return ROOMD_INVALID;
    if (next != (spool.reader.len > 0) || next != (spool.text.len == 0)) return ROOMD_INVALID;
    if ((spool.flags & ~(next ? ROOMD_SPOOL_TAKE : 0u)) != 0) return ROOMD_INVALID;
    if ((put && spool.id != 0) || (!put && !next && spool.id == 0)) return ROOMD_INVALID;
    out.what = spool.what;
    out.line = view(spool.line);
    out.reader = view(spool.reader);
    out.text = view(spool.text);
    out.id = spool.id;
    out.flags = spool.flags;
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_spooled &answer, OwnedSpooled &out) {
    if (answer.struct_size < sizeof answer || !is_text(answer.text, SIZE_MAX) ||
        !is_text(answer.code, 64) || !is_text(answer.why, 1000))
        return ROOMD_INVALID;
    out.status = answer.status;
    out.id = answer.id;
    out.others = answer.others != 0;
    out.text = view(answer.text);
    out.code = view(answer.code);
    out.why = view(answer.why);
    return ROOMD_OK;
}

roomd_status check_names(const OwnedEmit &emit) noexcept {
    if (sio::refuse_name(emit.event) != nullptr) return ROOMD_INVALID;
    if (emit.to == base::ClientId::none && !rooms::is_namespace(emit.nsp)) return ROOMD_INVALID;
    for (const auto *const names : {&emit.rooms, &emit.except}) {
        if (names->size() > dispatch::max_emit_rooms) return ROOMD_TOO_BIG;
        if (!std::all_of(names->begin(), names->end(), rooms::is_room)) return ROOMD_INVALID;
    }
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_verdict &verdict, VerdictCommand &out) {
    if (verdict.struct_size < sizeof verdict || verdict.accept > 1) return ROOMD_INVALID;
    constexpr std::size_t most = 65536; // it goes to one client, or stays with it
    if (verdict.data.len > most || verdict.identity.len > most) return ROOMD_TOO_BIG;
    if (!is_text(verdict.message) || !is_json(verdict.data, Json::any) ||
        !is_json(verdict.identity, Json::object) || verdict.expires_ms < 0) {
        return ROOMD_INVALID;
    }
    out.accept = verdict.accept == 1;
    out.message = view(verdict.message);
    out.data = json::trim(view(verdict.data));
    out.identity = json::trim(view(verdict.identity));
    out.expires_ms = verdict.expires_ms;
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_response &response, HttpResponse &out) {
    if (response.struct_size < sizeof response) return ROOMD_INVALID;
    if (response.status < 200 || response.status > 599) return ROOMD_INVALID;
    if (response.n_headers > max_headers) return ROOMD_TOO_BIG;
    if ((response.n_headers > 0 && response.headers == nullptr) ||
        (response.body.len > 0 && response.body.ptr == nullptr) ||
        !is_header_value(view(response.content_type))) {
        return ROOMD_INVALID;
    }
    for (std::size_t i = 0; i < response.n_headers; ++i) {
        const std::string_view name = view(response.headers[i].key);
        const std::string_view value = view(response.headers[i].value);
        if (!is_header_name(name) || !is_header_value(value) || frames_the_message(name)) {
            return ROOMD_INVALID;
        }
        out.headers.emplace_back(base::lower(name), value);
    }
    out.status = int(response.status);
    out.content_type =
        response.content_type.len == 0 ? "application/json" : view(response.content_type);
    if (response.body.len > 0) {
        out.body.assign(static_cast<const char *>(response.body.ptr), response.body.len);
    }
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_whom &whom, OwnedWhom &out) {
    constexpr std::size_t most = 1024; // of any name in it
    if (whom.struct_size < sizeof whom) return ROOMD_INVALID;
    for (const roomd_str *name : {&whom.nsp, &whom.user, &whom.id, &whom.room, &whom.on_behalf})
        if (!is_text(*name, most)) return ROOMD_INVALID;
    out.nsp = whom.nsp.len == 0 ? "/" : view(whom.nsp);
    out.user = view(whom.user);
    out.id = view(whom.id);
    out.room = view(whom.room);
    out.on_behalf = view(whom.on_behalf);
    return ROOMD_OK;
}

roomd_status validate_and_copy(const roomd_move &move, OwnedMove &out) {
    using What = dispatch::Move::What;
    if (move.struct_size < sizeof move || !is_text(move.reason)) return ROOMD_INVALID;
    switch (move.what) {
    case ROOMD_JOIN: out.what = What::join; break;
    case ROOMD_LEAVE: out.what = What::leave; break;
    case ROOMD_DISCONNECT: out.what = What::disconnect; break;
    case ROOMD_CLOSE: out.what = What::close; break;
    default: return ROOMD_INVALID;
    }
    const bool into_rooms = out.what == What::join || out.what == What::leave;
    if (into_rooms != (move.n_rooms > 0)) return ROOMD_INVALID;
    out.reason = view(move.reason);
    return copy_names(move.rooms, move.n_rooms, out.rooms);
}

roomd_status validate_and_copy(const roomd_route &route, HttpRoute &out) {
    if (route.struct_size < least_route) return ROOMD_INVALID;
    const bool has_flags = route.struct_size >= offsetof(roomd_route, flags) + sizeof route.flags;
    const std::uint64_t flags = has_flags ? route.flags : 0;
    if ((flags & ~std::uint64_t{ROOMD_ROUTE_ENCODED}) != 0) return ROOMD_INVALID;
    out.encoded = (flags & ROOMD_ROUTE_ENCODED) != 0;
    if (route.n_headers > max_headers) return ROOMD_TOO_BIG;
    if (!is_header_name(view(route.method)) || !is_text(route.path, 1024) || route.path.len == 0 ||
        route.path.ptr[0] != '/' || !is_text(route.scope, 64) ||
        (route.n_headers > 0 && route.headers == nullptr)) {
        return ROOMD_INVALID;
    }
    for (std::size_t i = 0; i < route.n_headers; ++i) {
        const std::string_view name = view(route.headers[i]);
        if (!is_header_name(name) || base::lower(name) != name) return ROOMD_INVALID;
        out.headers.emplace_back(name);
    }
    out.method = view(route.method);
    out.path = view(route.path);
    out.scope = view(route.scope);
    out.max_body = route.max_body;
    return ROOMD_OK;
}

} // namespace roomd::host
