#include "host/describe.hpp"

#include "dispatch/router.hpp"
#include "host/moves.hpp"
#include "host/status.hpp"
#include "host/validate.hpp"

#include <algorithm>
#include <cstddef>

namespace roomd::host {
namespace {

// One client as plugins are told of it, and what that views into.
struct Description {
    roomd_described raw{};
    dispatch::Known known;
    std::string address;
    std::deque<std::string> text;
    std::vector<roomd_field> headers;
    std::vector<roomd_str> rooms;
    std::vector<roomd_client> others;
};

// False: it is gone, and only `client` is set.  Of its rooms those that the key may name; null:
// all.
bool describe(const Instance &instance, const dispatch::Router &router, const ClientData &data,
              base::ClientId client, const auth::Key *rights, Description &out) {
    out.raw.struct_size = sizeof out.raw;
    out.raw.client = static_cast<roomd_client>(client);
    dispatch::Known &known = out.known;
    if (!router.known(client, known)) return false;
    out.headers = headers_for(instance, *known.handshake, out.text);
    out.address = known.handshake->address.text();
    for (const std::string &room : known.rooms)
        if (rights == nullptr || auth::permits_room(*rights, room)) out.rooms.push_back(str(room));
    out.others = numbers(known.others);
    roomd_described &raw = out.raw;
    raw.secure = known.handshake->facts->secure ? 1 : 0;
    raw.connected = known.connected ? 1 : 0;
    raw.id = str(known.id);
    raw.nsp = str(known.nsp);
    raw.identity = str(known.identity);
    raw.address = str(out.address);
    raw.listener = str(known.handshake->facts->listener);
    raw.transport = str(known.transport == session::Transport::websocket ? "websocket" : "polling");
    raw.query = str(known.handshake->facts->query);
    raw.headers = out.headers.data();
    raw.n_headers = out.headers.size();
    raw.rooms = out.rooms.data();
    raw.n_rooms = out.rooms.size();
    raw.others = out.others.data();
    raw.n_others = out.others.size();
    raw.data = str(data.of(client));
    raw.user = str(known.user);
    raw.portal = str(known.handshake->facts->portal);
    return true;
}

// The first `limit` of them above `after`, in order.
void take_page(std::vector<base::ClientId> &clients, base::ClientId after, std::size_t limit) {
    std::erase_if(clients, [after](base::ClientId client) { return client <= after; });
    const std::size_t size = std::min(limit, clients.size());
    std::partial_sort(clients.begin(), clients.begin() + static_cast<std::ptrdiff_t>(size),
                      clients.end());
    clients.resize(size);
}

} // namespace

std::vector<roomd_client> numbers(const std::vector<base::ClientId> &clients) {
    std::vector<roomd_client> out;
    out.reserve(clients.size());
    for (const base::ClientId client : clients)
        out.push_back(static_cast<roomd_client>(client));
    return out;
}

std::vector<roomd_field> headers_for(const Instance &instance, const session::Handshake &handshake,
                                     std::deque<std::string> &text) {
    std::vector<roomd_field> headers;
    const auto &kept = instance.handles().kept_headers();
    for (const auto &[name, value] : handshake.facts->headers) {
        if (std::find(kept.begin(), kept.end(), name) == kept.end()) continue;
        headers.push_back({str(name), str(as_text(value, text))});
    }
    return headers;
}

void describe(Instance &instance, const DescribeCommand &command) {
    Description out;
    const bool there = describe(instance, instance.services().router, instance.data(),
                                command.client, nullptr, out);
    instance.calls().run(
        Call::describe, [&] { command.fn(command.user, there ? ROOMD_OK : ROOMD_GONE, &out.raw); });
}

void find(Instance &instance, const FindCommand &command) {
    const dispatch::Router &router = instance.services().router;
    dispatch::Whom whom;
    dispatch::Emitted refused = whom_of(router, command.whom, whom);
    if (refused.status == dispatch::Status::ok) refused = router.check(whom);
    roomd_found out{};
    out.struct_size = sizeof out;
    out.code = str(refused.code);
    out.pointer = str(refused.pointer);
    out.text = str(refused.text);
    std::deque<Description> described; // what is in it never moves
    std::vector<roomd_described> page;
    if (refused.status == dispatch::Status::ok) {
        std::vector<base::ClientId> clients = router.find(whom);
        std::erase_if(clients, [&](base::ClientId client) { return !router.is_there(client); });
        out.total = clients.size();
        take_page(clients, command.after, command.limit);
        for (const base::ClientId client : clients)
            if (describe(instance, router, instance.data(), client, whom.rights,
                         described.emplace_back()))
                page.push_back(described.back().raw);
    }
    out.clients = page.data();
    out.n_clients = page.size();
    instance.calls().run(Call::find,
                         [&] { command.fn(command.user, to_status(refused.status), &out); });
}

} // namespace roomd::host
