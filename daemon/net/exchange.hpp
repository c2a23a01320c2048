#pragma once

#include "base/ids.hpp"
#include "net/head.hpp"
#include "net/poll_link.hpp"
#include "session/handshake.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::net {

struct Conn;
struct RouteEntry;

// What is sent back, apart from what every answer has.
struct Answer {
    int status = 200;
    std::string content_type; // empty: none
    std::string headers;      // further lines, each with its end
    std::string body;
    bool close = false;
};

// A request to a route, kept while its body comes or its answer is owed.
struct RouteCall {
    std::string path, key;
    std::vector<Field> query, headers;
};

// One HTTP request that is owed an answer.  Lives from its head to the last byte of its answer.
struct Exchange {
    enum class Kind : std::uint8_t {
        get,     // a poll
        post,    // a polling client's packets
        route,   // somebody else's
        discard, // answered when its body is through
        upgrade  // between the checks and ESTABLISHED
    };
    explicit Exchange(Kind what) : kind(what) {}

    Kind kind;
    bool keep = true;                                // the connection, after the answer
    bool head_only = false;                          // HEAD: the answer has no body
    bool served = false;                             // its body is complete
    base::ExchangeId id = base::ExchangeId::none;    // of a route
    base::SessionId session = base::SessionId::none; // of get and post
    std::size_t want = 0;                            // bytes of body
    std::size_t got = 0;                             // of these
    bool secure = false;                             // it came by TLS, here or at a trusted proxy
    bool expects_continue = false;                   // the peer waits before it sends them
    std::string body;
    std::string cors;            // header lines of its answer
    bool gzip = false;           // of a get: its peer takes a body in gzip
    std::optional<PollLink> get; // of a get; attached while `session` is set
    std::shared_ptr<const RouteEntry> route;
    std::unique_ptr<RouteCall> call;
    std::unique_ptr<Answer> later;                 // of a discard
    std::unique_ptr<session::Handshake> handshake; // of an upgrade that opens a session
    std::string sid;                               // of one that moves a session
    bool base64 = false;                           // of either: no binary frames to this one
};

// The bytes of an answer.  `http10`: say so when the connection stays open.
std::string serialize(const Answer &, std::string_view cors, bool keep, bool head_only);
std::string_view reason(int status) noexcept;

} // namespace roomd::net
