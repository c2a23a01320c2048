#pragma once

#include "net/http.hpp"

#include <string>
#include <vector>

namespace roomd::app {

class Gate;

// Who may call the console's API, decided by the headers.
//   A page: only the console's own.  The daemon answers pages of every portal with CORS headers,
//   and what operators see is not for them: so a request that says it is another page's is refused.
//   Anyone: as Gate says for the scope `admin`.
net::Access admit_to_console(const Gate &, const net::Request &);
// Who may have a token minted: the same, and only from this machine, by a loopback name, whatever
// key was sent.
net::Access admit_to_mint(const Gate &, const net::Request &);

// Who may call what the admin socket has on an ordinary listener: only who sends a key of the scope
// `admin`, from wherever; and no other page.
net::Access admit_to_admin(const Gate &, const net::Request &);

// A listener serves the console for any of these.
inline constexpr net::Kinds console_kinds = net::kind::api | net::kind::admin;

// The headers that these read, and the type of a body.
const std::vector<std::string> &console_headers();

// What every answer to the console and to operators has: nobody keeps it, or takes it for something
// else.
std::vector<net::Field> unkept();

} // namespace roomd::app
