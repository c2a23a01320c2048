// The language's library, parsed once for each target instead of in each of its files: without this
// it is four fifths of the lines that a file of ours costs.  No file may rely on it, as each
// includes what it uses; clang-tidy reads them without it.
#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
