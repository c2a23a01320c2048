#pragma once

#include <string_view>

namespace roomd::net {

class Conn;

// One request while its body is read or its answer is owed.  Belongs to its connection, whose
// answer() destroys it: its own functions must touch nothing of it after that.
class Exchange {
public:
    virtual ~Exchange() = default;
    // The body is complete, or there was none.  The view is valid during the call, which may give
    // the answer.
    virtual void complete(Conn &, std::string_view body) = 0;
    // A chunked body exceeds the limit.  False: the connection answers with the usual 413.
    virtual bool too_large(Conn &) { return false; }
    // A Wait::pace that it requested is over.
    virtual void on_pace(Conn &) {}
    // The connection ended before an answer was given.
    virtual void gone(Conn &) = 0;
};

} // namespace roomd::net
