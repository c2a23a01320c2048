#include "host/intake.hpp"

#include "host/strings.hpp"
#include "log/log.hpp"
#include "loop/wakeup.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace roomd::host {
namespace {

constexpr std::size_t max_metrics = 256;
constexpr std::size_t max_fields = 32;

} // namespace

Intake::Intake(std::string name, std::size_t budget, std::size_t max_tickets,
               std::size_t max_emit) :
    name_(std::move(name)),
    max_tickets_(max_tickets),
    max_emit_(max_emit),
    budget_(budget) {}

void Intake::push(Action action, std::size_t bytes) {
    const bool first = line_.empty();
    line_.push_back({std::move(action), bytes});
    charged_ += bytes;
    waiting_.store(true, std::memory_order_release);
    // On the home loop the host looks after each call into the plugin: no need to wake it.
    if (first && std::this_thread::get_id() != home_) wiring_.wakeup->wake();
}

roomd_status Intake::put(Action action, std::size_t bytes, Needs needs) noexcept {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::closed) return ROOMD_STOPPING;
    if (phase_ == Phase::stopping && needs == Needs::a_call_back) return ROOMD_STOPPING;
    if (bytes > budget_) return ROOMD_TOO_BIG;
    if (charged_ > budget_ - bytes) {
        said_again_ = true;
        ++counts_.refused_again;
        return ROOMD_AGAIN;
    }
    push(std::move(action), bytes);
    return ROOMD_OK;
}

roomd_status Intake::charge(std::size_t bytes, Refused how) {
    const std::lock_guard lock(mutex_);
    if (bytes > budget_) return ROOMD_TOO_BIG;
    if (charged_ > budget_ - bytes) {
        if (how == Refused::told) said_again_ = true;
        ++counts_.refused_again;
        return ROOMD_AGAIN;
    }
    charged_ += bytes;
    return ROOMD_OK;
}

roomd_status Intake::answer(roomd_ticket id, Ticket::Kind kind, Ticket::Kind or_kind,
                            std::size_t bytes, Action (*make)(void *, Ticket),
                            void *what) noexcept {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::closed) return ROOMD_STOPPING;
    const Ticket *const found = tickets_.find(id);
    if (found == nullptr) return ROOMD_GONE;
    if (found->kind != kind && found->kind != or_kind) return ROOMD_INVALID;
    if (bytes > budget_) return ROOMD_TOO_BIG;
    push(make(what, *tickets_.take(id)), bytes);
    return ROOMD_OK;
}

void Intake::health(roomd_health health, std::string why) noexcept {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::closed) return;
    health_ = health;
    why_ = std::move(why);
}

void Intake::write(roomd_level level, std::string_view message, const roomd_field *fields,
                   std::size_t n) noexcept {
    const std::lock_guard lock(log_mutex_);
    if (log_ == nullptr) return;
    const int number = std::clamp(int(level), int(log::Level::error), int(log::Level::debug));
    const auto at = static_cast<log::Level>(number);
    if (!log_->wants(at)) return;
    std::vector<log::Field> out;
    out.reserve(std::min(n, max_fields) + 1);
    out.emplace_back("plugin", name_);
    for (std::size_t i = 0; fields != nullptr && i < std::min(n, max_fields); ++i) {
        out.emplace_back(view(fields[i].key), view(fields[i].value));
    }
    log_->write(at, message, out);
}

void Intake::count(roomd_handle id, double value, bool add) noexcept {
    if (!std::isfinite(value)) return;
    const std::lock_guard lock(mutex_);
    const auto found = metrics_.find(id);
    if (phase_ == Phase::closed || found == metrics_.end()) return;
    MetricValue &metric = found->second;
    if (metric.kind == metrics::Kind::histogram) {
        constexpr double longest =
            1e9; // seconds; more than an integer of nanoseconds holds is no time
        if (add && value >= 0)
            metric.times.observe(std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::chrono::duration<double>(std::min(value, longest))));
        return;
    }
    if (metric.kind == metrics::Kind::counter && (!add || value < 0)) return; // it only rises
    metric.value = add ? metric.value + value : value;
}

void Intake::metric_add(roomd_handle id, double by) noexcept {
    count(id, by, true);
}
void Intake::metric_set(roomd_handle id, double to) noexcept {
    count(id, to, false);
}

bool Intake::never_fits(std::size_t bytes) const noexcept {
    const std::lock_guard lock(mutex_);
    return bytes > budget_;
}

Intake::Where Intake::where() const noexcept {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::closed) return Where::closed;
    if (std::this_thread::get_id() != home_) return Where::elsewhere;
    return phase_ == Phase::open ? Where::here : Where::stopping;
}

void Intake::open(const Wiring &wiring) {
    const std::scoped_lock lock(mutex_, log_mutex_);
    wiring_ = wiring;
    home_ = std::this_thread::get_id();
    log_ = wiring.log;
    phase_ = Phase::open;
}

void Intake::stopping() {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::stopping;
}

void Intake::close() {
    const std::scoped_lock lock(mutex_, log_mutex_);
    phase_ = Phase::closed;
    wiring_ = {};
    log_ = nullptr;
    metrics_.clear();
    tickets_.take_all();
}

std::vector<Command> Intake::take() {
    const std::lock_guard lock(mutex_);
    waiting_.store(false, std::memory_order_relaxed);
    return std::exchange(line_, {});
}

void Intake::worked_off(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    charged_ -= bytes;
}

bool Intake::drained() {
    if (!said_again_.load(std::memory_order_relaxed)) return false; // nearly always: no lock
    const std::lock_guard lock(mutex_);
    if (!said_again_ || phase_ != Phase::open || charged_ > budget_ / 2) return false;
    said_again_ = false;
    return true;
}

void Intake::set_budget(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    budget_ = bytes;
}

std::uint64_t Intake::issue(Ticket ticket, base::Time deadline) {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::closed) return 0;
    if (tickets_.size() >= max_tickets_) {
        // Clients make the plugin owe acks; connects, joins and requests have bounds of their own.
        if (!tickets_.drop_oldest_ack()) return 0;
        ++counts_.expired_tickets;
    }
    return tickets_.issue(std::move(ticket), deadline);
}

bool Intake::revoke(std::uint64_t ticket) {
    const std::lock_guard lock(mutex_);
    return tickets_.take(ticket).has_value();
}

std::vector<Ticket> Intake::expired(base::Time now) {
    const std::lock_guard lock(mutex_);
    std::vector<Ticket> gone = tickets_.take_expired(now);
    counts_.expired_tickets += gone.size();
    return gone;
}

std::vector<Ticket> Intake::all_tickets() {
    const std::lock_guard lock(mutex_);
    return tickets_.take_all();
}

std::optional<base::Time> Intake::next_deadline() {
    const std::lock_guard lock(mutex_);
    return tickets_.next_deadline();
}

bool Intake::add_metric(roomd_handle id, MetricValue value) {
    const std::lock_guard lock(mutex_);
    if (metrics_.size() >= max_metrics) return false;
    for (const auto &[other, metric] : metrics_) {
        if (metric.name == value.name) return false;
    }
    metrics_.emplace(id, std::move(value));
    return true;
}

void Intake::remove_metric(roomd_handle id) noexcept {
    const std::lock_guard lock(mutex_);
    metrics_.erase(id);
}

std::vector<MetricValue> Intake::metrics() const {
    const std::lock_guard lock(mutex_);
    std::vector<MetricValue> all;
    for (const auto &[id, metric] : metrics_)
        all.push_back(metric);
    return all;
}

roomd_health Intake::health(std::string &why) const {
    const std::lock_guard lock(mutex_);
    why = why_;
    return health_;
}

Intake::Counts Intake::counts() const {
    const std::lock_guard lock(mutex_);
    Counts now = counts_;
    now.charged = charged_;
    now.tickets = tickets_.size();
    return now;
}

} // namespace roomd::host
