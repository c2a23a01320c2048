#include "postgres/resolver.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <thread>

namespace roomd::postgres {
namespace {

// Signals are the main thread's.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t before_;
};

std::vector<std::string> look_up(const std::string &name, std::string &why) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int error = getaddrinfo(name.c_str(), nullptr, &wanted, &found);
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> list(error == 0 ? found : nullptr,
                                                               [](addrinfo *all) {
                                                                   if (all != nullptr)
                                                                       freeaddrinfo(all);
                                                               });
    std::vector<std::string> out;
    for (const auto *one = list.get(); one != nullptr; one = one->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0,
                        NI_NUMERICHOST) == 0 &&
            std::find(out.begin(), out.end(), text) == out.end())
            out.emplace_back(text);
    }
    if (out.empty() && why.empty())
        why = "the name " + name + " has no address: " + gai_strerror(error);
    return out;
}

} // namespace

struct Resolver::Job {
    std::vector<std::string> names;
    Done done; // touched on the home loop only
    std::mutex mutex;
    Host *host; // null: given up
};

void Resolver::resolve(std::vector<std::string> names, Done done) {
    give_up();
    job_ = std::make_shared<Job>();
    job_->names = std::move(names);
    job_->done = std::move(done);
    job_->host = &host_;
    const SignalsBlocked blocked;
    std::thread([job = job_] { run(job); }).detach();
}

void Resolver::give_up() noexcept {
    const auto job = std::move(job_);
    if (job == nullptr) return;
    const std::lock_guard lock(job->mutex);
    job->host = nullptr;
    job->done = nullptr;
}

void Resolver::run(const std::shared_ptr<Job> &job) noexcept {
    auto resolved = std::make_shared<Resolved>();
    for (const auto &name : job->names)
        resolved->addresses.push_back(look_up(name, resolved->why));
    for (;;) {
        {
            const std::lock_guard lock(job->mutex);
            if (job->host == nullptr) return;
            const auto status = job->host->post([job, resolved] {
                const auto tell = std::move(job->done);
                if (tell) tell(*resolved);
            });
            if (status != ROOMD_AGAIN) return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

} // namespace roomd::postgres
