// C++ that lets exceptions out of what C calls: from start() when told to, from a post, a hook.
#include "roomd/plugin.h"

#include <stdexcept>
#include <string_view>

namespace {

void task(void *) {
    throw 42;
}
roomd_next event(void *, const roomd_event *) {
    throw std::runtime_error("from a hook");
}

roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **,
                   roomd_error *) {
    if (std::string_view(config.ptr, config.len) != "{}") throw std::runtime_error("from start");
    roomd_handle handle = 0;
    host->on_event(self, {"*", 1}, {"*", 1}, event, nullptr, &handle);
    return host->post(self, task, nullptr);
}
void stop(void *) {
    throw std::runtime_error("from stop");
}

constexpr roomd_plugin table = [] {
    roomd_plugin all{};
    all.struct_size = sizeof(roomd_plugin);
    all.abi_major = ROOMD_ABI_MAJOR;
    all.name = "throws";
    all.version = "1.0";
    all.start = start;
    all.stop = stop;
    return all;
}();

} // namespace

extern "C" const roomd_plugin *roomd_plugin_entry(std::uint32_t, std::uint32_t) {
    return &table;
}
