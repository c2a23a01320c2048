#include "app/console_gate.hpp"

#include "app/gate.hpp"
#include "base/text.hpp"
#include "policy/own_origin.hpp"
#include "json/answer.hpp"

namespace roomd::app {
namespace {

// Browsers say it of every request that is not `none`, an address that its user has typed, or
// `same-origin`; old ones say it by Origin alone.  Programs say neither.
bool is_of_another_page(const net::Request &request) {
    const std::string_view site = request.header("sec-fetch-site");
    if (!site.empty() && !base::is_one_of(site, {"same-origin", "none"})) return true;
    const std::string_view origin = request.header("origin");
    return !origin.empty() &&
           !policy::OwnOrigin(std::vector<std::string>()).admits(origin, request.header("host"));
}

net::Access denied(std::string_view code, std::string_view message) {
    net::Access no;
    no.status = 403;
    no.body = json::failure(code, message);
    return no;
}

} // namespace

net::Access admit_to_console(const Gate &gate, const net::Request &request) {
    if (is_of_another_page(request))
        return denied("page_foreign", "only the console's own page may ask here");
    return gate.admit(request, "admin");
}

net::Access admit_to_mint(const Gate &gate, const net::Request &request) {
    net::Access access = admit_to_console(gate, request);
    if (access.status == 0 && !Gate::is_local(request))
        return denied("mint_not_local", "tokens are minted only for this machine, addressed "
                                        "as localhost, 127.0.0.1 or [::1]");
    return access;
}

net::Access admit_to_admin(const Gate &gate, const net::Request &request) {
    if (is_of_another_page(request))
        return denied("page_foreign", "pages may not ask here: only programs with a key");
    return gate.admit_key(request, "admin");
}

const std::vector<std::string> &console_headers() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all = Gate::headers();
        all.insert(all.end(), {"content-type", "origin", "sec-fetch-site"});
        return all;
    }();
    return names;
}

std::vector<net::Field> unkept() {
    return {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
}

} // namespace roomd::app
