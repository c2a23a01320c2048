"""The sequencer when much waits: batches take their time and no more, whatever goes on beside.

ROOMD_PG_SOAK: the backlog is a million rows.
"""
import json
import os
import time
import unittest

import pq
import server
from sequencer import Sequencer

BACKLOG = 1000000 if os.environ.get("ROOMD_PG_SOAK") else 150000


class Backlog(Sequencer):
    def test_a_batch_that_is_cut_short_by_a_timeout_loses_nothing(self):
        self.fill(20000)
        self.daemon.run("SET statement_timeout = '20ms'")
        for _ in range(2):
            with self.assertRaises(pq.Error) as caught:
                self.batch(20000)
            self.assertEqual(caught.exception.state, "57014")
        self.daemon.run("RESET statement_timeout")
        self.assertEqual(self.batch(20000), (False, 20000, 0, 20000))

    def test_a_plan_that_was_made_when_nothing_waited_is_one_for_much(self):
        self.owner.run("VACUUM ANALYZE roomd.outbox")
        for _ in range(8):
            self.emit(self.owner, "a")
            self.batch()
        self.fill(3000)
        self.daemon.run("BEGIN")
        self.assertEqual(self.batch()[1], 1000)
        self.assertEqual(self.daemon.query("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relid = 'roomd.outbox'::regclass"), [("0",)])
        self.daemon.run("COMMIT")

    def drain_timed(self, most):
        times, total = [], 0
        while True:
            began = time.monotonic()
            _, moved, _, _ = self.batch(most)
            times.append(time.monotonic() - began)
            total += moved
            if moved == 0:
                return total, times[:-1]

    def test_a_backlog_is_drained_in_batches_of_bounded_time(self):
        self.fill(BACKLOG)
        total, times = self.drain_timed(1000)
        median = sorted(times)[len(times) // 2]
        early, late = sorted(times[:50])[25], sorted(times[-50:])[25]
        print(f"\n{total} rows: {sum(times):.1f} s, {total / sum(times):.0f} rows/s; of 1000 rows median {median * 1e3:.1f} ms, "
              f"worst {max(times) * 1e3:.0f} ms; first 50 {early * 1e3:.1f} ms, last 50 {late * 1e3:.1f} ms")
        self.assertEqual(total, BACKLOG)
        self.assertLess(late, 3 * early, "a batch does not cost more as dead rows pile up")
        self.assertLess(max(times), 5)
        self.assertEqual(self.owner.query("SELECT count(*), min(seq), max(seq), count(DISTINCT seq) FROM roomd.log"),
                         [(str(BACKLOG), "1", str(BACKLOG), str(BACKLOG))])

    def beside(self, what, begin):
        """Batches beside a transaction that lasts: 100,000 deleted rows, and nobody may remove them."""
        self.fill(100000)
        with self.server.connect("postgres") as other:
            other.run("BEGIN ISOLATION LEVEL REPEATABLE READ;" + begin)
            total, times = self.drain_timed(1000)
            early, late = sorted(times[:50])[25], sorted(times[-50:])[25]
            # A few at a time, as by day.
            began, rounds = time.monotonic(), 0
            while time.monotonic() - began < 1:
                self.emit(self.owner, "live")
                self.assertEqual(self.batch()[1], 1)
                rounds += 1
            each = 1 / rounds
            other.run("COMMIT")
        print(f"\nbeside {what}: first 50 {early * 1e3:.1f} ms, last 50 {late * 1e3:.1f} ms; "
              f"emit and a batch {each * 1e3:.2f} ms")
        self.assertEqual(total, 100000)
        self.assertLess(late, 3 * early)
        self.assertLess(each, 0.03)

    def test_a_long_read_elsewhere_does_not_make_batches_slow(self):
        self.beside("a dump", "SELECT count(*) FROM pg_class")

    def test_a_long_write_elsewhere_does_not_make_batches_slow_and_is_not_lost(self):
        self.beside("a long write", "SELECT roomd.emit('slow', '{}')")
        self.emit(self.owner, "after it")
        self.batch()
        self.assertEqual([event for _, event in self.log()[-2:]], ["slow", "after it"])

    def test_many_batches_beside_a_long_transaction_do_not_make_the_next_one_look_further(self):
        def pages():
            self.emit(self.owner, "a")
            plan = self.daemon.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT roomd.sequence_batch()")[0][0]
            state = self.owner.query("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM roomd.state()")[0][0]
            return [sum(json.loads(text)[0]["Plan"][kind] for kind in ("Shared Hit Blocks", "Shared Read Blocks")) for text in (plan, state)]

        with self.server.connect("postgres") as other:
            other.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM roomd.meta")
            pages()
            before = pages()
            for _ in range(1500):
                self.emit(self.owner, "a")
                self.batch()
            after = pages()
            other.run("COMMIT")
        print(f"\npages of a batch and of state(): {before}, then {after}")
        for few, many in zip(before, after):
            self.assertLess(many, few + 30)

    def test_looking_at_all_is_rare(self):
        with self.server.connect("postgres") as other:
            other.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class")
            self.fill(20000)
            server.drain(self.daemon, 20000)
            self.emit(self.owner, "a")
            self.owner.run("UPDATE roomd.meta SET look_all_at = '-infinity'")
            self.daemon.run("BEGIN")
            self.assertEqual(self.batch()[1], 1)
            self.assertEqual(self.daemon.value("SELECT look_all_at > clock_timestamp() FROM roomd.meta"), "t")
            self.daemon.run("COMMIT")

    def test_a_late_row_does_not_wait_for_the_end_of_a_backlog(self):
        with self.server.connect("app") as slow:
            slow.run("BEGIN")
            self.emit(slow, "slow")
            self.fill(10000)
            for _ in range(5):
                self.batch()
            slow.run("COMMIT")
            self.batch()
            self.assertEqual(self.owner.value("SELECT seq FROM roomd.log WHERE event = 'slow'"), "5001")


if __name__ == "__main__":
    unittest.main()
