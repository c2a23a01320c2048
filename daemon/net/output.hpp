#pragma once

#include "base/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace roomd::net {

class Socket;

// What a socket did not take of what was written to it, in order: frames by reference and an offset
// into the first, other bytes in the string they came in.  One pointer while there is nothing.
class Output {
public:
    Output() noexcept;
    ~Output();
    Output(const Output &) = delete;
    Output &operator=(const Output &) = delete;

    enum class State : std::uint8_t {
        open,    // everything is out
        blocked, // some is kept; the socket was asked to call on_room()
        broken   // the socket is: whoever owns it cuts it
    };
    // Writes behind what is kept.
    State put(Socket &, const base::FrameRef &);
    State put(Socket &, std::string bytes);
    // As put(); while some is kept, it takes the place of the last one that was put so.
    State put_latest(Socket &, std::string bytes);
    // Of a write that was made elsewhere, and of which the socket took only a part: the frame from
    // `offset` on.  Then the frames behind it, and await() in the end.
    void add_unsent(const base::FrameRef &, std::size_t offset);
    void add_unsent(std::string bytes);
    void await(Socket &) noexcept;
    // The socket takes again.
    State resume(Socket &);

    bool idle() const noexcept { return rest_ == nullptr; }
    std::size_t unsent() const noexcept; // bytes of it, exactly
    // Memory of these that is not frames'.
    std::size_t memory() const noexcept;
    void clear() noexcept;

private:
    struct Rest;
    Rest &rest();
    std::string_view next(std::string &scratch);
    std::unique_ptr<Rest> rest_;
};

} // namespace roomd::net
