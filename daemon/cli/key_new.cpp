#include "app/exit_code.hpp"
#include "auth/keys.hpp"
#include "base/base64.hpp"
#include "base/random.hpp"
#include "cli/commands.hpp"
#include "cli/report.hpp"
#include "config/readers.hpp"
#include "json/json.hpp"

#include <array>
#include <memory>
#include <ostream>
#include <vector>

namespace roomd::cli {
namespace {

struct KeyArguments {
    std::string name = "backend";
    std::vector<std::string> scopes{"emit"};
    bool json = false;
};

// 256 bits after a prefix by which scanners for leaked secrets recognise it.
std::string make_key() {
    std::array<char, 32> bytes{};
    base::random_bytes(bytes.data(), bytes.size());
    std::string text = base::base64({bytes.data(), bytes.size()});
    for (char &c : text)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return "roomd_" + text.substr(0, text.find('='));
}

std::string list(const std::vector<std::string> &scopes) {
    std::string out = "[";
    for (const auto &scope : scopes)
        out += (out.size() > 1 ? ", " : "") + scope;
    return out + "]";
}

int key_new(const KeyArguments &given, Io &io) {
    const auto refuse = [&](const std::string &what) {
        return fail(io, form(given.json), app::exit_usage, "usage", what);
    };
    if (!config::is_plain_name(given.name, "_-."))
        return refuse(
            "\"" + given.name +
            "\" is not a valid name: begin with a letter; then letters, digits, \"_\", \"-\" "
            "and \".\"");
    for (const auto &scope : given.scopes)
        if (!config::is_plain_name(scope, "_-"))
            return refuse("\"" + scope +
                          "\" is not a scope: write emit, test, metrics or a plugin's");
    const std::string key = make_key();
    const std::string digest = auth::format_digest(auth::sha256(key));
    const std::string yaml = "keys:\n  - name: " + given.name + "\n    key: \"" + digest +
                             "\"\n    scopes: " + list(given.scopes) + "\n";
    if (given.json) {
        print_success(io, "{\"key\":" + json::quoted(key) + ",\"name\":" +
                              json::quoted(given.name) + ",\"digest\":" + json::quoted(digest) +
                              ",\"yaml\":" + json::quoted(yaml) + "}");
        return app::exit_ok;
    }
    io.out << key
           << "\n\n# The key is shown only this once: give it to the backend.  The "
              "configuration\n# has its digest:\n"
           << yaml;
    return app::exit_ok;
}

} // namespace

void add_key_new(Tree &tree) {
    auto given = std::make_shared<KeyArguments>();
    tree.command("key", "Keys of backends", "new", "Make an API key and its configuration entry",
                 [given](Io &io) { return key_new(*given, io); })
        .text("--name", given->name, "NAME", "Names it in the configuration and in logs")
        .texts("--scope", given->scopes, "SCOPE", "What it may be used for; may be repeated")
        .initially("emit")
        .json(given->json)
        .more("Changes nothing: add the entry to the configuration yourself, then `roomd "
              "reload`.");
}

} // namespace roomd::cli
