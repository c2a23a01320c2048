#pragma once

#include "base/ids.hpp"
#include "session/clients.hpp"
#include "sio/encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace roomd::dispatch {

// The client that used a verb, and how it is answered.
struct Asker {
    base::ClientId client;
    std::optional<std::uint64_t> ack;
    std::string_view notice; // a literal: the event that tells of a refusal without an ack; or none
};

// What clients are answered to their verbs.
class Answers {
public:
    explicit Answers(session::Clients &clients) : clients_(clients) {}

    void accept(const Asker &, std::string_view room, std::size_t members);
    // `shown`: the room as JSON, or null.  `data`: JSON, or empty.
    void refuse(const Asker &, std::string_view shown, std::string_view code,
                std::string_view message, std::string_view data = {});

private:
    session::Clients &clients_;
};

// What tells a client that it is no longer in a room, though it did not ask: `room:left`.
sio::Frames room_left(std::string_view nsp, std::string_view room, std::string_view reason);

} // namespace roomd::dispatch
