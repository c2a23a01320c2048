#pragma once

#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "http/head.hpp"
#include "log/causes.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "net/answered.hpp"
#include "net/answers.hpp"
#include "net/batch.hpp"
#include "net/budget.hpp"
#include "net/bundle.hpp"
#include "net/complaints.hpp"
#include "net/deadlines.hpp"
#include "net/gzip.hpp"
#include "net/options.hpp"
#include "net/routes.hpp"
#include "net/socket.hpp"
#include "net/tally.hpp"
#include "session/facts.hpp"
#include "session/sessions.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomd::net {

class Conn;
class Requests;

// A request to a route, from its head until it is answered.
struct Owed {
    Conn *conn;
    const RouteEntry *route;
};

// What the connections of one server share.
class Core {
public:
    Core(const Options &, loop::Loop &, session::Sessions &, log::Logger &);
    Core(const Core &) = delete;
    Core &operator=(const Core &) = delete;

    const Options &options() const noexcept { return options_; }
    void reconfigure(Options);
    void keep_headers(std::vector<std::string> names) { options_.kept_headers = std::move(names); }

    // What handles the requests; set once, before the first connection.
    void serve(Requests &requests) noexcept { requests_ = &requests; }
    Requests &requests() noexcept { return *requests_; }

    // Whether new sessions and requests are refused.
    bool refusing() const noexcept { return refusing_; }
    void refuse(bool on) noexcept { refusing_ = on; }

    Carrier &carrier() noexcept { return carrier_; }
    Routes &routes() noexcept { return routes_; }
    Answers &answers() noexcept { return answers_; }
    const Answers &answers() const noexcept { return answers_; }
    const Bundle &bundle() const noexcept { return bundle_; }
    Gzip &gzip() noexcept { return gzip_; } // for polling answers
    Batch &batch() noexcept { return batch_; }
    Deadlines &deadlines() noexcept { return deadlines_; }
    Complaints &complaints() noexcept { return complaints_; }
    Tally &tally() noexcept { return tally_; }
    const Tally &tally() const noexcept { return tally_; }
    Budget &unread() noexcept { return unread_; }         // answers that their peers have not read
    Budget &unfinished() noexcept { return unfinished_; } // incomplete requests and messages
    std::size_t unread_bytes() const noexcept { return unread_.used(); }
    std::size_t unfinished_bytes() const noexcept { return unfinished_.used(); }
    base::SlotMap<base::ExchangeId, Owed> &owed() noexcept { return owed_; }
    session::KnownFacts &facts() noexcept { return facts_; }
    http::Head &head() noexcept { return head_; }                      // of the current request
    std::string &scratch() noexcept { return scratch_; }               // for one write
    std::vector<base::FrameRef> &frames() noexcept { return frames_; } // for one write

    session::Sessions &sessions() noexcept { return sessions_; }
    loop::Loop &loop() noexcept { return loop_; }
    log::Logger &log() noexcept { return log_; }

    void explain_to(log::Causes &causes) noexcept { causes_ = &causes; }
    log::Causes *causes() noexcept { return causes_; } // null: nobody is told of refusals
    // Tells of what is refused or cut; `limit`: which one was reached, if it is one.
    void refuse(log::Kind, std::string_view what, const log::About &, std::string_view limit);
    // `told` is called with each answer to a request of which something is to be told.
    void tell_answers(std::function<void(const Answered &)> told) { told_ = std::move(told); }
    void tell(const Answered &what) {
        if (told_) told_(what);
    }
    // Whether that is every request, not only those of routes.
    bool tells_all() const noexcept {
        return options_.access || (causes_ != nullptr && causes_->traced());
    }

private:
    Options options_;
    loop::Loop &loop_;
    Requests *requests_ = nullptr;
    session::Sessions &sessions_;
    log::Logger &log_;
    Carrier carrier_;
    Routes routes_;
    Answers answers_;
    Bundle bundle_;
    Gzip gzip_;
    Batch batch_;
    Deadlines deadlines_;
    Complaints complaints_;
    Tally tally_;
    Budget unread_, unfinished_;
    base::SlotMap<base::ExchangeId, Owed> owed_;
    session::KnownFacts facts_;
    http::Head head_;
    std::string scratch_;
    std::vector<base::FrameRef> frames_;
    log::Causes *causes_ = nullptr;
    std::function<void(const Answered &)> told_;
    bool refusing_ = false;
};

} // namespace roomd::net
