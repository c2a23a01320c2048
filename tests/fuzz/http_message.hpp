#pragma once

#include "base/text.hpp"
#include "http/body.hpp"
#include "http/head.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::fuzz {

// One request as a reader understands it: what two readers are compared by.
struct Message {
    bool taken = false;         // head and body are well-formed as far as they are there
    bool whole = false;         // and the body is complete
    bool until_trailer = false; // taken up to a trailer that the reader refuses
    std::string why;            // it was not taken, in the words of the reader
    std::string target;
    int minor = 0;
    bool chunked = false, keep_alive = false;
    std::uint64_t length = 0;
    std::vector<std::pair<std::string, std::string>> fields; // of the head alone
    std::string payload;
};

struct Ours : Message {
    http::Method method = http::Method::other;
    // The others make no difference between Connection and Proxy-Connection, which is for none but
    // proxies of before 1997 (RFC 9112, C.2.2) ...
    bool proxy_connection = false;
    // ... and for them HTTP/1.0 that says both "close" and "keep-alive" means the latter.
    bool undecided = false;
    std::size_t from = 0, body = 0,
                used = 0; // where its first line and its body begin, where it ends
};

inline Ours read(std::string_view bytes) {
    static http::Head head;
    Ours out;
    if (head.read(bytes, {.bytes = 8192, .fields = 64}) != http::Head::Step::done) return out;
    out.method = head.method();
    out.target = head.target();
    out.minor = head.minor();
    out.chunked = head.chunked();
    out.keep_alive = head.keep_alive();
    out.proxy_connection = head.find("proxy-connection").has_value();
    out.undecided = head.minor() == 0 && head.lists("connection", "close") &&
                    head.lists("connection", "keep-alive");
    out.length = head.length().value_or(0);
    for (std::size_t i = 0; i < head.count(); ++i)
        out.fields.emplace_back(head[i].name, head[i].value);
    http::Body body(head);
    const auto step = body.read(bytes.substr(head.size()), out.used, &out.payload);
    out.taken = step == http::Body::Step::done || step == http::Body::Step::more;
    out.whole = step == http::Body::Step::done;
    out.body = head.size();
    out.used += head.size();
    out.from = bytes.find_first_not_of("\r\n");
    return out;
}

inline void must_agree(std::string_view what, bool agree, const Message &theirs) {
    if (agree) return;
    std::fprintf(stderr, "the readers differ: %.*s; the other: %s, target %s\n",
                 static_cast<int>(what.size()), what.data(),
                 theirs.taken ? "taken" : theirs.why.c_str(), theirs.target.c_str());
    for (const auto &[name, value] : theirs.fields)
        std::fprintf(stderr, "  %s: %s\n", base::printable(name).c_str(),
                     base::printable(value).c_str());
    std::abort();
}

// What ours takes, the other takes too, and both understand the same by it.
inline void compare(const Ours &ours, const Message &theirs) {
    must_agree("taken", theirs.taken, theirs);
    must_agree("target", theirs.target == ours.target, theirs);
    must_agree("version", theirs.minor == ours.minor, theirs);
    must_agree("fields", theirs.fields == ours.fields, theirs);
    must_agree("chunked", theirs.chunked == ours.chunked, theirs);
    must_agree("length", theirs.length == ours.length, theirs);
    if (!ours.proxy_connection && !ours.undecided)
        must_agree("keep-alive", theirs.keep_alive == ours.keep_alive, theirs);
    must_agree("payload", theirs.payload == ours.payload, theirs);
    must_agree("end", theirs.whole == ours.whole || theirs.until_trailer, theirs);
}

// An input is a request, and chunks behind a head of ours.
template <class Check> void as_request_and_as_chunks(std::string_view bytes, Check check) {
    check(bytes);
    check("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(bytes));
}

} // namespace roomd::fuzz
