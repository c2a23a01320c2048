#include "app/key_source.hpp"

#include "base/random.hpp"
#include "fetch/copy.hpp"
#include "fetch/get.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

namespace roomd::app {
namespace {

// From 0 to 1.
double dice() noexcept {
    std::uint32_t number = 0;
    base::random_bytes(&number, sizeof number);
    return static_cast<double>(number) / 4294967296.0;
}

// Empty, unless the copy is damaged and stays where it is.
std::string set_aside_if_damaged(const KeyCopy &copy) {
    return copy.damaged ? fetch::set_aside(copy.file) : std::string();
}

// Only from a folder of ours: whoever writes the copy says whose tokens are good.
KeyCopy read_own_copy(const KeySetSource &source) {
    KeyCopy out;
    out.why = fetch::folder_fault(source.folder);
    if (out.why.empty()) return read_key_copy(source);
    out.exists = true;
    out.file = source.folder;
    return out;
}

} // namespace

KeySource::KeySource(loop::Loop &loop, log::Logger &log, KeySetSource source,
                     std::function<void()> changed) :
    loop_(loop),
    log_(log),
    source_(std::move(source)),
    changed_(std::move(changed)),
    schedule_(loop.now()),
    timer_(loop, [this] { refresh(); }),
    worker_(loop) {
    fetch::set_up();
}

KeySource::~KeySource() {
    end();
}

void KeySource::end() noexcept {
    stop_ = true;
    timer_.cancel();
}

void KeySource::begin_at_start() {
    KeyCopy copy = read_own_copy(source_);
    const std::string why = set_aside_if_damaged(copy);
    take_copy(std::move(copy), why);
    arm();
}

void KeySource::begin() {
    struct Read {
        KeyCopy copy;
        std::string aside_why;
    };
    const auto read = std::make_shared<Read>();
    const std::string why = run(
        [source = source_, read] {
            read->copy = read_own_copy(source);
            read->aside_why = set_aside_if_damaged(read->copy);
        },
        [this, read] {
            if (stop_) return;
            take_copy(std::move(read->copy), read->aside_why);
            if (set_) changed_();
            arm();
        });
    if (!why.empty()) arm(); // without the copy
}

// Empty, else why the worker has not begun.
std::string KeySource::run(std::function<void()> work, std::function<void()> then) {
    try {
        worker_.run(std::move(work), std::move(then));
    } catch (const std::system_error &error) {
        return "there is no thread for it: " + error.code().message();
    }
    return {};
}

void KeySource::take_copy(KeyCopy copy, const std::string &aside_why) {
    if (!copy.exists) return;
    if (!aside_why.empty())
        log_.warning("damaged copy of an issuer's keys cannot be set aside",
                     {{"file", copy.file}, {"why", aside_why}});
    if (copy.damaged) {
        if (aside_why.empty())
            log_.warning("damaged copy of an issuer's keys set aside", {{"file", copy.file}});
        return;
    }
    if (!copy.why.empty()) {
        log_.warning("copy of an issuer's keys cannot be used",
                     {{"file", copy.file}, {"why", copy.why}});
        return;
    }
    const base::Duration age{base::unix_ms() - copy.set.fetched_ms};
    set_ = std::move(copy.set);
    if (age >= base::Duration::zero() &&
        age < set_->fresh) // else the clock was changed, or it is old
        schedule_.succeeded(loop_.now(), set_->fresh - age, dice());
}

void KeySource::configure(KeySetSource source) {
    const bool others = source.algorithms != source_.algorithms || source.folder != source_.folder;
    source_ = std::move(source);
    if (!others) return;
    schedule_.at_once(loop_.now());
    arm();
}

void KeySource::ask() {
    schedule_.ask(loop_.now());
    arm();
}

// While the worker works, what comes next is known when it has finished.
void KeySource::arm() {
    if (worker_.is_at_work()) return;
    timer_.after(std::max(base::Duration::zero(), schedule_.next() - loop_.now()));
}

void KeySource::refresh() {
    if (worker_.is_at_work()) return;
    schedule_.begins(loop_.now());
    ++fetches_;
    const auto result = std::make_shared<KeySetResult>();
    std::string why =
        run([this, source = source_, result] { *result = fetch_key_set(source, stop_); },
            [this, source = source_, result] {
                if (stop_) return;
                take(std::move(*result));
                if (source != source_) schedule_.at_once(loop_.now()); // a reload came meanwhile
                arm();
            });
    if (why.empty()) return;
    result->why = std::move(why);
    take(std::move(*result));
    arm();
}

void KeySource::take(KeySetResult result) {
    if (!result.why.empty()) {
        ++failures_;
        if (schedule_.failures() == 0)
            log_.warning(
                "keys of an issuer cannot be fetched",
                {{"url", shown_url(source_.url)},
                 {"why", result.why},
                 {"tokens", set_ ? "checked with the keys there are" : "refused for now"}});
        why_ = std::move(result.why);
        schedule_.failed(loop_.now(), dice());
        return;
    }
    if (schedule_.failures() > 0)
        log_.notice("keys of an issuer can be fetched again", {{"url", shown_url(source_.url)}});
    if (result.copy_why != copy_why_ && !result.copy_why.empty())
        log_.warning("fetched keys are not kept for the next start",
                     {{"folder", source_.folder}, {"why", result.copy_why}});
    copy_why_ = std::move(result.copy_why);
    why_.clear();
    schedule_.succeeded(loop_.now(), result.set.fresh, dice());
    const bool others = !set_ || set_->digest != result.set.digest;
    set_ = std::move(result.set);
    if (!others) return;
    log_.notice("keys of an issuer fetched",
                {{"url", shown_url(source_.url)}, {"keys", set_->keys.size()}});
    changed_();
}

} // namespace roomd::app
