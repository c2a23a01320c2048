/* The smallest plugin: copy me.  Greets who connects, and answers "skeleton:echo" with what came.
 */
#include <roomd/plugin.h>

#include <stdlib.h>
#include <string.h>

#define TEXT(s) ((roomd_str){(s), sizeof(s) - 1})

struct state {
    const roomd_host *host;
    roomd_self *self;
};

static void connected(void *user, const roomd_connected *who) {
    struct state *s = user;
    roomd_emit emit = {.struct_size = sizeof emit, .to = who->client, .nsp = who->nsp};
    emit.event = TEXT("skeleton:hello");
    emit.args.json = TEXT("[\"hello from a plugin\"]");
    s->host->emit(s->self, &emit, NULL, NULL);
}

static roomd_next echo(void *user, const roomd_event *event) {
    struct state *s = user;
    if (event->ack != 0) s->host->ack(s->self, event->ack, &event->args);
    return ROOMD_TAKEN;
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **state,
                          roomd_error *error) {
    roomd_handle unused; /* the host cancels hooks at the end */
    struct state *s = malloc(sizeof *s);
    (void)config;
    if (s == NULL) return ROOMD_FAILED;
    *s = (struct state){host, self};
    if (host->on_connected(self, TEXT("/"), connected, s, &unused) != ROOMD_OK ||
        host->on_event(self, TEXT("/"), TEXT("skeleton:echo"), echo, s, &unused) != ROOMD_OK) {
        strcpy(error->text, "the host refused a hook");
        free(s);
        return ROOMD_FAILED;
    }
    *state = s;
    return ROOMD_OK;
}

static const roomd_plugin table = {.struct_size = sizeof table,
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "skeleton",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = free};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)minor;
    return major == ROOMD_ABI_MAJOR ? &table : NULL;
}
