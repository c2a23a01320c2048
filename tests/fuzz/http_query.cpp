#include "http/query.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

#include <string>

using namespace roomd;

namespace {

std::string escaped(std::string_view text) {
    static constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    return out;
}

} // namespace

// Any bytes are a query, of names and values in UTF-8; encoded again it is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto raw = fuzz::text(data, size);
    const auto query = http::parse_query(raw);
    fuzz::must(query.size() <= http::most_members);
    std::string again;
    std::size_t bytes = 0;
    for (const auto &[name, value] : query) {
        fuzz::must(base::is_utf8(name) && base::is_utf8(value));
        bytes += name.size() + value.size();
        again += (again.empty() ? "" : "&") + escaped(name) + '=' + escaped(value);
    }
    fuzz::must(bytes <= 3 * size);
    fuzz::must(http::parse_query(again) == query);

    auto both = http::parse_query(raw.substr(0, size / 2));
    const auto rest = http::parse_query(raw.substr(size / 2));
    both.insert(both.end(), rest.begin(), rest.end());
    const std::string joined =
        std::string(raw.substr(0, size / 2)) + '&' + std::string(raw.substr(size / 2));
    fuzz::must(http::parse_query(joined, 2 * http::most_members + 1) == both ||
               both.size() >= http::most_members);
    return 0;
}
