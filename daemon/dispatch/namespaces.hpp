#pragma once

#include "dispatch/hooks.hpp"
#include "dispatch/options.hpp"

#include <string_view>

namespace roomd::dispatch {

// "/", or named by the configuration.
bool is_configured(const Options &, std::string_view nsp) noexcept;

// Whether roomd answers verbs and client_events there: in each configured namespace, unless the
// entry that names it, or else the longest prefix, says otherwise.  For "/" only its name counts.
bool has_verbs(const Options &, std::string_view nsp) noexcept;

// Which namespaces there are: those that are configured, and those that plugins serve.
class Namespaces {
public:
    // Without plugins until wire().
    explicit Namespaces(const Options &options) : options_(options) {}
    void wire(const Hooks &hooks) noexcept { hooks_ = &hooks; }

    bool knows(std::string_view nsp) const;

private:
    const Options &options_;
    const Hooks *hooks_ = nullptr;
};

} // namespace roomd::dispatch
