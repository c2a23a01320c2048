#include "app/forecast.hpp"

#include "app/emit_body.hpp"
#include "app/options.hpp"
#include "base/text.hpp"
#include "dispatch/hooks.hpp"
#include "dispatch/identify.hpp"
#include "dispatch/identities.hpp"
#include "dispatch/router.hpp"
#include "dispatch/verbs.hpp"
#include "rooms/names.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <utility>

namespace roomd::app {
namespace {

Forecast refused(std::string_view code, const std::string &text) {
    Forecast out;
    out.code = code;
    out.text = "refused: " + text;
    return out;
}

std::string quoted(std::string_view text) {
    return '"' + base::printable(text) + '"';
}

// "student" or "staff"
std::string listed(const std::vector<std::string> &roles) {
    std::string out;
    for (const std::string &role : roles)
        out += (out.empty() ? "" : " or ") + quoted(role);
    return out.empty() ? "none" : out;
}

class StandingClock final : public base::Clock {
public:
    base::Time now() const noexcept override { return {}; }
};

// A daemon without sessions and plugins, for its answers alone.
class Quiet final : public dispatch::Hooks {
public:
    explicit Quiet(const config::Config &config) :
        clients_(client_options(config), clock_),
        router_(dispatch_options(config), clients_, clock_) {
        router_.wire(*this);
    }
    const dispatch::Router &router() const noexcept { return router_; }
    // An emit that has no other fault tells.
    bool serves(std::string_view nsp) const {
        dispatch::Emit probe;
        probe.nsp = nsp;
        probe.rooms = {"probe"};
        probe.event = "probe";
        probe.args.json = "[0]";
        return router_.check(probe).status == dispatch::Status::ok;
    }

    bool knows(std::string_view) const override { return false; }
    Next connecting(const dispatch::Connecting &) override { return Next::pass; }
    Next joining(const dispatch::Joining &) override { return Next::pass; }
    Next event(base::ClientId, std::string_view, const sio::Event &) override { return Next::pass; }
    void connected(const dispatch::Connected &) override {}
    void not_connected(const dispatch::NotConnected &) override {}
    void left(const dispatch::Left &) override {}
    void answered(std::uint64_t, session::Answer, const sio::Args &) override {}
    void publish(const dispatch::Emit &) override {}

private:
    StandingClock clock_;
    session::Clients clients_;
    dispatch::Router router_;
};

// Where someone with these claims is from the start: what Membership does with a new client.
std::vector<std::string> first_rooms(const dispatch::Options &options, std::string_view claims) {
    std::vector<std::string> rooms, ids;
    for (const dispatch::RoomKind &kind : options.kinds) {
        if (kind.rules.join != policy::Join::automatic) continue;
        ids.clear();
        policy::automatic(kind.rules, claims, ids);
        if (kind.rules.max_per_client != 0)
            ids.resize(std::min(ids.size(), kind.rules.max_per_client));
        for (const std::string &id : ids)
            if (rooms.size() < options.rooms_per_client)
                rooms.push_back(std::string(kind.name).append(":").append(id));
    }
    return rooms;
}

bool full(const dispatch::Options &options, const dispatch::RoomKind &kind,
          const std::vector<std::string> &in) {
    const auto of_kind = std::count_if(in.begin(), in.end(), [&](const std::string &room) {
        return rooms::split(room).kind == kind.name;
    });
    const std::size_t most = kind.rules.max_per_client;
    return in.size() >= options.rooms_per_client ||
           (most != 0 && static_cast<std::size_t>(of_kind) >= most);
}

Forecast unknown_kind(const dispatch::Options &options, std::string_view kind) {
    if (kind.empty())
        return refused(dispatch::room_unknown_kind.code,
                       "a room without a kind is a plugin's own: write <kind>:<id>");
    std::vector<std::string_view> names;
    for (const dispatch::RoomKind &known : options.kinds)
        names.push_back(known.name);
    std::string text = "there is no kind of room " + quoted(kind);
    const auto near = base::nearest(kind, names);
    if (!near.empty()) text += "; did you mean " + quoted(near) + '?';
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
        if (!said.admitted) return refused("origin_refused", "origin " + said.text);
        place = matcher.find(*who.origin);
        portal = matcher.list()[*place].name;
    } else if (!matcher.admits_missing()) {
        return refused(
            "origin_refused",
            "cors.missing_origin is refuse: a client without an Origin does not connect");
    }
    if (!Quiet(config).serves(who.nsp))
        return refused("namespace_unknown", "\"namespaces\" names no " + quoted(who.nsp) +
                                                "; only a plugin may serve it");
    const std::string auth =
        who.token.empty() ? "" : R"({"token":)" + json::quoted(who.token) + "}";
    dispatch::TokenGate gate;
    const auto known = dispatch::identify(options, gate, {}, auth, {}, now_ms);
    if (const auto *why = std::get_if<dispatch::NotIn>(&known))
        return refused(why->code, why->message);
    identity = std::get<dispatch::Who>(known).identity;
    if (!dispatch::portal_admits(options, portal, identity))
        return refused("portal_role", "portal " + quoted(portal) + " is for the role " +
                                          listed(matcher.list()[*place].roles) +
                                          ", and the client's is " +
                                          listed(dispatch::roles_of(identity)));
    return std::nullopt;
}

} // namespace

Forecast forecast_join(const config::Config &config, const Visitor &who, std::string_view room,
                       std::int64_t now_ms) {
    const dispatch::Options options = dispatch_options(config);
    std::string identity;
    if (auto no = refuse_connect(config, options, who, now_ms, identity)) return *std::move(no);
    if (!rooms::is_room(room))
        return refused(dispatch::room_invalid.code, quoted(room) +
                                                        " is no room: write <kind>:<id>; " +
                                                        dispatch::room_invalid.message);
    const auto [name, id] = rooms::split(room);
    const dispatch::RoomKind *kind = dispatch::find_kind(options, name);
    if (kind == nullptr) return unknown_kind(options, name);

    const std::string_view claims = dispatch::claims_of(identity);
    const std::vector<std::string> in = first_rooms(options, claims);
    const policy::Explained said = policy::explain(kind->rules, id, claims);
    if (std::find(in.begin(), in.end(), room) != in.end()) {
        Forecast out;
        out.yes = out.automatic = true;
        out.text = said.text + "\n  in it from the start (join: auto)";
        return out;
    }
    if (who.nsp != "/")
        return refused(dispatch::room_denied.code,
                       "only in / do clients ask for rooms; elsewhere they are in those of their "
                       "identity, and plugins move them");
    if (policy::by_request(kind->rules) && full(options, *kind, in))
        return refused(dispatch::too_many_rooms.code,
                       "the rooms that come with the identity are as many as one client may be in");
    Forecast out;
    out.yes = said.admitted;
    if (!out.yes) out.code = dispatch::room_denied.code;
    out.text = said.text;
    return out;
}

Forecast forecast_emit(const config::Config &config, std::string_view body) {
    const auto read = read_emit(body);
    const auto no = [](const Problem &why) {
        return refused(why.code, why.code + ": " + why.message + " (" + why.pointer + ")");
    };
    if (const auto *problem = std::get_if<Problem>(&read)) return no(*problem);
    const auto &wanted = std::get<EmitBody>(read);
    const Quiet quiet(config);
    dispatch::Emit emit = wanted.emit();
    std::vector<std::string> chosen;
    // The catalogue's words follow the place, as in its own explain().
    if (const auto said = quiet.router().route(emit, chosen); said.status != dispatch::Status::ok)
        return refused(said.code, said.code + ": " + said.pointer + ' ' + said.text);
    if (const auto said = quiet.router().check(emit); said.status != dispatch::Status::ok)
        return no(problem_of(wanted, said));
    Forecast out;
    out.yes = true;
    out.rooms.assign(emit.rooms.begin(), emit.rooms.end());
    out.text = emit.all ? "taken: to everyone" : "taken: to";
    for (const std::string &room : out.rooms)
        (out.text += ' ') += base::printable(room);
    return out;
}

} // namespace roomd::app
