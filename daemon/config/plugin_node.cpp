#include "config/plugin_node.hpp"

#include <algorithm>

namespace roomd::config {

bool PluginNode::is_absent(std::string_view pointer) const {
    return std::find(absent.begin(), absent.end(), pointer) != absent.end();
}

Fault PluginNode::fault(std::string_view pointer, std::string_view text,
                        std::string_view hint) const {
    Mark place = mark;
    for (std::string_view at = pointer;; at = at.substr(0, at.rfind('/'))) {
        const auto found = marks.find(at);
        if (found != marks.end()) {
            place = found->second;
            break;
        }
        if (at.empty() || at.find('/') == std::string_view::npos) break;
    }
    return {path, place, std::string(text), std::string(hint)};
}

} // namespace roomd::config
