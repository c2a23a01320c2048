#include "dispatch/namespaces.hpp"

#include "base/text.hpp"
#include "rooms/names.hpp"

#include <string>

namespace roomd::dispatch {
namespace {

// The entry that is for this namespace: a name before prefixes, a long prefix before a short one;
// null when there is none.  Prefixes are for namespaces beside "/".
const Namespace *find_namespace(const Options &options, std::string_view nsp) noexcept {
    const Namespace *found = nullptr;
    for (const Namespace &entry : options.namespaces) {
        if (entry.name == nsp) return &entry;
        if (nsp != "/" && base::matches(entry.name, nsp) &&
            (found == nullptr || found->name.size() < entry.name.size()))
            found = &entry;
    }
    return found;
}

} // namespace

bool is_configured(const Options &options, std::string_view nsp) noexcept {
    return nsp == "/" || find_namespace(options, nsp) != nullptr;
}

bool has_verbs(const Options &options, std::string_view nsp) noexcept {
    const Namespace *entry = find_namespace(options, nsp);
    return entry != nullptr ? entry->verbs : nsp == "/";
}

bool Namespaces::knows(std::string_view nsp) const {
    return rooms::is_namespace(nsp) &&
           (is_configured(options_, nsp) || (hooks_ != nullptr && hooks_->knows(nsp)));
}

} // namespace roomd::dispatch
