#include "auth/key_material.hpp"
#include "base/base64.hpp"
#include "json/json.hpp"

#include <algorithm>

namespace roomd::auth {
namespace {

using Kind = KeyMaterial::Kind;

constexpr std::size_t deepest = 16;

std::optional<std::string> text(std::string_view object, std::string_view name) {
    const auto value = json::member(object, name);
    if (value.empty() || json::kind(value) != json::Kind::string) return {};
    return json::string(value);
}

std::optional<std::string> bytes(std::string_view object, std::string_view name) {
    const auto encoded = text(object, name);
    if (!encoded || encoded->empty()) return {};
    return base::unbase64url(*encoded);
}

// RFC 7518 forbids leading zeros; many writers have one.
std::string number(std::string bytes) {
    bytes.erase(0, std::min(bytes.find_first_not_of('\0'), bytes.size()));
    return bytes;
}

bool has_operation(std::string_view list, std::string_view wanted) {
    std::vector<std::string_view> words;
    json::split_array(list, words, 100);
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return json::kind(word) == json::Kind::string && json::string(word) == wanted;
    });
}

// Reads `use`, `key_ops`, `alg`, `kid`.  Gives why the key cannot be used; null when it can.
const char *read_purpose(std::string_view jwk, KeyMaterial &key) {
    if (!json::member(jwk, "use").empty() && text(jwk, "use") != "sig")
        return "the key is not for signatures: its \"use\" is not \"sig\"";
    if (const auto operations = json::member(jwk, "key_ops"); !operations.empty()) {
        key.may_sign = has_operation(operations, "sign");
        key.may_verify = has_operation(operations, "verify");
    }
    if (!json::member(jwk, "alg").empty()) {
        const auto named = text(jwk, "alg");
        key.algorithm = named ? parse_algorithm(*named) : std::nullopt;
        if (!key.algorithm) return "the key's \"alg\" is not a signature algorithm";
        if (!fits(key, *key.algorithm)) return "the key's \"alg\" does not suit its kind";
    }
    if (!json::member(jwk, "kid").empty()) {
        key.id = text(jwk, "kid");
        if (!key.id) return "the key's \"kid\" must be a string";
    }
    return nullptr;
}

const char *read_rsa(std::string_view jwk, KeyMaterial &key) {
    auto n = bytes(jwk, "n"), e = bytes(jwk, "e");
    if (!n || !e) return "an RSA key needs \"n\" and \"e\" in base64url";
    key.kind = Kind::rsa;
    key.n = number(std::move(*n));
    key.e = number(std::move(*e));
    if (key.n.empty()) return "an RSA key needs \"n\" and \"e\" in base64url";
    return nullptr;
}

const char *read_curve(std::string_view jwk, KeyMaterial &key) {
    const auto curve = text(jwk, "crv");
    std::size_t size = 0;
    if (curve == "P-256") {
        key.kind = Kind::p256;
        size = 32;
    } else if (curve == "P-384") {
        key.kind = Kind::p384;
        size = 48;
    } else if (curve == "P-521") {
        key.kind = Kind::p521;
        size = 66;
    } else {
        return "the key's \"crv\" is not P-256, P-384 or P-521";
    }
    auto x = bytes(jwk, "x"), y = bytes(jwk, "y");
    if (!x || !y || x->size() != size || y->size() != size)
        return "an EC key needs \"x\" and \"y\" in base64url, each as long as the field";
    key.x = std::move(*x);
    key.y = std::move(*y);
    return nullptr;
}

const char *read_numbers(std::string_view jwk, KeyMaterial &key) {
    const auto type = text(jwk, "kty");
    if (type == "oct") {
        auto k = bytes(jwk, "k");
        if (!k || k->empty()) return "a secret needs \"k\" in base64url";
        key.kind = Kind::secret;
        key.secret = base::Secret(std::move(*k));
        return nullptr;
    }
    if (type != "RSA" && type != "EC") return "the key's \"kty\" is not RSA, EC or oct";
    if (const char *why = type == "RSA" ? read_rsa(jwk, key) : read_curve(jwk, key)) return why;
    if (json::member(jwk, "d").empty()) return nullptr;
    auto d = bytes(jwk, "d");
    if (!d) return "the key's \"d\" is not base64url";
    key.secret = base::Secret(std::move(*d));
    return nullptr;
}

base::Result<KeyMaterial> read_one(std::string_view jwk) {
    KeyMaterial key;
    if (json::kind(jwk) != json::Kind::object) return base::Error{"a key must be a JSON object"};
    if (const char *why = read_numbers(jwk, key)) return base::Error{why};
    if (const char *why = read_purpose(jwk, key)) return base::Error{why};
    return key;
}

} // namespace

base::Result<std::vector<KeyMaterial>> read_jwk(std::string_view text) {
    const auto kind = json::check(text, deepest);
    if (!kind || *kind != json::Kind::object)
        return base::Error{"it looks like JSON but is not a JSON object"};
    if (json::has_duplicates(text)) return base::Error{"it has a duplicate member"};
    std::vector<KeyMaterial> out;
    const auto set = json::member(text, "keys");
    if (set.empty()) {
        auto key = read_one(text);
        if (!key) return base::Error{key.error()};
        out.push_back(std::move(*key));
        return out;
    }
    if (json::kind(set) != json::Kind::array) return base::Error{"its \"keys\" is not a list"};
    std::vector<std::string_view> entries;
    json::split_array(set, entries, most_keys + 1);
    if (entries.size() > most_keys) return base::Error{"it holds more than 32 keys"};
    for (const auto entry : entries)
        if (auto key = read_one(entry)) out.push_back(std::move(*key));
    if (out.empty()) return base::Error{"it holds no signature key"};
    return out;
}

} // namespace roomd::auth
