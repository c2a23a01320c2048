#pragma once

#include "schema/pattern.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace roomd::schema {

// What the patterns of a schema may take on one event, all of its texts together: about 60 ms.
// Everyone waits for it.
//
// RE2 takes a nanosecond for a byte or, where a text keeps making states that its cache does not
// hold, five for each instruction of the program and each byte.  Nothing tells beforehand which it
// will be, nor stops it on the way.  So a text is looked at when even the worst fits into what is
// left, and is charged for what it took.
class PatternWork {
public:
    static constexpr std::size_t most = 12000000; // instructions times bytes

    // Is it found in the text?  Nothing: that would take too long.
    std::optional<bool> find(const Pattern &, std::string_view text);

private:
    std::size_t free_ = 1000000; // that much is not even timed: few events have more
    std::size_t left_ = most;
};

} // namespace roomd::schema
