#pragma once

#include <string>
#include <string_view>

namespace roomd::postgres {

// JSON text in which the escape of half a surrogate pair never stands alone: each such is written
// as that of U+FFFD, which takes as many bytes, so that places stay what they are.  For readers
// that refuse what JSON.stringify writes of a text that was cut inside an emoji.
std::string without_halves(std::string_view json);

} // namespace roomd::postgres
