#pragma once

#include "emits/event.hpp"

#include <roomd/plugin.hpp>

#include <string>
#include <string_view>

namespace roomd::rest {

using emits::Problem;

// A name as a part of a JSON pointer (RFC 6901): "~" and "/" in it become "~0" and "~1".
std::string pointer_token(std::string_view name);

// Appends JSON text: a quoted string; what is not UTF-8 in it becomes U+FFFD.
void append_quoted(std::string &json, std::string_view text);

// Appends {"code":..,"message":..[,"pointer":..]}.
void append_error(std::string &json, const Problem &);

// {"success":false,"error":{..}}
std::string failure(const Problem &);

// Answers with the problem; 429 and 503 say when to try again.
void refuse(Response &, const Problem &);

// What a refused emit means to the one who asked over HTTP.  The pointer is as the host gave it.
Problem problem_of(roomd_status, const Emitted &);

// Now, ISO 8601 UTC with milliseconds.
std::string timestamp();

// Is this a JSON body that a page from another origin could not have sent unasked?  Needs the
// headers content-type and content-encoding.
bool is_json(const Request &) noexcept;
extern const Problem not_json;

} // namespace roomd::rest
