#include "http/head.hpp"

#include "base/text.hpp"
#include "http/bytes.hpp"
#include "http/list.hpp"

#include <algorithm>

namespace roomd::http {
namespace {

constexpr std::array<std::string_view, 9> method_names{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"};
constexpr std::size_t longest_method = 32; // the longest registered one has 17 (IANA)

// RFC 3986, 3.3, and the brackets, which browsers do not encode.
constexpr Bytes path_bytes{"-._~!$&'()*+,;=%:@/[]"};
// Browsers leave more of a query unencoded than RFC 3986 allows (the URL standard's "query
// percent-encode set"): a page that requests ?q={"a"} is not an attack.
constexpr Bytes query_bytes{"-._~!$&'()*+,;=%:@/[]?\\^`{|}"};

Method method_of(std::string_view word) noexcept {
    const auto *found = std::find(method_names.begin(), method_names.end(), word);
    return static_cast<Method>(found - method_names.begin());
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

bool has_dot_segment(std::string_view path) noexcept {
    for (std::size_t at = path.find("/."); at != path.npos; at = path.find("/.", at + 1)) {
        const auto segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
        if (segment == "." || segment == "..") return true;
    }
    return false;
}

} // namespace

std::string_view name(Method method) noexcept {
    return method == Method::other ? "" : method_names[static_cast<std::size_t>(method)];
}

// Reads a head from left to right and refuses it at the first wrong byte, so the beginning of a
// head gets the same result as all of it.  Each step is `done` when its part was read.
struct Head::Reader {
    Head &head;
    std::string_view bytes; // at most the largest head
    std::size_t most_fields;
    std::size_t at = 0;              // the next byte
    std::string_view authority = {}; // of an absolute target
    bool in_fields = false;

    Step refuse(int status, std::string_view code, std::string_view message) noexcept {
        head.refusal_ = {status, code, message};
        return Step::refused;
    }

    bool ended() const noexcept { return at == bytes.size(); }

    std::string_view take(const Bytes &set) noexcept {
        const std::size_t from = at;
        std::size_t to = at; // kept in a register
        while (to < bytes.size() && set.has(bytes[to]))
            ++to;
        at = to;
        return bytes.substr(from, to - from);
    }

    Step read() noexcept {
        for (const auto part : {&Reader::blank_lines, &Reader::method, &Reader::target,
                                &Reader::version, &Reader::fields, &Reader::end})
            if (const Step step = (this->*part)(); step != Step::done) return step;
        return Step::done;
    }

    // Some clients send an empty line behind a body (RFC 9112, 2.2).
    Step blank_lines() noexcept {
        for (int lines = 0; lines < 4; ++lines) {
            if (ended()) return Step::more;
            if (bytes[at] != '\r') break;
            if (at + 1 == bytes.size()) return Step::more;
            if (bytes[at + 1] != '\n') break;
            at += 2;
        }
        return Step::done;
    }

    Step method() noexcept {
        const auto word = take(token_bytes);
        if (word.size() > longest_method)
            return refuse(501, "unknown_method", "no HTTP method is that long");
        if (ended()) return Step::more;
        if (word.empty() || bytes[at] != ' ')
            return refuse(400, "bad_request", "the request does not begin with a method");
        ++at;
        if (word == "PROXY")
            return refuse(400, "bad_request", "the PROXY protocol is not supported");
        if (word == "PRI") return refuse(505, "bad_version", "HTTP/2 is not supported");
        head.method_ = method_of(word);
        if (head.method_ == Method::connect)
            return refuse(501, "unknown_method", "CONNECT is for proxies, and this is not one");
        return Step::done;
    }

    Step target() noexcept {
        if (ended()) return Step::more;
        const std::size_t from = at;
        if (bytes[at] == '*' && head.method_ == Method::options) {
            ++at;
            head.path_ = "*";
        } else {
            if (bytes[at] != '/')
                if (const Step step = absolute(); step != Step::done) return step;
            head.path_ = take(path_bytes);
            if (!ended() && bytes[at] == '?') {
                ++at;
                head.query_ = take(query_bytes);
            }
        }
        if (ended()) return Step::more;
        if (bytes[at] != ' ')
            return refuse(400, "bad_request", "the target has a byte that is not allowed there");
        head.target_ = bytes.substr(from, at - from);
        ++at;
        if (head.path_.empty()) head.path_ = "/"; // http://host
        head.encoded_path_ = head.path_.find('%') != head.path_.npos;
        head.dotted_path_ = has_dot_segment(head.path_);
        return Step::done;
    }

    // The part of "http://host:port/path" before its path.
    Step absolute() noexcept {
        const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
        for (const char c : std::string_view("http")) {
            if (ended()) return Step::more;
            if (lower(bytes[at]) != c) return refuse_target();
            ++at;
        }
        if (ended()) return Step::more;
        if (lower(bytes[at]) == 's') ++at;
        for (const char c : std::string_view("://")) {
            if (ended()) return Step::more;
            if (bytes[at] != c) return refuse_target();
            ++at;
        }
        authority = take(host_bytes);
        if (ended()) return Step::more;
        if (authority.empty() || (bytes[at] != '/' && bytes[at] != '?' && bytes[at] != ' '))
            return refuse_target();
        return Step::done;
    }
    Step refuse_target() noexcept {
        return refuse(400, "bad_request", "the target is neither a path nor an http URL");
    }

    Step version() noexcept {
        constexpr std::string_view form = "HTTP/d.d\r\n"; // d: a digit
        constexpr std::size_t major = 5, minor = 7;
        for (std::size_t i = 0; i < form.size(); ++i) {
            if (at + i == bytes.size()) return Step::more;
            const char c = bytes[at + i];
            if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
                return refuse(400, "bad_request", "the request line does not end in HTTP/1.1");
            if (form[i] == '\r' && (bytes[at + major] != '1' || bytes[at + minor] > '1'))
                return refuse(505, "bad_version", "this server speaks HTTP/1.1");
        }
        head.framing_ = Framing(bytes[at + minor] - '0', authority);
        at += form.size();
        in_fields = true;
        return Step::done;
    }

    Step fields() noexcept {
        for (;;) {
            if (ended()) return Step::more;
            if (bytes[at] == '\r') return line_end();
            if (head.count_ == most_fields)
                return refuse(431, "head_too_large", "too many header fields");
            if (const Step step = field(); step != Step::done) return step;
        }
    }

    Step line_end() noexcept {
        if (ended()) return Step::more;
        if (bytes[at] != '\r')
            return refuse(400, "bad_header", "a header value has a byte that is not allowed there");
        if (at + 1 == bytes.size()) return Step::more;
        if (bytes[at + 1] != '\n') return refuse(400, "bad_header", "a CR without an LF");
        at += 2;
        return Step::done;
    }

    Step field() noexcept {
        if (is_blank(bytes[at]))
            return refuse(400, "bad_header", "folded headers are not accepted");
        Field field;
        field.name = take(token_bytes);
        if (ended()) return Step::more;
        if (field.name.empty() || bytes[at] != ':')
            return refuse(400, "bad_header", "a header is not a name followed by a colon");
        ++at;
        while (!ended() && is_blank(bytes[at]))
            ++at;
        field.value = take(value_bytes);
        while (!field.value.empty() && is_blank(field.value.back()))
            field.value.remove_suffix(1);
        if (const Step step = line_end(); step != Step::done) return step;
        head.fields_[head.count_++] = field;
        return judge(head.framing_.take(field));
    }

    Step judge(const Refusal *refusal) noexcept {
        if (refusal == nullptr) return Step::done;
        head.refusal_ = *refusal;
        return Step::refused;
    }

    Step end() noexcept {
        head.size_ = at;
        return judge(head.framing_.end());
    }
};

Head::Step Head::read(std::string_view bytes, const HeadLimits &limits) {
    target_ = path_ = query_ = {};
    framing_ = {};
    refusal_ = {};
    size_ = count_ = 0;
    method_ = Method::other;
    encoded_path_ = dotted_path_ = false;

    Reader reader{*this, bytes.substr(0, limits.bytes), std::min(limits.fields, most_fields)};
    const Step step = reader.read();
    if (step != Step::more || bytes.size() < limits.bytes) return step;
    return reader.in_fields
               ? reader.refuse(431, "head_too_large", "the header fields are too large")
               : reader.refuse(414, "target_too_long", "the request line is too long");
}

std::optional<std::string_view> Head::find(std::string_view lower_case_name) const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
        if (base::equal_nocase(fields_[i].name, lower_case_name)) return fields_[i].value;
    return std::nullopt;
}

std::optional<std::string> Head::joined(std::string_view lower_case_name) const {
    std::optional<std::string> out;
    for (std::size_t i = 0; i < count_; ++i) {
        if (!base::equal_nocase(fields_[i].name, lower_case_name)) continue;
        if (out)
            *out += ", ";
        else
            out.emplace();
        *out += fields_[i].value;
    }
    return out;
}

bool Head::lists(std::string_view lower_case_name,
                 std::string_view lower_case_word) const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
        if (base::equal_nocase(fields_[i].name, lower_case_name) &&
            any_member(fields_[i].value, [&](std::string_view word) {
                return base::equal_nocase(word, lower_case_word);
            }))
            return true;
    return false;
}

bool Head::encoded() const noexcept {
    for (std::size_t i = 0; i < count_; ++i)
        if (base::equal_nocase(fields_[i].name, "content-encoding") &&
            any_member(fields_[i].value, [](std::string_view coding) {
                return !coding.empty() && !base::equal_nocase(coding, "identity");
            }))
            return true;
    return false;
}

} // namespace roomd::http
