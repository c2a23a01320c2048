#pragma once

namespace roomd::webhook {

// JSON Schema of the plugin's section.
inline constexpr const char *config_schema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "required": ["secrets"],
  "properties": {
    "url": {"type": "string", "description": "where batches of what happens go; absent: only acks and verdicts are asked for"},
    "secrets": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"},
                "description": "one, or two while they are rotated: each signs; 16 to 1024 bytes, as ${credential:..}, ${file:..} or ${env:..}"},
    "ca": {"type": "string", "description": "file of certificates to trust, in place of the system's"},
    "node": {"type": "string", "description": "this daemon in what is told; without it the host's name"},
    "namespaces": {"type": "array", "items": {"type": "string"}, "default": ["*"],
                   "description": "whose clients, rooms and events are told of and asked about; names, or prefixes ending in *"},
    "connects": {"type": "boolean", "default": true, "description": "tell of clients that were let in"},
    "disconnects": {"type": "boolean", "default": true, "description": "tell of those that left"},
    "rooms": {"type": "array", "items": {"type": "string"},
              "description": "tell when such rooms get their first member and lose their last"},
    "events": {"type": "array", "items": {"type": "string"},
               "description": "tell of these events of clients; an ack says that the event is in line"},
    "batch": {
      "type": "object",
      "description": "how entries are put together; one batch is under way at a time",
      "properties": {
        "events": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 100, "description": "entries at most"},
        "size": {"type": "string", "default": "1MiB", "description": "a batch ends with the entry that reaches this"},
        "wait": {"type": "string", "default": "250ms", "description": "how long an entry waits for others"}
      },
      "additionalProperties": false
    },
    "memory": {"type": "string", "default": "16MiB",
               "description": "what waits for the backend; above it the oldest is dropped and told as a gap"},
    "lifecycle": {"type": "boolean", "default": false,
                  "description": "what is told is kept in PostgreSQL until the backend has it, as rows of roomd.lifecycle: by the plugin postgres with outbox"},
    "timeout": {"type": "string", "default": "10s", "description": "for one try"},
    "retry_max": {"type": "string", "default": "30s", "description": "the longest wait between two tries"},
    "refusals": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5,
                 "description": "answers 4xx (but 401, 403, 404, 407, 408 and 429) to one batch until it is dropped"},
    "away": {"type": "string", "default": "30s", "description": "how long the backend may fail until the health is degraded"},
    "flush": {"type": "string", "default": "3s",
              "description": "how long the daemon's end, or a reload that takes the plugin away, waits for what is in line; at most 5s"},
    "acks": {
      "type": "object",
      "description": "events that the backend answers",
      "required": ["url", "events"],
      "properties": {
        "url": {"type": "string", "description": "where each of them goes, in a POST of its own"},
        "events": {"type": "array", "items": {"type": "string"}, "description": "names, or prefixes ending in *"},
        "timeout": {"type": "string", "default": "5s", "description": "then the ack is backend_unavailable; below a minute"},
        "answer": {"type": "string", "default": "64KiB", "description": "bytes of a response at most"},
        "in_flight": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 16, "description": "at the same time"},
        "waiting": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 1000, "description": "of all clients"},
        "per_client": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 32,
                       "description": "of one client, which are asked one after the other"}
      },
      "additionalProperties": false
    },
    "verdicts": {
      "type": "object",
      "description": "who may connect and join, asked at the backend; without its answer nobody may",
      "required": ["url"],
      "properties": {
        "url": {"type": "string", "description": "where each question goes"},
        "connect": {"type": "array", "items": {"type": "string"}, "description": "to these namespaces, whatever `namespaces` says"},
        "join": {"type": "array", "items": {"type": "string"}, "description": "into these rooms, when clients ask for them"},
        "timeout": {"type": "string", "default": "3s", "description": "below plugins.answer_timeout"},
        "in_flight": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 16, "description": "at the same time"},
        "waiting": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 1000},
        "cache": {"type": "string", "default": "30s", "description": "how long an answer holds for the same token, 0s: once"},
        "cache_entries": {"type": "integer", "minimum": 1, "maximum": 1000000, "default": 10000}
      },
      "additionalProperties": false
    }
  },
  "additionalProperties": false
})json";

} // namespace roomd::webhook
