#include "fake_clients.hpp"

#include "base/random.hpp"

#include <cassert>
#include <cstdint>
#include <utility>

namespace roomd::test {

FakeClients::Client *FakeClients::there(base::ClientId id) noexcept {
    Client *client = clients_.find(id);
    return client != nullptr && !client->going ? client : nullptr;
}
base::ClientId FakeClients::connect(std::string_view nsp, std::string_view auth, int session) {
    const base::ClientId id = clients_.emplace();
    Client &client = *clients_.find(id);
    client.id = base::random_id();
    client.nsp = nsp;
    client.session = session != 0 ? session : 1000 + ++sessions_;
    up->connecting(id, nsp, auth);
    return id;
}

void FakeClients::event(base::ClientId id, std::string_view name, std::string_view args,
                        std::optional<std::uint64_t> ack, std::vector<std::string_view> blobs) {
    Client *client = clients_.find(id);
    if (client == nullptr) return;
    client->held.push_back([this, id, nsp = client->nsp, name = std::string{name},
                            args = std::string{args}, ack, blobs] {
        up->event(id, {nsp, name, {args, blobs}, ack});
    });
    pump(id);
}

void FakeClients::pump(base::ClientId id) {
    for (;;) {
        Client *client = clients_.find(id);
        if (client == nullptr || client->going || !client->accepted || client->holds > 0 ||
            client->held.empty())
            return;
        const auto next = std::move(client->held.front());
        client->held.pop_front();
        next();
    }
}

void FakeClients::end(base::ClientId id, session::CloseReason reason) {
    Client *client = clients_.find(id);
    if (client == nullptr || client->going) return;
    client->going = true;
    for (const std::uint64_t token : client->asks)
        up->answered(id, token, session::Answer::gone, {"[]", {}});
    up->gone(id, reason);
    clients_.erase(id);
}

void FakeClients::leave(base::ClientId id, session::CloseReason reason) {
    end(id, reason);
}

void FakeClients::answer(base::ClientId id, std::uint64_t token, std::string_view args) {
    std::erase(clients_.find(id)->asks, token);
    up->answered(id, token, session::Answer::ok, {args, {}});
}

std::vector<std::string> FakeClients::sent(base::ClientId id) {
    Client *client = clients_.find(id);
    return client == nullptr ? std::vector<std::string>{} : std::exchange(client->sent, {});
}

std::string FakeClients::id(base::ClientId id) const {
    return clients_.find(id)->id;
}

// ---- what dispatch calls -----------------------------------------------------------------

bool FakeClients::accept(base::ClientId id) {
    Client *client = there(id);
    if (client == nullptr || client->accepted) return false;
    client->accepted = true;
    client->sent.push_back("0");
    pump(id);
    return true;
}

bool FakeClients::refuse(base::ClientId id, std::string_view message, std::string_view data) {
    const Client *client = there(id);
    if (client == nullptr || client->accepted) return false;
    refusals.push_back(std::string{message} + "|" + std::string{data});
    end(id, session::CloseReason::forced_close);
    return true;
}

void FakeClients::hold(base::ClientId id) {
    if (Client *client = clients_.find(id)) ++client->holds;
}

void FakeClients::release(base::ClientId id) {
    Client *client = clients_.find(id);
    if (client == nullptr) return;
    assert(client->holds > 0);
    if (--client->holds == 0) pump(id);
}

std::size_t FakeClients::send(std::span<const base::ClientId> ids,
                              std::span<const base::FrameRef> packet, session::Delivery how) {
    std::size_t count = 0;
    for (const base::ClientId id : ids) {
        Client *client = there(id);
        if (client == nullptr) continue;
        if (how == session::Delivery::droppable && blocked) continue;
        for (const base::FrameRef &frame : packet) {
            client->sent.emplace_back(frame->is_binary() ? frame->payload()
                                                         : frame->payload().substr(1));
            frames.push_back(frame.get());
        }
        ++count;
    }
    return count;
}

void FakeClients::ask(std::span<const base::ClientId> ids, std::string_view event,
                      const sio::Args &args, base::Duration, std::uint64_t first) {
    std::uint64_t token = first;
    for (const base::ClientId id : ids) {
        const std::uint64_t mine = token++;
        if (Client *client = there(id)) {
            client->asks.push_back(mine);
            client->sent.push_back("ask " + std::string{event} + std::string{args.json});
        } else {
            up->answered(id, mine, session::Answer::gone, {"[]", {}});
        }
    }
}

bool FakeClients::ack(base::ClientId id, std::uint64_t ack_id, const sio::Args &args) {
    Client *client = there(id);
    if (client == nullptr) return false;
    client->sent.push_back("3" + std::to_string(ack_id) + std::string{args.json});
    return true;
}

bool FakeClients::disconnect(base::ClientId id, session::CloseReason reason, bool close_session) {
    const Client *client = there(id);
    if (client == nullptr) return false;
    const int session = client->session;
    ended.push_back(std::string{session::text(reason)} + (close_session ? " session" : ""));
    end(id, reason);
    std::vector<base::ClientId> others;
    clients_.each([&](base::ClientId other, const Client &c) {
        if (close_session && c.session == session) others.push_back(other);
    });
    for (const base::ClientId other : others)
        end(other, reason);
    return true;
}

bool FakeClients::info(base::ClientId id, Info &info) const noexcept {
    const Client *client = clients_.find(id);
    if (client == nullptr) return false;
    handshake.facts = session::FactsRef(facts);
    info = {base::SessionId::none, client->id, client->nsp, client->accepted, &handshake};
    return true;
}

base::ClientId FakeClients::find(std::string_view nsp, std::string_view id) const noexcept {
    base::ClientId found = base::ClientId::none;
    clients_.each([&](base::ClientId at, const Client &client) {
        if (client.nsp == nsp && client.id == id && !client.going) found = at;
    });
    return found;
}

bool FakeClients::alive(base::ClientId id) const noexcept {
    const Client *client = clients_.find(id);
    return client != nullptr && !client->going;
}

std::size_t FakeClients::size() const noexcept {
    std::size_t accepted = 0;
    clients_.each(
        [&](base::ClientId, const Client &client) { accepted += client.accepted ? 1 : 0; });
    return accepted;
}

} // namespace roomd::test
