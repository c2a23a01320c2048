/* Blocks the loop for 30 ms whenever it is asked. */
#include "roomd/plugin.h"

#include <time.h>

static void task(void *user) {
    struct timespec nap = {0, 30000000};
    (void)user;
    nanosleep(&nap, NULL);
}
static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    (void)config, (void)state, (void)error;
    host->post(self, task, NULL);
    return host->post(self, task, NULL);
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "slow",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = stop};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
