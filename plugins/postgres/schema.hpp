#pragma once

namespace roomd::postgres {

// JSON Schema of the plugin's section.
inline constexpr const char *config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": ["dsn"],
  "properties": {
    "dsn": {"type": "string",
            "description": "connection string of libpq, URI or key=value; a secret: ${file:..} or ${credential:..}"},
    "listen_dsn": {"type": "string",
                   "description": "the server itself, where dsn leads to a pooler: LISTEN goes there"},
    "connect_timeout": {"type": "string", "default": "10s", "description": "for one attempt to connect"},
    "answer_timeout": {"type": "string", "default": "15s",
                       "description": "for one query; a server that is silent for longer is considered lost"},
    "probe": {"type": "string", "default": "10s",
              "description": "how long a connection may be quiet before it is probed"},
    "retry_max": {"type": "string", "default": "10s", "description": "the longest wait between two attempts"},
    "listen": {
      "type": "object",
      "description": "events from NOTIFY; what is sent while the connection is away is lost",
      "required": ["channels"],
      "properties": {
        "channels": {"type": "object",
                     "description": "name: {} for payloads {event, data, room?|rooms?}, or {event, rooms?, data?} with templates"},
        "catch_up": {"type": "string",
                     "description": "query asked after a gap; $1 is its length in seconds; gives the columns channel and payload"}
      },
      "additionalProperties": false
    },
    "outbox": {
      "type": "object",
      "description": "events from roomd.emit(): none is lost; the default without listen",
      "properties": {
        "batch": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 500,
                  "description": "rows sequenced and read at a time"},
        "busy": {"type": "string", "default": "20ms", "description": "time between two batches while there is work"},
        "idle": {"type": "string", "default": "250ms", "description": "the same while there is no work"},
        "wake": {"type": "string", "enum": ["notify", "poll"], "default": "notify",
                 "description": "poll: no LISTEN, as through a pooler; notify finds that out by itself"},
        "sequence": {"type": "boolean", "default": true,
                     "description": "false: other daemons move rows from the outbox to the log"},
        "rate": {"type": "integer", "minimum": 0, "maximum": 1000000, "default": 0,
                 "description": "events sent in a second at most; 0: as many as there are"},
        "node": {"type": "string", "description": "this daemon in roomd.node; without it host and process"},
        "keep": {"type": "string", "default": "1d", "description": "how long the log is kept; whole days are dropped"},
        "keep_size": {"type": "string", "description": "the oldest days are dropped while the log is larger"},
        "store": {"type": "boolean", "default": true,
                  "description": "whether durable events that come over HTTP go into this outbox, and what webhook keeps into roomd.lifecycle; in one instance at most"},
        "store_memory": {"type": "string", "default": "16MiB",
                         "description": "what may wait to be stored; above it events are answered 503"},
        "lifecycle_max": {"type": "string", "default": "1GiB",
                          "description": "what an instance of webhook may keep in roomd.lifecycle, all daemons together; above it its memory is used up"}
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
})json";

} // namespace roomd::postgres
