#pragma once

#include "base/ids.hpp"
#include "dispatch/emit.hpp"
#include "dispatch/move.hpp"
#include "host/http.hpp"
#include "host/tickets.hpp"
#include "roomd/plugin.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace roomd::host {

// An open ask counts this much against the budget until it is answered.
inline constexpr std::size_t ask_cost = 256;

// What plugins ask for, as data that may have crossed a thread: owned here, and validated where it
// came in.

struct OwnedArgs {
    std::string json = "[]";
    std::vector<std::string> blobs;
    sio::Args view() const;
    std::size_t bytes() const noexcept;
};

struct OwnedEmit {
    std::string nsp, event;
    std::vector<std::string> rooms, except;
    base::ClientId to = base::ClientId::none;
    base::ClientId without = base::ClientId::none;
    std::uint32_t flags = 0;
    OwnedArgs args;
    std::string key, on_behalf;
    std::string epoch; // empty: it comes from no log
    std::uint64_t seq = 0;
    std::chrono::steady_clock::time_point came{};
    std::string request;         // id of the request in whose handler it was emitted
    dispatch::Emit view() const; // into this
    std::size_t bytes() const noexcept;
    bool can_be_stored() const; // has nothing that a store does not keep
};

struct OwnedWhom {
    std::string nsp, user, id, room, on_behalf;
    dispatch::Whom view() const; // into this, with all rights
    std::size_t bytes() const noexcept;
};

struct OwnedMove {
    dispatch::Move::What what = dispatch::Move::What::join;
    std::vector<std::string> rooms;
    std::string reason;
    dispatch::Move view() const; // into this
    std::size_t bytes() const noexcept;
};

struct EmitCommand {
    OwnedEmit emit;
    roomd_emitted_fn fn;
    void *user;
};
struct EmitAllCommand {
    std::vector<OwnedEmit> emits;
    roomd_emitted_fn fn;
    void *user;
};
struct AskCommand {
    OwnedEmit emit;
    std::uint32_t timeout_ms;
    roomd_answer_fn fn;
    void *user;
};
struct AskAllCommand {
    OwnedEmit emit;
    std::uint32_t timeout_ms;
    roomd_replies_fn fn;
    void *user;
};
struct AckCommand {
    Ticket ticket;
    OwnedArgs args;
};
struct VerdictCommand {
    Ticket ticket;
    bool accept;
    std::string message, data, identity;
    std::int64_t expires_ms;
};
struct RespondCommand {
    Ticket ticket;
    HttpResponse response;
};
// What the store says of one emit.
struct StoredResult {
    roomd_status status = ROOMD_EXPIRED;
    bool duplicate = false;
    std::string id, code, text;
};
struct StoredCommand {
    Ticket ticket;
    std::vector<StoredResult> results;
};
struct OwnedSpool {
    roomd_spool_what what = ROOMD_SPOOL_PUT;
    std::string line, reader, text;
    std::uint64_t id = 0;
    std::uint32_t flags = 0;
    std::size_t bytes() const noexcept;
};
struct SpoolCommand {
    OwnedSpool spool;
    roomd_spooled_fn fn; // may be null
    void *user;
};
// What the spool says.
struct OwnedSpooled {
    roomd_status status = ROOMD_EXPIRED;
    std::uint64_t id = 0;
    bool others = false;
    std::string text, code, why;
};
struct SpooledCommand {
    Ticket ticket;
    OwnedSpooled answer;
};
struct MoveCommand {
    enum class What : std::uint8_t { join, leave } what;
    base::ClientId client;
    std::string room;
};
struct DisconnectCommand {
    base::ClientId client;
    bool close_transport;
    std::string reason;
};
struct KickCommand {
    std::string user;
    bool close_transport;
    std::string reason;
};
struct MoveManyCommand {
    OwnedWhom whom;
    OwnedMove move;
    roomd_moved_fn fn; // may be null
    void *user;
};
struct FindCommand {
    OwnedWhom whom;
    base::ClientId after;
    std::size_t limit;
    roomd_found_fn fn;
    void *user;
};
struct MembersCommand {
    std::string nsp, room;
    roomd_clients_fn fn;
    void *user;
};
struct ClientsCommand {
    std::string nsp;
    base::ClientId after;
    std::size_t limit;
    roomd_clients_fn fn;
    void *user;
};
struct DataCommand {
    base::ClientId client;
    std::string json;
};
struct DescribeCommand {
    base::ClientId client;
    roomd_described_fn fn;
    void *user;
};
struct StatsCommand {
    roomd_text_fn fn;
    void *user;
};
struct PostCommand {
    roomd_task_fn fn;
    void *user;
};

using Action =
    std::variant<EmitCommand, EmitAllCommand, AskCommand, AskAllCommand, AckCommand, VerdictCommand,
                 RespondCommand, StoredCommand, MoveCommand, DisconnectCommand, KickCommand,
                 MoveManyCommand, FindCommand, MembersCommand, ClientsCommand, DataCommand,
                 DescribeCommand, StatsCommand, PostCommand, SpoolCommand, SpooledCommand>;

struct Command {
    Action action;
    std::size_t bytes = 0; // counted against the budget until it has been carried out
};

} // namespace roomd::host
