#pragma once

#include "net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct lws;

namespace roomd::net {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

std::string_view name(Method) noexcept;

// The head of one request as libwebsockets' tables tell it: everything the guards and the Socket.IO
// path look at.  Read at once, because the tables go with the request.
struct Head {
    Method method = Method::other;
    std::string path; // decoded, without query
    std::string version, host, connection, origin;
    std::string content_length, content_type, upgrade, ws_version, ws_key, subprotocols;
    bool length_given = false, transfer_encoding = false, content_encoding = false;
    bool expects_continue = false;
    bool origin_given = false;
    bool repeated = false;  // Host, Content-Length, Origin or another header that must be one
    bool has_nul = false;   // in a value read here
    bool disguised = false; // "Content-Length :" and the like, which others may take for the real
};

Head read_head(lws *);
// The decoded query in order; fragments are what stands between '&' and ';'.
std::vector<Field> read_query(lws *);
// A header by its lower-case name; false when it was not sent.
bool read_header(lws *, const std::string &name, std::string &value);

// The last field of this name, as Engine.IO wants it; null when there is none.
const std::string *last(const std::vector<Field> &, std::string_view name) noexcept;
// {"name":"value",...}; the last of duplicates.  Always valid JSON.
std::string json_object(const std::vector<Field> &);

} // namespace roomd::net
