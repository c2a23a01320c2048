#include "config/reference.hpp"

#include "auth/strength.hpp"
#include "base/ascii.hpp"
#include "base/file.hpp"
#include "config/trust.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <utility>

namespace roomd::config {
namespace {

constexpr std::size_t largest_secret = 64 * 1024;
constexpr const char *how_to_give =
    "name it in the unit's LoadCredential=, and restart the service: systemd gives credentials "
    "only then";
constexpr std::size_t largest_pem = 1024 * 1024; // a certificate with its chain

// Keys that only check signatures may be read by anyone.
bool is_public(std::string_view text) noexcept {
    const bool pem = text.starts_with("-----BEGIN ");
    if (pem) return text.find("PRIVATE KEY-----") == std::string_view::npos;
    const bool jwks = text.find("\"kty\"") != std::string_view::npos;
    return jwks && text.find("\"d\"") == std::string_view::npos &&
           text.find("\"k\"") == std::string_view::npos;
}

// What stands between "${" and "}".
struct Reference {
    std::string_view kind;
    std::string name;
    std::string shown; // all of it
};

// Adds a fault when it is none.
std::optional<Reference> parse(const Source &source, std::string_view text, Mark mark) {
    const std::string shown(text);
    const std::size_t colon = text.find(':');
    if (text.find('\0') == std::string_view::npos && text.ends_with('}') &&
        colon != std::string_view::npos && text.find('}') + 1 == text.size())
        return Reference{text.substr(2, colon - 2),
                         std::string(text.substr(colon + 1, text.size() - colon - 2)), shown};
    // What follows it may be a part of the secret.
    const std::size_t end = std::min(text.find('}'), text.size() - 1) + 1;
    source.fault(
        mark, "invalid reference \"" + shown.substr(0, end) + (end < shown.size() ? "...\"" : "\""),
        "write ${file:/path}, ${env:NAME} or ${credential:NAME}, and nothing else");
    return {};
}

// The value of a reference, or why there is none.  Absent: only the service has it.
struct Found {
    std::optional<std::string> value;
    std::string why;
    bool is_absent = false;
};

bool is_credential(std::string_view name) noexcept {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return base::is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
    return plain && !name.empty() && name[0] != '.';
}

// Where systemd puts them; empty where there are none.  Commands beside the service read those of
// the packaged unit, if they may.
std::string credentials_folder(const Source &source) {
    constexpr const char *of_service = "/run/credentials/roomd.service";
    if (const char *own = std::getenv("CREDENTIALS_DIRECTORY")) return own;
    const bool beside = source.absent != nullptr && access(of_service, R_OK | X_OK) == 0;
    return beside ? of_service : "";
}

// The file of a reference, which may or may not be there.
Found path_of(const Source &source, const Reference &reference, Mark mark) {
    const auto &[kind, name, shown] = reference;
    if (name.empty()) return {{}, "the name is empty"};
    if (kind == "file") return {source.absolute(name, mark), {}};
    if (kind != "credential") return {{}, "unknown kind; write file, env or credential"};
    if (!is_credential(name))
        return {{}, "a credential's name is letters, digits, \"_\", \"-\" and \".\""};
    const std::string folder = credentials_folder(source);
    if (folder.empty())
        return {{}, std::string("there are none: ") + how_to_give, source.absent != nullptr};
    const bool is_copy = folder.starts_with("/run/"); // else somebody made the folder by hand
    if (is_copy && source.credentials != nullptr) source.credentials->push_back(name);
    return {folder + '/' + name, {}};
}

// What to do about a file that cannot be read, behind the reason.
void advise(Found &found, const Source &source, const Reference &reference,
            const std::string &path) {
    if (found.why == base::error_text(EACCES)) {
        found.is_absent = source.absent != nullptr;
        found.why += ": let the user that runs roomd read it: chown roomd " + path;
    } else if (reference.kind == "credential" && found.why == base::error_text(ENOENT)) {
        found.why += std::string(": ") + how_to_give;
    }
}

Found value_of(const Source &source, const Reference &reference, Mark mark) {
    if (reference.kind == "env" && !reference.name.empty()) {
        if (const char *value = std::getenv(reference.name.c_str())) return {value, {}};
        return {{}, "it is not set"};
    }
    Found found = path_of(source, reference, mark);
    if (!found.value) return found;
    const std::string path = *found.value;
    trust(source, mark, path);
    found.value = base::read_file(path, largest_secret, base::Wanted::regular, found.why);
    if (!found.value)
        advise(found, source, reference, path);
    else if (!is_public(*found.value))
        keep_secret(source, mark, path);
    return found;
}

// Adds what became of one that has no value.
void tell(const Source &source, const Reference &reference, Mark mark, const Found &found) {
    if (found.is_absent)
        source.absent->push_back(reference.name);
    else
        source.fault(mark, "\"" + reference.shown + "\" cannot be read", found.why);
}

} // namespace

bool is_reference(std::string_view text) noexcept {
    return text.starts_with("${");
}

bool holds_reference(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 3> kinds{"${file:", "${env:", "${credential:"};
    return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
        return text.find(kind) != std::string_view::npos;
    });
}

std::optional<base::Secret> resolve(const Source &source, std::string_view text, Mark mark) {
    const auto reference = parse(source, text, mark);
    if (!reference) return {};
    auto [value, why, is_absent] = value_of(source, *reference, mark);
    if (!value) {
        tell(source, *reference, mark, {{}, why, is_absent});
        return {};
    }
    const std::string in_quotes = '"' + reference->shown + '"';
    if (value->ends_with('\n')) value->pop_back();
    if (value->ends_with('\r')) value->pop_back();
    if (value->empty()) {
        source.fault(mark, in_quotes + " is empty");
        return {};
    }
    if (const char *hint = auth::misread(*value)) {
        source.fault(mark, in_quotes + " holds more than the secret", hint);
        return {};
    }
    return base::Secret(std::move(*value));
}

std::optional<std::string> resolve_path(const Source &source, std::string_view text, Mark mark) {
    const auto reference = parse(source, text, mark);
    if (!reference) return {};
    Found found;
    if (reference->kind == "env")
        found.why = "it must be a file: write /path, ${file:/path} or ${credential:NAME}";
    else
        found = path_of(source, *reference, mark);
    if (found.value && !base::is_readable_file(*found.value, largest_pem, found.why)) {
        advise(found, source, *reference, *found.value);
        found.value.reset();
    }
    if (!found.value) tell(source, *reference, mark, found);
    return found.value;
}

} // namespace roomd::config
