/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roomd plugin interface.  This file is the contract; nothing else in the
 * repository is promised to stay.  It is plain C99 and includes only
 * <stddef.h> and <stdint.h>.
 *
 * A plugin is a shared object that exports one function, roomd_plugin_entry().
 * It gets a table of host functions and gives a table of its own.
 *
 *     entry -> check -> start -> (callbacks, reload)* -> stop
 *
 * THREADS
 *   Every plugin instance has one home loop.  The host calls the plugin only
 *   on that loop's thread, one call at a time.  A plugin may have threads of
 *   its own.  Each host function says where it may be called:
 *     [any]   from any thread, between start() and the return of stop()
 *     [home]  on the home loop only: in start(), reload(), stop() or a callback;
 *             from another thread it is refused with ROOMD_INVALID
 *
 * ORDER
 *   [any] functions only put a command in line; the host carries it out after
 *   the plugin has returned, in the same turn of the loop.  So no callback
 *   is ever called from inside a host function, and nothing changes under a
 *   plugin's feet.  All commands of one thread keep their order, of whatever
 *   kind: an emit before a verdict goes out before the CONNECT reply.
 *   What can be known at once is returned at once; the rest goes to `fn`, and so
 *   do the names in an emit that has one: it says which is wrong, and why.
 *   Every `fn` that was accepted with ROOMD_OK is called exactly once, and
 *   before stop() is.  (Commands of a start() that fails are dropped with it.)
 *
 * BUDGET
 *   The bytes of commands in line are counted against the instance's budget
 *   (configuration: `budget`).  Over it a function returns ROOMD_AGAIN and does
 *   nothing; on_drain() is called once the line is below half.  What is
 *   larger than the whole budget is ROOMD_TOO_BIG.  Answers to tickets, ack(),
 *   verdict(), respond(), stored() and spooled(), are counted but never refused
 *   with AGAIN.
 *
 * TICKETS
 *   A ticket is one answer owed to a client or an HTTP peer.  It is answered
 *   once, from any thread, now or later; an answer that is refused (INVALID,
 *   TOO_BIG) leaves it open.  A second answer is ROOMD_GONE, and so is one
 *   after its configured time: then the host has refused the connect or join,
 *   answered the request with 503, or told who emitted that the store may have
 *   kept it, or who asked the spool that it may have done it; an ack is never
 *   sent.  When whoever
 *   waited has left, the answer is accepted and dropped.
 *
 * TIME
 *   A callback runs on an event loop: it must not block.  The host times each
 *   call, counts the slow ones and logs the plugin's name.
 *
 * MEMORY
 *   What the host passes in is valid until the call returns; copy to keep.
 *   What the plugin passes in is copied before the host function returns.
 *   Neither side ever frees memory of the other.
 *
 * GROWTH
 *   Structs grow only at the end, and begin with their size as the writer knew
 *   it; `struct_size = sizeof *it`.  A reader takes a member beyond that size as
 *   zero, and refuses a struct shorter than 1.0's.  roomd_str, roomd_bytes,
 *   roomd_field and roomd_args have no size: they never grow.  Numbers are never
 *   reused.  ROOMD_ABI_MINOR counts additions; ROOMD_ABI_MAJOR would count
 *   breaks, and a host refuses a plugin of another major.
 */
/* clang-format off: the columns are part of the text */
#ifndef ROOMD_PLUGIN_H
#define ROOMD_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROOMD_ABI_MAJOR 1u
#define ROOMD_ABI_MINOR 3u

#if defined(__GNUC__)
#define ROOMD_EXPORT __attribute__((visibility("default")))
#else
#define ROOMD_EXPORT
#endif

/* True when the other side's struct is long enough to have `member`, and it is
 * set.  For members added after 1.0. */
#define ROOMD_HAS(ptr, type, member)                                        \
    ((ptr)->struct_size >=                                                  \
         offsetof(type, member) + sizeof(((const type *)0)->member) &&      \
     (ptr)->member)

/* ---- values --------------------------------------------------------------- */

/* Text is UTF-8, need not end in NUL, and may be empty (len 0, ptr any). */
typedef struct roomd_str   { const char *ptr; size_t len; } roomd_str;
typedef struct roomd_bytes { const void *ptr; size_t len; } roomd_bytes;

/* Names, not pointers: a stale one is refused with ROOMD_GONE, never followed.
 * 0 is never a valid id. */
typedef uint64_t roomd_client; /* one Socket.IO client in one namespace        */
typedef uint64_t roomd_ticket; /* one answer the plugin owes; answered once     */
typedef uint64_t roomd_handle; /* one timer, watch, hook, route or metric       */

typedef enum roomd_status {
    ROOMD_OK          = 0,
    ROOMD_AGAIN       = -1, /* over budget now; on_drain() says when to go on   */
    ROOMD_GONE        = -2, /* client, ticket or handle no longer exists        */
    ROOMD_INVALID     = -3, /* the call is wrong: bad JSON, bad name, null      */
    ROOMD_TOO_BIG     = -4, /* over a configured limit; will never fit          */
    ROOMD_DENIED      = -5, /* configuration does not let this plugin do that   */
    ROOMD_UNSUPPORTED = -6, /* host or plugin is too old for this               */
    ROOMD_STOPPING    = -7, /* the host is going down                           */
    ROOMD_EXPIRED     = -8, /* no answer came in time                           */
    ROOMD_FAILED      = -9  /* anything else; the text says what                */
} roomd_status;

/* Where a failing call writes its reason: one line, no newline, NUL-ended. */
typedef struct roomd_error { uint32_t struct_size; char text[252]; } roomd_error;

typedef enum roomd_level {
    ROOMD_LOG_ERROR = 3, ROOMD_LOG_WARNING = 4, ROOMD_LOG_NOTICE = 5,
    ROOMD_LOG_INFO  = 6, ROOMD_LOG_DEBUG   = 7
} roomd_level; /* the numbers of syslog(3) */

typedef struct roomd_field { roomd_str key, value; } roomd_field;

/* Arguments of an event, an ack or an answer. */
typedef struct roomd_args {
    roomd_str json;                           /* array text; empty: []          */
    const roomd_bytes *blobs; size_t n_blobs; /* {"_placeholder":true,"num":0}
                                  in json stands for blobs[0]; at most 10, what
                                  clients take. JSON is nested 128 deep at most */
} roomd_args;

/* ---- sending -------------------------------------------------------------- */

#define ROOMD_EMIT_VOLATILE 1u /* drop for a client that is behind              */
#define ROOMD_EMIT_LOCAL    2u /* do not hand to the cluster bus                */
#define ROOMD_EMIT_ROUTE    4u /* the catalogue checks args[0] and, where no rooms
                                  are given, chooses them                       */
#define ROOMD_EMIT_ALL      8u /* the whole nsp. Without it an emit that names no
                                  room and no client is ROOMD_INVALID           */
/* since 1.3 */
#define ROOMD_EMIT_DURABLE 16u /* judged here, then kept by the store (on_store), from
                                  which every daemon sends it.  With ROUTE; to rooms, to
                                  ALL, or where the catalogue says; with one argument.
                                  No blobs, no LOCAL, no `to`, no `without`, no epoch */
#define ROOMD_EMIT_LIVE    32u /* sent now, although `on_behalf` is a key with
                                  `durable: true`                               */

typedef struct roomd_emit {
    uint32_t struct_size;
    uint32_t flags;
    roomd_str nsp;                            /* empty: "/"                     */
    const roomd_str *rooms;  size_t n_rooms;  /* any of                         */
    const roomd_str *except; size_t n_except; /* and in none of                 */
    roomd_client to;                          /* one client, instead of rooms, in
                                  its own nsp whatever `nsp` says; before its
                                  verdict: goes ahead of the CONNECT reply      */
    roomd_client without;                     /* not to this client (the sender) */
    roomd_str event;          /* `catalogue.unknown: refuse` applies with ROUTE only    */
    roomd_args args;
    roomd_str key;                            /* idempotency key, or empty: with
                                  a key seen lately nothing is sent again; each
                                  on_behalf has keys of its own                 */
    roomd_str on_behalf;                      /* name of the API key (roomd_request.key)
                                  whose events, rooms and broadcast right hold;
                                  empty: the plugin's own emit, not restricted  */
    /* -- since 1.1 -- */
    roomd_str epoch;                          /* where the event stands in the log that
                                  the plugin reads it from: both or neither.  Within
                                  an epoch seq rises from emit to emit. epoch: 1 to
                                  64 of A-Z a-z 0-9 _ -, seq: not 0             */
    uint64_t seq;
} roomd_emit;

/* What became of an emit.  With a status other than OK nothing was sent, and code,
 * pointer and text say why.  Same key, other content: INVALID, "idempotency_conflict". */
typedef struct roomd_emitted {
    uint32_t struct_size;
    uint32_t duplicate;       /* 1: the key was seen; the first result is given */
    uint64_t recipients;      /* clients here it was queued for                 */
    roomd_str id;             /* names this emit in logs and answers            */
    const roomd_str *rooms; size_t n_rooms;
    roomd_str code, pointer, text; /* why not: "schema_mismatch", "/data/seatId", .. */
    size_t index;             /* which one of emit_all(); 0 for emit()          */
    /* -- since 1.3 -- */
    uint32_t stored;          /* 1: the store keeps it, as `id`; it is sent soon, and how
                                 many clients get it is not known               */
    uint32_t reserved;
} roomd_emitted;

/* since 1.3: what the store says of one emit */
typedef struct roomd_stored {
    uint32_t struct_size;
    roomd_status status;      /* OK: nothing but the store's own loss can lose it now.
                                 AGAIN: it is not kept, try later.  EXPIRED: it may have
                                 been kept.  INVALID: it never will be          */
    uint32_t duplicate;       /* OK: the key was seen; id is the first one's    */
    uint32_t reserved;
    roomd_str id;             /* OK: its name in the store                      */
    roomd_str code, text;     /* not OK: why, as in roomd_emitted               */
} roomd_stored;

/* since 1.3: texts that outlive this process, in lines: kept by the spool (on_spool) until they are
 * removed.  Each instance, by its label, has lines of its own, which all daemons share. */
typedef enum roomd_spool_what {
    ROOMD_SPOOL_PUT     = 1,  /* keep `text` at the end of the line `line`      */
    ROOMD_SPOOL_NEXT    = 2,  /* remove `id`, unless it is 0; then give the oldest text with a
                                 higher id, in the line or in one that was left: 30 s
                                 without a NEXT of its reader                   */
    ROOMD_SPOOL_REPLACE = 3   /* `text` in place of what has `id`               */
} roomd_spool_what;

typedef struct roomd_spool {
    uint32_t struct_size;
    roomd_spool_what what;
    roomd_str line;           /* 1 to 255 bytes: of who asks                    */
    roomd_str reader;         /* NEXT: one of them has a line at a time; 1 to 64 bytes */
    uint64_t id;              /* NEXT, REPLACE                                  */
    roomd_str text;           /* PUT, REPLACE: UTF-8 without NUL                */
    roomd_str owner;          /* the instance that asks: the host says it       */
    uint32_t flags;           /* ROOMD_SPOOL_TAKE                               */
    uint32_t reserved;
} roomd_spool;
#define ROOMD_SPOOL_TAKE 1u   /* NEXT: from now on `line` is this reader's, whoever has it.
                                 Without it a line is its reader's until that leaves it, but
                                 that one who took over the line of another gives it back */

/* since 1.3: what came of it */
typedef struct roomd_spooled {
    uint32_t struct_size;
    roomd_status status;      /* OK: done, and nothing but the spool's own loss undoes it, except that
                                 what was removed may come back once.  AGAIN: not done,
                                 try later.  EXPIRED: it may have been done.
                                 INVALID: it never will be.  UNSUPPORTED: there is no spool */
    uint64_t id;              /* OK: of the text that was put, or is given; NEXT: 0: there is none */
    uint32_t others;          /* NEXT: 1: the line is another reader's          */
    uint32_t reserved;
    roomd_str text;           /* NEXT: the oldest                               */
    roomd_str code, why;      /* not OK: "spool_full", ..                       */
} roomd_spooled;

/* ---- what the host tells -------------------------------------------------- */

typedef struct roomd_event {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_client client;
    roomd_ticket ack;         /* 0: the client wants no answer                  */
    roomd_str nsp, name;
    roomd_args args;
    roomd_str identity;       /* JSON object set by the auth hook, or empty     */
    /* -- since 1.2 -- */
    roomd_str data;           /* as set_data() of this instance left it, or empty */
} roomd_event;

typedef struct roomd_connect {
    uint32_t struct_size;
    uint32_t secure;          /* 1: came over TLS                               */
    roomd_client client;      /* not joined to anything yet                     */
    roomd_ticket ticket;      /* answer with verdict()                          */
    roomd_str id;             /* the Socket.IO id the client will be told       */
    roomd_str nsp, address, listener;
    roomd_str query;          /* JSON object: the decoded query of the handshake;
                                 the last value of a name that is given twice   */
    roomd_str auth;           /* JSON the client sent in CONNECT, or empty      */
    roomd_str identity;       /* from the token, or empty                       */
    const roomd_field *headers; size_t n_headers; /* those asked for with keep_header() */
} roomd_connect;

typedef struct roomd_verdict {
    uint32_t struct_size;
    uint32_t accept;
    roomd_str message, data;  /* refusal: CONNECT_ERROR {message, data}; data JSON or empty */
    roomd_str identity;       /* accept a connect: JSON object; empty: as it is */
    int64_t expires_ms;       /* accept a connect: Unix ms when the transport is
                                 closed; 0: never                               */
} roomd_verdict;

/* A client was let into its namespace; its CONNECT reply is on its way. */
typedef struct roomd_connected {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_client client;
    roomd_str id;             /* its Socket.IO id, also the name of its own room */
    roomd_str nsp, identity;
} roomd_connected;

/* A client that had been let in has left.  reason: what Socket.IO servers say,
 * "transport close", "ping timeout", "client namespace disconnect", ..         */
typedef struct roomd_gone {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_client client;
    roomd_str nsp, id, reason, identity;
    const roomd_str *rooms; size_t n_rooms;   /* those it was in, but its own   */
    /* -- since 1.2 -- */
    roomd_str data;           /* as set_data() of this instance left it, or empty */
} roomd_gone;

typedef struct roomd_join {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_client client;
    roomd_ticket ticket;      /* answer with verdict()                          */
    roomd_str nsp, room, identity;
    /* -- since 1.2 -- */
    roomd_str data;           /* as set_data() of this instance left it, or empty */
} roomd_join;

typedef struct roomd_request {
    uint32_t struct_size;
    uint32_t secure;
    roomd_ticket ticket;      /* answer with respond()                          */
    roomd_str method, path, address, listener; /* path: as it was sent, no query*/
    roomd_str query;          /* JSON object, as in roomd_connect               */
    roomd_str key;            /* name of the key that let it in, or empty       */
    const roomd_field *headers; size_t n_headers; /* those the route asked for  */
    roomd_bytes body;
} roomd_request;

typedef struct roomd_response {
    uint32_t struct_size;
    uint32_t status;          /* 200 to 599                                     */
    roomd_str content_type;   /* empty: application/json                        */
    const roomd_field *headers; size_t n_headers; /* extra; the host frames the
                                 message: no connection, content-length, ..     */
    roomd_bytes body;
} roomd_response;

/* scope: which keys may use it ("emit", "test", ...); empty: open to all, and the
 * start-up log says so. */
typedef struct roomd_route {
    uint32_t struct_size;
    uint32_t max_body;        /* bytes; 0: the configured default               */
    roomd_str method, path;   /* below it when it ends in "/"; longest path wins.
                                 GET (serves HEAD too), POST, PUT, PATCH, DELETE;
                                 a POST, PUT or PATCH has a body, of any type:
                                 to know it, ask for the header "content-type"  */
    roomd_str scope;
    const roomd_str *headers; size_t n_headers; /* names wanted, lower case     */
    /* -- since 1.3 -- */
    uint64_t flags;           /* ROOMD_ROUTE_.. */
} roomd_route;
#define ROOMD_ROUTE_ENCODED 1u /* what is below the path may be percent-encoded: the plugin
                                  decodes it, as one name. Else such a path is a 404 */

/* since 1.1 */
typedef struct roomd_command {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_str name;           /* "status"                                       */
    roomd_str options;        /* JSON object: what was typed behind it          */
    roomd_str config_json;    /* the instance's section, which check() accepted */
    roomd_str events;         /* JSON object: `events` of the configuration, each
                                 with its schema, in place of a file's name     */
} roomd_command;

/* since 1.2: one client, as it is now */
typedef struct roomd_described {
    uint32_t struct_size;
    uint32_t secure;          /* 1: came over TLS                               */
    roomd_client client;
    uint32_t connected;       /* 0: it still waits for its verdict              */
    uint32_t reserved;
    roomd_str id, nsp, identity;
    roomd_str address, listener;
    roomd_str transport;      /* "polling" or "websocket"                       */
    roomd_str query;          /* as in roomd_connect                            */
    const roomd_field *headers; size_t n_headers; /* those asked for with keep_header() */
    const roomd_str *rooms; size_t n_rooms;       /* but its own                */
    const roomd_client *others; size_t n_others;  /* clients of the same session, in
                                 other namespaces                               */
    roomd_str data;           /* as set_data() of this instance left it, or empty */
    /* -- since 1.3 -- */
    roomd_str user;           /* of its identity, as kick() takes it, or empty  */
    roomd_str portal;         /* its page's, by name; empty: it sent no Origin  */
} roomd_described;

/* since 1.3: which clients are meant.  One of `user`, `id` and `room` says it. */
typedef struct roomd_whom {
    uint32_t struct_size;
    uint32_t reserved;
    roomd_str nsp;            /* empty: "/"; "*": every one, with `user` only   */
    roomd_str user;           /* those whose identity has this "user": 1 to 1024 bytes */
    roomd_str id;             /* the one with this Socket.IO id                 */
    roomd_str room;           /* those in this room                             */
    roomd_str on_behalf;      /* name of the API key (roomd_request.key) whose rooms alone may
                                 be named, and are told of; empty: all of them  */
} roomd_whom;

typedef enum roomd_action {
    ROOMD_JOIN       = 1,     /* a client joins all of `rooms`, or none when it would have
                                 more than rooms_per_client                     */
    ROOMD_LEAVE      = 2,     /* `room:left` tells the client                   */
    ROOMD_DISCONNECT = 3,     /* a DISCONNECT packet: a stock client stays away */
    ROOMD_CLOSE      = 4      /* the connection is closed: a stock client comes back */
} roomd_action;

/* since 1.3: what happens to clients */
typedef struct roomd_move {
    uint32_t struct_size;
    roomd_action what;
    const roomd_str *rooms; size_t n_rooms; /* JOIN, LEAVE: 1 to 1000; else none */
    roomd_str reason;         /* for the log                                    */
} roomd_move;

/* since 1.3: what became of it.  With a status other than OK, code, pointer and text say why:
 * "room_denied", "/rooms/0", .. */
typedef struct roomd_moved {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t clients;         /* that were meant                                */
    uint64_t moved;           /* of these, in other rooms now, or gone          */
    uint64_t full;            /* of these, joined none: too many rooms          */
    roomd_str code, pointer, text;
} roomd_moved;

/* since 1.3: the clients that are meant */
typedef struct roomd_found {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t total;           /* of them, on all pages                          */
    const roomd_described *clients; size_t n_clients; /* this page; struct_size apart */
    roomd_str code, pointer, text; /* as in roomd_moved                         */
} roomd_found;

/* since 1.2: a client that a connect hook of this plugin was asked about was not let in */
typedef struct roomd_connect_failed {
    uint32_t struct_size;
    uint32_t refused;         /* 1: with a CONNECT_ERROR; 0: it left before     */
    roomd_client client;
    roomd_str nsp, id, identity; /* as roomd_connect said                       */
    roomd_str reason;         /* refused: the message of the CONNECT_ERROR, else as in
                                 roomd_gone                                     */
    roomd_str data;           /* refused: the JSON of the CONNECT_ERROR, or empty */
} roomd_connect_failed;

/* since 1.2: what one client said to an ask_all() */
typedef struct roomd_reply {
    uint32_t struct_size;
    roomd_status status;      /* OK: it answered `args`; GONE; EXPIRED; TOO_BIG: its answer
                                 did not fit in the budget; STOPPING            */
    roomd_client client;
    roomd_args args;
} roomd_reply;

typedef struct roomd_replies {
    uint32_t struct_size;
    uint32_t reserved;
    const roomd_reply *replies; size_t n_replies; /* one for each that was asked; they lie
                                 replies->struct_size bytes apart               */
    size_t n_answered;        /* those with OK                                  */
    roomd_str code, pointer, text; /* why nobody was asked, as in roomd_emitted */
} roomd_replies;

/* since 1.3: a room has its first member on this daemon, or lost its last */
typedef struct roomd_room {
    uint32_t struct_size;
    uint32_t occupied;        /* 1: it has its first member; 0: it has none any more */
    roomd_str nsp, room;
} roomd_room;

typedef enum roomd_health { ROOMD_UP = 0, ROOMD_DEGRADED = 1, ROOMD_DOWN = 2 } roomd_health;

/* What a hook says.  TAKEN: mine; where there is a ticket I answer it, now or
 * later.  PASS: ask the next; when all pass, the configured default holds: a
 * connect to a namespace that only hooks know is refused, an event is dropped,
 * and its ack, if it wants one, is answered unknown_event. */
typedef enum roomd_next { ROOMD_PASS = 0, ROOMD_TAKEN = 1 } roomd_next;

/* Pointers to structs are never null here; where there is no answer its arguments are []. */
typedef void       (*roomd_task_fn)   (void *user);
typedef void       (*roomd_fd_fn)     (void *user, int fd, uint32_t events);
typedef roomd_next (*roomd_event_fn)  (void *user, const roomd_event *);
typedef roomd_next (*roomd_connect_fn)(void *user, const roomd_connect *);
typedef roomd_next (*roomd_join_fn)   (void *user, const roomd_join *);
typedef void       (*roomd_connected_fn)(void *user, const roomd_connected *);
typedef void       (*roomd_gone_fn)   (void *user, const roomd_gone *);
typedef void       (*roomd_connect_failed_fn)(void *user, const roomd_connect_failed *);
typedef void       (*roomd_room_fn)   (void *user, const roomd_room *);
typedef void       (*roomd_emitted_fn)(void *user, roomd_status, const roomd_emitted *);
typedef void       (*roomd_clients_fn)(void *user, roomd_status, const roomd_client *, size_t n);
typedef void       (*roomd_described_fn)   (void *user, roomd_status, const roomd_described *);
typedef void       (*roomd_moved_fn)  (void *user, roomd_status, const roomd_moved *);
typedef void       (*roomd_found_fn)  (void *user, roomd_status, const roomd_found *);
typedef void       (*roomd_replies_fn)(void *user, roomd_status, const roomd_replies *);
typedef void       (*roomd_text_fn)   (void *user, roomd_status, roomd_str json);
typedef void       (*roomd_publish_fn)(void *user, const roomd_emit *);
typedef void       (*roomd_store_fn)  (void *user, roomd_ticket, const roomd_emit *, size_t n);
typedef void       (*roomd_spool_fn)  (void *user, roomd_ticket, const roomd_spool *);
typedef void       (*roomd_spooled_fn)(void *user, const roomd_spooled *);
typedef void       (*roomd_request_fn)(void *user, const roomd_request *);
typedef void       (*roomd_answer_fn) (void *user, roomd_status, const roomd_args *);
/* One fault in a configuration: where (JSON pointer into it, empty: all of it),
 * what, what to do.  The host adds file, line and column. */
typedef void       (*roomd_fault_fn)  (void *user, roomd_str pointer, roomd_str text, roomd_str hint);

#define ROOMD_FD_READ  1u /* an error or a hang-up counts as both: the next     */
#define ROOMD_FD_WRITE 2u /* read or write fails with it                        */

/* ROOMD_HISTOGRAM, since 1.3: of seconds, in buckets from 0.1 ms to 30 s. */
typedef enum roomd_metric {
    ROOMD_COUNTER = 1,
    ROOMD_GAUGE = 2,
    ROOMD_HISTOGRAM = 3
} roomd_metric;

/* ---- host ----------------------------------------------------------------- */

typedef struct roomd_self roomd_self; /* this instance, as the host knows it    */

typedef struct roomd_host {
    uint32_t struct_size;
    uint32_t abi_minor;

    /* [any] Log one line.  `message` is a constant; what varies is a field. */
    void (*log)(roomd_self *, roomd_level, roomd_str message,
                const roomd_field *fields, size_t n_fields);

    /* [any] Send to clients, here and (unless LOCAL) through the cluster bus.
     * OK: in line, not yet delivered; `fn`, which may be NULL, is told the rest. */
    roomd_status (*emit)(roomd_self *, const roomd_emit *, roomd_emitted_fn fn, void *user);

    /* [any] All of them or none: every one is checked before any is sent.  `fn`
     * is called n times in a row, in order.  When some are refused each has its
     * own reason, and the others are FAILED, "not_sent".
     * The structs lie emits->struct_size bytes apart. */
    roomd_status (*emit_all)(roomd_self *, const roomd_emit *emits, size_t n,
                             roomd_emitted_fn fn, void *user);

    /* [any] Emit to one client (`to`; no rooms, no key) and learn its answer: OK
     * with args, GONE, EXPIRED, INVALID (refused as an emit would be) or, before
     * stop(), STOPPING.  timeout_ms: 1 to 3600000. */
    roomd_status (*ask)(roomd_self *, const roomd_emit *, uint32_t timeout_ms,
                        roomd_answer_fn fn, void *user);

    /* [any] Answer a client event that came with an ack ticket. */
    roomd_status (*ack)(roomd_self *, roomd_ticket, const roomd_args *);

    /* [any] Decide on a connect or join.  Refused: `message` and `data` go to the
     * client.  Accepted: `identity` and `expires_ms` hold (connect only). */
    roomd_status (*verdict)(roomd_self *, roomd_ticket, const roomd_verdict *);

    /* [any] Answer an HTTP request. */
    roomd_status (*respond)(roomd_self *, roomd_ticket, const roomd_response *);

    /* [any] Move a client, or send it away.  A client may be moved from its connect
     * hook on, into any room: the configured kinds bind what clients ask for.  A
     * refused move (gone, bad name, rooms_per_client) is logged at debug level.
     * close_transport 0: a DISCONNECT packet, a stock client stays away; 1: the
     * connection is closed, a stock client comes back.  `reason` is for the log.
     * kick: all clients whose identity has this "user". */
    roomd_status (*join)(roomd_self *, roomd_client, roomd_str room);
    roomd_status (*leave)(roomd_self *, roomd_client, roomd_str room);
    roomd_status (*disconnect)(roomd_self *, roomd_client, int close_transport, roomd_str reason);
    roomd_status (*kick)(roomd_self *, roomd_str user, int close_transport, roomd_str reason);

    /* [any] Questions.  nsp empty: "/".  stats: the JSON of `roomd stats --json`, with
     * {"clients":n,"rooms":n,"active":[{"nsp":"/","room":"r","members":n}], ..}: rooms
     * that clients asked for, by name, 1000 of them at most. */
    roomd_status (*members)(roomd_self *, roomd_str nsp, roomd_str room, roomd_clients_fn fn, void *user);
    roomd_status (*stats)(roomd_self *, roomd_text_fn fn, void *user);

    /* [any] How this plugin is: shown in /health, with the reason to operators, and heeded by
     * /ready when `required`.  UP until it says otherwise. */
    void (*health)(roomd_self *, roomd_health, roomd_str why);

    /* [any] Run `fn` on the home loop, in its place among this thread's commands. */
    roomd_status (*post)(roomd_self *, roomd_task_fn fn, void *user);

    /* [home] Call `fn` after `delay_ms`, then each `every_ms` (0: once, and the handle
     * dies by itself).  Periods missed by a busy loop are not made up for. */
    roomd_status (*timer)(roomd_self *, uint32_t delay_ms, uint32_t every_ms,
                          roomd_task_fn fn, void *user, roomd_handle *out);

    /* [home] Call `fn` while `fd` is ready.  The descriptor stays the plugin's,
     * becomes non-blocking, and may be closed only after cancel().  One watch per
     * descriptor; a regular file cannot be watched. */
    roomd_status (*watch)(roomd_self *, int fd, uint32_t events,
                          roomd_fd_fn fn, void *user, roomd_handle *out);
    /* [home] Another interest for a watch; 0: pause. A library that may close the
     * descriptor itself (PQconnectPoll) needs cancel() BEFORE it is called. */
    roomd_status (*rearm)(roomd_self *, roomd_handle, uint32_t events);

    /* [home] Only in start(): keep this handshake header for the life of each session,
     * for this plugin's connect hooks. */
    roomd_status (*keep_header)(roomd_self *, roomd_str name);

    /* [home] Hooks.  Asked in the order plugins stand in the configuration, within
     * one in the order of these calls, until one returns TAKEN; on_disconnect and
     * on_connected tell all.  `nsp` ("/chat"; empty: "/") and `pattern` (an event's
     * or room's name) may be a prefix ending in '*'; "*" is any.  A namespace
     * exists when the configuration or an on_connect hook names it.  The core's own
     * verbs (join:library, leave, ..) and client_events come before on_event in each
     * namespace of the configuration without `verbs: false`.  A room is "<kind>:<id>",
     * split at the first colon, or an id without one; an id is 1 to 255 visible ASCII
     * characters other than " * < > ` { }.  A hook that can never be
     * called is INVALID, and the log says why: on a reserved name such as "disconnect",
     * on a name that no room or namespace can have. */
    roomd_status (*on_event)(roomd_self *, roomd_str nsp, roomd_str pattern,
                             roomd_event_fn fn, void *user, roomd_handle *out);
    roomd_status (*on_connect)(roomd_self *, roomd_str nsp,
                               roomd_connect_fn fn, void *user, roomd_handle *out);
    roomd_status (*on_join)(roomd_self *, roomd_str nsp, roomd_str pattern,
                            roomd_join_fn fn, void *user, roomd_handle *out);
    roomd_status (*on_disconnect)(roomd_self *, roomd_str nsp,
                                  roomd_gone_fn fn, void *user, roomd_handle *out);
    roomd_status (*on_connected)(roomd_self *, roomd_str nsp,
                                 roomd_connected_fn fn, void *user, roomd_handle *out);

    /* [home] Be the cluster bus: see every emit to rooms or to all that is not LOCAL.
     * One plugin only; another is DENIED.  What comes back from the bus is emitted
     * with LOCAL. */
    roomd_status (*on_publish)(roomd_self *, roomd_publish_fn fn, void *user,
                               roomd_handle *out);

    /* [home] Serve `method` on `path`, or below it when it ends in "/".  INVALID: bad or
     * taken; the log says which. */
    roomd_status (*route)(roomd_self *, const roomd_route *,
                          roomd_request_fn fn, void *user, roomd_handle *out);

    /* [home] Make a metric.  It appears as roomd_plugin_<plugin>_<name>, with a label for
     * the instance.  name: [a-z][a-z0-9_]*.  At most 256 of them. */
    roomd_status (*metric)(roomd_self *, roomd_metric kind, roomd_str name,
                           roomd_str help, roomd_handle *out);
    /* [any] A counter takes no negative `by` and no set; neither takes NaN.  A histogram takes
     * `by` as one more observation. */
    void (*metric_add)(roomd_self *, roomd_handle, double by);
    void (*metric_set)(roomd_self *, roomd_handle, double to);

    /* [home] Undo a timer, watch, hook, route or metric.  When it returns, `fn` will not
     * be called again, also when that very `fn` is what calls cancel().  A handle that
     * is 0 or gone is ignored. */
    void (*cancel)(roomd_self *, roomd_handle);

    /* -- members added after 1.0 go below; test them with ROOMD_HAS -- */
    /* -- since 1.2 -- */

    /* [any] The clients that are in a namespace, in the order of their numbers: the
     * first `limit` (1 to 10000) of those above `after` (0: from the beginning).
     * Fewer than `limit`: there are no more.  A client that stays from the first page
     * to the last is listed once; those that come meanwhile on_connected tells of. */
    roomd_status (*clients)(roomd_self *, roomd_str nsp, roomd_client after, uint32_t limit,
                            roomd_clients_fn fn, void *user);
    /* [any] What is known of one client.  GONE: only `client` is set. */
    roomd_status (*describe)(roomd_self *, roomd_client, roomd_described_fn fn, void *user);

    /* [home] Each client that a connect hook of this plugin is asked about is told of
     * once more: by on_connected, or here when it was not let in, whoever refused it
     * (this plugin too) and when it left before its verdict.  Tells all, as
     * on_disconnect; only connects that are asked about from this call on. */
    roomd_status (*on_connect_failed)(roomd_self *, roomd_str nsp, roomd_connect_failed_fn fn,
                                      void *user, roomd_handle *out);

    /* [any] Emit to many (`rooms` or ALL; no `to`, no key; flags ALL, ROUTE, LOCAL) and
     * collect their answers; only this daemon's clients are asked.  `fn` is called once:
     * when the last answer is there or its client gone, or at the end of timeout_ms (1 to
     * 3600000).  Its status is OK whoever answered, or why nobody was asked.  Each client
     * that is asked counts 256 bytes against the budget until then, and each answer its
     * own: what does not fit in the budget is AGAIN, or TOO_BIG, as `fn` is told. */
    roomd_status (*ask_all)(roomd_self *, const roomd_emit *, uint32_t timeout_ms,
                            roomd_replies_fn fn, void *user);

    /* [any] Keep JSON with a client, from its connect hook on until it goes; empty: none.
     * It comes with its events, joins and end, and with describe().  Each instance has its
     * own for each client, which a reload that restarts the instance leaves alone.
     * TOO_BIG: over 4096 bytes.  For a client that is gone nothing is kept. */
    roomd_status (*set_data)(roomd_self *, roomd_client, roomd_str json);

    /* -- since 1.3 -- */

    /* [any] Find clients: how many there are, and the first `limit` (0 to 1000) of those
     * above `after`, each as describe() tells of it, in the order of their numbers.  A name that
     * is wrong, a namespace that is unknown or a room that on_behalf may not name is told to
     * `fn`, with a code. */
    roomd_status (*find)(roomd_self *, const roomd_whom *, roomd_client after, uint32_t limit,
                         roomd_found_fn fn, void *user);
    /* [any] Move clients, or send them away; refused as find() is.  Those that are meant when its
     * turn in the line comes are moved, 500 in each turn of the loop (fewer when there are 32
     * rooms or more), and commands behind it do not wait: what is sure to come after all of them
     * is what `fn` does.  Meanwhile the command counts against the budget, and 8 bytes for each
     * client (`fn` is told AGAIN, or TOO_BIG).  Clients that wait for their verdict may be sent
     * away, but are in no rooms yet.  `fn` may be NULL; it is told STOPPING, with what was done,
     * when stop() comes first. */
    roomd_status (*move)(roomd_self *, const roomd_whom *, const roomd_move *, roomd_moved_fn fn,
                         void *user);

    /* [home] Be the store: keep what is emitted with DURABLE.  `fn` gets emits that have
     * been judged, with their rooms, to be kept all together or not at all; they lie
     * emits->struct_size bytes apart.  The ticket is answered with stored().  One plugin
     * only; another is DENIED.  With none an emit with DURABLE is UNSUPPORTED. */
    roomd_status (*on_store)(roomd_self *, roomd_store_fn fn, void *user, roomd_handle *out);
    /* [any] Say what became of them, in their order; one that is left out is EXPIRED.
     * The structs lie results->struct_size bytes apart. */
    roomd_status (*stored)(roomd_self *, roomd_ticket, const roomd_stored *results, size_t n);

    /* [home] Be told when a room gets its first member on this daemon and when it loses its
     * last, in order, from this call on: soon, and after on_connected or on_disconnect of the
     * client that did it.  By then the room may have changed again, and that is told next.
     * Tells all, as on_disconnect. */
    roomd_status (*on_room)(roomd_self *, roomd_str nsp, roomd_str pattern,
                            roomd_room_fn fn, void *user, roomd_handle *out);

    /* [home] Be the spool: do what spool() is asked, in order.  The ticket is answered with
     * spooled().  One plugin only; another is DENIED. */
    roomd_status (*on_spool)(roomd_self *, roomd_spool_fn fn, void *user, roomd_handle *out);
    /* [any] */
    roomd_status (*spooled)(roomd_self *, roomd_ticket, const roomd_spooled *);
    /* [any] Ask the spool.  It counts against the budget until it is answered, and `fn` is told what
     * came of it.  `fn` may be NULL for a PUT, and for a NEXT that only removes: in stop() too,
     * and what cannot be done is logged then.  The spool stops after those who ask it. */
    roomd_status (*spool)(roomd_self *, const roomd_spool *, roomd_spooled_fn fn, void *user);
} roomd_host;

/* ---- plugin --------------------------------------------------------------- */

typedef struct roomd_plugin {
    uint32_t struct_size;
    uint32_t abi_major;       /* ROOMD_ABI_MAJOR */
    uint32_t abi_minor;       /* the least host minor this plugin can live with */
    uint32_t flags;           /* ROOMD_PLUGIN_GUARDED: `check` refuses it on a TCP listener
                                 that is not loopback unless a key has its scope */
    const char *name;         /* [a-z][a-z0-9_]*, names its config section      */
    const char *version;      /* the plugin's own                               */

    /* Is this configuration good?  Pure: no side effect, no host.  Called at
     * start, at each reload and by `roomd check`; `fault` only inside the call.
     * Any fault, or a status that is not OK, refuses it.  May be NULL. */
    roomd_status (*check)(roomd_str config_json, roomd_fault_fn fault, void *user);

    /* Begin.  Set *state and register hooks.  On failure free what is yours (stop()
     * will not be called); the host cancels every handle, here and after stop(). */
    roomd_status (*start)(const roomd_host *, roomd_self *, roomd_str config_json,
                          void **state, roomd_error *);

    /* Take a configuration that check() accepted.  On failure the old one must
     * still be in force.  NULL: the host restarts the instance instead. */
    roomd_status (*reload)(void *state, roomd_str config_json, roomd_error *);

    /* The line is below half of the budget again after an AGAIN.  May be NULL. */
    void (*on_drain)(void *state);

    /* End.  Join every thread, then free *state.  Must not fail.  Before it every
     * `fn` in line has been called and every ask has had its answer; from then on
     * what would need a later call (an `fn`, a handle) is ROOMD_STOPPING, while
     * emits without `fn`, answers, moves, log, health and metrics still work.
     * After the return neither side calls the other. */
    void (*stop)(void *state);

    /* JSON Schema (draft 7) of config_json, for `roomd check`, `roomd config schema`
     * and the reference.  With "properties" the host refuses any other top-level
     * key by itself, and names the nearest.  May be NULL. */
    const char *config_schema;

    /* -- since 1.1 -- */

    /* Carry out a command that a person typed at a shell, as `roomd pg status`: in a
     * process without a daemon and without a host, so it may block.  `fn` is called
     * once before it returns: OK and {"text":"for people","data":{..}}, or another
     * status and a text that says what is wrong.  May be NULL. */
    void (*command)(const roomd_command *, roomd_text_fn fn, void *user);
} roomd_plugin;
#define ROOMD_PLUGIN_GUARDED 1u

/* The one export.  The host passes its own version; the plugin returns a table
 * that lives as long as the process, or NULL when it cannot work there. */
ROOMD_EXPORT const roomd_plugin *roomd_plugin_entry(uint32_t host_major,
                                                    uint32_t host_minor);

#ifdef __cplusplus
}
#endif
#endif /* ROOMD_PLUGIN_H */
