/* What the test puppet exports beside its entry: tests pull its strings.  Plain C. */
#ifndef ROOMD_TEST_PUPPET_H
#define ROOMD_TEST_PUPPET_H

#include "roomd/plugin.h"

#define PUPPETS 64

typedef struct puppet {
    const roomd_host *host;
    roomd_self *self;
    char config[1024];
    int started, reloaded, drained, stopped;
} puppet;

typedef struct puppet_strings {
    puppet all[PUPPETS]; /* one for each start, in order */
    int count;
    /* Set by the test, called inside; may be null. */
    roomd_status (*on_start)(puppet *, roomd_error *);
    roomd_status (*on_reload)(puppet *, roomd_error *);
    void (*on_stop)(puppet *);
    void (*on_drain)(puppet *);
} puppet_strings;

#endif
