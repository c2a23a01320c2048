#include "config/diff.hpp"
#include "config/load.hpp"
#include "config/tree.hpp"
#include "fuzz/fuzz.hpp"
#include "json/json.hpp"

#include <algorithm>
#include <string>

using namespace roomd;

namespace {

// Every fault is told on one or two lines that a terminal can show.
void check_faults(const config::Faults &faults) {
    const std::string text = faults.text();
    fuzz::must(faults.empty() == text.empty());
    fuzz::must(faults.list().size() <= config::Faults::most);
    for (const config::Fault &fault : faults.list()) {
        fuzz::must(!fault.what.empty());
        const std::string one = config::text(fault);
        fuzz::must(std::count(one.begin(), one.end(), '\n') <= 1);
        fuzz::must(one.find_first_of("\x1b\r\x7f") == std::string::npos);
    }
}

} // namespace

// Whatever a file holds, it is read to the end or refused with a place, and what is taken is sound.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    const std::string yaml(fuzz::text(data, size));
    // Not the system's files and variables: a finding must not depend on them.
    if (yaml.find("${") != std::string::npos) return 0;
    config::Faults tree_faults;
    const auto tree = config::parse_yaml(yaml, "fuzz.yaml", tree_faults);
    fuzz::must(tree.has_value() || !tree_faults.empty());
    check_faults(tree_faults);

    config::Faults faults;
    const config::Config config = config::load_text(yaml, "fuzz.yaml", faults);
    check_faults(faults);
    for (const config::Plugin &plugin : config.plugins.load) {
        fuzz::must(json::check(plugin.node.json).ok());
        fuzz::must(json::kind(plugin.node.json) == json::Kind::object);
        fuzz::must(!config::text(plugin.node.fault("/a/0/b", "x", "")).empty());
    }
    if (!faults.empty()) return 0;
    fuzz::must(!config.listen.empty());
    // What is in force is told as YAML of the same kind.
    config::Faults none;
    config::Bounds wide{config::largest_yaml * 64, config::most_nodes * 64};
    fuzz::must(config::parse_part(config.effective, "", 0, wide, none).has_value());
    fuzz::must(config::diff(config.effective, config.effective).empty());
    for (const config::Plugin &plugin : config.plugins.load)
        fuzz::must(plugin.name.find_first_of("/.") == std::string::npos);
    return 0;
}
