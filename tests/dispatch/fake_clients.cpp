#include "fake_clients.hpp"

#include "base/random.hpp"

#include <cassert>
#include <cstdint>
#include <utility>

namespace roomd::test {
FakeClients *current = nullptr; // of the running test; session::Clients finds it here

FakeClients::FakeClients() {
    current = this;
}
FakeClients::~FakeClients() {
    current = nullptr;
}

base::ClientId FakeClients::connect(std::string_view nsp, std::string_view auth, int session) {
    const base::ClientId id = clients.emplace();
    Client &client = *clients.find(id);
    client.id = base::random_id();
    client.nsp = nsp;
    client.session = session != 0 ? session : 1000 + ++sessions;
    up->connecting(id, nsp, auth);
    return id;
}

void FakeClients::event(base::ClientId id, std::string_view name, std::string_view args,
                        std::optional<std::uint64_t> ack, std::vector<std::string_view> blobs) {
    Client *client = clients.find(id);
    if (client == nullptr) return;
    client->held.push_back([this, id, nsp = client->nsp, name = std::string{name},
                            args = std::string{args}, ack, blobs] {
        up->event(id, {nsp, name, {args, blobs}, ack});
    });
    pump(id);
}

void FakeClients::pump(base::ClientId id) {
    for (;;) {
        Client *client = clients.find(id);
        if (client == nullptr || client->going || !client->accepted || client->holds > 0 ||
            client->held.empty())
            return;
        const auto next = std::move(client->held.front());
        client->held.pop_front();
        next();
    }
}

void FakeClients::end(base::ClientId id, session::CloseReason reason) {
    Client *client = clients.find(id);
    if (client == nullptr || client->going) return;
    client->going = true;
    for (const std::uint64_t token : client->asks)
        up->answered(id, token, session::Answer::gone, {"[]", {}});
    up->gone(id, reason);
    clients.erase(id);
}

void FakeClients::leave(base::ClientId id, session::CloseReason reason) {
    end(id, reason);
}

void FakeClients::answer(base::ClientId id, std::uint64_t token, std::string_view args) {
    std::erase(clients.find(id)->asks, token);
    up->answered(id, token, session::Answer::ok, {args, {}});
}

std::vector<std::string> FakeClients::sent(base::ClientId id) {
    Client *client = clients.find(id);
    return client == nullptr ? std::vector<std::string>{} : std::exchange(client->sent, {});
}

bool FakeClients::alive(base::ClientId id) const {
    return clients.find(id) != nullptr;
}
std::string FakeClients::id(base::ClientId id) const {
    return clients.find(id)->id;
}

} // namespace roomd::test

namespace roomd::session {

using test::current;

struct Clients::Impl {};

Clients::Clients(const ClientOptions &, const base::Clock &) {}
Clients::~Clients() = default;
void Clients::wire(Sessions &, Events &up) noexcept {
    current->up = &up;
}

bool Clients::accept(base::ClientId id) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going || client->accepted) return false;
    client->accepted = true;
    client->sent.push_back("0");
    current->pump(id);
    return true;
}

bool Clients::refuse(base::ClientId id, std::string_view message, std::string_view data) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going || client->accepted) return false;
    current->refusals.push_back(std::string{message} + "|" + std::string{data});
    current->end(id, CloseReason::forced_close);
    return true;
}

void Clients::hold(base::ClientId id) {
    if (auto *client = current->clients.find(id)) ++client->holds;
}

void Clients::release(base::ClientId id) {
    auto *client = current->clients.find(id);
    if (client == nullptr) return;
    assert(client->holds > 0);
    if (--client->holds == 0) current->pump(id);
}

bool Clients::send(base::ClientId id, std::span<const base::FrameRef> frames, Delivery how) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going) return false;
    if (how == Delivery::vanishing && current->blocked) return false;
    for (const auto &frame : frames) {
        client->sent.emplace_back(frame->is_binary() ? frame->payload()
                                                     : frame->payload().substr(1));
        current->frames.push_back(frame.get());
    }
    return true;
}

void Clients::ask(base::ClientId id, std::string_view event, const sio::Args &args, base::Duration,
                  std::uint64_t token) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going) {
        current->up->answered(id, token, Answer::gone, {"[]", {}});
        return;
    }
    client->asks.push_back(token);
    client->sent.push_back("ask " + std::string{event} + std::string{args.json});
}

void Clients::ask(std::span<const base::ClientId> ids, std::string_view event,
                  const sio::Args &args, base::Duration timeout, std::uint64_t first) {
    for (const base::ClientId id : ids)
        ask(id, event, args, timeout, first++);
}

bool Clients::ack(base::ClientId id, std::uint64_t ack_id, const sio::Args &args) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going) return false;
    client->sent.push_back("3" + std::to_string(ack_id) + std::string{args.json});
    return true;
}

bool Clients::disconnect(base::ClientId id, CloseReason reason, bool close_session) {
    auto *client = current->clients.find(id);
    if (client == nullptr || client->going) return false;
    const int session = client->session;
    current->ended.push_back(std::string{session::text(reason)} +
                             (close_session ? " session" : ""));
    current->end(id, reason);
    std::vector<base::ClientId> others;
    current->clients.each([&](base::ClientId other, test::FakeClients::Client &c) {
        if (close_session && c.session == session) others.push_back(other);
    });
    for (const auto other : others)
        current->end(other, reason);
    return true;
}

bool Clients::info(base::ClientId id, Info &info) const noexcept {
    const auto *client = current->clients.find(id);
    if (client == nullptr) return false;
    current->handshake.facts = session::FactsRef(current->facts);
    info = {base::SessionId::none, client->id, client->nsp, client->accepted, &current->handshake};
    return true;
}

base::ClientId Clients::find(std::string_view nsp, std::string_view id) const noexcept {
    base::ClientId found = base::ClientId::none;
    current->clients.each([&](base::ClientId at, test::FakeClients::Client &client) {
        if (client.nsp == nsp && client.id == id && !client.going) found = at;
    });
    return found;
}

bool Clients::alive(base::ClientId id) const noexcept {
    const auto *client = current->clients.find(id);
    return client != nullptr && !client->going;
}

std::vector<base::ClientId> Clients::of_session(base::SessionId) const {
    return {};
}

Transport Clients::transport(base::SessionId) const noexcept {
    return Transport::websocket;
}

std::size_t Clients::size() const noexcept {
    std::size_t accepted = 0;
    current->clients.each([&](base::ClientId, test::FakeClients::Client &client) {
        accepted += client.accepted ? 1u : 0u;
    });
    return accepted;
}

void Clients::tick() {}
void Clients::reconfigure(const ClientOptions &) {}
void Clients::opened(base::SessionId) {}
void Clients::text(base::SessionId, std::string_view) {}
void Clients::binary(base::SessionId, std::string_view) {}
void Clients::closed(base::SessionId, CloseReason) {}
std::size_t Clients::message_limit(base::SessionId) const noexcept {
    return SIZE_MAX;
}

bool Clients::too_large(base::SessionId) {
    return false;
}

bool Clients::make_room() {
    return false;
}

} // namespace roomd::session
