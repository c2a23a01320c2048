#include "cli/report.hpp"

#include "base/text.hpp"
#include "json/answer.hpp"

#include <algorithm>
#include <ostream>

namespace roomd::cli {
namespace {

constexpr std::size_t longest = 4096; // of one cell

// About how many columns it takes on a terminal: bytes that continue a character take none.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

} // namespace

int fail(Io &io, Form form, int exit_code, std::string_view code, const std::string &message) {
    if (form == Form::text) {
        io.err << "roomd: " << message << '\n';
        return exit_code;
    }
    io.out << json::failure(code, message) << '\n';
    return exit_code;
}

void print_success(Io &io, std::string_view data) {
    io.out << json::success(data) << '\n';
}

void print_table(std::ostream &out, const std::vector<std::vector<std::string>> &rows) {
    std::vector<std::vector<std::string>> shown = rows;
    std::vector<std::size_t> widths;
    for (auto &row : shown) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = base::visible(row[i], longest);
            widths[i] = std::max(widths[i], width(row[i]));
        }
    }
    for (const auto &row : shown) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
        }
        out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    }
}

} // namespace roomd::cli
