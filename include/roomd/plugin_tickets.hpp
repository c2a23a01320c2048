// SPDX-License-Identifier: Apache-2.0
//
// Owners of what crosses the C boundary: callbacks that are called once, handles, tickets.
// Include roomd/plugin.hpp, which includes this.
#pragma once

#include "roomd/plugin_spool.hpp"
#include "roomd/plugin_values.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd {
namespace detail {

class Core;

// A callback the host owes exactly one series of calls.
struct Once {
    Once() = default;
    Once(const Once &) = delete;
    Once &operator=(const Once &) = delete;
    virtual ~Once() = default;

    Core *core = nullptr;
    Once *before = nullptr, *after = nullptr;
};

// The instance as everything in it sees it; outlives the plugin object.
class Core {
public:
    Core(const roomd_host *host, roomd_self *me) : table(host), self(me) {}
    Core(const Core &) = delete;
    Core &operator=(const Core &) = delete;
    // What a failed start() left in line is never called: it is freed here.
    ~Core() {
        while (first_ != nullptr)
            delete std::exchange(first_, first_->after);
    }

    // Takes a callback into its care, before the host hears of it.
    template <class T> T *own(std::unique_ptr<T> fresh) {
        const std::lock_guard lock(mutex_);
        T *const one = fresh.release();
        one->core = this;
        one->after = first_;
        if (first_ != nullptr) first_->before = one;
        first_ = one;
        return one;
    }
    void drop(Once *one) noexcept {
        {
            const std::lock_guard lock(mutex_);
            if (one->before != nullptr) one->before->after = one->after;
            if (one->after != nullptr) one->after->before = one->before;
            if (first_ == one) first_ = one->after;
        }
        delete one;
    }

    void log_failure(std::string_view where, std::string_view what) noexcept {
        const roomd_field fields[] = {{str("in"), str(where)}, {str("what"), str(what)}};
        table->log(self, ROOMD_LOG_ERROR, str("plugin callback threw"), fields, 2);
    }

    // Runs `fn`; whatever it throws ends here, in the log.  False: it threw.
    template <class Fn> bool fence(const char *where, Fn &&fn) noexcept {
        try {
            std::forward<Fn>(fn)();
            return true;
        } catch (const std::exception &error) {
            log_failure(where, error.what());
        } catch (...) {
            log_failure(where, "something that is not a std::exception");
        }
        return false;
    }

    const roomd_host *const table;
    roomd_self *const self;

private:
    std::mutex mutex_;
    Once *first_ = nullptr;
};

inline std::vector<roomd_field> raw(std::span<const Field> fields) {
    std::vector<roomd_field> all;
    all.reserve(fields.size());
    for (const auto &field : fields)
        all.push_back({str(field.key), str(field.value)});
    return all;
}

// What all tickets have in common: movable, answered once, any thread.
class Ticket {
public:
    Ticket() = default;
    Ticket(Core *core, roomd_ticket id) : core_(core), id_(id) {}
    Ticket(Ticket &&other) noexcept : core_(other.core_), id_(std::exchange(other.id_, 0)) {}
    Ticket(const Ticket &) = delete;
    Ticket &operator=(const Ticket &) = delete;
    Ticket &operator=(Ticket &&) = delete;

    // True while an answer is owed.
    explicit operator bool() const noexcept { return id_ != 0; }
    // Gives the number away: the destructor answers nothing any more.
    roomd_ticket release() noexcept { return std::exchange(id_, 0); }

protected:
    ~Ticket() = default;
    void take(Ticket &other) noexcept {
        core_ = other.core_;
        id_ = std::exchange(other.id_, 0);
    }
    // INVALID and TOO_BIG leave the ticket open, as the host does.
    roomd_status settled(roomd_status status) noexcept {
        if (status != ROOMD_INVALID && status != ROOMD_TOO_BIG) id_ = 0;
        return status;
    }

    Core *core_ = nullptr;
    roomd_ticket id_ = 0;
};

} // namespace detail

// The answer to a client's event.  False when the client wants none.  Dropped unanswered: no
// answer is sent, and the client's own timeout tells it.
class Ack : public detail::Ticket {
public:
    using Ticket::Ticket;
    Ack(Ack &&) noexcept = default;
    Ack &operator=(Ack &&other) noexcept { return take(other), *this; }

    roomd_status send(const Args &args) {
        if (id_ == 0) return ROOMD_GONE;
        const auto raw = args.raw();
        return settled(core_->table->ack(core_->self, id_, &raw));
    }
};

// The decision on a connect or a join.  Dropped unanswered: refused, "not decided".
class Verdict : public detail::Ticket {
public:
    using Ticket::Ticket;
    Verdict(Verdict &&) noexcept = default;
    Verdict &operator=(Verdict &&other) noexcept {
        if (this != &other) drop(), take(other);
        return *this;
    }
    ~Verdict() { drop(); }

    // identity: JSON object the client is known by from now on, empty: as it is; expires_ms: Unix
    // milliseconds when its connection is closed, 0: never.  Both for a connect only.
    roomd_status accept(std::string_view identity = {}, std::int64_t expires_ms = 0) {
        roomd_verdict verdict{};
        verdict.accept = 1;
        verdict.identity = str(identity);
        verdict.expires_ms = expires_ms;
        return send(verdict);
    }
    // data: JSON for the error's `data`, or empty.
    roomd_status refuse(std::string_view message, std::string_view data = {}) {
        roomd_verdict verdict{};
        verdict.message = str(message);
        verdict.data = str(data);
        return send(verdict);
    }

private:
    roomd_status send(roomd_verdict &verdict) noexcept {
        if (id_ == 0) return ROOMD_GONE;
        verdict.struct_size = sizeof verdict;
        return settled(core_->table->verdict(core_->self, id_, &verdict));
    }
    void drop() noexcept {
        if (id_ == 0) return;
        roomd_verdict verdict{};
        verdict.message = str("not decided");
        send(verdict);
    }
};

// The answer to an HTTP request.  Dropped unanswered: 500.
class Response : public detail::Ticket {
public:
    using Ticket::Ticket;
    Response(Response &&) noexcept = default;
    Response &operator=(Response &&other) noexcept {
        if (this != &other) drop(), take(other);
        return *this;
    }
    ~Response() { drop(); }

    // content_type empty: application/json.
    roomd_status send(int status, std::string_view body, std::string_view content_type = {},
                      std::span<const Field> headers = {}) {
        const auto extra = detail::raw(headers);
        return send(status, body, content_type, extra.data(), extra.size());
    }

private:
    roomd_status send(int status, std::string_view body, std::string_view content_type,
                      const roomd_field *headers, std::size_t n_headers) noexcept {
        if (id_ == 0) return ROOMD_GONE;
        roomd_response response{};
        response.struct_size = sizeof response;
        response.status = static_cast<std::uint32_t>(status);
        response.content_type = str(content_type);
        response.headers = headers;
        response.n_headers = n_headers;
        response.body = bytes(body);
        return settled(core_->table->respond(core_->self, id_, &response));
    }
    void drop() noexcept {
        if (id_ == 0) return;
        send(
            500,
            R"({"success":false,"error":{"code":"internal_error","message":"the plugin gave no answer"}})",
            {}, nullptr, 0);
    }
};

// What became of one emit that the store was given.
struct Stored {
    roomd_status status = ROOMD_OK;
    bool duplicate = false;
    std::string_view id, code, text;
};

// The answer to emits that the store was given.  Dropped unanswered: they may have been kept.
class Keeping : public detail::Ticket {
public:
    using Ticket::Ticket;
    Keeping(Keeping &&) noexcept = default;
    Keeping &operator=(Keeping &&other) noexcept {
        if (this != &other) drop(), take(other);
        return *this;
    }
    ~Keeping() { drop(); }

    // One result for each emit, in their order.
    roomd_status send(std::span<const Stored> results) {
        if (id_ == 0) return ROOMD_GONE;
        std::vector<roomd_stored> raw;
        raw.reserve(results.size());
        for (const auto &one : results)
            raw.push_back({sizeof(roomd_stored), one.status, one.duplicate ? 1u : 0u, 0,
                           str(one.id), str(one.code), str(one.text)});
        return settled(core_->table->stored(core_->self, id_, raw.data(), raw.size()));
    }

private:
    void drop() noexcept {
        if (id_ != 0) settled(core_->table->stored(core_->self, id_, nullptr, 0));
    }
};

// The spool's answer.  Dropped unanswered: it may have been done.
class Spooling : public detail::Ticket {
public:
    using Ticket::Ticket;
    Spooling(Spooling &&) noexcept = default;
    Spooling &operator=(Spooling &&other) noexcept {
        if (this != &other) drop(), take(other);
        return *this;
    }
    ~Spooling() { drop(); }

    roomd_status send(const Spooled &answer) noexcept {
        if (id_ == 0) return ROOMD_GONE;
        const roomd_spooled raw{
            sizeof raw, answer.status,    answer.id,        answer.others ? 1u : 0u,
            0,          str(answer.text), str(answer.code), str(answer.why)};
        return settled(core_->table->spooled(core_->self, id_, &raw));
    }

private:
    void drop() noexcept {
        Spooled unsure;
        unsure.status = ROOMD_EXPIRED;
        unsure.code = "spool_unsure";
        unsure.why = "the spool did not say; it may have been done";
        if (id_ != 0) send(unsure);
    }
};

// A timer, watch, hook, route or metric; cancelled when it goes.  Destroy it on the home loop, as
// a member of the plugin's class is.  A callback may destroy the handle it was called through.
class Handle {
public:
    Handle() = default;
    Handle(detail::Core *core, roomd_handle id, std::shared_ptr<void> fn) :
        core_(core),
        id_(id),
        fn_(std::move(fn)) {}
    Handle(Handle &&other) noexcept :
        core_(other.core_),
        id_(std::exchange(other.id_, 0)),
        fn_(std::move(other.fn_)) {}
    Handle &operator=(Handle &&other) noexcept {
        if (this != &other) {
            reset();
            core_ = other.core_;
            id_ = std::exchange(other.id_, 0);
            fn_ = std::move(other.fn_);
        }
        return *this;
    }
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() { reset(); }

    void reset() noexcept {
        if (id_ != 0) core_->table->cancel(core_->self, std::exchange(id_, 0));
        // Last, from a local: what the callback owns may own this handle.
        const auto last = std::move(fn_);
    }
    roomd_handle id() const noexcept { return id_; }
    explicit operator bool() const noexcept { return id_ != 0; }

protected:
    detail::Core *core_ = nullptr;
    roomd_handle id_ = 0;

private:
    std::shared_ptr<void> fn_;
};

// A watched descriptor.
class Watch : public Handle {
public:
    using Handle::Handle;
    // [home] Another interest, ROOMD_FD_READ | ROOMD_FD_WRITE; 0: pause.
    roomd_status rearm(std::uint32_t events) {
        return id_ == 0 ? ROOMD_GONE : core_->table->rearm(core_->self, id_, events);
    }
};

class Counter : public Handle {
public:
    using Handle::Handle;
    void add(double by = 1) const noexcept { // [any]
        if (id_ != 0) core_->table->metric_add(core_->self, id_, by);
    }
};

class Histogram : public Handle {
public:
    using Handle::Handle;
    void observe(double seconds) const noexcept { // [any]
        if (id_ != 0) core_->table->metric_add(core_->self, id_, seconds);
    }
};

class Gauge : public Counter {
public:
    using Counter::Counter;
    void set(double to) const noexcept { // [any]
        if (id_ != 0) core_->table->metric_set(core_->self, id_, to);
    }
};

} // namespace roomd
