#pragma once

#include "http_clients/asked.hpp"
#include "rest/problem.hpp"

#include <roomd/plugin.hpp>

#include <string>
#include <string_view>
#include <vector>

// The answers, each as the text of a success.
namespace roomd::http_clients {

std::string moved(const Asked &, const Moved &);

// A user's clients.  Without `addresses` it does not say where they are.
enum class Addresses : bool { left_out, shown };
std::string user(std::string_view name, const Found &, Addresses);
// One page of a room's members.
std::string members(std::string_view room, const Page &, const Found &);
std::string online(const std::vector<std::string> &users);

// What a refused move or question means to the one who asked over HTTP.
rest::Problem problem_of(roomd_status, std::string_view code, std::string_view text,
                         std::string_view pointer);

} // namespace roomd::http_clients
