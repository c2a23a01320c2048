#pragma once

#include <string>
#include <string_view>

namespace roomd::config {

// 16 hexadecimal digits that stand for a text: those with which its SHA-256 begins.
std::string digest(std::string_view text);

} // namespace roomd::config
