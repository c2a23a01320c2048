#pragma once

#include <cstdint>
#include <functional>

namespace roomd::base {

// Ids, not pointers: generation (32 bits) | shard (8) | index (24), given by a SlotMap.  A stale
// one finds nothing.  0 is never valid.
enum class SessionId : std::uint64_t { none = 0 };  // one Engine.IO session
enum class ClientId : std::uint64_t { none = 0 };   // one Socket.IO client in one namespace
enum class ExchangeId : std::uint64_t { none = 0 }; // one HTTP request that is owed an answer
enum class TicketId : std::uint64_t { none = 0 };   // one answer a plugin owes
enum class PluginId : std::uint32_t { none = 0 };   // one plugin instance

// The dense part of an id: small and reused, for indexing a vector beside the owner's table.
template <class Id> constexpr std::uint32_t index_of(Id id) noexcept {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) & 0xFFFFFFu);
}

} // namespace roomd::base
