#include "config/fault.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <tuple>

namespace roomd::config {

std::string text(const Fault &fault) {
    constexpr std::size_t longest = 1000;
    std::string out = base::printable(fault.path, longest);
    if (fault.mark.line > 0)
        out += ':' + std::to_string(fault.mark.line) + ':' + std::to_string(fault.mark.column);
    out += ": " + base::printable(fault.what, longest);
    if (!fault.hint.empty()) out += "\n  " + base::printable(fault.hint, longest);
    return out;
}

void Faults::add(Fault fault) {
    if (list_.size() < most)
        list_.push_back(std::move(fault));
    else
        ++left_out_;
}

void Faults::warn(Fault fault) {
    if (warnings_.size() < most) warnings_.push_back(std::move(fault));
}

std::string Faults::text() const {
    std::vector<const Fault *> order;
    for (const Fault &fault : list_)
        order.push_back(&fault);
    std::stable_sort(order.begin(), order.end(), [](const Fault *a, const Fault *b) {
        return std::tie(a->mark.file, a->mark.line, a->mark.column) <
               std::tie(b->mark.file, b->mark.line, b->mark.column);
    });
    std::string out;
    for (const Fault *fault : order) {
        if (!out.empty()) out += '\n';
        out += config::text(*fault);
    }
    if (left_out_ > 0) out += "\n... and " + std::to_string(left_out_) + " more";
    return out;
}

} // namespace roomd::config
