#include "dispatch/verbs.hpp"

#include "dispatch/namespaces.hpp"
#include "dispatch/wish.hpp"
#include "policy/verbs.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace roomd::dispatch {
namespace {

// A wish that is refused already is handed on too: each verb tells it in its own way.
using Act = void (*)(Membership &, const Asker &, const Wish &);

void join(Membership &membership, const Asker &asker, const Wish &wish) {
    if (wish.refusal != nullptr)
        membership.refuse(asker, wish.kind != nullptr ? wish.kind->name : metrics::other,
                          wish.shown, *wish.refusal);
    else
        membership.join(asker, *wish.kind, wish.room);
}

void leave(Membership &membership, const Asker &asker, const Wish &wish) {
    if (wish.refusal != nullptr)
        membership.refuse_leave(asker, wish.shown, *wish.refusal);
    else
        membership.leave(asker, *wish.kind, wish.room);
}

struct Verb {
    std::string_view name;
    std::string_view notice; // as Asker::notice
    Act act;
};

constexpr std::array verbs{
    Verb{"join", "join:error", join},
    Verb{"leave", {}, leave},
};

// Each has its name in the list that the configuration keeps free, in the same order.
constexpr bool named() {
    for (std::size_t i = 0; i < verbs.size(); ++i)
        if (verbs[i].name != policy::client_verbs[i]) return false;
    return verbs.size() == policy::client_verbs.size();
}
static_assert(named());

struct Read {
    const Verb *verb;
    Wish wish;
};

std::optional<Read> read(const Options &options, const sio::Event &event) {
    // The name of an answer is not a verb: a client that sends it requests nothing.
    if (policy::is_notice(event.name)) return std::nullopt;
    const std::string_view name = event.name;
    const auto colon = name.find(':');
    const auto found =
        std::find_if(verbs.begin(), verbs.end(),
                     [head = name.substr(0, colon)](const Verb &v) { return v.name == head; });
    if (found == verbs.end() || !has_verbs(options, event.nsp)) return std::nullopt;
    if (colon == std::string_view::npos)
        return Read{&*found, read_wish(options, nullptr, event.args.json)};
    const std::string_view kind = name.substr(colon + 1);
    return Read{&*found, read_wish(options, &kind, event.args.json)};
}

} // namespace

bool Verbs::take(base::ClientId client, const sio::Event &event) {
    const auto read = dispatch::read(options_, event);
    if (!read || (!read->wish.generic && read->wish.refusal == &room_unknown_kind)) return false;
    read->verb->act(membership_, {client, event.ack, read->verb->notice}, read->wish);
    return true;
}

bool Verbs::refuse_unknown_kind(base::ClientId client, const sio::Event &event) {
    const auto read = dispatch::read(options_, event);
    if (!read || read->wish.refusal == nullptr) return false;
    read->verb->act(membership_, {client, event.ack, read->verb->notice}, read->wish);
    return true;
}

} // namespace roomd::dispatch
