#include "auth/keys.hpp"
#include "auth/strength.hpp"
#include "base/random.hpp"
#include "config/keys.hpp"
#include "config/readers.hpp"
#include "config/reference.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

constexpr std::size_t shortest_key = 16;

// Stands in for a key that was not read; no key has it.
std::optional<auth::Digest> unknown_digest() {
    auth::Digest out{};
    base::random_bytes(out.data(), out.size());
    return out;
}

// The digest of the value of `key`; nothing after a fault.
std::optional<auth::Digest> read_digest(const Section &entry) {
    const Item *node = entry.find("key");
    if (node->kind != Item::Kind::scalar) {
        entry.fault("key", entry.shown("key") + " must be text", entry.how_to_write("key"));
        return {};
    }
    if (is_reference(node->text)) {
        const auto secret = resolve(entry.source(), node->text, node->mark);
        if (!secret) return entry.source().absent != nullptr ? unknown_digest() : std::nullopt;
        const std::string_view key = secret->reveal();
        const bool graphic =
            std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
        if (key.size() >= shortest_key && graphic) {
            if (auth::is_guessable(key))
                entry.source().warn(entry.mark("key"),
                                    entry.shown("key") + ": the key in \"" + node->text +
                                        "\" is not random: it repeats itself",
                                    "make another with `roomd key new`");
            return auth::sha256(key);
        }
        entry.fault("key",
                    entry.shown("key") + ": \"" + node->text + "\" does not hold a valid key",
                    "a key has at least 16 characters, no spaces and nothing beyond ASCII");
        return {};
    }
    if (!node->text.starts_with("sha256:")) {
        // The text itself is not shown: it may be the key.
        entry.fault("key", entry.shown("key") + " must not hold the key itself",
                    entry.how_to_write("key"));
        return {};
    }
    const auto digest = auth::parse_digest(node->text);
    if (digest) return *digest;
    entry.fault("key", entry.shown("key") + ": invalid digest", entry.how_to_write("key"));
    return {};
}

void check_patterns(const Section &entry, std::string_view name) {
    for (const Text &text : entry.elements(name)) {
        const std::size_t star = text.value.find('*');
        if (text.value.empty() || (star != std::string::npos && star + 1 != text.value.size()))
            entry.source().fault(text.mark,
                                 "\"" + text.shown + "\": invalid name \"" + text.value + '"',
                                 "a name, or a prefix that ends in \"*\"");
    }
}

} // namespace

void read_keys(const Section &top, Config &config) {
    Unique names("key");
    Unique digests("digest");
    for (const Section &entry : top.list("keys")) {
        auth::Key key;
        set_initial(key, api_key_keys);
        entry.read(api_key_keys, key);
        if (!key.name.empty()) {
            names.add(entry, "name", key.name);
            if (!is_plain_name(key.name, "_-."))
                entry.fault("name", "invalid key name \"" + key.name + '"',
                            "begin with a letter; then letters, digits, \"_\", \"-\" and \".\"");
        }
        if (entry.require("key")) {
            if (const auto digest = read_digest(entry)) {
                key.digest = *digest;
                digests.add(entry, "key", auth::format_digest(*digest));
            }
        }
        const Item *scopes = entry.find("scopes");
        if (scopes != nullptr && key.scopes.empty() && scopes->kind != Item::Kind::scalar)
            entry.fault("scopes", entry.shown("scopes") + " is empty", "write [emit]");
        for (const Text &text : entry.elements("scopes"))
            if (!is_plain_name(text.value, "_-"))
                entry.source().fault(text.mark, "invalid scope \"" + text.value + '"',
                                     "write emit, test or metrics");
        check_patterns(entry, "events");
        check_patterns(entry, "rooms");
        config.keys.push_back(std::move(key));
    }
}

} // namespace roomd::config
