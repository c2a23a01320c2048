#include "net/accept_encoding.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

#include <string>

using namespace roomd;

// Any bytes are an Accept-Encoding; a client that gets gzip has named it, or everything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string text(fuzz::text(data, size));
    const bool takes = net::takes_gzip(text);
    const std::string lower = base::lower(text);
    if (takes) fuzz::must(lower.find("gzip") != lower.npos || lower.find('*') != lower.npos);
    fuzz::must(net::takes_gzip(lower) == takes);
    fuzz::must(net::takes_gzip("br," + text) == takes);
    fuzz::must(net::takes_gzip(text + ",gzip") || lower.find("identity") != lower.npos);
    fuzz::must(!net::takes_gzip(text + ",gzip;q=0"));
    return 0;
}
