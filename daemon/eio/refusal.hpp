#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::eio {

// Why a request gets no session.  The values are the codes on the wire.
enum class Refusal : std::uint8_t {
    transport_unknown,
    session_unknown,
    bad_method,
    bad_request,
    forbidden,
    unsupported_version
};

// The sentence that clients know; it is the whole body of a refused upgrade.
std::string_view message(Refusal) noexcept;
// The HTTP status of a plain request; a refused upgrade always gets 400.
int status(Refusal) noexcept;
// {"code":n,"message":"..."} for a plain request.  `instead` replaces the usual sentence.
std::string body(Refusal, std::string_view instead = {});

} // namespace roomd::eio
