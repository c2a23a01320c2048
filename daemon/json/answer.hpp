#pragma once

#include "json/object.hpp"

#include <string>
#include <string_view>

namespace roomd::json {

// What requests and clients are answered with, and what commands print with --json.

// {"success":true,"data":..}
std::string success(std::string_view data);

// {"code":..,"message":..,"pointer":..}, without an empty pointer.  More members may follow.
Object error(std::string_view code, std::string_view message, std::string_view pointer = {});

// {"success":false,"error":{..}}
std::string failure(Object error);
std::string failure(std::string_view code, std::string_view message);

// [{"ok":false,"error":{..}}]: the arguments of a client's ack that is refused.
std::string refused_ack(Object error);

} // namespace roomd::json
