#include "session/namespaces.hpp"

#include <cassert>

namespace roomd::session {

Namespace &Namespaces::enter(std::string_view name) {
    auto it = table_.find(name);
    if (it == table_.end()) {
        auto made = std::make_unique<Namespace>();
        made->name = name;
        const std::string_view key = made->name;
        it = table_.emplace(key, std::move(made)).first;
    }
    ++it->second->clients;
    return *it->second;
}

void Namespaces::leave(Namespace &nsp) noexcept {
    assert(nsp.clients > 0);
    if (--nsp.clients == 0) table_.erase(table_.find(nsp.name));
}

} // namespace roomd::session
