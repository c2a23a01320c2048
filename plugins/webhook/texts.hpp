#pragma once

#include <roomd/plugin.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace roomd::webhook {

// What the backend is told, as the members of JSON objects, without braces.  `at`: Unix
// milliseconds.

// What this plugin keeps with each client, as set_data() takes it.
std::string client_data(std::string_view id);
std::string id_of(std::string_view data); // as a JSON literal; null when it is not known

std::string started(std::int64_t at);
std::string stopped(std::int64_t at);
std::string connected(const Connected &, std::int64_t at);
std::string disconnected(const Gone &, std::int64_t at);
std::string room_changed(const Room &, std::int64_t at);
std::string sent(const Event &, std::int64_t at); // a client's event

// A question, as a whole object.  `id` is the same when the question is repeated.
struct Question {
    std::string_view kind; // "event", "connect", "join"
    std::string id, members;
};
std::string question(const Question &);
std::string asked_event(const Event &);
std::string asked_connect(const Connect &, std::string_view origin);
std::string asked_join(const Join &);

// The query of a handshake without `t`, which clients that poll make up anew for each request.
std::string query_of(std::string_view query);

} // namespace roomd::webhook
