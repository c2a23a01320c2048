#pragma once

#include <roomd/plugin.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What FakeHost notes.
namespace roomd::test::fake {

struct Sent {
    std::string event, nsp, args, key, on_behalf;
    std::vector<std::string> rooms, except, blobs;
    std::uint32_t flags = 0;
    roomd_client to = 0, without = 0;
    roomd_emitted_fn fn = nullptr;
    void *user = nullptr;
};
struct Hook {
    std::string slot, nsp, pattern, scope, method;
    std::uint64_t flags = 0;
    std::vector<std::string> headers;
    void *user = nullptr;
    roomd_task_fn task = nullptr;
    roomd_fd_fn fd = nullptr;
    roomd_event_fn event = nullptr;
    roomd_connect_fn connect = nullptr;
    roomd_connect_failed_fn connect_failed = nullptr;
    roomd_join_fn join = nullptr;
    roomd_gone_fn gone = nullptr;
    roomd_connected_fn connected = nullptr;
    roomd_room_fn room = nullptr;
    roomd_publish_fn publish = nullptr;
    roomd_store_fn store = nullptr;
    roomd_spool_fn spool = nullptr;
    roomd_request_fn request = nullptr;
    std::uint32_t delay = 0, every = 0, interest = 0;
    int descriptor = -1;
};
struct Answered {
    roomd_ticket ticket = 0;
    int status = 0; // HTTP, or 1/0 for a verdict
    std::string body, data, type;
    std::vector<std::pair<std::string, std::string>> headers;
    std::int64_t expires = 0;
};

inline std::string text(roomd_str s) {
    return s.len == 0 ? "" : std::string(s.ptr, s.len);
}

// "user u1 of * for key": what is there.
inline std::string whom(const roomd_whom &w) {
    std::string out;
    for (const auto &[word, value] :
         {std::pair("user ", w.user), std::pair("client ", w.id), std::pair("room ", w.room),
          std::pair("of ", w.nsp), std::pair("for ", w.on_behalf)})
        if (value.len > 0) out += (out.empty() ? "" : " ") + std::string(word) + text(value);
    return out;
}

inline Hook named(std::string slot, void *user, roomd_str nsp = {}, roomd_str pattern = {}) {
    Hook hook;
    hook.slot = std::move(slot);
    hook.user = user;
    hook.nsp = text(nsp);
    hook.pattern = text(pattern);
    return hook;
}

inline Sent copy(const roomd_emit &e, roomd_emitted_fn fn, void *user) {
    Sent out;
    out.event = text(e.event);
    out.nsp = text(e.nsp);
    out.args = text(e.args.json);
    out.key = text(e.key);
    out.on_behalf = text(e.on_behalf);
    for (std::size_t i = 0; i < e.n_rooms; ++i)
        out.rooms.push_back(text(e.rooms[i]));
    for (std::size_t i = 0; i < e.n_except; ++i)
        out.except.push_back(text(e.except[i]));
    for (std::size_t i = 0; i < e.args.n_blobs; ++i)
        out.blobs.emplace_back(static_cast<const char *>(e.args.blobs[i].ptr), e.args.blobs[i].len);
    out.flags = e.flags;
    out.to = e.to;
    out.without = e.without;
    out.fn = fn;
    out.user = user;
    return out;
}

} // namespace roomd::test::fake
