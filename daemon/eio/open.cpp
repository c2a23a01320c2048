#include "eio/open.hpp"

#include <string>

namespace roomd::eio {

base::FrameRef open_packet(const Open &open) {
    return base::Frame::text({R"(0{"sid":")", open.sid, R"(","upgrades":)",
                              open.upgrades ? R"(["websocket"])" : "[]", R"(,"pingInterval":)",
                              std::to_string(open.ping_interval.count()), R"(,"pingTimeout":)",
                              std::to_string(open.ping_timeout.count()), R"(,"maxPayload":)",
                              std::to_string(open.max_payload), "}"});
}

} // namespace roomd::eio
