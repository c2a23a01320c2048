/* Looks at the host's version and declines. */
#include "roomd/plugin.h"

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major;
    (void)minor;
    return NULL;
}
