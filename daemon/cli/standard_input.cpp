#include "cli/standard_input.hpp"

#include "json/json.hpp"

#include <istream>

namespace roomd::cli {

std::string all_of(std::istream &in, std::size_t most) {
    std::string out;
    for (char c = 0; out.size() <= most && in.get(c);)
        out += c;
    return out;
}

std::string first_line(std::istream &in, std::size_t most) {
    std::string out;
    for (char c = 0; out.size() <= most && in.get(c) && c != '\n';)
        out += c;
    return std::string(json::trim(out));
}

} // namespace roomd::cli
