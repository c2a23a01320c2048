#include "app/overload.hpp"

#include "log/log.hpp"

namespace roomd::app {

namespace {

constexpr base::Duration quiet{60000};

} // namespace

std::uint64_t Overload::Episode::begins(std::uint64_t count, base::Time now) noexcept {
    const std::uint64_t more = count - seen_;
    seen_ = count;
    if (more == 0) return 0;
    const bool first = now >= over_;
    over_ = now + quiet;
    return first ? more : 0;
}

void Overload::look(const Counts &counts, base::Time now) {
    if (const std::uint64_t closed = sessions_.begins(counts.sessions, now); closed != 0)
        log_.warning("clients closed: together they are too far behind",
                     {{"closed", closed},
                      {"waiting", counts.waiting},
                      {"limit", counts.limit},
                      {"do", "emit less, or as volatile, or raise limits.send_buffer_total"},
                      {"count", "roomd_backlog_closed_total"}});
    if (const std::uint64_t cut = answers_.begins(counts.answers, now); cut != 0)
        log_.warning("connections cut: too many unread answers",
                     {{"cut", cut},
                      {"limit", counts.limit},
                      {"do", "look at who requests them, or raise limits.send_buffer_total"},
                      {"count", "roomd_unread_answers_cut_total"}});
    if (const std::uint64_t refused = tokens_.begins(counts.tokens, now); refused != 0)
        log_.warning("tokens refused unread: too many from one address are bad",
                     {{"refused", refused},
                      {"address", counts.address},
                      {"do", "look at this address; a proxy belongs under trusted_proxies"},
                      {"count", "roomd_tokens_unread_total"}});
    if (const std::uint64_t closed = parsers_.begins(counts.parsers, now); closed != 0)
        log_.warning(
            "a client uses another parser (msgpack?)",
            {{"closed", closed},
             {"do", "remove the client's parser option: roomd speaks only Socket.IO's own"},
             {"count", "roomd_other_parsers_total"}});
    if (const std::uint64_t closed = displaced_.begins(counts.displaced, now); closed != 0)
        log_.warning("sessions that never joined were closed to make room",
                     {{"closed", closed},
                      {"do", "look at who opens them, or raise limits.connections"},
                      {"count", "roomd_displaced_sessions_total"}});
    if (const std::uint64_t cut = unfinished_.begins(counts.unfinished, now); cut != 0)
        log_.warning("connections cut: too much incomplete input",
                     {{"cut", cut},
                      {"do", "look at who sends so slowly, or raise limits.receive_total"},
                      {"count", "roomd_unfinished_cut_total"}});
    if (const std::uint64_t closed = violations_.begins(counts.violations, now); closed != 0)
        log_.warning("clients closed for breaking the protocol",
                     {{"closed", closed},
                      {"last", counts.violation},
                      {"do", "look at these clients; docs/errors.md has the limits"},
                      {"count", "roomd_violations_total"}});
    if (const std::uint64_t more = unformed_.begins(counts.unformed, now); more != 0)
        log_.warning("automatic rooms cannot be formed: a claim is not a valid room id",
                     {{"rooms", more},
                      {"kind", counts.kind},
                      {"claim", counts.claim},
                      {"value", counts.value},
                      {"do", "let the issuer put an id into the claim, or use another claim"},
                      {"count", "roomd_rooms_unformed_total"}});
}

} // namespace roomd::app
