/* Forgets to join its thread, which calls the host on and on, also after stop(). */
#include "roomd/plugin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static const roomd_host *host;
static roomd_self *self;
static atomic_int late_refusals, last_status, finish;

ROOMD_EXPORT int emits_after_stop_refusals(void);
int emits_after_stop_refusals(void) {
    return atomic_load(&late_refusals);
}
ROOMD_EXPORT void emits_after_stop_finish(void);

static pthread_t thread;

static void *shout(void *arg) {
    struct timespec nap = {0, 200000};
    roomd_emit emit;
    const roomd_str name = {"late", 4}, why = {"late", 4};
    (void)arg;
    memset(&emit, 0, sizeof emit);
    emit.struct_size = sizeof emit;
    emit.flags = ROOMD_EMIT_ALL;
    emit.event = name;
    while (!atomic_load(&finish)) {
        const roomd_status status = host->emit(self, &emit, NULL, NULL);
        if (status == ROOMD_STOPPING) atomic_fetch_add(&late_refusals, 1);
        atomic_store(&last_status, (int)status);
        host->health(self, ROOMD_UP, why);
        host->metric_add(self, 1, 1);
        host->log(self, ROOMD_LOG_DEBUG, why, NULL, 0);
        host->cancel(self, 1);
        nanosleep(&nap, NULL);
    }
    return NULL;
}

void emits_after_stop_finish(void) {
    atomic_store(&finish, 1);
    pthread_join(thread, NULL);
}

static roomd_status start(const roomd_host *h, roomd_self *s, roomd_str config, void **state,
                          roomd_error *error) {
    (void)config, (void)state, (void)error;
    host = h;
    self = s;
    return pthread_create(&thread, NULL, shout, NULL) == 0 ? ROOMD_OK : ROOMD_FAILED;
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "emits_after_stop",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = stop};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
