#include "app/exit_code.hpp"
#include "base/file.hpp"
#include "cli/commands.hpp"
#include "cli/given_token.hpp"
#include "cli/target.hpp"
#include "codegen/asyncapi.hpp"
#include "codegen/php.hpp"
#include "codegen/python.hpp"
#include "codegen/text.hpp"
#include "codegen/typescript.hpp"
#include "config/digest.hpp"
#include "config/environment.hpp"
#include "policy/rules.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>

namespace roomd::cli {
namespace {

constexpr std::size_t largest_file = 64 * 1024 * 1024;

struct CatalogueArguments {
    app::ConfigFile file{config::default_file(), ""};
    std::string language, check;
};

codegen::Source source_of(const config::Config &config) {
    codegen::Source out;
    out.service = config.service.name;
    out.digest = config.catalogue_digest;
    out.events = config.events;
    out.names_digest = config::digest(codegen::type_names(out.events));
    for (const config::ClientEvent &event : config.client_events)
        out.client_events.push_back(event.conf);
    for (const config::RoomKind &kind : config.rooms)
        if (policy::by_request(kind.rules)) out.kinds.push_back(kind.name);
    return out;
}

// A file and the digests in it.
struct Made {
    std::optional<std::string> text;
    std::string digest;
    std::string names; // the one of what its types are called; empty where `digest` covers that
};
using Make = Made (*)(const CatalogueArguments &, const codegen::Contract &, std::string &why);

Made emitter(const CatalogueArguments &given, const codegen::Contract &contract, std::string &why) {
    const auto print = given.language == "ts"       ? codegen::typescript_emitter
                       : given.language == "python" ? codegen::python_emitter
                                                    : codegen::php_emitter;
    return {print(contract, why), contract.source->digest, contract.source->names_digest};
}

// Of all that portals see.
std::string whole_digest(const codegen::Contract &contract) {
    return config::digest(codegen::whole_canonical(*contract.source));
}

Made types(const CatalogueArguments &, const codegen::Contract &contract, std::string &) {
    const std::string digest = whole_digest(contract);
    return {codegen::socket_types(contract, digest), digest, {}};
}

Made asyncapi(const CatalogueArguments &, const codegen::Contract &contract, std::string &) {
    const std::string digest = whole_digest(contract);
    return {codegen::asyncapi(contract, digest), digest, {}};
}

// Whether the file that was made earlier says the same.
int check_file(const CatalogueArguments &given, const std::string &command, const Made &made,
               Io &io) {
    const auto refuse = [&](const std::string &what) {
        return fail(io, Form::text, app::exit_runtime, "stale", what);
    };
    const std::string again =
        "`roomd " + command + " --config " + given.file.path + " > " + given.check + '`';
    std::string why;
    const auto text = base::read_file(given.check, largest_file, base::Wanted::any, why);
    if (!text)
        return refuse("\"" + given.check + "\" cannot be read: " + why + "; make it with " + again);
    const std::string digest = codegen::read_digest(*text, command);
    if (digest.empty())
        return refuse("\"" + given.check + "\" is not a file that `roomd " + command +
                      "` made; make it with " + again);
    if (digest != made.digest)
        return refuse("\"" + given.check + "\" is stale: it was made from catalogue " + digest +
                      ", and this one is " + made.digest + "; make it again with " + again);
    if (!made.names.empty() && codegen::read_names_digest(*text) != made.names)
        return refuse("\"" + given.check +
                      "\" is stale: it does not name its types as this catalogue does (a type "
                      "is called after the file of its schema); make it again with " +
                      again);
    io.out << given.check << ": up to date\n";
    return app::exit_ok;
}

int print_or_check(const CatalogueArguments &given, const std::string &command, Make make, Io &io) {
    config::Config config;
    if (const int failed =
            read_config(io, Form::text, given.file, config, config::Credentials::may_be_absent))
        return failed;
    const codegen::Source source = source_of(config);
    std::string why;
    const auto contract = codegen::make_contract(source, why);
    Made made;
    if (contract) made = make(given, *contract, why);
    if (!made.text)
        return fail(io, Form::text, app::exit_configuration, "configuration_invalid", why);
    if (!given.check.empty()) return check_file(given, command, made, io);
    io.out << *made.text;
    return app::exit_ok;
}

Syntax add_catalogue(Tree &tree, const char *name, const char *what,
                     const std::shared_ptr<CatalogueArguments> &given, Make make) {
    return tree.command("catalogue", "The events as code for those who program against them", name,
                        what, [given, make, name = std::string(name)](Io &io) {
                            std::string command = "catalogue " + name;
                            if (!given->language.empty()) command += ' ' + given->language;
                            return print_or_check(*given, command, make, io);
                        });
}

void add_options(Syntax &syntax, CatalogueArguments &given) {
    syntax.text("-c,--config", given.file.path, "FILE", "The configuration file")
        .text("--check", given.check, "FILE",
              "Print only whether this file is up to date; exit code 1 when it was made from "
              "another catalogue");
}

} // namespace

void add_catalogue_emitter(Tree &tree) {
    auto given = std::make_shared<CatalogueArguments>();
    Syntax syntax = add_catalogue(
        tree, "emitter", "Print a module by which a backend emits the events", given, emitter);
    syntax.text("language", given->language, "LANGUAGE", "Of the module")
        .needed()
        .one_of({"ts", "python", "php"});
    add_options(syntax, *given);
    syntax.more("Example: roomd catalogue emitter ts > src/realtime.ts");
}

void add_catalogue_types(Tree &tree) {
    auto given = std::make_shared<CatalogueArguments>();
    Syntax syntax = add_catalogue(
        tree, "types", "Print the types of the events for socket.io-client, in TypeScript", given,
        types);
    add_options(syntax, *given);
    syntax.more("ServerToClientEvents and ClientToServerEvents, roomd's own events included.");
}

void add_catalogue_asyncapi(Tree &tree) {
    auto given = std::make_shared<CatalogueArguments>();
    Syntax syntax = add_catalogue(
        tree, "asyncapi", "Print the events and their rooms as an AsyncAPI 3.0 document, in JSON",
        given, asyncapi);
    add_options(syntax, *given);
    syntax.more("A channel is a room; roomd sends and receives.");
}

} // namespace roomd::cli
