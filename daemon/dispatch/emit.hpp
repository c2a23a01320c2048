#pragma once

#include "base/ids.hpp"
#include "sio/packet.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::auth {
struct Key;
}

namespace roomd::dispatch {

inline constexpr std::size_t max_emit_rooms = 1000; // in `rooms`, and in `except`

// Where an event stands in the log of its source.  Within an epoch seq rises.
struct Position {
    std::string_view source; // the plugin's instance
    std::string_view epoch;  // empty: it comes from no log
    std::uint64_t seq = 0;
};

// One emit, as views: into the caller's memory, valid during the call.
struct Emit {
    // Exactly one of `rooms`, `to` and `all` says whom it goes to.
    std::string_view nsp = "/";
    std::vector<std::string_view> rooms;           // any of
    std::vector<std::string_view> except;          // and in none of
    base::ClientId to = base::ClientId::none;      // one client, in whichever namespace it is
    base::ClientId without = base::ClientId::none; // not to this one (the sender)
    std::string_view event;
    sio::Args args;         // validated JSON: who accepts text (host, plugins) has checked it
    bool droppable = false; // volatile
    bool local = false;     // not to the cluster bus
    bool route = false;     // the catalogue checks args[0] and, without rooms, chooses them
    bool all = false;       // the whole namespace; without it no rooms and no client is an error
    // The API key it is sent on behalf of, which bounds what it may do.  Null: it may do anything.
    const auth::Key *rights = nullptr;
    Position position;
    std::chrono::steady_clock::time_point came{}; // when roomd got it; zero: not known
    // For those who watch: its id in the answer, and that of the request that it came with.
    std::string_view id, request;
};

enum class Status : std::uint8_t { ok, gone, invalid, too_big, denied };

// What became of it.
struct Emitted {
    Status status = Status::ok;
    std::size_t recipients = 0;     // clients here it was queued for
    std::vector<std::string> rooms; // it went to
    // Not ok: why, in the words of the HTTP answer ("room_invalid", "/rooms/0", "...").
    std::string code, pointer, text;
};

inline Emitted refusal(Status status, std::string code, std::string pointer, std::string text) {
    return {status, 0, {}, std::move(code), std::move(pointer), std::move(text)};
}

} // namespace roomd::dispatch
