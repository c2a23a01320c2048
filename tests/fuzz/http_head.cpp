#include "http/head.hpp"

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

#include <algorithm>
#include <string>

using namespace roomd;
using http::Head;
using http::HeadLimits;
using Step = Head::Step;

namespace {

bool same_fault(const http::Refusal &a, const http::Refusal &b) {
    return a.status == b.status && a.code == b.code && a.message == b.message;
}

// A head with the same meaning, written anew.
std::string written(std::string_view bytes, const Head &head) {
    const std::size_t from = bytes.find_first_not_of("\r\n");
    std::string out(bytes.substr(from, bytes.find(' ', from) - from));
    out.append(" ").append(head.target()).append(head.minor() == 0 ? " HTTP/1.0" : " HTTP/1.1");
    for (std::size_t i = 0; i < head.count(); ++i)
        out.append("\r\n").append(head[i].name).append(":").append(head[i].value);
    return out += "\r\n\r\n";
}

void check_taken(std::string_view bytes, const Head &head, const HeadLimits &limits) {
    fuzz::must(head.size() <= std::min(bytes.size(), limits.bytes));
    fuzz::must(head.count() <= limits.fields);
    fuzz::must(bytes.substr(0, head.size()).ends_with("\r\n\r\n"));
    fuzz::must(head.path() == "*" || head.path().front() == '/');
    fuzz::must(head.method() != http::Method::connect);
    fuzz::must(!head.plain_path() || head.path().find('%') == std::string_view::npos);
    fuzz::must(!head.chunked() || (head.minor() == 1 && !head.length()));
    fuzz::must(head.minor() == 0 || head.find("host"));
    fuzz::must(head.chunked() == head.find("transfer-encoding").has_value());
    fuzz::must(head.length().has_value() == head.find("content-length").has_value());
    for (std::size_t i = 0; i < head.count(); ++i) {
        const auto &[name, value] = head[i];
        fuzz::must(!name.empty() && name.find_first_of(": \t\r\n") == name.npos);
        fuzz::must(value.find_first_of(std::string_view("\0\r\n", 3)) == value.npos);
        fuzz::must(base::trim(value) == value);
        fuzz::must(head.joined(base::lower(name))->find(value) != std::string::npos);
    }
    Head again;
    const std::string text = written(bytes, head);
    fuzz::must(again.read(text, limits) == Step::done && again.size() == text.size());
    fuzz::must(again.target() == head.target() && again.path() == head.path());
    fuzz::must(again.query() == head.query() && again.method() == head.method());
    fuzz::must(again.length() == head.length() && again.keep_alive() == head.keep_alive());
    fuzz::must(again.count() == head.count());
}

// Every beginning asks for more until the verdict is known, and from there on it is the same.
void check_beginnings(std::string_view bytes, const Head &whole, Step verdict,
                      const HeadLimits &limits) {
    Head head;
    bool known = false;
    for (std::size_t n = 0; n <= bytes.size(); n += bytes.size() / 96 + 1) {
        const Step step = head.read(bytes.substr(0, n), limits);
        fuzz::must(step == verdict || (step == Step::more && !known));
        if (step == Step::refused) fuzz::must(same_fault(head.refusal(), whole.refusal()));
        if (step == Step::done) fuzz::must(head.size() == whole.size() && n >= whole.size());
        known = known || step != Step::more;
    }
}

void check(std::string_view bytes, const HeadLimits &limits) {
    Head head;
    const Step step = head.read(bytes, limits);
    if (step == Step::more) fuzz::must(bytes.size() < limits.bytes);
    if (step == Step::done) check_taken(bytes, head, limits);
    if (step == Step::refused) {
        const auto &[status, code, message] = head.refusal();
        fuzz::must(status >= 400 && status <= 505 && !code.empty() && !message.empty());
    }
    check_beginnings(bytes, head, step, limits);
}

} // namespace

// Any bytes are the beginning of a head, a head, or refused; never one now and another later.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    check(fuzz::text(data, size), {.bytes = 8192, .fields = 64});
    check(fuzz::text(data, size), {.bytes = 64, .fields = 2});
    return 0;
}
