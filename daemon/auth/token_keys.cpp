#include "auth/token_keys.hpp"

#include "auth/jose.hpp"
#include "auth/strength.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>

namespace roomd::auth {

struct VerifyKeys::Key {
    KeyMaterial material; // without the secret, which `jwk` has
    std::vector<Algorithm> serves;
    Jwk jwk;

    bool does(Algorithm algorithm) const noexcept {
        return std::find(serves.begin(), serves.end(), algorithm) != serves.end();
    }
};

namespace {

using Kind = KeyMaterial::Kind;

// The algorithms among these that this key may be used with.
std::vector<Algorithm> served(const KeyMaterial &key, const std::vector<Algorithm> &algorithms) {
    std::vector<Algorithm> out;
    for (const Algorithm algorithm : algorithms)
        if (fits(key, algorithm)) out.push_back(algorithm);
    return out;
}

// The longest hash of these HMACs.
std::size_t longest_hash(const std::vector<Algorithm> &algorithms) {
    std::size_t most = 0;
    for (const Algorithm algorithm : algorithms)
        most = std::max(most, hash_size(algorithm));
    return most;
}

const char *why_too_short(std::size_t bytes) noexcept {
    if (bytes == 32) return "a secret for HS256 needs at least 32 bytes";
    if (bytes == 48) return "a secret for HS384 needs at least 48 bytes";
    return "a secret for HS512 needs at least 64 bytes";
}

// Why this key cannot be used with the algorithms it serves; null when it can.
const char *unfit(const KeyMaterial &key, const std::vector<Algorithm> &serves) {
    if (serves.empty()) return "its kind of key suits none of the algorithms";
    if (const char *why = weakness(key)) return why;
    const std::size_t least = longest_hash(serves);
    if (key.kind == Kind::secret && key.secret.reveal().size() < least) return why_too_short(least);
    return nullptr;
}

bool all_hmac(const std::vector<Algorithm> &algorithms) {
    return std::all_of(algorithms.begin(), algorithms.end(),
                       [](Algorithm algorithm) { return family(algorithm) == Family::hmac; });
}

bool looks_like_json(std::string_view text) noexcept {
    const std::size_t at = text.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && text[at] == '{';
}

base::Result<std::vector<KeyMaterial>> read_secret(std::string_view text,
                                                   const std::vector<Algorithm> &algorithms) {
    if (!all_hmac(algorithms))
        return base::Error{"it is neither PEM nor a JWK nor a JWKS; beside other algorithms a "
                           "secret is written as a JWK"};
    if (const char *why = no_secret(text)) return base::Error{why};
    std::vector<KeyMaterial> out(1);
    out[0].secret = base::Secret(std::string(text));
    return out;
}

base::Result<std::vector<KeyMaterial>> read_any(std::string_view text,
                                                const std::vector<Algorithm> &algorithms) {
    if (is_pem(text)) {
        if (all_hmac(algorithms))
            return base::Error{"it is a PEM key: as a secret of HS256, HS384 or HS512, whoever "
                               "knows the public key could sign"};
        return read_pem(text);
    }
    return looks_like_json(text) ? read_jwk(text) : read_secret(text, algorithms);
}

base::Result<std::string> sign(const KeyMaterial &key, Algorithm algorithm, std::string_view claims,
                               const std::string &id) {
    const CleanErrors clean;
    const JoseHeader header(cjose_header_new(nullptr));
    const auto set = [&](const char *member, const std::string &value) {
        return value.find('\0') == std::string::npos &&
               cjose_header_set(header.get(), member, value.c_str(), nullptr);
    };
    if (!set("typ", "JWT") || !set(CJOSE_HDR_ALG, std::string(name(algorithm))) ||
        (!id.empty() && !set(CJOSE_HDR_KID, id)))
        return base::Error{"the key's id must be UTF-8 text without NUL"};
    const Jwk jwk = make_jwk(key, Part::with_private);
    const auto *payload = reinterpret_cast<const std::uint8_t *>(claims.data());
    Jws jws;
    if (jwk) jws.reset(cjose_jws_sign(jwk.get(), header.get(), payload, claims.size(), nullptr));
    const char *compact = nullptr;
    if (!jws || !cjose_jws_export(jws.get(), &compact, nullptr))
        return base::Error{"the key cannot sign"};
    return std::string(compact);
}

// Of any kind and use: the set is one of public keys.
bool publishes_secret(std::string_view set) {
    std::vector<std::string_view> entries;
    json::split_array(set, entries, most_keys);
    return std::any_of(entries.begin(), entries.end(), [](std::string_view entry) {
        return json::kind(entry) == json::Kind::object &&
               (!json::member(entry, "d").empty() || !json::member(entry, "k").empty());
    });
}

} // namespace

VerifyKeys::VerifyKeys(std::vector<std::shared_ptr<const Key>> keys,
                       std::vector<const char *> doubts) :
    keys_(std::move(keys)),
    doubts_(std::move(doubts)) {
    const auto named = std::stable_partition(
        keys_.begin(), keys_.end(), [](const auto &key) { return !key->material.id.has_value(); });
    have_ids_ = named != keys_.end();
}

VerifyKeys VerifyKeys::joined(const std::vector<VerifyKeys> &all) {
    std::vector<std::shared_ptr<const Key>> keys;
    for (const VerifyKeys &some : all)
        keys.insert(keys.end(), some.keys_.begin(), some.keys_.end());
    return VerifyKeys(std::move(keys));
}

VerifyKeys::Count VerifyKeys::serving(Algorithm algorithm) const noexcept {
    Count count;
    for (const auto &key : keys_) {
        if (!key->does(algorithm)) continue;
        ++count.all;
        if (!key->material.id) ++count.nameless;
    }
    return count;
}

VerifyKeys::Checked VerifyKeys::check(std::string_view token, std::string_view signature,
                                      Algorithm algorithm,
                                      const std::optional<std::string> &id) const {
    const CleanErrors clean;
    Checked out;
    Jws jws;
    std::size_t tried = 0;
    for (const auto &key : keys_) {
        if (id && have_ids_ && key->material.id != *id) continue;
        if (!key->does(algorithm)) continue;
        out.found = Found::bad;
        // cjose 0.6.2 reads beyond a short HMAC, and for curves and PSS accepts signatures of other
        // lengths with leading zeros.
        if (signature.size() != signature_size(key->material, algorithm)) continue;
        if (!jws) {
            jws.reset(cjose_jws_import(token.data(), token.size(), nullptr));
            if (!jws) return {Found::unclear, out.us};
            const char *seen =
                cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, nullptr);
            if (seen == nullptr || seen != name(algorithm)) return {Found::unclear, out.us};
        }
        out.us += check_us(key->material);
        if (cjose_jws_verify(jws.get(), key->jwk.get(), nullptr)) return {Found::good, out.us};
        if (++tried == most_tries) break;
    }
    return out;
}

base::Result<VerifyKeys> parse_keys(std::string_view material,
                                    const std::vector<Algorithm> &algorithms) {
    auto read = read_any(material, algorithms);
    if (!read) return base::Error{read.error()};
    std::vector<std::shared_ptr<const VerifyKeys::Key>> keys;
    std::vector<const char *> doubts;
    const char *why = nullptr;
    for (KeyMaterial &one : *read) {
        if (one.kind != Kind::secret && !one.secret.empty())
            return base::Error{"it is a private key: give its public part, which "
                               "`openssl pkey -in KEY -pubout` writes"};
        auto serves = served(one, algorithms);
        const char *fault = unfit(one, serves);
        if (fault == nullptr && !one.may_verify) fault = "its \"key_ops\" does not allow verifying";
        Jwk jwk = fault == nullptr ? make_jwk(one, Part::public_only) : nullptr;
        if (!jwk) {
            if (fault == nullptr) fault = "its point is not on its curve";
            if (why == nullptr) why = fault;
            if (is_pem(material)) break; // every PEM block is meant for us; a JWKS may have others
            continue;
        }
        const char *const against = doubt(one);
        if (against != nullptr && std::find(doubts.begin(), doubts.end(), against) == doubts.end())
            doubts.push_back(against);
        const base::Secret wiped(std::move(one.secret));
        keys.push_back(std::make_shared<const VerifyKeys::Key>(
            VerifyKeys::Key{std::move(one), std::move(serves), std::move(jwk)}));
    }
    if (keys.empty() || (why != nullptr && is_pem(material))) return base::Error{why};
    return VerifyKeys(std::move(keys), std::move(doubts));
}

base::Result<VerifyKeys> parse_key_set(std::string_view jwks) {
    const auto read = read_jwk(jwks);
    if (!read) return base::Error{read.error()};
    const auto set = json::member(jwks, "keys");
    if (set.empty()) return base::Error{"it is a single key: a set (JWKS) is needed"};
    if (publishes_secret(set))
        return base::Error{"it publishes a private key or a secret: whoever reads it could sign"};
    std::vector<Algorithm> algorithms;
    for (const std::string_view known : algorithm_names())
        if (const auto one = parse_algorithm(known); one && family(*one) != Family::hmac)
            algorithms.push_back(*one);
    return parse_keys(jwks, algorithms);
}

base::Result<std::string> mint(std::string_view key_material, Algorithm algorithm,
                               std::string_view claims_json, std::string_view key_id) {
    const auto claims = json::check(claims_json);
    if (!claims || *claims != json::Kind::object || json::has_duplicates(claims_json))
        return base::Error{"the claims must be a JSON object without duplicate members"};
    const auto read = read_any(key_material, {algorithm});
    if (!read) return base::Error{read.error()};
    const auto signer = std::find_if(read->begin(), read->end(), [&](const KeyMaterial &key) {
        const bool wanted = key_id.empty() || !key.id || *key.id == key_id;
        return wanted && key.may_sign && !key.secret.empty() && fits(key, algorithm);
    });
    if (signer == read->end())
        return base::Error{"it holds no private key or secret that signs with this algorithm"};
    if (const char *why = unfit(*signer, {algorithm})) return base::Error{why};
    return sign(*signer, algorithm, claims_json,
                key_id.empty() ? signer->id.value_or("") : std::string(key_id));
}

} // namespace roomd::auth
