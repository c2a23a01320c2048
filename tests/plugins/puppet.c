/* A plugin that does what a test tells it to. */
#include "puppet.h"

#include <string.h>

static puppet_strings strings;
ROOMD_EXPORT puppet_strings *puppet_get(void);
puppet_strings *puppet_get(void) {
    return &strings;
}

static void keep(puppet *p, roomd_str config) {
    size_t n = config.len < sizeof p->config - 1 ? config.len : sizeof p->config - 1;
    memcpy(p->config, config.ptr, n);
    p->config[n] = '\0';
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    puppet *p;
    if (strings.count == PUPPETS) return ROOMD_FAILED;
    p = &strings.all[strings.count++];
    memset(p, 0, sizeof *p);
    p->host = host;
    p->self = self;
    keep(p, config);
    p->started = 1;
    *state = p;
    return strings.on_start != NULL ? strings.on_start(p, error) : ROOMD_OK;
}

static roomd_status reload(void *state, roomd_str config, roomd_error *error) {
    puppet *p = state;
    const roomd_status status = strings.on_reload != NULL ? strings.on_reload(p, error) : ROOMD_OK;
    if (status == ROOMD_OK) {
        keep(p, config);
        p->reloaded++;
    }
    return status;
}

static void on_drain(void *state) {
    puppet *p = state;
    p->drained++;
    if (strings.on_drain != NULL) strings.on_drain(p);
}

static void stop(void *state) {
    puppet *p = state;
    if (strings.on_stop != NULL) strings.on_stop(p);
    p->stopped++;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "puppet",
                                   .version = "1.0",
                                   .start = start,
                                   .reload = reload,
                                   .on_drain = on_drain,
                                   .stop = stop};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)minor;
    return major == ROOMD_ABI_MAJOR ? &table : NULL;
}
