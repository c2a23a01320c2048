#include "app/audit.hpp"

#include "app/reload.hpp"
#include "log/log.hpp"

#include <vector>

namespace roomd::app {

namespace {

std::string_view text(Reloaded::Became became) noexcept {
    using enum Reloaded::Became;
    switch (became) {
    case applied: return "applied";
    case refused: return "refused: the configuration has faults";
    case failed: return "applied only in part";
    case built_in: return "nothing to read: built in";
    case stopping: return "none: the daemon is stopping";
    }
    return "";
}

} // namespace

Operator::Operator(const net::Request &asked) :
    uid(asked.uid),
    pid(asked.pid),
    address(asked.unix_socket ? "" : asked.address),
    key(asked.key),
    request(asked.id_given) {}

void audit(log::Logger &log, const Operator &who, std::string_view action,
           std::initializer_list<log::Field> more) {
    std::vector<log::Field> fields{{"action", action}};
    if (who.uid >= 0) {
        fields.emplace_back("uid", who.uid);
        fields.emplace_back("pid", who.pid);
    } else if (who.address.empty()) {
        fields.emplace_back("by", "signal");
    } else {
        fields.emplace_back("address", who.address);
        if (!who.key.empty()) fields.emplace_back("key", who.key);
    }
    for (const log::Field &field : more)
        if (!field.value().empty()) fields.push_back(field);
    if (!who.request.empty()) fields.emplace_back("request", who.request);
    log.write(log::Level::notice, "audit", fields);
}

void audit_reload(log::Logger &log, const Operator &who, const Reloaded &what) {
    std::string changed;
    for (const std::string &key : what.changed)
        changed += (changed.empty() ? "" : ", ") + key;
    audit(log, who, "reload", {{"outcome", text(what.became)}, {"changed", changed}});
}

} // namespace roomd::app
