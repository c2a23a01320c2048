#include "http/body.hpp"

#include "base/ascii.hpp"
#include "http/bytes.hpp"

#include <algorithm>

namespace roomd::http {
namespace {

constexpr unsigned most_digits = 8;
constexpr unsigned most_extensions = 256; // bytes, of all chunks of a body together
constexpr unsigned most_trailers = 1024;  // bytes, without the empty line

} // namespace

Body::Body(const Head &head) : left_(head.length().value_or(0)), chunked_(head.chunked()) {
    if (chunked_)
        at_ = At::size;
    else if (left_ > 0)
        at_ = At::data;
}

Body::Step Body::read(std::string_view bytes, std::size_t &used, std::string *out) {
    used = 0;
    if (!chunked_ && over()) return Step::too_large;
    while (!done() && used < bytes.size()) {
        if (at_ == At::data) {
            used += payload(bytes.substr(used), out);
            if (left_ == 0) at_ = chunked_ ? At::data_cr : At::done;
            continue;
        }
        if (at_ == At::size_lf && over()) return Step::too_large;
        if (!syntax(bytes[used])) at_ = At::broken;
        if (at_ == At::broken) return Step::malformed;
        ++used;
    }
    return done() ? Step::done : Step::more;
}

std::size_t Body::payload(std::string_view bytes, std::string *out) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    if (out != nullptr) out->append(bytes.data(), size);
    left_ -= size;
    got_ += size;
    return size;
}

// One byte of the syntax around the payload of chunks.  False: it is not allowed there.
bool Body::syntax(char c) noexcept {
    switch (at_) {
    case At::size:
        if (const int value = base::hex_value(c); value >= 0) {
            left_ = left_ * 16 + static_cast<unsigned>(value);
            return ++digits_ <= most_digits;
        }
        if (c == '\r')
            at_ = At::size_lf;
        else if (c == ';')
            at_ = At::extension_start;
        else
            return false;
        return digits_ > 0;
    case At::extension_start:
    case At::value_start:
        at_ = at_ == At::value_start ? At::value : At::extension;
        return token_bytes.has(c) && spend(most_extensions);
    case At::extension:
    case At::value:
        if (c == '\r')
            at_ = At::size_lf;
        else if (c == ';')
            at_ = At::extension_start;
        else if (c == '=' && at_ == At::extension)
            at_ = At::value_start;
        else if (!token_bytes.has(c))
            return false;
        return spend(most_extensions);
    case At::size_lf:
        at_ = left_ > 0 ? At::data : At::line;
        digits_ = 0;
        if (left_ == 0) extra_ = 0; // counts trailers from here on
        return c == '\n';
    case At::data_cr: at_ = At::data_lf; return c == '\r';
    case At::data_lf: at_ = At::size; return c == '\n';
    default: return trailer(c);
    }
}

bool Body::trailer(char c) noexcept {
    switch (at_) {
    case At::line:
        at_ = c == '\r' ? At::last_lf : At::trailer_name;
        return c == '\r' || (token_bytes.has(c) && spend(most_trailers));
    case At::last_lf: at_ = At::done; return c == '\n';
    case At::trailer_name:
        if (c == ':')
            at_ = At::trailer_value;
        else if (!token_bytes.has(c))
            return false;
        return spend(most_trailers);
    case At::trailer_value:
        if (c == '\r')
            at_ = At::trailer_lf;
        else if (!value_bytes.has(c))
            return false;
        return spend(most_trailers);
    case At::trailer_lf: at_ = At::line; return c == '\n' && spend(most_trailers);
    default: return false;
    }
}

} // namespace roomd::http
