#include "http/proxy_header.hpp"

#include "fuzz/fuzz.hpp"

using namespace roomd;
using http::ProxyHeader;
using Step = ProxyHeader::Step;

// Any bytes, as what a connection begins with: how they come in pieces makes no difference, and
// nothing behind the header changes what it says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto bytes = fuzz::text(data, size);
    const ProxyHeader whole = http::read_proxy_header(bytes);
    fuzz::must((whole.step == Step::malformed) == (whole.why != nullptr));
    fuzz::must((whole.step == Step::done) == (whole.size > 0));
    fuzz::must(whole.size <= bytes.size() && whole.size <= ProxyHeader::longest);
    fuzz::must(!whole.client || whole.step == Step::done);
    fuzz::must(whole.step != Step::more || bytes.size() < ProxyHeader::longest);
    fuzz::must(whole.step != Step::done || http::begins_as_proxy_header(bytes));
    for (std::size_t cut = 0; cut < bytes.size(); cut += bytes.size() / 64 + 1) {
        const ProxyHeader part = http::read_proxy_header(bytes.substr(0, cut));
        if (whole.step == Step::done && cut >= whole.size)
            fuzz::must(part.size == whole.size &&
                       part.client.has_value() == whole.client.has_value());
        else if (part.step != Step::more)
            fuzz::must(part.step == Step::malformed && whole.step == Step::malformed);
    }
    return 0;
}
