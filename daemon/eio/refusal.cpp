#include "eio/refusal.hpp"

#include "json/json.hpp"

namespace roomd::eio {

std::string_view message(Refusal refusal) noexcept {
    switch (refusal) {
    case Refusal::transport_unknown: return "Transport unknown";
    case Refusal::session_unknown: return "Session ID unknown";
    case Refusal::bad_method: return "Bad handshake method";
    case Refusal::bad_request: return "Bad request";
    case Refusal::forbidden: return "Forbidden";
    case Refusal::unsupported_version: return "Unsupported protocol version";
    }
    return "Bad request";
}

int status(Refusal refusal) noexcept {
    return refusal == Refusal::forbidden ? 403 : 400;
}

std::string body(Refusal refusal, std::string_view instead) {
    std::string out = R"({"code":)" + std::to_string(static_cast<int>(refusal)) + R"(,"message":)";
    json::append_quoted(out, instead.empty() ? message(refusal) : instead);
    out += '}';
    return out;
}

} // namespace roomd::eio
