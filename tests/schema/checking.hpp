#pragma once

#include "schema/document.hpp"
#include "schema/schema.hpp"
#include "json/json.hpp"

#include <cstddef>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::test {

inline constexpr std::size_t megabyte = 1000000;

// What linear walks take is far below `plenty`, with sanitizers too; quadratic ones over as much
// take hours.  Of CPU: other work on the machine does not count.
inline constexpr double plenty = 20;
class Stopwatch {
public:
    double seconds() const { return double(std::clock() - begin_) / CLOCKS_PER_SEC; }

private:
    std::clock_t begin_ = std::clock();
};

// The schema of `text`, which must be good.
inline std::shared_ptr<const schema::Schema> schema(const std::string &text) {
    std::vector<schema::SchemaFault> faults;
    auto schema = schema::Schema::compile(text, faults);
    if (!schema) throw std::runtime_error(faults.at(0).pointer + ' ' + faults.at(0).what);
    return schema;
}

// "fits", or "<pointer>: <text> (<place in the schema>)".
inline std::string check(const schema::Schema &schema, const std::string &data) {
    if (!json::check(data)) throw std::runtime_error("the test's data is not JSON: " + data);
    const schema::Document index(data);
    const auto why = schema.check(index);
    return why ? why->pointer + ": " + why->text + " (" + why->keyword + ')' : "fits";
}

inline std::string check(const std::string &text, const std::string &data) {
    return check(*schema(text), data);
}

// The first fault of a schema: "<line>:<column> <pointer>: <what>".
inline std::string fault(const std::string &text) {
    std::vector<schema::SchemaFault> faults;
    if (schema::Schema::compile(text, faults)) return "good";
    const schema::SchemaFault &first = faults.at(0);
    return std::to_string(first.line) + ':' + std::to_string(first.column) + ' ' + first.pointer +
           ": " + first.what;
}

} // namespace roomd::test
