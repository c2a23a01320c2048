#include "cli/given_token.hpp"

#include "app/exit_code.hpp"
#include "auth/token_text.hpp"
#include "cli/standard_input.hpp"

namespace roomd::cli {

int read_config(Io &io, Form how, const app::ConfigFile &file, config::Config &out,
                config::Credentials credentials) {
    config::Faults faults;
    host::Libraries libraries("");
    out = file.read(libraries, faults, credentials);
    if (faults.empty()) return app::exit_ok;
    return fail(io, how, app::exit_configuration, "configuration_invalid", faults.text());
}

std::string given_token(Io &io, const std::string &argument) {
    return argument == "-" ? first_line(io.in, auth::max_token) : argument;
}

} // namespace roomd::cli
