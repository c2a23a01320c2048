#pragma once

#include "auth/identity.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "net/http.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {
struct Config;
}

namespace roomd::app {

struct Shard;

// The live console: its page, which is open to all and holds nothing, and the tokens it gives out
// in development.  What the page shows it asks app/admin for.
class Console {
public:
    struct Configuration {
        std::string path;     // "/console/"
        std::string socketio; // where the page finds the client bundle, and connects
        bool mint = false;
        base::Secret secret; // that tokens are signed with
        std::function<const config::Config &()> running;
    };
    Console(Shard &, Configuration);
    ~Console(); // removes the routes
    Console(const Console &) = delete;
    Console &operator=(const Console &) = delete;

private:
    void add_page();
    void lead_to_page(const net::Request &);
    void page(const net::Request &);
    void mint(const net::Request &);
    void answer(base::ExchangeId, net::Response);

    Shard &shard_;
    const Configuration configuration_;
    std::vector<std::uint64_t> routes_;
};

// What a developer types to see the console: "http://localhost:3001/console/".  Empty when no TCP
// listener is among the addresses.
struct Listening {
    std::string address; // "127.0.0.1:3001"
    bool tls = false;
};
std::string console_url(const std::vector<Listening> &, std::string_view path);

// The claims of a minted token, as the names of the configuration say.  `more`: an object of
// further ones, or empty.  Empty when one is there twice.
struct Minted {
    std::string user, role, tenant;
    std::string_view more;
    std::uint64_t seconds = 0;
};
std::string minted_claims(const Minted &, const auth::ClaimNames &, std::int64_t now_ms);

} // namespace roomd::app
