#include "auth/keys.hpp"

#include "base/ascii.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace roomd::auth {
namespace {

constexpr std::string_view digest_prefix = "sha256:";

bool any_matches(const std::vector<std::string> &patterns, std::string_view name) noexcept {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string &pattern) { return base::matches(pattern, name); });
}

std::string_view bytes(const Digest &digest) noexcept {
    return {reinterpret_cast<const char *>(digest.data()), digest.size()};
}

} // namespace

Digest sha256(std::string_view text) {
    Digest digest{};
    unsigned length = 0;
    // Fails only without memory or without SHA-256 in the library: both end the process.
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
        length != digest.size())
        throw std::bad_alloc{};
    return digest;
}

base::Result<Digest> parse_digest(std::string_view text) {
    if (text.substr(0, digest_prefix.size()) != digest_prefix)
        return base::Error{"a key's digest must begin with \"sha256:\""};
    text.remove_prefix(digest_prefix.size());
    Digest digest{};
    if (text.size() != digest.size() * 2)
        return base::Error{"a key's digest must have 64 hexadecimal digits"};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = base::hex_value(text[2 * i]), low = base::hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return base::Error{"a key's digest must have 64 hexadecimal digits"};
        digest[i] = static_cast<unsigned char>(high * 16 + low);
    }
    return digest;
}

std::string format_digest(const Digest &digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text{digest_prefix};
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15u];
    }
    return text;
}

bool has_scope(const Key &key, std::string_view scope) noexcept {
    return std::find(key.scopes.begin(), key.scopes.end(), scope) != key.scopes.end();
}

bool permits_event(const Key &key, std::string_view event) noexcept {
    return any_matches(key.events, event);
}

bool permits_room(const Key &key, std::string_view room) noexcept {
    return any_matches(key.rooms, room);
}

Keys::Keys(std::vector<Key> keys) : keys_(std::move(keys)) {
    for (auto key = keys_.begin(); key != keys_.end(); ++key) {
        if (key->name.empty()) throw std::invalid_argument("a key needs a name");
        for (auto other = keys_.begin(); other != key; ++other) {
            if (other->name == key->name)
                throw std::invalid_argument("two keys are named \"" + key->name + "\"");
            if (other->digest == key->digest)
                throw std::invalid_argument("keys \"" + other->name + "\" and \"" + key->name +
                                            "\" are the same key");
        }
    }
}

Keys::Found Keys::find(std::string_view presented, std::string_view scope) const {
    if (presented.empty()) return {nullptr, Why::missing};
    const Digest digest = sha256(presented);
    const Key *found = nullptr;
    for (const Key &key : keys_) // always all of them
        if (base::equal_in_constant_time(bytes(key.digest), bytes(digest))) found = &key;
    if (found == nullptr) return {nullptr, Why::unknown};
    return {found, has_scope(*found, scope) ? Why::ok : Why::scope_missing};
}

const Key *Keys::named(std::string_view name) const noexcept {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const Key &key) { return key.name == name; });
    return found == keys_.end() ? nullptr : &*found;
}

bool Keys::any_of_scope(std::string_view scope) const noexcept {
    return std::any_of(keys_.begin(), keys_.end(),
                       [&](const Key &key) { return has_scope(key, scope); });
}

} // namespace roomd::auth
