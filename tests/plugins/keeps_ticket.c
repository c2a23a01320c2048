/* Takes every question and answers none; what it kept it answers when it is too late. */
#include "roomd/plugin.h"

static const roomd_host *host;
static roomd_self *self;
static roomd_ticket kept[4]; /* a connect, a join, an event, a request */

/* What the host says to the late answers, in that order. */
ROOMD_EXPORT void keeps_ticket_answer(roomd_status *said);
void keeps_ticket_answer(roomd_status *said) {
    const roomd_verdict yes = {sizeof yes, 1, {0, 0}, {0, 0}, {0, 0}, 0};
    const roomd_args none = {{0, 0}, 0, 0};
    const roomd_response found = {sizeof found, 200, {0, 0}, 0, 0, {0, 0}};
    said[0] = host->verdict(self, kept[0], &yes);
    said[1] = host->verdict(self, kept[1], &yes);
    said[2] = host->ack(self, kept[2], &none);
    said[3] = host->respond(self, kept[3], &found);
}

static roomd_next connecting(void *user, const roomd_connect *c) {
    (void)user;
    kept[0] = c->ticket;
    return ROOMD_TAKEN;
}
static roomd_next joining(void *user, const roomd_join *j) {
    (void)user;
    kept[1] = j->ticket;
    return ROOMD_TAKEN;
}
static roomd_next event(void *user, const roomd_event *e) {
    (void)user;
    kept[2] = e->ack;
    return ROOMD_TAKEN;
}
static void request(void *user, const roomd_request *r) {
    (void)user;
    kept[3] = r->ticket;
}

static roomd_status start(const roomd_host *h, roomd_self *s, roomd_str config, void **state,
                          roomd_error *error) {
    const roomd_str nsp = {"/kept", 5}, any = {"*", 1};
    const roomd_route route = {
        .struct_size = sizeof route, .method = {"GET", 3}, .path = {"/kept", 5}};
    roomd_handle handle;
    (void)config, (void)state, (void)error;
    host = h;
    self = s;
    host->on_connect(self, nsp, connecting, 0, &handle);
    host->on_join(self, any, any, joining, 0, &handle);
    host->on_event(self, any, any, event, 0, &handle);
    return host->route(self, &route, request, 0, &handle);
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {.struct_size = sizeof(roomd_plugin),
                                   .abi_major = ROOMD_ABI_MAJOR,
                                   .name = "keeps_ticket",
                                   .version = "1.0",
                                   .start = start,
                                   .stop = stop};

const roomd_plugin *roomd_plugin_entry(uint32_t major, uint32_t minor) {
    (void)major, (void)minor;
    return &table;
}
