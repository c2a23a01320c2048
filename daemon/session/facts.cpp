#include "session/facts.hpp"

#include <functional>

namespace roomd::session {

namespace {

std::size_t hash_of(const Facts &facts) noexcept {
    std::size_t hash = facts.secure ? 1 : 0;
    const auto add = [&](std::string_view text) {
        hash = hash * 31 + std::hash<std::string_view>{}(text);
    };
    add(facts.listener);
    add(facts.portal);
    add(facts.origin);
    add(facts.query);
    add(facts.token);
    for (const auto &[name, value] : facts.headers) {
        add(name);
        add(value);
    }
    return hash;
}

} // namespace

FactsRef::FactsRef(Facts facts) : shared_(new Shared{std::move(facts), 0, 1, nullptr}) {}

FactsRef::FactsRef(const FactsRef &other) noexcept : shared_(other.shared_) {
    if (shared_ != nullptr) ++shared_->refs;
}

FactsRef::~FactsRef() {
    if (shared_ == nullptr || --shared_->refs > 0) return;
    if (shared_->home != nullptr) shared_->home->all_.erase(shared_);
    delete shared_;
}

const Facts &FactsRef::operator*() const noexcept {
    static const Facts nothing;
    return shared_ != nullptr ? shared_->facts : nothing;
}

KnownFacts::~KnownFacts() {
    for (FactsRef::Shared *one : all_)
        one->home = nullptr;
}

FactsRef KnownFacts::keep(Facts facts) {
    FactsRef::Shared asked{std::move(facts), 0, 0, this};
    asked.hash = hash_of(asked.facts);
    auto found = all_.find(&asked);
    if (found == all_.end()) found = all_.insert(new FactsRef::Shared(std::move(asked))).first;
    ++(*found)->refs;
    return FactsRef(*found);
}

} // namespace roomd::session
