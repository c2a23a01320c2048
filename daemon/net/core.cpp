#include "net/core.hpp"

namespace roomd::net {

Core::Core(const Options &options, loop::Loop &loop, session::Sessions &sessions,
           log::Logger &log) :
    options_(options),
    loop_(loop),
    sessions_(sessions),
    log_(log),
    bundle_(options.client_bundle),
    batch_(log),
    deadlines_(loop, options_),
    complaints_(loop, log),
    tally_(options_, sessions) {}

void Core::refuse(log::Kind kind, std::string_view what, const log::About &whom,
                  std::string_view limit) {
    if (causes_ != nullptr) causes_->tell(kind, what, whom, {{"limit", limit}});
}

void Core::reconfigure(Options options) {
    Bundle bundle(options.client_bundle);
    options_ = std::move(options);
    bundle_ = std::move(bundle);
}

} // namespace roomd::net
