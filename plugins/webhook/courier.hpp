#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomd::webhook {

// One HTTP POST of JSON.
struct Post {
    std::string url, body;
    std::string signature;                // the value of Roomd-Signature
    std::string ca;                       // file of certificates to trust; empty: the system's
    std::chrono::milliseconds timeout{0}; // for all of it
    std::size_t most = 0;                 // bytes of the response's body
};

struct Reply {
    int status = 0;      // 0: there is no whole response, `why` says why
    bool unsent = false; // it is sure that the backend has not seen it
    std::string body;    // at most `most` bytes
    std::string why;
    std::chrono::seconds retry_after{0};
};

// Sends POSTs, many at a time, over kept connections.  All but wake() on one thread.  Redirects are
// not followed, nothing but http and https is spoken, certificates and host names are verified,
// and no proxy, cookie or netrc of the environment is used.
class Courier {
public:
    using Done = std::function<void(const Reply &)>;

    Courier();  // throws when libcurl cannot
    ~Courier(); // what is under way is given up; no `done` is called
    Courier(const Courier &) = delete;
    Courier &operator=(const Courier &) = delete;

    // `done` is called once, in poll(), unless cancel() comes first.  It may post and cancel.
    std::uint64_t post(Post, Done done);
    void cancel(std::uint64_t);
    // Sends and receives, and calls `done` of what has ended.  Returns after `wait`, or earlier
    // when something happened or wake() was called.
    void poll(std::chrono::milliseconds wait);
    void wake() noexcept; // any thread

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace roomd::webhook
