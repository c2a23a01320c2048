#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/slot_map.hpp"
#include "log/log.hpp"
#include "loop/loop.hpp"
#include "loop/timer.hpp"
#include "net/batch.hpp"
#include "net/bundle.hpp"
#include "net/conn.hpp"
#include "net/gzip.hpp"
#include "net/routes.hpp"
#include "net/server.hpp"
#include "session/sessions.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct lws_context;

namespace roomd::net {

// What the connections of one shard share: counts, deadlines, and the few ways in which a byte
// goes out or a connection ends.
class Core {
public:
    Core(const Options &, loop::Loop &, session::Sessions &, log::Logger &);
    Core(const Core &) = delete;
    Core &operator=(const Core &) = delete;

    Options options;
    Routes routes;
    Bundle bundle;
    Gzip gzip; // of polling answers
    Batch batch;
    Server::Totals totals;
    base::SlotMap<base::ExchangeId, Conn *> exchanges; // of routes
    Conn *current = nullptr;                           // whose callback runs
    Conn *adopting = nullptr;                          // null again when it was destroyed
    bool wsi_made = false;                             // for what is adopting
    lws_context *context = nullptr;
    bool refusing = false; // new sessions and requests

    session::Sessions &sessions() noexcept { return sessions_; }
    loop::Loop &loop() noexcept { return loop_; }
    log::Logger &log() noexcept { return log_; }
    std::string &scratch() noexcept { return scratch_; } // for one write
    // The same text, for as long as the server lives.  For the few names an operator gives.
    std::string_view keep_name(std::string_view name);

    // ---- output --------------------------------------------------------------------------
    // False: the connection is broken and killed.
    bool write(Conn &, std::string_view bytes) noexcept;
    // Answers the connection's exchange, which ends.  False: it could not be written.
    bool answer(Conn &, const Answer &) noexcept;
    // Of what was written libwebsockets holds so much by now.
    void keeps(Conn &, std::size_t) noexcept;
    std::size_t unread() const noexcept { return unread_; } // kept of answers, of all connections
    // Answers with a refusal: reads the body first when that is cheap, else ends the connection.
    void refuse(Conn &, Answer);

    // ---- the end -------------------------------------------------------------------------
    // No more of it: it is destroyed when the loop comes round.
    void kill(Conn &) noexcept;
    void guard(Conn &, std::string_view what) noexcept; // kills it for what its peer did
    // Whoever waits for this connection is told that it is gone.
    void forget(Conn &);
    void cancelled() noexcept { cancel_pending_ = false; } // libwebsockets took our wake-up

    // ---- deadlines -----------------------------------------------------------------------
    void await_header(Conn &);
    void await_body(Conn &);
    void await_farewell(Conn &);
    void await_request(Conn &); // another one
    void await_nothing(Conn &) noexcept;

    // ---- limits --------------------------------------------------------------------------
    void opened(Conn &); // counts it, and says what it is refused for
    void destroyed(Conn &) noexcept;
    // From now on a proxied connection counts for this peer, who may be one too many.
    void speaks_for(Conn &, const Peer &);
    bool too_many_sessions() const noexcept;
    // May this peer open a session whose connections come and go?  0, or what it is refused for, as
    // in Conn.  It counts until `counted` is let go.
    std::uint8_t admit_polling(const Peer &, std::shared_ptr<const void> &counted);

private:
    void count_address(Conn &);
    void uncount_address(Conn &) noexcept;
    void cut_unread(const Conn &newest) noexcept;
    void await(Conn &, Wait, base::Duration);
    void on_time();
    void expired(Conn &, Wait);

    loop::Loop &loop_;
    session::Sessions &sessions_;
    log::Logger &log_;
    Deadlines deadlines_;
    loop::Timer timer_;
    using PerAddress = std::unordered_map<std::string, std::uint32_t>;
    bool is_counted(const Peer &) const noexcept;

    PerAddress per_address_;
    // Of sessions that polling opened: sessions may outlive this.
    std::shared_ptr<PerAddress> polling_ = std::make_shared<PerAddress>();
    std::string scratch_;
    std::set<std::string, std::less<>> names_;
    std::size_t unread_ = 0;
    bool timing_ = false;
    bool cancel_pending_ = false;
};

// For one too many: 1, of connections or sessions; 2, of this address.  Browsers retry with
// back-off.
Answer over_limit(std::uint8_t refused);

// {"success":false,"error":{"code":...,"message":...}}; the words hold nothing to escape.
Answer failure(int status, std::string_view code, std::string_view message);

} // namespace roomd::net
