#pragma once

#include "dispatch/hooks.hpp"
#include "host/lifecycle.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace roomd::host {

// Asks the plugins, in the order of the configuration.  What they put in line is worked off before
// a call returns, and not between two plugins: all are asked about the same state.
class PluginHooks final : public dispatch::Hooks {
public:
    using Plugins = std::vector<std::unique_ptr<Lifecycle>>;
    PluginHooks(const Plugins &, Services &, Questions &);

    bool knows(std::string_view nsp) const override;
    Next connecting(const dispatch::Connecting &) override;
    Next joining(const dispatch::Joining &) override;
    Next event(base::ClientId, std::string_view identity, const sio::Event &) override;
    void connected(const dispatch::Connected &) override;
    void not_connected(const dispatch::NotConnected &) override;
    void left(const dispatch::Left &) override;
    void answered(std::uint64_t token, session::Answer, const sio::Args &) override;
    void publish(const dispatch::Emit &) override;
    // Tells of what has become of rooms since.  False: nothing has.
    bool tell_rooms();

private:
    void forget(base::ClientId) noexcept; // what instances keep with it

    const Plugins &plugins_;
    Services &services_;
    Questions &questions_;
};

} // namespace roomd::host
