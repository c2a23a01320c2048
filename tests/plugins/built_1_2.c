/* Built against the header as 1.2 froze it: what every later host must still serve. */
#include "roomd/plugin.h"

#include <string.h>

typedef struct state {
    const roomd_host *host;
    roomd_self *self;
    roomd_ticket asked;
} state;
static state the;

static void answer(void *user, roomd_status status, const roomd_described *who) {
    roomd_response response;
    (void)user;
    memset(&response, 0, sizeof response);
    response.struct_size = sizeof response;
    response.status = status == ROOMD_OK && who->struct_size >= sizeof *who ? 200 : 404;
    response.body.ptr = who->id.ptr;
    response.body.len = who->id.len;
    the.host->respond(the.self, the.asked, &response);
}

static void list(void *user, roomd_status status, const roomd_client *clients, size_t n) {
    (void)user, (void)status;
    the.host->describe(the.self, n > 0 ? clients[0] : 1, answer, NULL);
}

/* Tells the id of the first client. */
static void serve(void *user, const roomd_request *request) {
    const roomd_str slash = {"/", 1};
    (void)user;
    the.asked = request->ticket;
    the.host->clients(the.self, slash, 0, 1, list, NULL);
}

static roomd_status start(const roomd_host *host, roomd_self *self, roomd_str config, void **out,
                          roomd_error *error) {
    roomd_handle handle;
    roomd_route route;
    (void)config, (void)error;
    the.host = host;
    the.self = self;
    *out = &the;
    if (!ROOMD_HAS(host, roomd_host, set_data) || host->abi_minor < 2) return ROOMD_UNSUPPORTED;
    memset(&route, 0, sizeof route);
    route.struct_size = sizeof route;
    route.method.ptr = "GET";
    route.method.len = 3;
    route.path.ptr = "/first";
    route.path.len = 6;
    return host->route(self, &route, serve, NULL, &handle);
}
static void stop(void *state) {
    (void)state;
}

static const roomd_plugin table = {sizeof(roomd_plugin),
                                   ROOMD_ABI_MAJOR,
                                   ROOMD_ABI_MINOR,
                                   0,
                                   "built_1_2",
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
