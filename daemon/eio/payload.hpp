#pragma once

#include "base/frame.hpp"
#include "eio/packet.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace roomd::eio {

// Reads the body of a POST packet by packet, so that the packets ahead of a malformed one can be
// processed before the session is closed.  A body of more than `most` packets is malformed from
// the start.  `body` must outlive the reader.
class PayloadReader {
public:
    enum class Step { packet, end, malformed };

    PayloadReader(std::string_view body, std::size_t most) noexcept;

    // `packet` is valid until the next call.  After end or malformed it returns the same again.
    Step next(Packet &packet);
    unsigned packets() const noexcept { return packets_; } // so far
    // Why it is malformed: a constant sentence; "" before.
    const char *error() const noexcept { return error_; }

private:
    std::string_view rest_;
    std::string blob_;
    const char *error_ = "";
    bool end_ = false;
    unsigned packets_ = 0;
};

// Appends a packet to the answer of a GET: text as it is, binary as "b" + base64, a record
// separator between two.
void append_packet(std::string &answer, const base::Frame &);
// The most that append_packet() adds: for one reserve() per answer.
std::size_t payload_size(const base::Frame &) noexcept;

} // namespace roomd::eio
