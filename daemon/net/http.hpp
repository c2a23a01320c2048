#pragma once

#include "base/ids.hpp"
#include "net/options.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::net {

using Field = std::pair<std::string, std::string>; // header names in lower case

// One HTTP request outside the Socket.IO path, for its route.  Valid during the call.
struct Request {
    base::ExchangeId id = base::ExchangeId::none;     // answer with Server::respond(), once
    std::string_view method, path, address, listener; // the path as it was sent
    bool secure = false;
    bool loopback = false;      // the peer is on this machine (loopback address)
    bool unix_socket = false;   // over a Unix socket: file permissions have admitted the peer
    std::vector<Field> query;   // decoded, in order
    std::vector<Field> headers; // those that the route wants and that were sent
    std::string_view body;
    std::string key;           // name of the key that admitted it, or empty
    std::string_view id_given; // by the caller: request_id(); or empty
    // On the admin side: who is at the other end of the Unix socket; -1: not known.
    std::int64_t uid = -1, pid = -1;

    std::string_view header(std::string_view lower_case_name) const noexcept;
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<Field> headers; // further ones
    std::string body;
    bool close = false; // end the connection after it
};

// Whether a request may go on, decided when its head is read, before its body.
// status 0: yes (`key` names the key; of a refusal, the one that did not do).  Else: answer with it
// and this body, and close.
struct Access {
    int status = 0;
    std::string key;
    std::string body;
    std::vector<Field> headers;
};

struct Route {
    std::string method; // "GET"; HEAD is answered from GET
    std::string path;   // and everything below when it ends in "/"; the longest path wins
    Side side = Side::front;
    Kinds kinds = kind::api; // a front listener serves it for any of these
    bool encoded = false; // what is below it may be percent-encoded, and is for `serve` to decode
    std::size_t max_body = 0;
    std::vector<std::string> headers;             // wanted, in lower case
    std::function<Access(const Request &)> admit; // may be empty: open to all
    std::function<void(const Request &)> serve;
};

} // namespace roomd::net
