#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace roomd::session {

// What the first HTTP request of a session said, apart from who sent it.
struct Facts {
    std::string listener; // as the configuration names it
    std::string portal;   // the one its page belongs to; empty: no Origin header
    std::string origin;   // of the page, cut where it is very long
    std::string query;    // decoded query as a JSON object, without the token
    std::string token;    // of the query; nobody but the core may see it
    std::vector<std::pair<std::string, std::string>>
        headers; // those configured, names in lower case
    bool secure = false;

    friend bool operator==(const Facts &, const Facts &) = default;
};

class KnownFacts;

// Shares facts that do not change; one pointer wide.  Counted, not atomic: of one loop.
class FactsRef {
public:
    FactsRef() = default; // to facts that are all empty
    explicit FactsRef(Facts);
    FactsRef(const FactsRef &) noexcept;
    FactsRef(FactsRef &&other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    FactsRef &operator=(FactsRef other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~FactsRef();

    const Facts &operator*() const noexcept;
    const Facts *operator->() const noexcept { return &**this; }

private:
    friend class KnownFacts;
    struct Shared {
        Facts facts;
        std::size_t hash;
        std::uint32_t refs;
        KnownFacts *home; // null: none, or destroyed
    };
    explicit FactsRef(Shared *shared) noexcept : shared_(shared) {}

    Shared *shared_ = nullptr;
};

// The facts of all sessions, each once: thousands of clients of one page say the same.
class KnownFacts {
public:
    KnownFacts() = default;
    ~KnownFacts(); // references may outlive it
    KnownFacts(const KnownFacts &) = delete;
    KnownFacts &operator=(const KnownFacts &) = delete;

    FactsRef keep(Facts);
    std::size_t size() const noexcept { return all_.size(); }

private:
    friend class FactsRef;
    struct Hash {
        std::size_t operator()(const FactsRef::Shared *one) const noexcept { return one->hash; }
    };
    struct Same {
        bool operator()(const FactsRef::Shared *one, const FactsRef::Shared *other) const noexcept {
            return one->hash == other->hash && one->facts == other->facts;
        }
    };
    std::unordered_set<FactsRef::Shared *, Hash, Same> all_;
};

} // namespace roomd::session
