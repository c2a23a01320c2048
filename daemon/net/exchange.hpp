#pragma once

#include <string_view>

namespace roomd::net {

class Conn;

// What one request is for, while its body comes or its answer is owed.  Belongs to its connection,
// whose answer() ends it: its own functions touch nothing of it after that.
class Exchange {
public:
    virtual ~Exchange() = default;
    // The body is complete, or there was none.  The view is valid during the call, in which the
    // answer may be given.
    virtual void complete(Conn &, std::string_view body) = 0;
    // More came of a body in chunks than is read.  False: it is answered 413 with the usual text.
    virtual bool too_large(Conn &) { return false; }
    // A Wait::pace that it asked for is over.
    virtual void on_pace(Conn &) {}
    // The connection is over, and no answer was given.
    virtual void gone(Conn &) = 0;
};

} // namespace roomd::net
