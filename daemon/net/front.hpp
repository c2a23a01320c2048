#pragma once

#include "net/conn.hpp"
#include "net/handshake.hpp"
#include "net/http.hpp"

#include <string>

namespace roomd::net {

// Handles each request: limits, the Socket.IO path, routes.
class Front final : public Requests {
public:
    explicit Front(Core &core) noexcept : core_(core), handshake_(core) {}

    void request(Conn &, const http::Head &) override;
    std::string lines(const Conn &, const http::Head &) override;
    void refused(Conn &, const http::Head &, const http::Refusal &) override;

private:
    void refuse(Conn &, const http::Refusal &);
    void route(Conn &, const http::Head &);
    void websocket(Conn &, const http::Head &);

    Core &core_;
    Handshake handshake_;
};

// Answers a request of a route.
bool respond(Conn &, Response);

} // namespace roomd::net
