#pragma once

#include "webhook/backoff.hpp"
#include "webhook/counts.hpp"
#include "webhook/courier.hpp"
#include "webhook/rows.hpp"
#include "webhook/standing.hpp"

#include <roomd/plugin.hpp>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace roomd::webhook {

// Keeps batches as rows of roomd.lifecycle, by way of the host's spool, and sends them from there.
// On the sender's thread.
class Backlog {
public:
    // What became of a batch: it stands there, is to be put again, or never can be.
    enum class Kept { yes, later, never };
    // What the sender does for it.
    struct Ways {
        std::function<void(std::string body, Courier::Done)> post;
        std::function<void(Kept, Time again)> kept; // of the batch that was put
        std::function<void()> wake;                 // any thread
    };

    // `node` names the line, `reader` this run.  All calls of the host's loop have come before it
    // is destroyed.
    Backlog(Host &, const Counts &, Standing &, std::string node, std::string reader, Ways,
            Backoff backoff);
    void apply(unsigned refusals, Milliseconds retry_most);
    void begin() { rows_.begin_anew(); } // to look at what is there

    void put(std::string batch); // one at a time
    // Hears answers, and asks and posts what it is time for.
    void step(Time now);
    bool empty() const noexcept { return rows_.empty(); }
    bool under_way() const noexcept { return rows_.under_way(); }
    bool is_busy() const noexcept { return rows_.is_busy(); }
    // No plugin keeps anything: what may stand there cannot be read.
    bool is_cut_off() const noexcept { return cut_off_; }
    std::optional<Time> next() const { return ending_ ? std::nullopt : rows_.next(); }

    // The host tells nothing any more: nothing can be asked, and nothing more is begun.
    void end();
    // Puts a batch then.  False: it cannot.
    bool put_last(const std::string &batch) const;

private:
    // What the spool said, for the sender's thread.
    struct Answer {
        roomd_spool_what to;
        roomd_status status;
        std::uint64_t id;
        bool others;
        std::string text, code, why;
    };

    void ask(Time now);
    void hear(Answer, Time now);
    void heard_put(const Answer &, Time now);
    void note(const Answer &, Time now);
    roomd_status spool(const Spool &);
    void posted(const Reply &);

    Host &host_;
    const Counts &counts_;
    Standing &standing_;
    const std::string node_, reader_;
    const Ways ways_;
    Rows rows_;
    Backoff backoff_, database_backoff_;
    std::string putting_; // the batch that is being put
    bool ending_ = false, cut_off_ = false, told_others_ = false;

    std::mutex mutex_; // guards this:
    std::vector<Answer> answers_;
};

} // namespace roomd::webhook
