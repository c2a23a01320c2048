#include "config/readers.hpp"
#include "config/scalar.hpp"

#include <algorithm>

namespace roomd::config {
namespace {

constexpr std::string_view unix_prefix = "unix:";

void check_socket(const Section &in, const Config &config) {
    const Item *node = in.find("socket");
    if (node == nullptr || config.admin.socket.empty()) return;
    const std::string &written = node->text;
    const auto fault = [&](const std::string &hint) {
        in.fault("socket", in.shown("socket") + ": invalid socket path \"" + written + "\"", hint);
    };
    if (written.starts_with(unix_prefix)) return fault("write the path alone, without unix:");
    const std::string address = std::string(unix_prefix) + config.admin.socket;
    if (const auto good = parse_address(address); !good) return fault(good.error());
    if (std::any_of(config.listen.begin(), config.listen.end(),
                    [&](const Listen &listen) { return listen.address == address; }))
        fault("listen: has it already: anyone who may emit there could also reload");
}

void check_mode(const Section &in, const Config &config) {
    constexpr unsigned others = 07;
    if ((config.admin.mode & others) != 0)
        in.fault("mode",
                 in.shown("mode") + ": \"" + in.find("mode")->text +
                     "\" lets everyone on this machine reload, emit and kick",
                 "write 0600, or 0660 for the group of the daemon");
}

} // namespace

void read_admin(const Section &top, Config &config) {
    const Section in = top.map("admin");
    in.read(admin_keys, config.admin);
    check_socket(in, config);
    check_mode(in, config);
}

} // namespace roomd::config
