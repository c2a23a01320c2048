#include "net/callback.hpp"

#include "net/conn.hpp"
#include "net/core.hpp"
#include "net/requests.hpp"

#include <string_view>
#include <utility>

namespace roomd::net {

namespace {

Conn *conn_of(lws *wsi) noexcept {
    return static_cast<Conn *>(lws_get_opaque_user_data(wsi));
}

// Runs one step of a connection.  -1 ends it: when the step asked for that, and always when it was
// killed.  Bytes that come in the same turn of the loop take the timeout of a kill away, and 4.1.6
// would read on, switch protocols, or loop for ever over a body that nobody takes.
template <class Step> int run(lws *wsi, Step step) {
    Conn *conn = conn_of(wsi);
    if (conn == nullptr) return -1;
    conn->wsi = wsi;
    if (conn->dead) return -1;
    Core &core = conn->core;
    Conn *outer = std::exchange(core.current, conn);
    const bool go_on = step(*conn);
    core.current = outer;
    return go_on && !conn->close_now && !conn->dead ? 0 : -1;
}

void destroy(lws *wsi) {
    Conn *conn = conn_of(wsi);
    if (conn == nullptr) return;
    lws_set_opaque_user_data(wsi, nullptr);
    conn->dead = true;
    conn->core.forget(*conn);
    if (conn->core.adopting == conn) conn->core.adopting = nullptr;
    conn->core.destroyed(*conn);
    delete conn;
}

int gone(lws *wsi) {
    if (Conn *conn = conn_of(wsi); conn != nullptr) {
        conn->dead = true;
        conn->core.forget(*conn);
    }
    return 0;
}

// The earliest notice of a wsi; it has no opaque pointer yet.
void created(lws *wsi) {
    auto *core = static_cast<Core *>(lws_context_user(lws_get_context(wsi)));
    if (core != nullptr) core->wsi_made = true;
}

void cancelled(lws *wsi) {
    auto *core = static_cast<Core *>(lws_context_user(lws_get_context(wsi)));
    if (core != nullptr) core->cancelled();
}

} // namespace

int callback(lws *wsi, lws_callback_reasons why, void *, void *in, std::size_t size) noexcept {
    // `in` is dangling in CONFIRM_UPGRADE (CVE-2025-11677): only data callbacks may look.
    const auto chunk = [&] { return std::string_view(static_cast<const char *>(in), size); };
    switch (why) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE: return run(wsi, confirm_upgrade);
    case LWS_CALLBACK_HTTP: return run(wsi, request);
    case LWS_CALLBACK_HTTP_BODY:
        return run(wsi, [&](Conn &conn) { return request_body(conn, chunk()); });
    case LWS_CALLBACK_HTTP_BODY_COMPLETION: return run(wsi, request_complete);
    case LWS_CALLBACK_HTTP_WRITEABLE: return run(wsi, http_writable);
    case LWS_CALLBACK_ESTABLISHED: return run(wsi, established);
    case LWS_CALLBACK_RECEIVE:
        return run(wsi, [&](Conn &conn) { return conn.ws && conn.ws->receive(chunk()); });
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return run(wsi, [](Conn &conn) {
            if (conn.ws) conn.ws->writable();
            return true;
        });
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return run(wsi, [&](Conn &conn) { return conn.ws && conn.ws->peer_closes(chunk()); });
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_CLOSED: return gone(wsi);
    case LWS_CALLBACK_WSI_CREATE: created(wsi); return 0;
    case LWS_CALLBACK_WSI_DESTROY: destroy(wsi); return 0;
    // The CONNECT method, and whatever else 4.1.6 takes for a raw connection.
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_RX:
    case LWS_CALLBACK_RAW_WRITEABLE: return -1;
    case LWS_CALLBACK_EVENT_WAIT_CANCELLED: cancelled(wsi); return 0;
    default: return 0;
    }
}

} // namespace roomd::net
