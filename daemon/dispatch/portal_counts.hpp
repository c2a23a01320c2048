#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace roomd::dispatch {

// What the clients of one portal did.
struct PortalCount {
    std::uint64_t connects = 0;         // let in
    std::uint64_t connects_refused = 0; // CONNECT_ERROR, for any reason
    std::uint64_t joins = 0;            // rooms entered at their own wish or by who they are
    std::uint64_t joins_refused = 0;
};

// By the portal's name; "" are those without an Origin header.  Portals are named by the operator,
// so the table stays small.
class PortalCounts {
public:
    PortalCount &of(std::string_view portal) {
        const auto found = counts_.find(portal);
        return found != counts_.end() ? found->second : counts_[std::string{portal}];
    }
    const std::map<std::string, PortalCount, std::less<>> &all() const noexcept { return counts_; }

private:
    std::map<std::string, PortalCount, std::less<>> counts_;
};

} // namespace roomd::dispatch
