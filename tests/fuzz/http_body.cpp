#include "http/body.hpp"

#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <charconv>
#include <string>

using namespace roomd;
using http::Body;
using Step = Body::Step;

namespace {

struct Read {
    Step step = Step::more;
    std::size_t used = 0;
    std::string payload;
    bool operator==(const Read &) const = default;
};

Body framed(std::string_view field, std::uint64_t most) {
    static http::Head head; // large
    const std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(field) + "\r\n\r\n";
    fuzz::must(head.read(bytes, {}) == http::Head::Step::done);
    Body body(head);
    body.limit(most);
    return body;
}

void feed(Body &body, std::string_view part, Read &out) {
    if (out.step != Step::more) return;
    std::size_t used = 0;
    out.step = body.read(part, used, &out.payload);
    out.used += used;
    fuzz::must(used <= part.size() && (out.step != Step::more || used == part.size()));
    fuzz::must(body.got() == out.payload.size());
    fuzz::must(body.done() == (out.step == Step::done));
}

Read in_two(Body body, std::string_view bytes, std::size_t cut) {
    Read out;
    feed(body, bytes.substr(0, cut), out);
    feed(body, bytes.substr(cut), out);
    return out;
}

Read bytewise(Body body, std::string_view bytes) {
    Read out;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        feed(body, bytes.substr(i, 1), out);
    return out;
}

// The payload of a whole chunked body, read the lazy way.
std::string lazily(std::string_view bytes) {
    std::string out;
    for (;;) {
        std::size_t size = 0;
        std::from_chars(bytes.data(), bytes.data() + bytes.size(), size, 16);
        if (size == 0) return out;
        bytes.remove_prefix(bytes.find('\n') + 1);
        out += bytes.substr(0, size);
        bytes.remove_prefix(size + 2);
    }
}

Read check(const Body &body, std::string_view bytes, std::uint64_t most) {
    const Read whole = in_two(body, bytes, bytes.size());
    fuzz::must(whole.payload.size() <= most);
    for (std::size_t cut = 0; cut < bytes.size(); cut += bytes.size() / 48 + 1)
        fuzz::must(in_two(body, bytes, cut) == whole);
    if (!bytes.empty()) fuzz::must(bytewise(body, bytes) == whole);
    return whole;
}

} // namespace

// Any bytes, as what follows a head: how they come in pieces makes no difference, and nothing
// beyond the limit is taken.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const auto bytes = fuzz::text(data, size);
    for (const std::uint64_t most : {std::uint64_t{5}, std::uint64_t{8192}}) {
        const Read read = check(framed("Transfer-Encoding: chunked", most), bytes, most);
        if (read.step == Step::done) {
            fuzz::must(read.payload == lazily(bytes));
            fuzz::must(bytes.substr(0, read.used).ends_with("\r\n"));
        }
        const std::size_t length = size / 2;
        const Read cut =
            check(framed("Content-Length: " + std::to_string(length), most), bytes, most);
        fuzz::must(cut.step == (length > most ? Step::too_large : Step::done));
        if (length <= most) fuzz::must(cut.payload == bytes.substr(0, length));
    }
    return 0;
}
