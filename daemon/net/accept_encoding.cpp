#include "net/accept_encoding.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace roomd::net {

namespace {

constexpr int not_said = -1;

// Removes the text before `mark`, and the mark, from `rest`; all of it when there is no mark.
std::string_view take(std::string_view &rest, char mark) noexcept {
    const std::size_t at = std::min(rest.find(mark), rest.size());
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return taken;
}

// "0.75" in thousandths; not_said for anything that is not a qvalue.
int qvalue(std::string_view text) noexcept {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return not_said;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.' || text.size() > 5) return not_said;
    int place = 100;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9') return not_said;
        value += (c - '0') * place;
        place /= 10;
    }
    return value <= 1000 ? value : not_said;
}

// The weight of one coding, from the parameters behind its name.
int weight(std::string_view parameters) noexcept {
    int value = 1000;
    while (!parameters.empty()) {
        std::string_view parameter = base::trim(take(parameters, ';'));
        const std::string_view name = take(parameter, '=');
        if (!base::equal_nocase(name, "q")) return not_said;
        value = qvalue(parameter);
    }
    return value;
}

} // namespace

bool takes_gzip(std::string_view header) noexcept {
    int gzip = not_said, any = not_said, identity = not_said;
    while (!header.empty()) {
        std::string_view entry = take(header, ',');
        const std::string_view coding = base::trim(take(entry, ';'));
        const int value = weight(entry);
        if (base::equal_nocase(coding, "gzip") || base::equal_nocase(coding, "x-gzip"))
            gzip = std::max(value, 0);
        if (base::equal_nocase(coding, "*")) any = value;
        if (base::equal_nocase(coding, "identity")) identity = value;
    }
    if (gzip == not_said) gzip = any;
    return gzip > 0 && gzip >= identity;
}

} // namespace roomd::net
