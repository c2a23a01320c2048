#pragma once

#include "base/ids.hpp"
#include "host/command.hpp"
#include "session/events.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace roomd::host {

class Instance;

// Questions to many clients and what they have answered so far.  Home loop only.
class Polls {
public:
    // Asks, or tells `fn` why not.
    void ask(Instance &, AskAllCommand &);
    // Of a token that belongs to no poll: nothing.
    void answered(std::uint64_t token, session::Answer, const sio::Args &);
    // Tells what there is: who has not answered is STOPPING.
    void stop(Instance &);

private:
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
    static void tell(Poll &, roomd_status);

    std::map<std::uint64_t, Poll> polls_; // by the token of the first question
};

} // namespace roomd::host
