#include "host/report.hpp"

#include "host/lifecycle.hpp"

#include <utility>

namespace roomd::host {

InstanceHealth health_of(const Lifecycle &plugin) {
    const Instance &instance = plugin.instance();
    InstanceHealth one;
    one.instance = instance.entry().label();
    one.plugin = instance.entry().name;
    one.version = instance.library().table().version;
    one.required = instance.entry().required;
    switch (instance.intake().health(one.why)) {
    case ROOMD_UP: one.state = State::up; break;
    case ROOMD_DEGRADED: one.state = State::degraded; break;
    case ROOMD_DOWN: one.state = State::down; break;
    }
    if (!plugin.running()) {
        one.state = State::down;
        one.why = plugin.why_not_running();
    }
    return one;
}

void append_metrics(const Lifecycle &plugin, std::vector<Metric> &all) {
    const Instance &instance = plugin.instance();
    const std::string &name = instance.entry().name;
    const std::string &label = instance.entry().label();
    for (MetricValue &value : instance.intake().metrics()) {
        all.push_back({name, label, std::move(value.name), std::move(value.help), true, value.kind,
                       value.value, value.times});
    }
    const Intake::Counts counts = instance.intake().counts();
    const auto own = [&](const char *what, const char *help, bool counter, double value) {
        const auto kind = counter ? metrics::Kind::counter : metrics::Kind::gauge;
        all.push_back({name, label, what, help, false, kind, value});
    };
    own("slow_calls_total", "Calls into the plugin that blocked the loop too long.", true,
        double(instance.calls().slow_count()));
    own("exceptions_total", "Calls into the plugin that let an exception out.", true,
        double(instance.calls().threw_count()));
    own("budget_refusals_total", "Calls refused because the budget was used up.", true,
        double(counts.refused_again));
    own("expired_tickets_total", "Answers the plugin did not give in time.", true,
        double(counts.expired_tickets));
    own("budget_used_bytes", "Bytes of commands in line.", false, double(counts.charged));
    own("open_tickets", "Answers the plugin owes.", false, double(counts.tickets));
}

CallReport calls_of(const Lifecycle &plugin) {
    const Instance &instance = plugin.instance();
    return {instance.entry().name, instance.entry().label(), instance.calls().times()};
}

} // namespace roomd::host
