/* Of another major: only the first two members may be read. */
#include "roomd/plugin.h"

static const uint32_t table[2] = {sizeof(roomd_plugin), ROOMD_ABI_MAJOR + 1};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major;
    (void)minor;
    return (const roomd_plugin *)(const void *)table;
}
