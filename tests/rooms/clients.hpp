#pragma once

#include "base/ids.hpp"

#include <cstdint>

namespace roomd::test {

constexpr base::ClientId id(std::uint32_t index, std::uint32_t generation = 1) {
    return base::ClientId{(std::uint64_t{generation} << 32) | index};
}
inline constexpr base::ClientId ann = id(0), bob = id(1), cid = id(2), dee = id(3);

} // namespace roomd::test
