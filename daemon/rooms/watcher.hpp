#pragma once

#include <string_view>

namespace roomd::rooms {

// Is told when a room gets its first member and when it loses its last, in the order in which that
// happens.  Must not change any space: it is called from inside join(), leave() and exit().
class Watcher {
public:
    virtual void occupied(std::string_view nsp, std::string_view room) = 0;
    virtual void vacated(std::string_view nsp, std::string_view room) noexcept = 0;

protected:
    ~Watcher() = default;
};

} // namespace roomd::rooms
