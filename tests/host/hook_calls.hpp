#pragma once

#include "fixture.hpp"

#include <functional>

namespace roomd::test {

// Hooks as lambdas; `user` is a std::function.
template <class Event> using On = std::function<roomd_next(const Event *)>;
inline roomd_next call_connect(void *user, const roomd_connect *c) {
    return (*static_cast<On<roomd_connect> *>(user))(c);
}
inline roomd_next call_event(void *user, const roomd_event *e) {
    return (*static_cast<On<roomd_event> *>(user))(e);
}
inline roomd_next call_join(void *user, const roomd_join *j) {
    return (*static_cast<On<roomd_join> *>(user))(j);
}

inline roomd_status accept(puppet &p, roomd_ticket ticket) {
    roomd_verdict yes{};
    yes.struct_size = sizeof yes;
    yes.accept = 1;
    return p.host->verdict(p.self, ticket, &yes);
}
inline roomd_status refuse(puppet &p, roomd_ticket ticket) {
    roomd_verdict no{};
    no.struct_size = sizeof no;
    no.message = str("not you");
    no.data = str(R"({"code":"no"})");
    return p.host->verdict(p.self, ticket, &no);
}

} // namespace roomd::test
