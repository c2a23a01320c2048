#include "auth/claims.hpp"
#include "base/ascii.hpp"
#include "base/text.hpp"
#include "config/key_url.hpp"
#include "config/readers.hpp"
#include "config/reference.hpp"
#include "config/trust.hpp"
#include "policy/portals.hpp"

#include <algorithm>
#include <array>

namespace roomd::config {
namespace {

using Mode = Auth::Mode;

constexpr const char *how_to_write_key =
    "write \"${file:/path}\", \"${env:NAME}\" or \"${credential:NAME}\"";

// One text, or a list of them.
std::vector<Text> one_or_more(const Section &entry, std::string_view name) {
    std::vector<Text> out;
    const Item *node = entry.find(name);
    if (node == nullptr) return out;
    if (node->kind == Item::Kind::list) {
        entry.texts(name, out);
        if (node->items.empty()) entry.fault(name, entry.shown(name) + " is empty", "remove it");
        return out;
    }
    Text one{"", node->mark, std::string(name)};
    entry.text(name, one.value);
    if (node->kind == Item::Kind::scalar) out.push_back(std::move(one));
    return out;
}

void read_audience(const Section &entry, auth::Issuer &issuer) {
    for (const Text &text : one_or_more(entry, "audience")) {
        if (text.value.empty())
            entry.source().fault(text.mark, entry.shown("audience") + " is empty",
                                 "write what the tokens' aud says, such as roomd");
        issuer.audiences.push_back(text.value);
    }
}

void read_algorithms(const Section &entry, auth::Issuer &issuer) {
    std::vector<Text> texts;
    if (!entry.require("algorithms")) return;
    if (entry.texts("algorithms", texts) && texts.empty())
        entry.fault("algorithms", entry.shown("algorithms") + " is empty",
                    entry.how_to_write("algorithms"));
    for (const Text &text : texts) {
        if (const auto algorithm = auth::parse_algorithm(text.value)) {
            issuer.algorithms.push_back(*algorithm);
            continue;
        }
        const std::string_view near = base::nearest(text.value, auth::algorithm_names());
        std::string hint = "known: HS256, RS256, PS256, ES256, and each with 384 and 512";
        if (base::equal_nocase(text.value, "none"))
            hint = "a token without a signature is never accepted";
        else if (!near.empty())
            hint = "did you mean \"" + std::string(near) + "\"?";
        entry.source().fault(text.mark,
                             '"' + text.shown + "\": unknown algorithm \"" + text.value + '"',
                             std::move(hint));
    }
}

std::string shown(const std::vector<auth::Algorithm> &algorithms) {
    std::string out;
    for (const auth::Algorithm algorithm : algorithms)
        (out += out.empty() ? "" : ", ") += auth::name(algorithm);
    return out;
}

void read_key(const Section &entry, const Item &node, auth::Issuer &issuer) {
    const auto fault = [&](std::string what, std::string hint) {
        entry.source().fault(node.mark, entry.shown("key") + std::move(what), std::move(hint));
    };
    if (node.kind != Item::Kind::scalar)
        return fault(" must be a reference, or a list of them", how_to_write_key);
    // The text itself is not shown: it may be the key.
    if (!is_reference(node.text)) return fault(" must not hold the key itself", how_to_write_key);
    const auto material = resolve(entry.source(), node.text, node.mark);
    if (!material || issuer.algorithms.empty()) return;
    auto keys = auth::parse_keys(material->reveal(), issuer.algorithms);
    if (!keys)
        return fault(": \"" + node.text + "\" does not hold a key for " + shown(issuer.algorithms),
                     keys.error());
    for (const char *doubt : keys->doubts())
        entry.source().warn(
            node.mark, entry.shown("key") + ": in \"" + node.text + "\", " + doubt,
            "make another, such as with `openssl rand -base64 48` or `openssl genrsa`");
    issuer.keys.push_back(std::move(*keys));
}

// A token without `kid` is tried with only a few of its issuer's keys; the others are for tokens
// that name their key.
void check_reach(const Section &entry, const auth::Issuer &issuer) {
    constexpr std::size_t most = auth::VerifyKeys::most_tries;
    const auto keys = auth::VerifyKeys::joined(issuer.keys);
    for (const auth::Algorithm algorithm : issuer.algorithms) {
        const auto [all, nameless] = keys.serving(algorithm);
        if (all <= most) continue;
        const std::string what = entry.shown("key") + ": " + std::to_string(all) + " keys serve " +
                                 std::string(auth::name(algorithm)) +
                                 ", and a token without a key id (kid) is tried with " +
                                 std::to_string(most);
        if (nameless > most) {
            entry.fault("key", what + ": " + std::to_string(nameless) + " of them have no id",
                        "take old keys out, or write them as JWKs with a \"kid\"");
        } else {
            entry.source().warn(entry.find("key")->mark, what,
                                "let its tokens name their key, or take old keys out");
        }
        return; // one algorithm is enough
    }
}

// Anyone can read what is there, so only public keys can be meant.
void check_jwks_url(const Section &entry, const auth::Issuer &issuer) {
    const std::string &url = issuer.jwks_url;
    if (entry.find("jwks_url")->kind != Item::Kind::scalar) return;
    if (const char *why = key_url_fault(url)) {
        const bool may_hold_password = url.find('@') != std::string::npos;
        return entry.fault("jwks_url",
                           entry.shown("jwks_url") + ": invalid address" +
                               (may_hold_password ? "" : " \"" + base::printable(url, 100) + '"'),
                           why);
    }
    const auto &algorithms = issuer.algorithms;
    const bool secrets_only =
        !algorithms.empty() &&
        std::all_of(algorithms.begin(), algorithms.end(),
                    [](auth::Algorithm one) { return auth::family(one) == auth::Family::hmac; });
    if (secrets_only) {
        const std::string what = entry.shown("jwks_url") + " gives no key for " +
                                 shown(algorithms) + ": their keys are secrets";
        constexpr const char *hint = "add the issuer's other algorithms, such as RS256 or ES256";
        if (!entry.has("key")) return entry.fault("jwks_url", what, hint);
        entry.source().warn(entry.mark("jwks_url"), what, hint);
    }
    if (entry.source().absent != nullptr)
        entry.source().warn(entry.mark("jwks_url"), "not checked: the keys at " +
                                                        url.substr(0, url.find('?')) +
                                                        ", which the daemon fetches");
}

// Where keys have ids, a token that names one is checked with that one only.
void check_ids(const Section &entry, const auth::Issuer &issuer) {
    const auto keys = auth::VerifyKeys::joined(issuer.keys);
    const bool nameless =
        std::any_of(issuer.algorithms.begin(), issuer.algorithms.end(),
                    [&](auth::Algorithm one) { return keys.serving(one).nameless > 0; });
    if (!nameless || issuer.jwks_url.empty()) return;
    entry.source().warn(entry.mark("key"),
                        entry.shown("key") + " has a key without an id: beside fetched keys it "
                                             "counts only for tokens without kid",
                        "write it as a JWK with the kid of its tokens");
}

void read_keys_of(const Section &entry, auth::Issuer &issuer) {
    if (entry.has("jwks_url")) check_jwks_url(entry, issuer);
    if (!entry.has("key")) {
        if (!entry.has("jwks_url"))
            entry.require("key", std::string(how_to_write_key) +
                                     "; or jwks_url: where its key set is fetched");
        return;
    }
    const Item &node = *entry.find("key");
    const bool list = node.kind == Item::Kind::list;
    if (list && node.items.empty())
        entry.fault("key", entry.shown("key") + " is empty", how_to_write_key);
    if (!list) read_key(entry, node, issuer);
    for (const Item &item : node.items)
        read_key(entry, item, issuer);
    check_reach(entry, issuer);
    check_ids(entry, issuer);
}

void read_issuers(const Section &in, std::vector<auth::Issuer> &out) {
    Unique names("issuer");
    const std::vector<Section> entries = in.list("issuers");
    for (const Section &entry : entries) {
        auth::Issuer issuer;
        set_initial(issuer, issuer_keys);
        entry.read(issuer_keys, issuer);
        if (entry.has("issuer")) {
            if (issuer.issuer.empty() && entry.find("issuer")->kind == Item::Kind::scalar)
                entry.fault("issuer", entry.shown("issuer") + " is empty",
                            "write what the tokens' iss says");
            if (!issuer.issuer.empty()) names.add(entry, "issuer", issuer.issuer);
        } else if (entries.size() > 1) {
            entry.require("issuer", "with several issuers, the tokens' iss tells whose they are");
        }
        read_audience(entry, issuer);
        read_algorithms(entry, issuer);
        read_keys_of(entry, issuer);
        out.push_back(std::move(issuer));
    }
}

void check_claim(const Section &claims, std::string_view name, const std::string &claim) {
    if (const char *why = auth::claim_reference_fault(claim))
        claims.fault(name, claims.shown(name) + ": invalid claim \"" + claim + '"', why);
}

void check_cookie(const Section &in, const std::string &out) {
    // A token of RFC 9110, as RFC 6265 asks.
    const bool plain = std::all_of(out.begin(), out.end(), [](char c) {
        return c > 0x20 && c < 0x7F &&
               std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
    });
    if (!plain || out.size() > 64)
        in.fault("cookie", in.shown("cookie") + ": invalid cookie name \"" + out + '"',
                 "write letters, digits, \"_\" and \"-\", such as access_token");
}

// Those of Engine.IO are read before.
void check_query(const Section &in, const std::string &out) {
    if (out.empty()) return;
    constexpr std::array<std::string_view, 6> taken{"EIO", "transport", "sid", "t", "j", "b64"};
    const bool plain = out.size() <= 64 && std::all_of(out.begin(), out.end(), [](char c) {
                           return base::is_alnum(c) || c == '_' || c == '-';
                       });
    if (!plain || std::find(taken.begin(), taken.end(), out) != taken.end())
        in.fault("query", in.shown("query") + ": invalid query parameter \"" + out + '"',
                 "write letters, digits, \"_\" and \"-\", such as token; EIO, transport, sid, t, j "
                 "and b64 are Engine.IO's");
}

// A browser sends cookies whichever page causes the request: a stranger's page under a name that
// anyone may register would connect as its visitor.
void check_pages(const Section &in, const Config &config) {
    if (config.auth.cookie.empty()) return;
    if (const auto *open = policy::open_to_strangers(config.portals))
        in.fault("cookie",
                 in.shown("cookie") + " does not go with the origin \"" + open->text() +
                     "\": anyone may register a name there",
                 "take tokens in CONNECT and remove the cookie, or name the origins");
}

// Settings that would let everybody in, or nobody, and were hardly meant.
void check_mode(const Section &in, const Auth &auth) {
    const auto unheeded = [&](const char *name) {
        in.fault(name, in.shown(name) + " has no effect while \"auth.mode\" is none",
                 "write mode: required or mode: optional, or remove it");
    };
    if (auth.mode == Mode::none) {
        if (!auth.issuers.empty()) unheeded("issuers");
        if (!auth.cookie.empty()) unheeded("cookie");
        if (auth.generated) unheeded("generated");
        if (!auth.query.empty()) unheeded("query");
        return;
    }
    if (!auth.issuers.empty() || auth.generated) return;
    const std::string mode = auth.mode == Mode::required ? "required" : "optional";
    in.fault("mode", "\"auth.mode\" is " + mode + ", but there are no issuers",
             "add issuers: [{ issuer: .., algorithms: [HS256], key: \"${credential:jwt_key}\" }]; "
             "where a plugin decides, write none");
}

// Whoever reaches the console of such a daemon may be anyone.
void check_generated(const Section &in, const Config &config) {
    if (!config.auth.generated) return;
    if (!config.auth.issuers.empty())
        in.fault("generated", in.shown("generated") + " does not go with \"auth.issuers\"",
                 "remove one of them");
    const auto open =
        std::find_if(config.listen.begin(), config.listen.end(), [](const Listen &listen) {
            return !listen.systemd.empty() || !listen.loopback || listen.proxy_protocol;
        });
    if (open != config.listen.end())
        in.fault("generated",
                 in.shown("generated") + " is for development, and other machines may reach " +
                     open->name(),
                 "listen on 127.0.0.1, [::1] or a Unix socket only, or name issuers");
}

} // namespace

void read_auth(const Section &top, Config &config) {
    constexpr const char *say =
        "say it: auth: { mode: required } and its issuers, optional, or none";
    const Section in = top.map("auth");
    Auth &out = config.auth;
    if (!top.has("auth")) return top.fault("auth", "\"auth.mode\" is missing", say);
    read_issuers(in, out.issuers);
    in.read(generated_key, out);
    check_generated(in, config);
    const Section claims = in.map("claims");
    claims.read(claim_keys, out.claims);
    check_claim(claims, "user", out.claims.user);
    check_claim(claims, "role", out.claims.role);
    check_claim(claims, "tenant", out.claims.tenant);
    in.read(auth_keys, out);
    check_cookie(in, out.cookie);
    check_query(in, out.query);
    if (!out.cache.empty()) trust(in.source(), in.mark("cache"), out.cache);
    check_pages(in, config);
    if (!in.require("mode", say)) return;
    const std::size_t faults = top.source().faults.list().size();
    in.read(auth_mode_key, out);
    if (top.source().faults.list().size() == faults) check_mode(in, out);
}

} // namespace roomd::config
