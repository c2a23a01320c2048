#include "config/diff.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

bool same(const Listen &a, const Listen &b) {
    if (a.address != b.address || a.mode != b.mode || a.tls.has_value() != b.tls.has_value())
        return false;
    return !a.tls || (a.tls->certificate == b.tls->certificate && a.tls->key == b.tls->key);
}

} // namespace

std::vector<std::string> needs_restart(const Config &running, const Config &wanted) {
    std::vector<std::string> out;
    const auto compare = [&](bool equal, const char *key) {
        if (!equal) out.emplace_back(key);
    };
    compare(std::equal(running.listen.begin(), running.listen.end(), wanted.listen.begin(),
                       wanted.listen.end(), same),
            "listen");
    compare(running.admin.socket == wanted.admin.socket, "admin.socket");
    compare(running.admin.mode == wanted.admin.mode, "admin.mode");
    compare(running.limits.max_emit == wanted.limits.max_emit, "limits.max_emit");
    compare(running.plugins.slow_call == wanted.plugins.slow_call, "plugins.slow_call");
    compare(running.plugins.answer_timeout == wanted.plugins.answer_timeout,
            "plugins.answer_timeout");
    compare(running.idempotency.window == wanted.idempotency.window, "idempotency.window");
    compare(running.idempotency.entries == wanted.idempotency.entries, "idempotency.entries");
    return out;
}

} // namespace roomd::config
