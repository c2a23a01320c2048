#include "catalogue/arguments.hpp"

#include "base/text.hpp"
#include "schema/document.hpp"
#include "schema/properties.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <optional>

namespace roomd::catalogue {

std::vector<ArgumentFault> check_arguments(const std::vector<std::string> &arguments,
                                           std::string_view schema) {
    std::vector<ArgumentFault> out;
    std::vector<std::string> known;
    // A schema that is no JSON has a fault of its own.
    const bool readable = !schema.empty() && json::check(schema);
    if (readable) known = schema::property_names(schema::Document(schema));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string &name = arguments[i];
        const std::string shown = base::in_quotes(name, 80);
        const auto here = arguments.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(arguments.begin(), here, name) != here) {
            out.push_back({i, shown + " stands twice"});
        } else if (schema.empty()) {
            out.push_back({i, "without a schema nothing says what " + shown + " is"});
        } else if (readable && std::find(known.begin(), known.end(), name) == known.end()) {
            const std::string_view near = base::nearest(name, {known.begin(), known.end()});
            out.push_back(
                {i, "the schema has no property " + shown +
                        (near.empty() ? std::string()
                                      : "; did you mean \"" + std::string(near) + "\"?")});
        }
    }
    return out;
}

} // namespace roomd::catalogue
