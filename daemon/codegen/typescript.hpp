#pragma once

#include "codegen/contract.hpp"

#include <optional>
#include <string>

namespace roomd::codegen {

// The module that a Node backend imports.  Nothing, and `why`.
std::optional<std::string> typescript_emitter(const Contract &, std::string &why);

// ServerToClientEvents and ClientToServerEvents for socket.io-client.
std::string socket_types(const Contract &, const std::string &digest);

// Parts of both.
std::string typescript_type(const Type &, std::size_t indent = 0);
// `export type ..` for each named type that these events have, or refer to.
std::string typescript_types(const Contract &, const std::vector<const Event *> &used);
std::string typescript_name(const std::string &name); // of a member, quoted where it must be

} // namespace roomd::codegen
