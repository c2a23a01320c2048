#include "cli/given_token.hpp"

#include "app/exit_code.hpp"

#include <istream>

namespace roomd::cli {

int read_config(Io &io, Form how, const app::ConfigFile &file, config::Config &out) {
    config::Faults faults;
    host::Libraries libraries("");
    out = file.read(libraries, faults);
    if (faults.empty()) return app::exit_ok;
    return fail(io, how, app::exit_configuration, "configuration_invalid", faults.text());
}

int TokenOption::read(Io &io, Form how, config::Config &config, std::string &token) const {
    token = text;
    if (text == "-") std::getline(io.in, token);
    if (const int failed = read_config(io, how, file, config)) return failed;
    if (config.auth.mode != config::Auth::Mode::none) return app::exit_ok;
    return fail(io, how, app::exit_configuration, "no_issuers",
                file.path + ": \"auth.mode\" is none, so no token is looked at");
}

} // namespace roomd::cli
