#include "app/explain.hpp"

#include "catalogue/catalogue.hpp"
#include "emits/reader.hpp"
#include "json/object.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace roomd::app {

Forecast explain_join(const config::Config &config, const Visitor &who, std::string_view room,
                      std::int64_t now_ms) {
    Forecast said = forecast_join(config, who, room, now_ms);
    const std::string_view hint = what_to_do(said.code);
    if (!hint.empty()) said.text.append("\n  ").append(hint);
    if (!who.token.empty() && config.auth.mode == config::Auth::Mode::none)
        said.text += "\n  the token is ignored: \"auth.mode\" is none";
    return said;
}

Forecast explain_emit(const config::Config &config, std::string_view body) {
    Forecast said = forecast_emit(config, body);
    const auto read = emits::read_event(body);
    const auto *event = std::get_if<emits::Event>(&read);
    if (event == nullptr || !config.catalogue->knows(event->name)) return said;
    std::string lines = config.catalogue->explain(event->name, event->data);
    // Its last line is about the catalogue's rooms, which do not count when rooms were named.
    const bool named = !event->rooms.empty() || event->broadcast;
    lines.resize((named ? lines.find('\n') : lines.rfind('\n')) + 1);
    said.text.insert(0, lines);
    return said;
}

std::string explained_json(const Forecast &said, About what) {
    json::Object out;
    out.flag("yes", said.yes);
    if (!said.yes) out.text("code", said.code);
    out.text("why", said.text);
    if (said.yes && what == About::join) out.flag("automatic", said.automatic);
    if (said.yes && what == About::event) out.raw("rooms", json::list(said.rooms));
    return out.done();
}

std::string_view what_to_do(std::string_view code) noexcept {
    using Row = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Row, 11> rows{{
        {"token_missing", "send one in CONNECT: auth: { token }"},
        {"token_expired", "get a new one from the issuer"},
        {"token_not_yet", "compare the clocks of the issuer and of this machine"},
        {"token_key_unknown",
         "put the issuer's new key into its \"key\" and reload; with \"jwks_url\" it is fetched "
         "within a minute"},
        {"keys_unavailable", "the daemon fetches them from \"jwks_url\": see its /health and log"},
        {"token_signature", "compare the issuer's key with its \"key\"; or the token was changed"},
        {"token_issuer", "compare its iss with \"auth.issuers\""},
        {"token_audience", "compare its aud with \"audience\" of the issuer"},
        {"token_algorithm", "compare its alg with \"algorithms\" of the issuer"},
        {"token_claims", "the issuer makes it incorrectly: fix it there"},
        {"token_malformed", "give all three parts, without quotes and without \"Bearer\""},
    }};
    const auto *const found =
        std::find_if(rows.begin(), rows.end(), [&](const Row &row) { return row.first == code; });
    return found == rows.end() ? std::string_view{} : found->second;
}

} // namespace roomd::app
