#pragma once

#include "base/ids.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace roomd::host {

// JSON that one instance keeps with clients.  Outlives a restart of the instance.
class ClientData {
public:
    static constexpr std::size_t most = 4096; // bytes of one

    void set(base::ClientId client, std::string_view json) {
        if (json.empty())
            drop(client);
        else
            all_[client] = json;
    }
    // Valid until it is set again or dropped.
    std::string_view of(base::ClientId client) const noexcept {
        if (all_.empty()) return {};
        const auto found = all_.find(client);
        return found != all_.end() ? std::string_view{found->second} : std::string_view{};
    }
    void drop(base::ClientId client) noexcept { all_.erase(client); }

private:
    std::unordered_map<base::ClientId, std::string> all_;
};

} // namespace roomd::host
