// SPDX-License-Identifier: Apache-2.0
//
// The values of roomd/plugin.h with string_view and span.  Include roomd/plugin.hpp, which
// includes this.  Everything here is a view: valid as long as the call it came with.
#pragma once

#include "roomd/plugin.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roomd {

inline roomd_str str(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
inline std::string_view view(roomd_str text) noexcept {
    return text.len == 0 ? std::string_view() : std::string_view(text.ptr, text.len);
}
inline roomd_bytes bytes(std::string_view data) noexcept {
    return {data.data(), data.size()};
}
inline std::string_view view(roomd_bytes data) noexcept {
    if (data.len == 0) return {};
    return {static_cast<const char *>(data.ptr), data.len};
}

// A member that a later minor added: empty when the host's struct ends before it.
template <class Raw> std::string_view later(const Raw &raw, roomd_str Raw::*member) noexcept {
    const auto *const end = reinterpret_cast<const char *>(&(raw.*member) + 1);
    const auto size = static_cast<std::size_t>(end - reinterpret_cast<const char *>(&raw));
    return raw.struct_size >= size ? view(raw.*member) : std::string_view();
}

inline const char *name(roomd_status status) noexcept {
    switch (status) {
    case ROOMD_OK: return "ok";
    case ROOMD_AGAIN: return "over budget";
    case ROOMD_GONE: return "gone";
    case ROOMD_INVALID: return "invalid";
    case ROOMD_TOO_BIG: return "too big";
    case ROOMD_DENIED: return "denied";
    case ROOMD_UNSUPPORTED: return "unsupported";
    case ROOMD_STOPPING: return "stopping";
    case ROOMD_EXPIRED: return "expired";
    case ROOMD_FAILED: return "failed";
    }
    return "unknown status";
}

// What set-up calls throw; also for a plugin's own constructor, check() and reload().
struct Failure : std::runtime_error {
    Failure(roomd_status why, const std::string &what) : std::runtime_error(what), status(why) {}
    roomd_status status;
};

struct Field {
    std::string_view key, value;
};

// Arguments of an event, an ack or an answer: the text of a JSON array, and the binary values its
// {"_placeholder":true,"num":i} stand for.
struct Args {
    std::string_view json = "[]";
    std::span<const roomd_bytes> blobs;

    Args() = default;
    Args(std::string_view text, std::span<const roomd_bytes> binary = {}) :
        json(text),
        blobs(binary) {}
    Args(const char *text) : json(text) {}
    Args(const std::string &text) : json(text) {}
    explicit Args(const roomd_args &raw) :
        json(raw.json.len == 0 ? std::string_view("[]") : view(raw.json)),
        blobs(raw.blobs, raw.n_blobs) {}

    roomd_args raw() const noexcept { return {str(json), blobs.data(), blobs.size()}; }
};

// One emit, put together in place and sent by Host::emit().  It keeps views of what it is given.
class Emit {
public:
    explicit Emit(std::string_view event) { raw_.event = str(event); }

    Emit &nsp(std::string_view name) { return raw_.nsp = str(name), *this; }
    Emit &to(std::string_view room) { return rooms_.push_back(str(room)), *this; }
    Emit &except(std::string_view room) { return except_.push_back(str(room)), *this; }
    Emit &only(roomd_client client) { return raw_.to = client, *this; }
    Emit &without(roomd_client client) { return raw_.without = client, *this; }
    // Text alone leaves what blob() added.
    Emit &args(const Args &args) {
        raw_.args.json = str(args.json);
        if (!args.blobs.empty()) blobs_.assign(args.blobs.begin(), args.blobs.end());
        return *this;
    }
    Emit &blob(std::string_view data) { return blobs_.push_back(bytes(data)), *this; }
    Emit &key(std::string_view idempotency) { return raw_.key = str(idempotency), *this; }
    Emit &on_behalf(std::string_view api_key) { return raw_.on_behalf = str(api_key), *this; }
    Emit &vanishing() { return with(ROOMD_EMIT_VOLATILE); } // dropped for who is behind
    Emit &local() { return with(ROOMD_EMIT_LOCAL); }        // not to the cluster bus
    Emit &routed() { return with(ROOMD_EMIT_ROUTE); }       // by the catalogue
    Emit &to_all() { return with(ROOMD_EMIT_ALL); }         // the whole namespace
    Emit &durable() { return with(ROOMD_EMIT_DURABLE); }    // by the store
    // Where it stands in the log that it comes from.
    Emit &at(std::string_view epoch, std::uint64_t seq) {
        raw_.epoch = str(epoch);
        raw_.seq = seq;
        return *this;
    }
    Emit &with(std::uint32_t flags) { return raw_.flags |= flags, *this; }

    // Points into this object.
    roomd_emit raw() const noexcept {
        roomd_emit emit = raw_;
        emit.struct_size = sizeof emit;
        emit.rooms = rooms_.data();
        emit.n_rooms = rooms_.size();
        emit.except = except_.data();
        emit.n_except = except_.size();
        emit.args.blobs = blobs_.data();
        emit.args.n_blobs = blobs_.size();
        return emit;
    }

private:
    roomd_emit raw_{};
    std::vector<roomd_str> rooms_, except_;
    std::vector<roomd_bytes> blobs_;
};

// What somebody typed at a shell.
struct Command {
    std::string_view name, options, config, events;

    explicit Command(const roomd_command &raw) :
        name(view(raw.name)),
        options(view(raw.options)),
        config(view(raw.config_json)),
        events(view(raw.events)) {}
};

// What became of an emit.
struct Emitted {
    bool duplicate = false;
    bool stored = false; // the store keeps it, as `id`
    std::uint64_t recipients = 0;
    std::string_view id;
    std::span<const roomd_str> rooms;
    std::string_view code, pointer, text; // why not
    std::size_t index = 0;                // which one of emit_all()

    Emitted() = default;
    explicit Emitted(const roomd_emitted &raw) :
        duplicate(raw.duplicate != 0),
        stored(ROOMD_HAS(&raw, roomd_emitted, stored)),
        recipients(raw.recipients),
        id(view(raw.id)),
        rooms(raw.rooms, raw.n_rooms),
        code(view(raw.code)),
        pointer(view(raw.pointer)),
        text(view(raw.text)),
        index(raw.index) {}
};

enum class Next { pass = ROOMD_PASS, taken = ROOMD_TAKEN };

struct Event {
    roomd_client client;
    std::string_view nsp, name, identity;
    Args args;
    bool wants_ack;
    std::string_view data; // as Host::set_data() left it

    explicit Event(const roomd_event &raw) :
        client(raw.client),
        nsp(view(raw.nsp)),
        name(view(raw.name)),
        identity(view(raw.identity)),
        args(raw.args),
        wants_ack(raw.ack != 0),
        data(later(raw, &roomd_event::data)) {}
};

inline std::string_view find(std::span<const roomd_field> fields, std::string_view key) noexcept {
    for (const auto &field : fields) {
        if (view(field.key) == key) return view(field.value);
    }
    return {};
}

struct Connect {
    roomd_client client;
    bool secure;
    std::string_view id, nsp, address, listener, query, auth, identity;
    std::span<const roomd_field> headers;

    explicit Connect(const roomd_connect &raw) :
        client(raw.client),
        secure(raw.secure != 0),
        id(view(raw.id)),
        nsp(view(raw.nsp)),
        address(view(raw.address)),
        listener(view(raw.listener)),
        query(view(raw.query)),
        auth(view(raw.auth)),
        identity(view(raw.identity)),
        headers(raw.headers, raw.n_headers) {}

    // One of those asked for with keep_header(), in lower case; empty when it was not sent.
    std::string_view header(std::string_view key) const noexcept { return find(headers, key); }
};

// A connect that this plugin was asked about came to nothing.
struct ConnectFailed {
    roomd_client client;
    bool refused; // else it left before
    std::string_view id, nsp, identity, reason, data;

    explicit ConnectFailed(const roomd_connect_failed &raw) :
        client(raw.client),
        refused(raw.refused != 0),
        id(view(raw.id)),
        nsp(view(raw.nsp)),
        identity(view(raw.identity)),
        reason(view(raw.reason)),
        data(view(raw.data)) {}
};

struct Connected {
    roomd_client client;
    std::string_view id, nsp, identity;

    explicit Connected(const roomd_connected &raw) :
        client(raw.client),
        id(view(raw.id)),
        nsp(view(raw.nsp)),
        identity(view(raw.identity)) {}
};

// What one client said to an ask_all(): OK and its arguments, or why there is none.
struct Reply {
    roomd_client client;
    roomd_status status;
    Args args;

    explicit Reply(const roomd_reply &raw) :
        client(raw.client),
        status(raw.status),
        args(raw.args) {}
};

struct Replies {
    std::vector<Reply> replies; // one for each that was asked
    std::size_t answered;
    std::string_view code, pointer, text; // why nobody was asked

    explicit Replies(const roomd_replies &raw) :
        answered(raw.n_answered),
        code(view(raw.code)),
        pointer(view(raw.pointer)),
        text(view(raw.text)) {
        replies.reserve(raw.n_replies);
        const auto *at = reinterpret_cast<const char *>(raw.replies);
        for (std::size_t i = 0; i < raw.n_replies; ++i, at += raw.replies->struct_size)
            replies.emplace_back(*reinterpret_cast<const roomd_reply *>(at));
    }
};

// One client as it is now.  Of one that is gone only `client` is set.
struct Described {
    roomd_client client;
    bool connected, secure; // connected: it does not wait for a verdict any more
    std::string_view id, nsp, identity, address, listener, transport, query;
    std::span<const roomd_field> headers;
    std::span<const roomd_str> rooms;
    std::span<const roomd_client> others; // of the same session, in other namespaces
    std::string_view data;                // as Host::set_data() left it
    std::string_view user, portal;

    explicit Described(const roomd_described &raw) :
        client(raw.client),
        connected(raw.connected != 0),
        secure(raw.secure != 0),
        id(view(raw.id)),
        nsp(view(raw.nsp)),
        identity(view(raw.identity)),
        address(view(raw.address)),
        listener(view(raw.listener)),
        transport(view(raw.transport)),
        query(view(raw.query)),
        headers(raw.headers, raw.n_headers),
        rooms(raw.rooms, raw.n_rooms),
        others(raw.others, raw.n_others),
        data(view(raw.data)),
        user(later(raw, &roomd_described::user)),
        portal(later(raw, &roomd_described::portal)) {}

    // One of those asked for with keep_header(), in lower case; empty when it was not sent.
    std::string_view header(std::string_view key) const noexcept { return find(headers, key); }
};

struct Gone {
    roomd_client client;
    std::string_view nsp, id, reason, identity;
    std::span<const roomd_str> rooms;
    std::string_view data; // as Host::set_data() left it

    explicit Gone(const roomd_gone &raw) :
        client(raw.client),
        nsp(view(raw.nsp)),
        id(view(raw.id)),
        reason(view(raw.reason)),
        identity(view(raw.identity)),
        rooms(raw.rooms, raw.n_rooms),
        data(later(raw, &roomd_gone::data)) {}
};

// A room has its first member on this daemon, or lost its last.
struct Room {
    bool occupied;
    std::string_view nsp, room;

    explicit Room(const roomd_room &raw) :
        occupied(raw.occupied != 0),
        nsp(view(raw.nsp)),
        room(view(raw.room)) {}
};

struct Join {
    roomd_client client;
    std::string_view nsp, room, identity, data; // data: as Host::set_data() left it

    explicit Join(const roomd_join &raw) :
        client(raw.client),
        nsp(view(raw.nsp)),
        room(view(raw.room)),
        identity(view(raw.identity)),
        data(later(raw, &roomd_join::data)) {}
};

struct Request {
    bool secure;
    std::string_view method, path, address, listener, query, key, body;
    std::span<const roomd_field> headers;

    explicit Request(const roomd_request &raw) :
        secure(raw.secure != 0),
        method(view(raw.method)),
        path(view(raw.path)),
        address(view(raw.address)),
        listener(view(raw.listener)),
        query(view(raw.query)),
        key(view(raw.key)),
        body(view(raw.body)),
        headers(raw.headers, raw.n_headers) {}

    // One of those the route asked for, in lower case; empty when it was not sent.
    std::string_view header(std::string_view name) const noexcept { return find(headers, name); }
};

// A path to serve.  `scope` names the keys that may use it; empty: open to all.
struct Route {
    std::string_view method, path, scope;
    std::vector<std::string_view> headers; // wanted, in lower case
    std::uint32_t max_body = 0;            // 0: the configured default
    bool encoded = false; // what is below it may be percent-encoded; an older host refuses that
};

// What check() finds wrong in a configuration.
class Faults {
public:
    Faults(roomd_fault_fn fn, void *user) : fn_(fn), user_(user) {}

    // `pointer`: JSON pointer into the configuration; `hint`: what to write instead, or empty.
    void add(std::string_view pointer, std::string_view text, std::string_view hint = {}) {
        any_ = true;
        if (fn_ != nullptr) fn_(user_, str(pointer), str(text), str(hint));
    }
    bool any() const noexcept { return any_; }

private:
    roomd_fault_fn fn_;
    void *user_;
    bool any_ = false;
};

} // namespace roomd
