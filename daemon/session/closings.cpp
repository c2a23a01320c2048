#include "session/closings.hpp"

#include <optional>
#include <utility>

namespace roomd::session {
namespace {

// Nothing: that is how sessions end when all is well.
std::optional<log::Kind> kind_of(CloseReason reason) noexcept {
    switch (reason) {
    case CloseReason::transport_close:
    case CloseReason::client_namespace_disconnect:
    case CloseReason::server_shutting_down: return std::nullopt;
    case CloseReason::slow_client: return log::Kind::slow;
    case CloseReason::parse_error: return log::Kind::violation;
    case CloseReason::transport_error:
    case CloseReason::ping_timeout: return log::Kind::lost;
    case CloseReason::forced_close:
    case CloseReason::server_namespace_disconnect:
    case CloseReason::expired:
    case CloseReason::max_age: break;
    }
    return log::Kind::ended;
}

} // namespace

log::About about(const Session &session, std::string_view user, std::string_view code) {
    const Handshake &handshake = session.handshake();
    log::About out;
    out.code = code;
    out.user = user;
    out.address = handshake.address.text();
    out.portal = handshake.facts->portal;
    out.origin = handshake.facts->origin;
    out.transport = text(session.transport());
    out.sid = log::mark_of(session.sid());
    return out;
}

void tell_refusal(log::Causes *causes, log::Kind kind, const Refused &what,
                  const log::Field &more) {
    if (causes == nullptr || what.session == nullptr) return;
    const bool event = kind == log::Kind::event;
    causes->tell(kind, event ? "event refused" : "connect refused",
                 about(*what.session, what.user, what.code), {more});
}

void Closings::ends(base::SessionId id, const Session &session, CloseReason reason,
                    std::string_view user) {
    const bool blamed = std::exchange(blamed_, base::SessionId::none) == id;
    const std::string_view why = blamed ? why_ : "", limit = blamed ? limit_ : "";
    if (causes_ == nullptr) return;
    const auto kind = kind_of(reason);
    if (!kind && !causes_->mentions()) return;
    const log::About whom = about(session, user, text(reason));
    if (!kind) return causes_->mention("session ended", whom);
    // A frame that its socket did not take whole counts by its bytes alone.
    causes_->tell(
        *kind, "client closed", whom, {{"limit", limit}, {"why", why}},
        {{"waiting_bytes", session.behind()}, {"waiting_frames", session.outbox().count()}});
}

void Closings::tell(std::string_view what, const Session &session, std::string_view user) {
    causes_->trace(what, about(session, user, {}), {});
}

} // namespace roomd::session
