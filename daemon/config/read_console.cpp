#include "base/ascii.hpp"
#include "config/readers.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

void check_path(const Section &in, const Config &config) {
    const std::string &path = config.console.path;
    if (path.empty()) return;
    const auto fault = [&](const std::string &hint) {
        in.fault("path", in.shown("path") + ": invalid path \"" + path + '"', hint);
    };
    if (!is_url_path(path)) return fault("it begins and ends with \"/\", such as /console/");
    const std::string &clients = config.socketio.path;
    if (path.starts_with(clients) || clients.starts_with(path))
        fault("\"socketio.path\" is " + clients +
              ": take paths of which neither contains the other");
}

void check_mint(const Section &in, const Config &config) {
    if (!config.console.mint) return;
    if (config.console.path.empty())
        return in.fault("mint", in.shown("mint") + " has no effect without \"console.path\"",
                        "write path: /console/");
    if (!config.auth.generated)
        return in.fault("mint",
                        in.shown("mint") + " is for development: it needs \"auth.generated\"",
                        "write auth: { mode: optional, generated: true }, or remove it");
    const auth::ClaimNames &names = config.auth.claims;
    for (const std::string *name : {&names.user, &names.role, &names.tenant})
        if (name->starts_with('/'))
            in.fault("mint",
                     in.shown("mint") + " cannot write the claim \"" + *name +
                         "\": it is a pointer",
                     "name plain members under auth.claims, or remove it");
}

} // namespace

bool is_url_path(std::string_view path) noexcept {
    const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
        return base::is_alnum(c) || std::string_view("/._~-").find(c) != std::string_view::npos;
    });
    return path.size() >= 3 && path.front() == '/' && path.back() == '/' && plain &&
           path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos;
}

void read_console(const Section &top, Config &config) {
    const Section in = top.map("console");
    in.read(console_keys, config.console);
    check_path(in, config);
    check_mint(in, config);
}

} // namespace roomd::config
