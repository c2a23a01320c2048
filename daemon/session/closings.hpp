#pragma once

#include "base/ids.hpp"
#include "log/causes.hpp"
#include "session/close_reason.hpp"
#include "session/session.hpp"

#include <string_view>

namespace roomd::session {

// Whom lines about this session are about.
log::About about(const Session &, std::string_view user, std::string_view code);

// What is refused to a session; its line says so.  Without `causes` or session nothing is told.
struct Refused {
    const Session *session;
    std::string_view user, code;
};
void tell_refusal(log::Causes *causes, log::Kind, const Refused &, const log::Field &more);

// Says why sessions end, and when they begin for those who trace.
class Closings {
public:
    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }

    // The next end of this session is because of that: a constant sentence, and the limit that was
    // reached, if it is one.
    void blame(base::SessionId session, const char *why, const char *limit) noexcept {
        blamed_ = session;
        why_ = why;
        limit_ = limit;
    }

    // Before anything of it is gone.
    void ends(base::SessionId, const Session &, CloseReason, std::string_view user);
    void begins(const Session &session) {
        if (causes_ != nullptr && causes_->traced()) tell("session opened", session);
    }
    void upgrades(const Session &session, std::string_view user) {
        if (causes_ != nullptr && causes_->traced()) tell("session upgraded", session, user);
    }

private:
    void tell(std::string_view what, const Session &, std::string_view user = {});

    log::Causes *causes_ = nullptr; // null: nobody is told
    base::SessionId blamed_ = base::SessionId::none;
    const char *why_ = "", *limit_ = "";
};

} // namespace roomd::session
