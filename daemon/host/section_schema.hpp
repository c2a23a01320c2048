#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roomd::host {

// What a plugin's config_schema finds in its section: where (JSON pointer), what, what to do.
struct SectionFault {
    std::string pointer, text, hint;
};

// Checks a section against a plugin's config_schema, in the words of YAML.  Parts of the schema
// that are not understood are left to the plugin's check().  At the top a key that `properties`
// lacks is refused in any case.  Both are objects that json::check() took.  Texts of the section
// are not repeated: they may be secrets.
std::vector<SectionFault> check_section(std::string_view schema, std::string_view section);

} // namespace roomd::host
