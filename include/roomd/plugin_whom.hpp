// SPDX-License-Identifier: Apache-2.0
//
// Many clients at once, for Host::find() and Host::move().  Include roomd/plugin.hpp, which
// includes this.
#pragma once

#include "roomd/plugin_values.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace roomd {

// Which clients are meant: put together in place, with views of what it is given.
class Whom {
public:
    static Whom user(std::string_view name) { return Whom(&roomd_whom::user, name); }
    static Whom client(std::string_view id) { return Whom(&roomd_whom::id, id); }
    static Whom room(std::string_view name) { return Whom(&roomd_whom::room, name); }

    Whom &nsp(std::string_view name) { return raw_.nsp = str(name), *this; } // "*" for a user: any
    Whom &on_behalf(std::string_view api_key) { return raw_.on_behalf = str(api_key), *this; }
    const roomd_whom &raw() const noexcept { return raw_; }

private:
    Whom(roomd_str roomd_whom::*member, std::string_view name) {
        raw_.struct_size = sizeof raw_;
        raw_.*member = str(name);
    }
    roomd_whom raw_{};
};

// What became of Host::move().
struct Moved {
    std::uint64_t clients, moved, full;
    std::string_view code, pointer, text; // why not

    explicit Moved(const roomd_moved &raw) :
        clients(raw.clients),
        moved(raw.moved),
        full(raw.full),
        code(view(raw.code)),
        pointer(view(raw.pointer)),
        text(view(raw.text)) {}
};

// A page of the clients that were meant.
struct Found {
    std::uint64_t total; // on all pages
    std::vector<Described> clients;
    std::string_view code, pointer, text; // why not

    explicit Found(const roomd_found &raw) :
        total(raw.total),
        code(view(raw.code)),
        pointer(view(raw.pointer)),
        text(view(raw.text)) {
        clients.reserve(raw.n_clients);
        const auto *at = reinterpret_cast<const char *>(raw.clients);
        for (std::size_t i = 0; i < raw.n_clients; ++i, at += raw.clients->struct_size)
            clients.emplace_back(*reinterpret_cast<const roomd_described *>(at));
    }
};

} // namespace roomd
