/* Built against the header as 1.1 froze it: what every later host must still serve. */
#include "roomd/plugin.h"

#include <string.h>

typedef struct state {
    const roomd_host *host;
    roomd_self *self;
    roomd_str epoch;
    uint64_t seq;
} state;
static state the;

static roomd_next echo(void *user, const roomd_event *e) {
    roomd_emit emit;
    (void)user;
    memset(&emit, 0, sizeof emit);
    emit.struct_size = sizeof emit;
    emit.to = e->client;
    emit.nsp = e->nsp;
    emit.event = e->name;
    emit.args = e->args;
    emit.epoch = the.epoch;
    emit.seq = ++the.seq;
    if (the.host->emit(the.self, &emit, NULL, NULL) != ROOMD_OK) return ROOMD_PASS;
    if (e->ack != 0) the.host->ack(the.self, e->ack, &e->args);
    return ROOMD_TAKEN;
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **out,
                          roomd_error *error) {
    roomd_handle handle;
    const roomd_str slash = {"/", 1}, pattern = {"echo*", 5};
    (void)config, (void)error;
    the.host = host;
    the.self = self;
    the.epoch.ptr = "e";
    the.epoch.len = 1;
    *out = &the;
    if (host->struct_size < sizeof(roomd_host) || host->abi_minor < 1) return ROOMD_UNSUPPORTED;
    return host->on_event(self, slash, pattern, echo, NULL, &handle);
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {sizeof(roomd_plugin),
                                   ROOMD_ABI_MAJOR,
                                   ROOMD_ABI_MINOR,
                                   0,
                                   "built_1_1",
                                   "1.0",
                                   NULL,
                                   start,
                                   NULL,
                                   NULL,
                                   stop,
                                   NULL,
                                   NULL};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
