#include "app/flusher.hpp"

#include "dispatch/router.hpp"
#include "host/registry.hpp"
#include "loop/loop.hpp"
#include "session/sessions.hpp"

namespace roomd::app {

Flusher::Flusher(loop::Loop &loop, session::Sessions &sessions, dispatch::Router &router,
                 host::Registry &plugins) noexcept :
    loop_(loop),
    sessions_(sessions),
    router_(router),
    plugins_(plugins) {}

void Flusher::operator()() {
    plugins_.drain();
    if (settle()) return;
    const bool worked = sessions_.dirty() >= large;
    sessions_.flush();
    sessions_.reap();
    router_.flushed();
    if (worked) loop_.update_time(); // otherwise timers are late by the time of the writes
}

bool Flusher::settle() {
    const std::uint64_t emits = router_.emits();
    const bool grows = emits != seen_emits_;
    seen_emits_ = emits;
    if (grows && round_ < rounds && sessions_.dirty() >= large) {
        ++round_;
        loop_.poll_once_more(true);
        return true;
    }
    if (round_ > 0) loop_.poll_once_more(false);
    round_ = 0;
    return false;
}

} // namespace roomd::app
