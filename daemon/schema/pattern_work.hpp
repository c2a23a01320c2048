#pragma once

#include "schema/pattern.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace roomd::schema {

// How long the patterns of a schema may take on one event, over all of its texts: about 60 ms,
// since everyone waits for it.  RE2 takes a nanosecond per byte or, where a text keeps making
// states that its cache does not hold, five per instruction of the program and byte.  Which it will
// be cannot be known beforehand, and a search cannot be stopped.  So a text is searched only if
// even the worst case fits into what is left, and is charged for the time it took.
class PatternWork {
public:
    static constexpr std::size_t most = 12000000; // instructions times bytes

    // Whether it is found in the text; nothing when that could take too long.
    std::optional<bool> find(const Pattern &, std::string_view text);

private:
    std::size_t free_ = 1000000; // this much is not even timed; few events need more
    std::size_t left_ = most;
};

} // namespace roomd::schema
