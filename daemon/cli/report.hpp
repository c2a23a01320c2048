#pragma once

#include "cli/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace roomd::cli {

// For people, or one JSON document for programs: {"success":true,"data":{..}} or
// {"success":false,"error":{"code":..,"message":..}}, as over HTTP.
enum class Form : unsigned char { text, json };
constexpr Form form(bool json) noexcept {
    return json ? Form::json : Form::text;
}

// Prints what went wrong, on `err` for people; gives `exit_code`.
int fail(Io &, Form, int exit_code, std::string_view code, const std::string &message);

// Prints `data`, a JSON object, framed as a success.
void print_success(Io &, std::string_view data);

// Rows in columns, the first row being their names; control characters are escaped.
void print_table(std::ostream &, const std::vector<std::vector<std::string>> &rows);

} // namespace roomd::cli
