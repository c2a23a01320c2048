/* Takes commands and never answers one. */
#include "roomd/plugin.h"

#include <stddef.h>

static void command(const roomd_command *asked, roomd_text_fn fn, void *user) {
    (void)asked, (void)fn, (void)user;
}
static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    (void)host, (void)self, (void)config, (void)state, (void)error;
    return ROOMD_OK;
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "mute",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = stop,
                                   .command = command};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
