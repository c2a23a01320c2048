#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roomd::config {

// Plugins, by their instances, whose new sections a reload could not apply.
struct Unapplied {
    std::vector<std::string> kept;    // run on with the old one
    std::vector<std::string> stopped; // do not run
    bool empty() const noexcept { return kept.empty() && stopped.empty(); }
};

// What a daemon really does after a reload.  `before`: what it did until then, `wanted`: the
// configuration that was read; both, and the result, as Config::effective.  Keys that need a
// restart keep their values, and a kept plugin its section; one that is stopped is left out.  The
// comment of a value that stays in spite of another in the file ends with why.
std::string in_force(std::string_view before, std::string_view wanted, const Unapplied &);

} // namespace roomd::config
