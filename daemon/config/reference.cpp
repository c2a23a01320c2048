#include "config/reference.hpp"

#include "auth/strength.hpp"
#include "base/ascii.hpp"
#include "base/file.hpp"
#include "config/trust.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace roomd::config {
namespace {

constexpr std::size_t largest_secret = 64 * 1024;

// Keys that only check signatures may be read by anyone.
bool is_public(std::string_view text) noexcept {
    const bool pem = text.starts_with("-----BEGIN ");
    if (pem) return text.find("PRIVATE KEY-----") == std::string_view::npos;
    const bool jwks = text.find("\"kty\"") != std::string_view::npos;
    return jwks && text.find("\"d\"") == std::string_view::npos &&
           text.find("\"k\"") == std::string_view::npos;
}

std::optional<std::string> from_file(const Source &source, const std::string &path, Mark mark,
                                     std::string &why) {
    trust(source, mark, path);
    auto text = base::read_file(path, largest_secret, base::Wanted::regular, why);
    if (!text && why == base::error_text(EACCES))
        why += ": let the user that runs roomd read it, or use ${credential:NAME}";
    if (text && !is_public(*text)) keep_secret(source, mark, path);
    return text;
}

std::optional<std::string> from_env(const std::string &name, std::string &why) {
    const char *value = std::getenv(name.c_str());
    if (value != nullptr) return value;
    why = "it is not set";
    return {};
}

bool is_credential(std::string_view name) noexcept {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return base::is_alnum(c) || c == '_' || c == '-' || c == '.';
    });
    return plain && !name.empty() && name[0] != '.';
}

std::optional<std::string> from_credential(const Source &source, const std::string &name, Mark mark,
                                           std::string &why) {
    if (!is_credential(name)) {
        why = "a credential's name is letters, digits, \"_\", \"-\" and \".\"";
        return {};
    }
    const char *folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr) {
        why = "there are none: systemd gives them with LoadCredential=";
        return {};
    }
    const std::string path = std::string(folder) + '/' + name;
    auto text = from_file(source, path, mark, why);
    if (!text && why == base::error_text(ENOENT)) why += ": name it in the unit's LoadCredential=";
    return text;
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
    const std::string shown(text);
    const std::size_t colon = text.find(':');
    if (text.find('\0') != std::string_view::npos || !text.ends_with('}') ||
        colon == std::string_view::npos || text.find('}') + 1 != text.size()) {
        // What follows it may be a part of the secret.
        const std::size_t end = std::min(text.find('}'), text.size() - 1) + 1;
        source.fault(mark,
                     "invalid reference \"" + shown.substr(0, end) +
                         (end < shown.size() ? "...\"" : "\""),
                     "write ${file:/path}, ${env:NAME} or ${credential:NAME}, and nothing else");
        return {};
    }
    const std::string_view scheme = text.substr(2, colon - 2);
    const std::string name(text.substr(colon + 1, text.size() - colon - 2));
    std::string why;
    std::optional<std::string> value;
    if (name.empty())
        why = "the name is empty";
    else if (scheme == "file") {
        const std::string path = source.absolute(name, mark);
        value = from_file(source, path, mark, why);
    } else if (scheme == "env")
        value = from_env(name, why);
    else if (scheme == "credential")
        value = from_credential(source, name, mark, why);
    else
        why = "unknown kind; write file, env or credential";
    const bool elsewhere = scheme == "credential" && source.absent != nullptr &&
                           std::getenv("CREDENTIALS_DIRECTORY") == nullptr && is_credential(name);
    if (elsewhere) {
        source.absent->push_back(name);
        return {};
    }
    if (!value) {
        source.fault(mark, "\"" + shown + "\" cannot be read", why);
        return {};
    }
    if (value->ends_with('\n')) value->pop_back();
    if (value->ends_with('\r')) value->pop_back();
    if (value->empty()) {
        source.fault(mark, "\"" + shown + "\" is empty");
        return {};
    }
    if (const char *hint = auth::misread(*value)) {
        source.fault(mark, "\"" + shown + "\" holds more than the secret", hint);
        return {};
    }
    return base::Secret(std::move(*value));
}

} // namespace roomd::config
