#pragma once

#include <string>

namespace roomd::test {

// What conf/roomd.yaml is, by the key table: every key with its text and its default, and of lists
// and maps of one's own an entry that is commented out.
std::string shipped_yaml();

} // namespace roomd::test
