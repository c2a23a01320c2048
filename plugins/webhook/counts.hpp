#pragma once

#include <roomd/plugin.hpp>

namespace roomd::webhook {

struct Counts {
    explicit Counts(Host &host) :
        sent(host.counter("sent_total", "Entries that the backend took.")),
        failed(host.counter("failed_total", "Tries to send a batch that failed.")),
        kept(host.counter("kept_total", "Entries that were put into roomd.lifecycle.")),
        dropped(host.counter("dropped_total", "Entries that the backend will never get.")),
        queue(host.gauge("queue_bytes", "Bytes of entries that wait for the backend.")),
        posts(host.counter("posts_total", "POSTs that ended, answered or not.")),
        seconds(host.counter("post_seconds_total", "How long they took, together.")),
        acks(host.counter("acks_total", "Events that were to be answered by the backend.")),
        acks_unavailable(
            host.counter("acks_unavailable_total", "Those of them that it did not answer.")),
        verdicts(host.counter("verdicts_total", "Connects and joins that were to be decided.")),
        verdicts_unavailable(host.counter("verdicts_unavailable_total",
                                          "Those of them that the backend did not decide.")),
        cache_hits(host.counter("cache_hits_total", "Those of them that the cache decided.")) {}

    Counter sent, failed, kept, dropped;
    Gauge queue;
    Counter posts, seconds;
    Counter acks, acks_unavailable;
    Counter verdicts, verdicts_unavailable, cache_hits;
};

} // namespace roomd::webhook
