#pragma once

#include <roomd/plugin.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace roomd::postgres {

// How the parts of an instance are; the host is told of the worst.
class Health {
public:
    explicit Health(Host &host) : host_(host) {}

    void set(std::string_view part, roomd_health state, std::string why = {}) {
        parts_[std::string(part)] = {state, std::move(why)};
        tell();
    }
    void forget(std::string_view part) {
        parts_.erase(std::string(part));
        tell();
    }

private:
    using State = std::pair<roomd_health, std::string>;

    void tell() {
        State worst{ROOMD_UP, {}};
        for (const auto &[part, state] : parts_) {
            if (state.first > worst.first) worst = {state.first, part + ": " + state.second};
        }
        if (worst == told_) return;
        host_.health(worst.first, worst.second);
        told_ = std::move(worst);
    }

    Host &host_;
    std::map<std::string, State> parts_;
    State told_{ROOMD_UP, {}};
};

} // namespace roomd::postgres
