#pragma once

#include "host/command.hpp"
#include "host/strings.hpp"
#include "roomd/plugin.h"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace roomd::host {

// From the C structs of plugins to what the host owns: everything is checked here, once, on the
// thread that called, and copied.  Each returns ROOMD_OK or why not, and throws nothing but
// bad_alloc.

// What a peer sent, as UTF-8, which plugins are promised.  A view of `bytes`, or of a copy in
// `kept` where that was not UTF-8.
std::string_view as_text(std::string_view bytes, std::deque<std::string> &kept);

// A pointer when there is a length; UTF-8; no NUL; no longer than `most`.
bool is_text(roomd_str, std::size_t most = 4096) noexcept;
// "" ("/"), or a name that clients may connect to.
bool is_nsp(roomd_str) noexcept;
// "" ("/"), "/name", and a prefix ending in '*'.
bool is_nsp_pattern(roomd_str) noexcept;
bool is_room(roomd_str) noexcept;
bool is_header_name(std::string_view) noexcept; // a token of RFC 9110
// Empty or one JSON value; with `object`, an object.
enum class Json : std::uint8_t { any, object };
bool is_json(roomd_str, Json);

roomd_status validate_and_copy(const roomd_args &, std::size_t max_bytes, OwnedArgs &);
roomd_status validate_and_copy(const roomd_emit &, std::size_t max_bytes, OwnedEmit &);
// Whether the Router could take the names in it.  For emits without an `fn` that is told why not.
roomd_status check_names(const OwnedEmit &) noexcept;
roomd_status validate_and_copy(const roomd_verdict &, VerdictCommand &);
roomd_status validate_and_copy(const roomd_response &, HttpResponse &);
roomd_status validate_and_copy(const roomd_route &, HttpRoute &);
roomd_status validate_and_copy(const roomd_whom &, OwnedWhom &);
roomd_status validate_and_copy(const roomd_move &, OwnedMove &);
// Adds what they take to `bytes`.
roomd_status validate_and_copy(const roomd_stored *, std::size_t n, std::vector<StoredResult> &,
                               std::size_t &bytes);
roomd_status validate_and_copy(const roomd_spool &, OwnedSpool &);
roomd_status validate_and_copy(const roomd_spooled &, OwnedSpooled &);

} // namespace roomd::host
