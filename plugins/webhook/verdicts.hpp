#pragma once

#include "webhook/answers.hpp"
#include "webhook/cache.hpp"
#include "webhook/counts.hpp"
#include "webhook/sender.hpp"
#include "webhook/settings.hpp"

#include <roomd/plugin.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace roomd::webhook {

// What names a question in the cache; empty: its answer is never kept, since without an identity or
// a token one stranger is not the other.
std::string cache_key(const Connect &, std::string_view origin);
std::string cache_key(const Join &);

// How long a decision holds: never beyond the end of the token or the backend's own; 0: not at all.
Milliseconds hold_of(Milliseconds hold, std::int64_t token_ends_ms, std::int64_t expires_ms,
                     std::int64_t now_ms) noexcept;

// Who may connect and join: asked at the backend, unless it has said so a moment ago.  Without its
// answer nobody may.
class Verdicts {
public:
    Verdicts(Sender &, const Counts &, const Settings &);

    // ---- home loop ----
    void apply(const Settings &); // what was decided before is forgotten
    void decide(const Connect &, std::string_view origin, Verdict &);
    void decide(const Join &, Verdict &);

private:
    struct Case {
        std::string_view kind;
        roomd_client client;
        std::string_view identity;
        std::string members, key;
    };

    void decide(const Case &, Verdict &);
    // On the sender's thread.
    void keep(const std::string &key, const Decision &, std::int64_t token_ends,
              std::uint64_t since);

    Sender &sender_;
    const Counts &counts_;
    Milliseconds timeout_{};

    std::mutex mutex_; // guards these:
    Milliseconds hold_{};
    Cache cache_;
    std::uint64_t applied_ = 0;
};

} // namespace roomd::webhook
