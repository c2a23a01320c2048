#pragma once

#include "http/field.hpp"
#include "http/framing.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roomd::http {

enum class Method : std::uint8_t {
    get,
    head,
    post,
    put,
    patch,
    del,
    options,
    connect, // Head refuses it: it has another form of target, and is for proxies
    trace,
    other // unknown to HTTP, such as "get"
};

std::string_view name(Method) noexcept; // "GET"; empty for `other`

struct HeadLimits {
    // Of the request line, all fields, and blank lines ahead.  When this many bytes were read the
    // result is never `more`.
    std::size_t bytes = 32768;
    std::size_t fields = 100; // at most Head::most_fields
};

// One HTTP/1.1 request head (RFC 9112), read strictly: what two readers could understand
// differently is refused, never repaired.  Everything here views into the bytes that were read.
// With room for all fields it is 8 kB: one serves all connections of a thread.
class Head {
public:
    static constexpr std::size_t most_fields = 256;

    enum class Step : std::uint8_t {
        more,   // the head is incomplete
        done,   // size() bytes are a head
        refused // refusal() says why, as soon as it is known
    };
    // Reads from the beginning of the head each time, in time proportional to `bytes`.  A result
    // other than `more` does not depend on what follows.  A refused head has the fields before the
    // fault, so that its Origin may read the answer.
    Step read(std::string_view bytes, const HeadLimits &);

    std::size_t size() const noexcept { return size_; }
    const Refusal &refusal() const noexcept { return refusal_; }

    Method method() const noexcept { return method_; }
    int minor() const noexcept { return framing_.minor(); } // of HTTP/1.x: 0 or 1
    std::string_view target() const noexcept { return target_; }
    // Raw, from either form of target ("/a", "http://host/a"); "*" for OPTIONS *.  Never empty.
    std::string_view path() const noexcept { return path_; }
    std::string_view query() const noexcept { return query_; } // raw, behind the first '?'
    // The path has no percent-encoding and no dot segment.
    bool plain_path() const noexcept { return !encoded_path_ && !dotted_path_; }
    bool dotted_path() const noexcept { return dotted_path_; } // as it was sent

    std::size_t count() const noexcept { return count_; }
    const Field &operator[](std::size_t i) const noexcept { return fields_[i]; }
    // The first field of this lower-case name; empty when it was not sent.
    std::optional<std::string_view> find(std::string_view lower_case_name) const noexcept;
    // All fields of this name as one list, in order, joined by ", " (RFC 9110, 5.3).
    std::optional<std::string> joined(std::string_view lower_case_name) const;
    // Whether a field of this name lists this word, in any case.
    bool lists(std::string_view lower_case_name, std::string_view lower_case_word) const noexcept;

    // Whether its body is encoded: Content-Encoding names another coding than "identity".
    bool encoded() const noexcept;

    // ---- framing and connection -----------------------------------------------------------
    bool chunked() const noexcept { return framing_.chunked(); }
    std::optional<std::uint64_t> length() const noexcept {
        return framing_.length();
    } // Content-Length
    bool has_body() const noexcept { return chunked() || length().value_or(0) > 0; }
    // Whether the connection stays open after the answer.  HTTP/1.0 has to ask for it.
    bool keep_alive() const noexcept { return framing_.keep_alive(); }
    bool expects_continue() const noexcept { return framing_.expects_continue(); }
    bool wants_upgrade() const noexcept { return find("upgrade").has_value(); }

private:
    struct Reader;

    std::string_view target_, path_, query_;
    Framing framing_;
    Refusal refusal_;
    std::size_t size_ = 0, count_ = 0;
    Method method_ = Method::other;
    bool encoded_path_ = false, dotted_path_ = false;
    std::array<Field, most_fields> fields_; // the first count_ are set
};

} // namespace roomd::http
