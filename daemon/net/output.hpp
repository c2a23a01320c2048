#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::net {

class Socket;

// Bytes that a socket has not accepted yet, in order: frames by reference with an offset into the
// first, other bytes in the string they came in.  One pointer while there are none.
class Output {
public:
    Output() noexcept;
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    enum class State : std::uint8_t {
        open,    // everything is written
        blocked, // some is unsent; the socket was asked to call on_room()
        broken   // the socket is: its owner must cut it
    };
    // Writes behind what is unsent.
    State put(Socket &, const base::FrameRef &);
    State put(Socket &, std::string bytes);
    // As put(); while blocked, replaces the last bytes that were put in this way.
    State put_latest(Socket &, std::string bytes);
    // Adds the rest of a write that was made elsewhere and only partly accepted: first the frame
    // from `offset` on, then the frames behind it; await() comes last.
    void add_unsent(const base::FrameRef &, std::size_t offset);
    void add_unsent(std::string bytes);
    void await(Socket &) noexcept;
    // The socket accepts bytes again.
    State resume(Socket &);

    bool idle() const noexcept { return rest_ == nullptr; }
    std::size_t unsent() const noexcept; // bytes, exactly
    // Memory that it takes, without the frames'.
    std::size_t memory() const noexcept;
    void clear() noexcept;

private:
    struct Rest;
    Rest &rest();
    std::string_view next(std::string &scratch);
    std::unique_ptr<Rest> rest_;
};

} // namespace roomd::net
