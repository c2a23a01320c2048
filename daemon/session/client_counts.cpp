#include "session/client_counts.hpp"

#include "session/sessions.hpp"

namespace roomd::session {
namespace {

std::string_view portal_of(const Sessions &sessions, base::SessionId id) noexcept {
    const Handshake *handshake = sessions.handshake(id);
    return handshake != nullptr ? std::string_view{handshake->facts->portal} : std::string_view{};
}

} // namespace

void ClientCounts::accepted(const Sessions &sessions, base::SessionId id) {
    population_.add({portal_of(sessions, id), text(sessions.transport(id))});
}

void ClientCounts::ended(const Sessions &sessions, base::SessionId id) {
    population_.take({portal_of(sessions, id), text(sessions.transport(id))});
}

void ClientCounts::upgraded(const Sessions &sessions, base::SessionId id) {
    const std::string_view portal = portal_of(sessions, id);
    population_.take({portal, text(Transport::polling)});
    population_.add({portal, text(Transport::websocket)});
}

void ClientCounts::refused(const Sessions &sessions, base::SessionId id, std::string_view code) {
    refusals_.add({code, portal_of(sessions, id), text(sessions.transport(id))});
}

void ClientCounts::spoke_otherwise(const Sessions &sessions, base::SessionId id) {
    ++other_parsers;
    refused(sessions, id, "parser_unknown");
}

void ClientCounts::forget_unused() {
    population_.retain([](const auto &, std::uint64_t clients) { return clients > 0; });
}

} // namespace roomd::session
