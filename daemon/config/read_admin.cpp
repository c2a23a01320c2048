#include "config/readers.hpp"
#include "config/scalar.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

constexpr std::string_view unix_prefix = "unix:";

void read_socket(const Section &in, Config &config) {
    std::string written;
    in.text("socket", written);
    if (written.empty()) return;
    const auto fault = [&](const std::string &hint) {
        in.fault("socket", in.shown("socket") + ": no socket: \"" + written + "\"", hint);
    };
    if (written.starts_with(unix_prefix)) return fault("write the path alone, without unix:");
    in.path("socket", config.admin.socket);
    const std::string address = std::string(unix_prefix) + config.admin.socket;
    if (const auto good = parse_address(address); !good) return fault(good.error());
    if (std::any_of(config.listen.begin(), config.listen.end(),
                    [&](const Listen &listen) { return listen.address == address; }))
        fault("it stands under listen: already; who may emit is not who may reload");
}

void read_mode(const Section &in, Config &config) {
    constexpr unsigned others = 07;
    unsigned mode = 0;
    if (!in.mode("mode", mode)) return;
    if ((mode & others) != 0)
        in.fault("mode",
                 in.shown("mode") + ": \"" + in.find("mode")->text +
                     "\" lets everyone on this machine reload, emit and kick",
                 "write 0600, or 0660 for the group of the daemon");
    else
        config.admin.mode = mode;
}

} // namespace

void read_admin(const Section &top, Config &config) {
    const Section in = top.map("admin");
    read_socket(in, config);
    read_mode(in, config);
}

} // namespace roomd::config
