#include "cli/given_token.hpp"

#include "app/exit_code.hpp"
#include "app/key_set.hpp"
#include "auth/token_text.hpp"
#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/standard_input.hpp"

#include <utility>

namespace roomd::cli {

int read_config(Io &io, Form how, const app::ConfigFile &file, config::Config &out,
                config::Credentials credentials) {
    config::Faults faults;
    host::Libraries libraries("");
    out = file.read(libraries, faults, credentials);
    if (faults.empty()) return app::exit_ok;
    return fail(io, how, app::exit_configuration, "configuration_invalid", faults.text());
}

int read_token_config(Io &io, Form how, const app::ConfigFile &file, config::Config &out) {
    const int failed = read_config(io, how, file, out, config::Credentials::may_be_absent);
    if (failed || !out.lacks_issuer_keys) return failed;
    std::string names;
    for (const std::string &name : out.absent)
        (names += names.empty() ? "" : ", ") += base::visible(name);
    return fail(io, how, app::exit_configuration, "issuer_keys_unreadable",
                "the keys of issuers cannot be read here: run this as root beside the running "
                "service, or let CREDENTIALS_DIRECTORY name a folder that holds them (not read: " +
                    names + ")");
}

std::string given_token(Io &io, const std::string &argument) {
    return argument == "-" ? first_line(io.in, auth::max_token) : argument;
}

std::vector<std::string> use_key_copies(config::Config &config) {
    std::vector<std::string> notes;
    for (auth::Issuer &issuer : config.auth.issuers) {
        if (issuer.jwks_url.empty()) continue;
        const app::KeySetSource source = app::key_source(config, issuer);
        app::KeyCopy copy = app::read_key_copy(source);
        const std::string keys = "the keys at " + app::shown_url(issuer.jwks_url);
        if (copy.exists && copy.why.empty()) {
            notes.push_back("checked with " + keys + " as the daemon had them at " +
                            base::iso8601(copy.set.fetched_ms));
            issuer.keys.push_back(std::move(copy.set.keys));
            issuer.are_fetched = true;
        } else if (source.folder.empty()) {
            notes.push_back(keys + " are not known here: the daemon keeps no copy (auth.cache), or "
                                   "keeps it in the STATE_DIRECTORY that only its unit has");
        } else {
            notes.push_back(keys + " are not known here: there is no copy in " +
                            base::visible(source.folder) +
                            (copy.exists ? " that can be used: " + copy.why : ""));
        }
    }
    return notes;
}

} // namespace roomd::cli
