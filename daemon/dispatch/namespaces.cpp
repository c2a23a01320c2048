#include "dispatch/namespaces.hpp"

#include "base/text.hpp"
#include "rooms/names.hpp"

#include <algorithm>
#include <string>

namespace roomd::dispatch {

bool is_configured(const Options &options, std::string_view nsp) noexcept {
    return nsp == "/" ||
           std::any_of(options.namespaces.begin(), options.namespaces.end(),
                       [&](const std::string &pattern) { return base::matches(pattern, nsp); });
}

bool Namespaces::knows(std::string_view nsp) const {
    return rooms::is_namespace(nsp) &&
           (is_configured(options_, nsp) || (hooks_ != nullptr && hooks_->knows(nsp)));
}

} // namespace roomd::dispatch
