#include "base/text.hpp"
#include "base/base64.hpp"
#include "fuzz/fuzz.hpp"
#include "json/json.hpp"

using namespace roomd;

// Any bytes survive base64; decoding takes anything; what is printed or quoted is valid text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto bytes = fuzz::text(data, size);
    fuzz::must(base::unbase64(base::base64(bytes)) == bytes);
    fuzz::must(base::unbase64(bytes).size() <= size / 4 * 3 + 3);

    const std::string quoted = json::quoted(bytes);
    fuzz::must(json::check(quoted).ok());
    fuzz::must((json::string(quoted) == bytes) == base::is_utf8(bytes));

    const std::string line = base::printable(bytes, 50);
    fuzz::must(line.size() <= 53 && base::is_utf8(line));
    for (const char c : line)
        fuzz::must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    return 0;
}
