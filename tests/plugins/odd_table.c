/* One file, many faults: which, says the macro it is built with. */
#include "roomd/plugin.h"

#ifndef ODD_NAME
#define ODD_NAME "odd"
#endif
#ifndef ODD_SIZE
#define ODD_SIZE sizeof(roomd_plugin)
#endif
#ifndef ODD_MINOR
#define ODD_MINOR 0
#endif
#ifndef ODD_STOP
#define ODD_STOP stop
#endif

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    (void)host, (void)self, (void)config, (void)state, (void)error;
    return ROOMD_OK;
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {.struct_size = ODD_SIZE,
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .abi_minor = ODD_MINOR,
                                   .name = ODD_NAME,
                                   .version = "1.0",
                                   .start = start,
                                   .stop = ODD_STOP};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor, (void)stop;
    return &table;
}
