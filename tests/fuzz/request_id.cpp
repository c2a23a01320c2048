#include "net/answered.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>

using namespace roomd;

// Two headers, a line each.  An id goes as it is into a header and a line of the log.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string_view text = fuzz::text(data, size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view first = text.substr(0, end);
    const std::string_view second = text.substr(std::min(end + 1, text.size()));
    const std::string_view id = net::request_id(first, second);
    fuzz::must(id.size() <= 128);
    fuzz::must(std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; }));
    fuzz::must(id.empty() || id == first || id == second);
    fuzz::must(net::request_id(id, {}) == id);
    return 0;
}
