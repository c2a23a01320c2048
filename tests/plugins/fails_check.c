/* Finds faults in every configuration; has a schema; throws nothing, starts nothing. */
#include "roomd/plugin.h"

#include <string.h>

static roomd_str s(const char *text) {
    roomd_str out;
    out.ptr = text;
    out.len = strlen(text);
    return out;
}

static roomd_status check(roomd_str config, roomd_fault_fn fault, void *user) {
    if (config.len == 2) return ROOMD_OK;                                  /* {} */
    if (memchr(config.ptr, '?', config.len) != NULL) return ROOMD_INVALID; /* and says nothing */
    if (config.len == 9)
        fault(user, s("/pth"), s("there is no pth"), s("write path")); /* {"pth":1} */
    fault(user, s("/path"), s("must begin with /"), s("write \"/x\""));
    fault(user, s("/rate/0"), s("is not a number"), s(""));
    return ROOMD_OK; /* a fault refuses all the same */
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    (void)host, (void)self, (void)config, (void)state, (void)error;
    return ROOMD_FAILED;
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {
    .struct_size = sizeof(roomd_plugin),
    .abi_major = ROOMD_ABI_MAJOR,
    .flags = ROOMD_PLUGIN_GUARDED,
    .name = "fails_check",
    .version = "1.0",
    .check = check,
    .start = start,
    .stop = stop,
    .config_schema =
        "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\",\"enum\":[\"a,b\"]},"
        "\"rate\":{},\"mood\":{}}}"};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
