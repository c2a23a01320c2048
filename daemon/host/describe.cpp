#include "host/describe.hpp"

#include "dispatch/router.hpp"
#include "host/validate.hpp"

#include <algorithm>

namespace roomd::host {

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
    roomd_described out{};
    out.struct_size = sizeof out;
    out.client = static_cast<roomd_client>(command.client);
    dispatch::Known known;
    if (!instance.services().router.known(command.client, known)) {
        instance.calls().run("describe", [&] { command.fn(command.user, ROOMD_GONE, &out); });
        return;
    }
    std::deque<std::string> text;
    const std::vector<roomd_field> headers = headers_for(instance, *known.handshake, text);
    const std::string address = known.handshake->address.text();
    std::vector<roomd_str> rooms;
    for (const std::string &room : known.rooms)
        rooms.push_back(str(room));
    const std::vector<roomd_client> others = numbers(known.others);
    out.secure = known.handshake->facts->secure ? 1 : 0;
    out.connected = known.connected ? 1 : 0;
    out.id = str(known.id);
    out.nsp = str(known.nsp);
    out.identity = str(known.identity);
    out.address = str(address);
    out.listener = str(known.handshake->facts->listener);
    out.transport = str(known.transport == session::Transport::websocket ? "websocket" : "polling");
    out.query = str(known.handshake->facts->query);
    out.headers = headers.data();
    out.n_headers = headers.size();
    out.rooms = rooms.data();
    out.n_rooms = rooms.size();
    out.others = others.data();
    out.n_others = others.size();
    out.data = str(instance.data().of(command.client));
    instance.calls().run("describe", [&] { command.fn(command.user, ROOMD_OK, &out); });
}

} // namespace roomd::host
