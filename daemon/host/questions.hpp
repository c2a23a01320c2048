#pragma once

#include "base/ids.hpp"
#include "host/command.hpp"
#include "session/events.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <vector>

namespace roomd::host {

class Instance;

// What plugins asked clients, and what these have answered so far: one client, or many at once.
// Each question has a token, by which the Router names its answer.  Home loop only.
class Questions {
public:
    // Asks, or tells `fn` at once why not.  Gives how much stays counted against the budget.
    std::size_t ask(Instance &, const AskCommand &);
    void ask_all(Instance &, const AskAllCommand &);
    // Does nothing for a token that nobody waits for.
    void answered(std::uint64_t token, session::Answer, const sio::Args &);
    // Tells all `fn` of this instance what there is; a client that has not answered is STOPPING.
    void stop(Instance &);

private:
    struct Single {
        Instance *instance;
        roomd_answer_fn fn;
        void *user;
    };
    struct Reply {
        base::ClientId client;
        roomd_status status; // STOPPING until something is known
        OwnedArgs args;
    };
    struct Poll {
        Instance *instance;
        roomd_replies_fn fn;
        void *user;
        std::vector<Reply> replies;
        std::size_t open;    // have not answered
        std::size_t charged; // against the budget
    };
    void answered_in_poll(std::uint64_t token, session::Answer, const sio::Args &);
    static void tell(Poll &, roomd_status);

    std::unordered_map<std::uint64_t, Single> singles_;
    std::map<std::uint64_t, Poll> polls_; // by the token of the first client's
    std::uint64_t last_token_ = 0;
};

} // namespace roomd::host
