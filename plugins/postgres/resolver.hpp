#pragma once

#include <roomd/plugin.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace roomd::postgres {

// Host names to addresses, in a thread of its own: getaddrinfo() blocks, for half a minute when no
// name server answers.
class Resolver {
public:
    struct Resolved {
        std::vector<std::vector<std::string>> addresses; // of each name, in their order
        std::string why;                                 // one that has none, and why; or empty
    };
    using Done = std::function<void(const Resolved &)>;

    explicit Resolver(Host &host) : host_(host) {}
    ~Resolver() { give_up(); }
    Resolver(const Resolver &) = delete;
    Resolver &operator=(const Resolver &) = delete;

    // Calls `done` on the home loop.  One at a time.
    void resolve(std::vector<std::string> names, Done done);
    // `done` is not called any more.  The thread cannot be stopped: it ends by itself, with data
    // of its own, and does not touch the host.
    void give_up() noexcept;

private:
    struct Job;
    static void run(const std::shared_ptr<Job> &) noexcept;

    Host &host_;
    std::shared_ptr<Job> job_;
};

} // namespace roomd::postgres
