#include "app/key_sets.hpp"

#include "base/text.hpp"
#include "log/log.hpp"

#include <algorithm>
#include <utility>

namespace roomd::app {

KeySets::KeySets(loop::Loop &loop, log::Logger &log, const config::Config &config,
                 std::function<void()> changed) :
    loop_(loop),
    log_(log),
    changed_(std::move(changed)) {
    wire(config, &KeySource::begin_at_start);
}

// All at once, so that their waits are not one after the other.
KeySets::~KeySets() {
    for (const auto &source : sources_)
        source->end();
}

void KeySets::apply(const config::Config &config) {
    wire(config, &KeySource::begin);
}

// Issuers of the same URL share its keys; what they need may differ.
void KeySets::wire(const config::Config &config, void (KeySource::*begin)()) {
    std::vector<KeySetSource> wanted;
    for (const auth::Issuer &issuer : config.auth.issuers) {
        if (issuer.jwks_url.empty()) continue;
        KeySetSource source = key_source(config, issuer);
        const auto same =
            std::find_if(wanted.begin(), wanted.end(),
                         [&](const KeySetSource &other) { return other.url == source.url; });
        if (same == wanted.end())
            wanted.push_back(std::move(source));
        else
            same->algorithms.insert(same->algorithms.end(), source.algorithms.begin(),
                                    source.algorithms.end());
    }
    std::erase_if(ended_, [](const auto &source) { return !source->is_at_work(); });
    for (auto &source : sources_) {
        const bool stays = std::any_of(wanted.begin(), wanted.end(), [&](const KeySetSource &one) {
            return one.url == source->source().url;
        });
        if (stays) continue;
        source->end();
        ended_.push_back(std::move(source));
    }
    std::erase(sources_, nullptr);
    for (KeySetSource &one : wanted) {
        if (KeySource *known = find(one.url)) {
            known->configure(std::move(one));
            continue;
        }
        if (one.folder.empty())
            log_.warning("fetched keys are not kept for the next start",
                         {{"url", shown_url(one.url)}, {"do", "set auth.cache"}});
        sources_.push_back(std::make_unique<KeySource>(loop_, log_, std::move(one), changed_));
        (*sources_.back().*begin)();
    }
    of_issuer_.clear();
    for (const auth::Issuer &issuer : config.auth.issuers)
        of_issuer_.push_back(issuer.jwks_url.empty() ? nullptr : find(issuer.jwks_url));
    auth_ = config.auth;
}

KeySource *KeySets::find(const std::string &url) const noexcept {
    const auto found = std::find_if(sources_.begin(), sources_.end(), [&](const auto &source) {
        return source->source().url == url;
    });
    return found == sources_.end() ? nullptr : found->get();
}

std::vector<auth::Issuer> KeySets::issuers() const {
    std::vector<auth::Issuer> issuers = auth_.issuers;
    for (std::size_t i = 0; i < issuers.size(); ++i) {
        const auth::VerifyKeys *keys = of_issuer_[i] != nullptr ? of_issuer_[i]->keys() : nullptr;
        if (keys == nullptr) continue;
        issuers[i].keys.push_back(*keys);
        issuers[i].are_fetched = true;
    }
    return issuers;
}

std::shared_ptr<const auth::Tokens> KeySets::tokens() const {
    if (auth_.mode == config::Auth::Mode::none) return nullptr;
    return std::make_shared<const auth::Tokens>(issuers(), auth_.claims, auth_.leeway);
}

void KeySets::ask(const std::vector<std::size_t> &issuers) {
    for (const std::size_t i : issuers)
        if (i < of_issuer_.size() && of_issuer_[i] != nullptr) of_issuer_[i]->ask();
}

std::vector<KeySets::Report> KeySets::report() const {
    std::vector<Report> out;
    for (std::size_t i = 0; i < of_issuer_.size(); ++i) {
        if (of_issuer_[i] == nullptr) continue;
        const KeySource &source = *of_issuer_[i];
        Report one;
        one.issuer = auth_.issuers[i].issuer;
        one.has_keys = source.keys() != nullptr;
        one.fetched_ms = source.fetched_ms();
        one.fetches = source.fetches();
        one.failures = source.failures();
        if (!source.why().empty())
            one.why = "its keys cannot be fetched: " + source.why();
        else if (!one.has_keys)
            one.why = "its keys are being fetched";
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace roomd::app
