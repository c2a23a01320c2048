#include "app/key_set.hpp"

#include "app/options.hpp"
#include "app/version.hpp"
#include "base/text.hpp"
#include "fetch/copy.hpp"
#include "fetch/freshness.hpp"
#include "fetch/get.hpp"

#include <algorithm>
#include <utility>

namespace roomd::app {
namespace {

constexpr std::size_t most_set = 256u << 10;
constexpr long connect_ms = 5000;
constexpr long whole_ms = 10000;

// Empty, and `keys`; else why they cannot be used.
std::string parse(std::string_view text, const KeySetSource &source, auth::VerifyKeys &keys) {
    auto read = auth::parse_key_set(text);
    if (!read) return read.error();
    const bool serves =
        std::any_of(source.algorithms.begin(), source.algorithms.end(),
                    [&](auth::Algorithm one) { return read->serving(one).all > 0; });
    if (!serves) return "none of its keys is for the issuer's algorithms";
    keys = std::move(*read);
    return {};
}

} // namespace

KeySetResult fetch_key_set(const KeySetSource &source, const std::atomic<bool> &stop) {
    KeySetResult out;
    fetch::Request request;
    request.url = source.url;
    request.user_agent = std::string("roomd/") + version;
    request.most = most_set;
    request.connect_ms = connect_ms;
    request.whole_ms = whole_ms;
    fetch::Answer answer = fetch::get(request, stop);
    out.why = std::move(answer.why);
    if (out.why.empty()) out.why = parse(answer.body, source, out.set.keys);
    if (!out.why.empty()) return out;
    out.set.digest = auth::sha256(answer.body);
    out.set.fetched_ms = base::unix_ms();
    out.set.fresh = fetch::fresh_for(answer.cache_control);
    if (!source.folder.empty())
        out.copy_why = fetch::write_copy(
            source.folder, {source.url, out.set.fetched_ms, out.set.fresh, std::move(answer.body)});
    return out;
}

KeyCopy read_key_copy(const KeySetSource &source) {
    KeyCopy out;
    if (source.folder.empty()) return out;
    out.file = fetch::file_of_copy(source.folder, source.url);
    fetch::Kept kept = fetch::read_copy(source.folder, source.url, most_set);
    out.exists = kept.found != fetch::Found::none;
    if (!out.exists) return out;
    out.damaged = kept.found == fetch::Found::damaged;
    out.why = out.damaged ? "it is not as it was written" : std::move(kept.why);
    if (kept.found == fetch::Found::good) out.why = parse(kept.copy.body, source, out.set.keys);
    out.set.digest = auth::sha256(kept.copy.body);
    out.set.fetched_ms = kept.copy.fetched_ms;
    out.set.fresh = kept.copy.fresh;
    return out;
}

KeySetSource key_source(const config::Config &config, const auth::Issuer &issuer) {
    return {issuer.jwks_url, key_folder(config), issuer.algorithms};
}

std::string shown_url(std::string_view url) {
    return base::printable(url.substr(0, url.find('?')));
}

} // namespace roomd::app
