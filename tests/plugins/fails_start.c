/* Registers and emits, then fails: nothing of it may remain. */
#include "roomd/plugin.h"

#include <string.h>

static int *called;

static void tick(void *user) {
    ++*(int *)user;
}
static roomd_next event(void *user, const roomd_event *e) {
    (void)e;
    ++*(int *)user;
    return ROOMD_TAKEN;
}
static void told(void *user, roomd_status status, const roomd_emitted *what) {
    (void)status, (void)what;
    ++*(int *)user;
}
ROOMD_EXPORT int fails_start_called(void);
int fails_start_called(void) {
    return *called;
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    static int calls;
    roomd_emit emit;
    roomd_handle handle;
    const roomd_str any = {"*", 1}, name = {"hello", 5};
    (void)config, (void)state;
    called = &calls;
    memset(&emit, 0, sizeof emit);
    emit.struct_size = sizeof emit;
    emit.flags = ROOMD_EMIT_ALL;
    emit.event = name;
    host->emit(self, &emit, told, called);
    host->post(self, tick, called);
    host->timer(self, 0, 1, tick, called, &handle);
    host->on_event(self, any, any, event, called, &handle);
    strcpy(error->text, "the sun is in the way");
    return ROOMD_DENIED;
}
static void stop(void *state) {
    (void)state;
    ++*called;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "fails_start",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = stop};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
