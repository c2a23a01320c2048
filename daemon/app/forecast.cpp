#include "app/forecast.hpp"

#include "app/emit_of.hpp"
#include "app/options.hpp"
#include "base/text.hpp"
#include "dispatch/form.hpp"
#include "dispatch/identify.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/joins.hpp"
#include "dispatch/namespaces.hpp"
#include "dispatch/routing.hpp"
#include "dispatch/wish.hpp"
#include "emits/reader.hpp"
#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace roomd::app {
namespace {

Forecast refused(std::string_view code, const std::string &text) {
    Forecast out;
    out.code = code;
    out.text = "refused: " + text;
    return out;
}

// "student" or "staff"
std::string listed(const std::vector<std::string> &roles) {
    std::string out;
    for (const std::string &role : roles)
        out += (out.empty() ? "" : " or ") + base::in_quotes(role);
    return out.empty() ? "none" : out;
}

// The only client of a daemon with this configuration, and the rooms it is in.
class Imagined final : public dispatch::Whereabouts {
public:
    bool in(std::string_view room) const override {
        return std::find(rooms_.begin(), rooms_.end(), room) != rooms_.end();
    }
    std::size_t rooms() const override { return rooms_.size(); }
    std::size_t rooms_of_kind(std::string_view kind) const override {
        return static_cast<std::size_t>(
            std::count_if(rooms_.begin(), rooms_.end(), [&](const std::string &room) {
                return rooms::split(room).kind == kind;
            }));
    }
    std::size_t members(std::string_view) const override { return 0; }
    void enter(std::string_view room) override { rooms_.emplace_back(room); }
    void refuse(std::string_view kind, const policy::Unfit &unfit) override {
        refused_.emplace_back(kind, unfit);
    }

    // Why no room of this kind comes with the claims; empty when that is not for their values.
    std::string unformed(std::string_view kind) const {
        const auto found = std::find_if(refused_.begin(), refused_.end(),
                                        [&](const auto &refused) { return refused.first == kind; });
        if (found == refused_.end()) return {};
        return "\n  the claim " + base::in_quotes(found->second.claim) + " is " +
               base::in_quotes(found->second.value, 64) +
               ", which gives no room (join: auto): " + rooms::id_rule;
    }

private:
    std::vector<std::string> rooms_;
    std::vector<std::pair<std::string, policy::Unfit>> refused_;
};

Forecast unknown_kind(const dispatch::Options &options, std::string_view kind) {
    if (kind.empty())
        return refused(dispatch::room_unknown_kind.code,
                       "a room without a kind is a plugin's own: write <kind>:<id>");
    std::vector<std::string_view> names;
    for (const dispatch::RoomKind &known : options.kinds)
        names.push_back(known.name);
    std::string text = "there is no kind of room " + base::in_quotes(kind);
    const auto near = base::nearest(kind, names);
    if (!near.empty()) text += "; did you mean " + base::in_quotes(near) + '?';
    return refused(dispatch::room_unknown_kind.code, text);
}

// The namespace, the page and the token, in the order in which the daemon asks.
std::optional<Forecast> refuse_connect(const config::Config &config,
                                       const dispatch::Options &options, const Visitor &who,
                                       std::int64_t now_ms, std::string &identity) {
    const policy::Portals matcher = portals(config);
    std::string portal;
    std::optional<std::size_t> place;
    if (who.origin) {
        const policy::Explained said = matcher.explain(*who.origin);
        place = matcher.find(*who.origin);
        if (place)
            portal = matcher.list()[*place].name;
        else if (!own_origin(config).may_admit(*who.origin))
            return refused("origin_refused", "origin " + said.text);
    } else if (!matcher.admits_missing()) {
        return refused(
            "origin_refused",
            "cors.missing_origin is refuse: a client without an Origin does not connect");
    }
    if (!dispatch::Namespaces(options).knows(who.nsp))
        return refused("namespace_unknown", "\"namespaces\" names no " + base::in_quotes(who.nsp) +
                                                "; only a plugin may serve it");
    const std::string auth =
        who.token.empty() ? "" : R"({"token":)" + json::quoted(who.token) + "}";
    dispatch::TokenGate gate;
    const auto known = dispatch::identify(options, gate, {}, auth, {}, now_ms);
    if (const auto *why = std::get_if<dispatch::Rejection>(&known))
        return refused(why->code, why->message);
    identity = std::get<dispatch::Who>(known).identity;
    const auto why = dispatch::reject_identity(options, portal, identity);
    if (!why) return std::nullopt;
    if (!place || why->code != "portal_role") return refused(why->code, why->message);
    return refused(why->code, "portal " + base::in_quotes(portal) + " is for the role " +
                                  listed(matcher.list()[*place].roles) + ", and the client's is " +
                                  listed(dispatch::roles_of(identity)));
}

} // namespace

Forecast forecast_join(const config::Config &config, const Visitor &who, std::string_view room,
                       std::int64_t now_ms) {
    const dispatch::Options options = dispatch_options(config);
    std::string identity;
    if (auto no = refuse_connect(config, options, who, now_ms, identity)) return *std::move(no);
    const dispatch::NamedRoom named = dispatch::name_room(options, room);
    if (named.refusal == &dispatch::room_invalid)
        return refused(named.refusal->code, base::in_quotes(room) +
                                                " is not a valid room: write <kind>:<id>; " +
                                                named.refusal->message);
    if (named.kind == nullptr) return unknown_kind(options, rooms::split(room).kind);

    const std::string_view claims = dispatch::claims_of(identity);
    Imagined client;
    if (!identity.empty()) dispatch::enter_automatic_rooms(options, claims, client);
    const policy::Explained said =
        policy::explain(named.kind->rules, rooms::split(room).id, claims);
    if (client.in(room)) {
        Forecast out;
        out.yes = out.automatic = true;
        out.text = said.text + "\n  in it from the start (join: auto)";
        return out;
    }
    if (!dispatch::has_verbs(options, who.nsp))
        return refused(dispatch::unknown_event.code,
                       "\"namespaces\" says verbs: false for " + base::in_quotes(who.nsp) +
                           ": there clients are in the rooms of their identity, and plugins move "
                           "them");
    const auto *why = dispatch::refuse_wish(options, *named.kind, room, client);
    if (why != nullptr && why != &dispatch::room_denied)
        return refused(why->code, "the identity already gives as many rooms as a client may be in");
    Forecast out;
    out.yes = said.admitted;
    if (!out.yes) out.code = dispatch::room_denied.code;
    out.text = said.text + client.unformed(named.kind->name);
    return out;
}

Forecast forecast_emit(const config::Config &config, std::string_view body) {
    const auto read = emits::read_event(body);
    const auto no = [](const emits::Problem &why) {
        return refused(why.code, why.code + ": " + why.message + " (" + why.pointer + ")");
    };
    if (const auto *problem = std::get_if<emits::Problem>(&read)) return no(*problem);
    const auto &event = std::get<emits::Event>(read);
    std::string args;
    const dispatch::Options options = dispatch_options(config);
    const dispatch::Routed routed = dispatch::route(options, emit_of(event, args));
    const dispatch::Emit &emit = routed.emit;
    // The catalogue's words follow the place, as in its own explain().
    if (const auto &said = routed.refused; said.status != dispatch::Status::ok)
        return refused(said.code, said.code + ": " + said.pointer + ' ' + said.text);
    const dispatch::Namespaces namespaces(options);
    if (const auto said = dispatch::check_form(options, namespaces, emit);
        said.status != dispatch::Status::ok)
        return no(problem_of(event, said));
    Forecast out;
    out.yes = true;
    out.rooms.assign(emit.rooms.begin(), emit.rooms.end());
    out.text = emit.all ? "taken: to everyone" : "taken: to";
    for (const std::string &room : out.rooms)
        (out.text += ' ') += base::printable(room);
    return out;
}

} // namespace roomd::app
