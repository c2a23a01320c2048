#include "webhook/envelope.hpp"

#include "base/clock.hpp"
#include "webhook/signature.hpp"

#include <utility>

namespace roomd::webhook {

Post Envelope::seal(std::string url, std::string body, Milliseconds timeout,
                    std::size_t most) const {
    Post post;
    post.url = std::move(url);
    post.signature = signature(secrets, base::unix_ms() / 1000, body);
    post.body = std::move(body);
    post.ca = ca;
    post.timeout = timeout;
    post.most = most;
    return post;
}

} // namespace roomd::webhook
