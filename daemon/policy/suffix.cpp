#include "policy/suffix.hpp"

#include <algorithm>
#include <array>
#include <libpsl.h>
#include <memory>
#include <string>

namespace roomd::policy {
namespace {

struct Free {
    void operator()(psl_ctx_t *list) const noexcept { psl_free(list); }
};

const psl_ctx_t *list() {
    static const std::unique_ptr<psl_ctx_t, Free> newest{psl_latest(nullptr)};
    return newest.get();
}

// Names without a registry (RFC 6761, RFC 6762, and what ICANN keeps for private use).
bool is_reserved(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 6> names{"example",   "internal", "invalid",
                                                    "localhost", "local",    "test"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool listed(const std::string &domain, int type) {
    return psl_is_public_suffix2(list(), domain.c_str(), type | PSL_TYPE_NO_STAR_RULE) == 1;
}

} // namespace

Suffix suffix_of(std::string_view domain) {
    if (domain.empty() || list() == nullptr) return Suffix::icann;
    const std::string name(domain);
    if (listed(name, PSL_TYPE_ICANN)) return Suffix::icann;
    if (listed(name, PSL_TYPE_PRIVATE)) return Suffix::private_;
    // The list's own rule for names that it does not contain: a top-level name is a suffix.
    const bool top = domain.find('.') == std::string_view::npos;
    return top && !is_reserved(domain) ? Suffix::icann : Suffix::none;
}

} // namespace roomd::policy
