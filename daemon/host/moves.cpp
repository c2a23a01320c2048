#include "host/moves.hpp"

#include "dispatch/router.hpp"
#include "host/instance.hpp"
#include "host/status.hpp"
#include "host/strings.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace roomd::host {
namespace {

const char *words(dispatch::Move::What what) noexcept {
    switch (what) {
    case dispatch::Move::What::join: return "join";
    case dispatch::Move::What::leave: return "leave";
    case dispatch::Move::What::disconnect: return "disconnect";
    case dispatch::Move::What::close: break;
    }
    return "close";
}

std::string shown(const OwnedWhom &whom) {
    if (!whom.user.empty()) return "user " + whom.user;
    return whom.id.empty() ? "room " + whom.room : "client " + whom.id;
}

// Each client goes into each room: with many rooms fewer clients make a turn.
std::size_t slice_into(std::size_t rooms) noexcept {
    return std::max<std::size_t>(Moves::slice / (1 + rooms / Moves::few), 1);
}

} // namespace

dispatch::Emitted whom_of(const dispatch::Router &router, const OwnedWhom &whom,
                          dispatch::Whom &out) {
    out = whom.view();
    if (whom.on_behalf.empty()) return {};
    out.rights = router.key(whom.on_behalf);
    if (out.rights != nullptr) return {};
    return dispatch::refusal(dispatch::Status::denied, "key_unknown", {},
                             "this key is no longer configured");
}

Moves::Moves(loop::Loop &loop, std::function<void()> drain) :
    drain_(std::move(drain)),
    again_(loop, [this] { turn(); }) {}

std::size_t Moves::begin(Instance &instance, MoveManyCommand &&command, std::size_t bytes) {
    const dispatch::Router &router = instance.services().router;
    Open open{&instance, std::move(command), {}};
    dispatch::Whom whom;
    dispatch::Emitted refused = whom_of(router, open.command.whom, whom);
    const dispatch::Move move = open.command.move.view();
    if (refused.status == dispatch::Status::ok) refused = router.check(whom, move);
    if (refused.status != dispatch::Status::ok) {
        tell(open, to_status(refused.status), refused);
        return 0;
    }
    open.clients = router.find(whom, move);
    open.slice = slice_into(move.rooms.size());
    if (open.clients.size() <= open.slice) {
        step(open);
        tell(open, ROOMD_OK);
        return 0;
    }
    const std::size_t more = open.clients.size() * sizeof open.clients.front();
    const roomd_status status = instance.intake().charge(more, Intake::Refused::told);
    if (status != ROOMD_OK) {
        refused.code = "over_budget";
        refused.text = std::to_string(open.clients.size()) + " clients would be moved";
        open.clients.clear();
        tell(open, status, refused);
        return 0;
    }
    open.charged = more + bytes;
    open_.push_back(std::move(open));
    again_.wake();
    return bytes;
}

bool Moves::step(Open &open) {
    const std::span<const base::ClientId> rest = std::span(open.clients).subspan(open.next);
    const auto now = rest.first(std::min(open.slice, rest.size()));
    const auto moved = open.instance->services().router.move(now, open.command.move.view());
    open.moved.moved += moved.moved;
    open.moved.full += moved.full;
    open.next += now.size();
    return open.next == open.clients.size();
}

// What is moved may lead back here, through a hook, and add to the others.
void Moves::turn() {
    if (open_.empty()) return;
    Open open = std::move(open_.front());
    open_.pop_front();
    if (step(open))
        tell(open, ROOMD_OK);
    else
        open_.push_back(std::move(open));
    if (!open_.empty()) again_.wake();
    drain_();
}

void Moves::stop(Instance &instance) {
    std::deque<Open> others;
    for (Open &open : open_)
        if (open.instance == &instance)
            tell(open, ROOMD_STOPPING);
        else
            others.push_back(std::move(open));
    open_ = std::move(others);
}

// Joining and leaving is daily business; a refusal that no `fn` is told of is a warning.
void Moves::write(const Open &open, roomd_status status, const dispatch::Emitted &refused) {
    Instance &instance = *open.instance;
    const MoveManyCommand &command = open.command;
    const auto what = command.move.what;
    log::Level level = log::Level::debug;
    if (status != ROOMD_OK && command.fn == nullptr) {
        if (!instance.may_log_refusal(instance.services().loop.now())) return;
        level = log::Level::warning;
    } else if (what == dispatch::Move::What::disconnect || what == dispatch::Move::What::close) {
        level = log::Level::info;
    }
    const std::string whom = shown(command.whom);
    const log::Field fields[] = {{"plugin", instance.entry().label()},
                                 {"move", words(what)},
                                 {"whom", whom},
                                 {"namespace", command.whom.nsp},
                                 {"key", command.whom.on_behalf},
                                 {"reason", command.move.reason},
                                 {"clients", open.clients.size()},
                                 {"moved", open.moved.moved},
                                 {"code", refused.code}};
    instance.services().log.write(
        level, status == ROOMD_OK ? "plugin moved clients" : "plugin's move of clients is refused",
        fields);
}

void Moves::tell(const Open &open, roomd_status status, const dispatch::Emitted &refused) {
    Instance &instance = *open.instance;
    const MoveManyCommand &command = open.command;
    instance.intake().worked_off(open.charged);
    write(open, status, refused);
    if (command.fn == nullptr) return;
    roomd_moved out{};
    out.struct_size = sizeof out;
    out.clients = open.clients.size();
    out.moved = open.moved.moved;
    out.full = open.moved.full;
    out.code = str(refused.code);
    out.pointer = str(refused.pointer);
    out.text = str(refused.text);
    instance.calls().run(Call::moved, [&] { command.fn(command.user, status, &out); });
}

} // namespace roomd::host
