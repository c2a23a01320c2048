"""The sequencer: order, late commits, bad rows, and who may at the same time."""
import os
import time
import unittest

import pq
import server
from sequencer import Sequencer


class Sequence(Sequencer):
    def test_rows_get_consecutive_numbers_in_the_order_of_their_ids(self):
        for event in "abc":
            self.emit(self.owner, event)
        self.assertEqual(self.batch(2), (False, 2, 0, 2))
        self.assertEqual(self.batch(2), (False, 1, 0, 3))
        self.assertEqual(self.batch(2), (False, 0, 0, 3))
        self.assertEqual(self.log(), [("1", "a"), ("2", "b"), ("3", "c")])
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.outbox"), "0")

    def test_all_that_emit_was_given_reaches_the_log(self):
        self.owner.run("""SELECT roomd.emit('e', '{"a": [1, 2.50]}', '{x:1}', 'all of it', '{y:2}', '1 hour', 'trace')"""
                       .replace("all of it", "all-of-it"))
        before = self.owner.query("SELECT id, event, data, rooms, except_rooms, key, expires_at, traceparent, created_at "
                                  "FROM roomd.outbox")
        self.batch()
        self.assertEqual(self.owner.query("SELECT outbox_id, event, data, rooms, except_rooms, key, expires_at, traceparent, "
                                          "created_at FROM roomd.log"), before)

    def test_a_slow_commit_that_was_overtaken_is_not_lost(self):
        with self.server.connect("app") as slow, self.server.connect("app") as fast:
            slow.run("BEGIN")
            first = self.emit(slow, "slow")
            second = self.emit(fast, "fast")
            self.assertLess(int(first), int(second))
            self.batch()
            # Where a reader of ids would stand now, beyond the slow one:
            self.assertEqual(self.owner.value("SELECT max(outbox_id) FROM roomd.log"), second)
            slow.run("COMMIT")
            for event in ("later", "last"):
                self.emit(fast, event)
            self.batch()
        self.assertEqual(self.log(), [("1", "fast"), ("2", "slow"), ("3", "later"), ("4", "last")])

    def test_an_open_transaction_holds_up_nobody(self):
        with self.server.connect("app") as slow, self.server.connect("app") as fast:
            slow.run("BEGIN")
            self.emit(slow, "slow")
            self.emit(fast, "fast")
            began = time.monotonic()
            self.assertEqual(self.batch()[1], 1)
            self.assertLess(time.monotonic() - began, 1)
            slow.run("ROLLBACK")
        self.assertEqual(self.batch()[1], 0)
        self.assertEqual(self.log(), [("1", "fast")])

    def test_of_two_sequencers_one_works_and_the_other_does_not_wait(self):
        self.emit(self.owner, "a")
        with self.server.connect("daemon") as first:
            first.run("BEGIN; SELECT roomd.sequence_batch()")
            self.emit(self.owner, "b")
            began = time.monotonic()
            self.assertEqual(self.batch(), (True, 0, 0, None))
            self.assertLess(time.monotonic() - began, 1)
            self.assertEqual(self.log(), [], "nothing is seen before its commit")
            first.run("ROLLBACK")
            self.assertEqual(self.batch()[1], 2)
        self.assertEqual(self.log(), [("1", "a"), ("2", "b")])

    def test_another_isolation_level_is_refused_with_what_to_do(self):
        self.emit(self.owner, "a")
        with self.server.connect("postgres") as admin:
            admin.run("ALTER DATABASE app SET default_transaction_isolation = 'serializable'")
            try:
                with self.server.connect("daemon") as daemon:
                    for level in ("SERIALIZABLE", "REPEATABLE READ"):
                        daemon.run(f"SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {level}")
                        with self.assertRaises(pq.Error) as caught:
                            daemon.run("SELECT roomd.sequence_batch()")
                        self.assertEqual(caught.exception.state, "25000")
                        self.assertIn(level.lower(), str(caught.exception))
                    admin.run(caught.exception.hint)
                with self.server.connect("daemon") as daemon:
                    self.assertEqual(daemon.run("SELECT busy, moved FROM roomd.sequence_batch()"), [("f", "1")])
            finally:
                admin.run("ALTER DATABASE app RESET ALL; ALTER ROLE daemon RESET ALL")

    def test_writers_that_are_serializable_are_not_made_to_fail(self):
        writers = [self.server.connect("app") for _ in range(4)]
        for turn in range(30):
            for i, writer in enumerate(writers):
                writer.run("BEGIN ISOLATION LEVEL SERIALIZABLE")
                writer.query("SELECT roomd.emit('e', '{}', NULL, $1)", f"serial-{i}-{turn}")
                self.batch(3)
            for writer in writers:
                writer.run("COMMIT")
        for writer in writers:
            writer.close()
        server.drain(self.daemon)
        self.assertEqual(self.owner.query("SELECT count(*), max(seq) FROM roomd.log"), [("120", "120")])

    def test_ids_that_someone_chose_are_found(self):
        for turn in range(20):
            self.emit(self.owner, "a")
            self.batch()
        self.owner.run("UPDATE roomd.meta SET look_all_at = '-infinity'")
        self.owner.run("INSERT INTO roomd.outbox (id, event, data) VALUES (-9223372036854775808, 'least', '{}'), (-1, 'less', '{}'),"
                       "(0, 'none', '{}'), (9223372036854775807, 'most', '{}')")
        until = time.monotonic() + 10
        while self.owner.value("SELECT count(*) FROM roomd.outbox") != "0" and time.monotonic() < until:
            self.batch(1)
        self.assertEqual({event for _, event in self.log()[20:]}, {"least", "less", "none", "most"})
        self.emit(self.owner, "b")
        self.assertEqual(self.batch(1)[1], 1)

    def test_the_last_id_of_all_is_sent(self):
        before = self.owner.value("SELECT last_value FROM roomd.outbox_id_seq")
        self.owner.run("SELECT setval('roomd.outbox_id_seq', 9223372036854775806)")
        try:
            for event in ("a", "b"):
                if event == "a":
                    self.emit(self.owner, event)
                else:
                    with self.assertRaises(pq.Error) as caught:
                        self.emit(self.owner, event)
                    self.assertEqual(caught.exception.state, "2200H")
                for _ in range(3):
                    self.batch(1)
        finally:
            self.owner.run(f"SELECT setval('roomd.outbox_id_seq', {before})")
        self.assertEqual(self.log(), [("1", "a")])

    def test_a_commit_of_numbers_is_on_disk_before_they_are_seen(self):
        self.emit(self.owner, "a")
        self.daemon.run("SET synchronous_commit = off; BEGIN; SELECT roomd.sequence_batch()")
        self.assertEqual(self.daemon.value("SHOW synchronous_commit"), "on")
        self.daemon.run("COMMIT")

    def test_one_constant_notification_for_a_batch_and_none_for_nothing(self):
        with self.server.connect("daemon") as listener:
            listener.run("LISTEN roomd_log; LISTEN roomd_outbox")
            self.batch()
            self.assertEqual(listener.notifications(), [])
            for _ in range(50):
                self.emit(self.owner, "a")
            self.assertEqual(listener.notifications(), [], "emit wakes nobody by default")
            self.batch()
            self.assertEqual(listener.notifications(), ["roomd_log"])
            self.owner.run("INSERT INTO roomd.outbox (event) VALUES ('bad')")
            self.assertEqual(self.batch()[1:3], (0, 1))
            self.assertEqual(listener.notifications(), [], "there is nothing to read")

    def test_transactions_that_may_be_prepared_wake_nobody(self):
        self.batch()
        self.owner.run("SELECT roomd.sequence_batch(100, true)")
        with self.server.connect("app") as app:
            app.run("BEGIN")
            self.emit(app, "a")
            app.run("PREPARE TRANSACTION 'silent'") # NOTIFY would forbid it
            app.run("COMMIT PREPARED 'silent'")

    def test_bad_rows_go_to_dead_with_the_reason_and_block_nobody(self):
        self.emit(self.owner, "first")
        self.owner.run("""
            INSERT INTO roomd.outbox (event, data, rooms, except_rooms, fault) VALUES
                (NULL, '{}', NULL, NULL, NULL), ('', '{}', NULL, NULL, NULL), ('connect', '{}', NULL, NULL, NULL),
                ('e', NULL, NULL, NULL, NULL), ('e', '{}', '{}', NULL, NULL), ('e', '{}', '{a b}', NULL, NULL),
                ('e', '{}', '{NULL}', NULL, NULL), ('e', '{}', '{{a:1},{b:2}}', NULL, NULL),
                ('e', '{}', NULL, '{x y}', NULL), ('e', '{}', NULL, NULL, 'said_before: so'),
                ('e', to_jsonb(repeat('x', 2000000)), NULL, NULL, NULL)""")
        self.emit(self.owner, "last")
        self.assertEqual(self.batch()[1:], (2, 11, 2))
        self.assertEqual(self.log(), [("1", "first"), ("2", "last")])
        self.assertEqual([row[0].split(":")[0] for row in self.owner.query("SELECT reason FROM roomd.dead ORDER BY outbox_id")],
                         ["event_invalid", "event_invalid", "event_invalid", "member_missing", "rooms_empty", "room_invalid",
                          "room_invalid", "room_invalid", "room_invalid", "said_before", "emit_too_big"])
        self.assertEqual(self.owner.value("SELECT count(*) FROM roomd.outbox"), "0")

    def test_a_row_that_the_log_does_not_take_blocks_nobody(self):
        self.owner.run("""ALTER TABLE roomd.log ADD CONSTRAINT whim CHECK (event <> 'unlucky')""")
        try:
            for event in ("a", "unlucky", "b", "unlucky", "c"):
                self.emit(self.owner, event)
            self.assertEqual(self.batch()[1:], (3, 2, 3))
        finally:
            self.owner.run("ALTER TABLE roomd.log DROP CONSTRAINT whim")
        self.assertEqual(self.log(), [("1", "a"), ("2", "b"), ("3", "c")])
        for (reason,) in self.owner.query("SELECT reason FROM roomd.dead"):
            self.assertRegex(reason, '^row_refused: .*"whim"')

    def test_a_row_that_dead_does_not_take_either_blocks_nobody(self):
        self.owner.run("ALTER TABLE roomd.dead ADD CONSTRAINT whim CHECK (data IS NULL AND coalesce(event, '') <> 'odd name')")
        try:
            for event in ("a", "bad name", "b", "odd name", "c"):
                self.owner.query("INSERT INTO roomd.outbox (event, data, rooms) VALUES ($1, '{}', $2)", event,
                                 "{a b}" if "name" in event else "{a:1}")
            self.assertEqual(self.batch()[1:], (3, 2, 3))
        finally:
            self.owner.run("ALTER TABLE roomd.dead DROP CONSTRAINT whim")
        self.assertEqual(self.log(), [("1", "a"), ("2", "b"), ("3", "c")])
        (bad, event), (odd, nothing) = self.owner.query("SELECT reason, event FROM roomd.dead ORDER BY outbox_id")
        self.assertRegex(bad, '^row_refused: .*"whim".*; without its data$')
        self.assertRegex(odd, '^row_refused: .*"whim".*; without its content: .*"whim"')
        self.assertEqual((event, nothing), ("bad name", None))

    def damage(self):
        """All data in outbox that is too long for its row is lost on the disk."""
        with self.server.connect("postgres") as admin:
            admin.run("CREATE EXTENSION IF NOT EXISTS pg_surgery")
            toast = admin.value("SELECT reltoastrelid::regclass FROM pg_class WHERE oid = 'roomd.outbox'::regclass")
            parts = admin.value(f"SELECT array_agg(ctid) FROM {toast}")
            admin.run(f"SELECT heap_force_kill('{toast}'::regclass, '{parts}'::tid[])")

    @unittest.skipIf(server.version() < 14, "no pg_surgery")
    def test_a_damaged_row_is_given_up_without_its_data_and_the_others_go_on(self):
        self.emit(self.owner, "a")
        self.owner.run("SELECT roomd.emit('big', to_jsonb((SELECT string_agg(md5(i::text), '') FROM generate_series(1, 2000) i)),"
                       " '{a:1}')")
        self.emit(self.owner, "b")
        self.damage()
        with self.assertRaises(pq.Error) as caught:
            self.batch()
        self.assertEqual(caught.exception.state[:2], "XX")
        self.assertEqual(self.daemon.value("SELECT roomd.give_up_damaged()"), "1")
        self.assertEqual(self.daemon.value("SELECT roomd.give_up_damaged()"), "0")
        self.assertEqual(self.batch()[1:], (2, 0, 2))
        self.assertEqual(self.log(), [("1", "a"), ("2", "b")])
        reason, event, rooms, data = self.owner.query("SELECT reason, event, rooms, data FROM roomd.dead")[0]
        self.assertRegex(reason, "^row_damaged: .*; without its data$")
        self.assertEqual((event, rooms, data), ("big", "{a:1}", None))

    def test_no_row_is_given_up_that_can_be_read(self):
        for event in "abc":
            self.emit(self.owner, event)
        self.owner.run("INSERT INTO roomd.outbox (event) VALUES (NULL)")
        self.assertEqual(self.daemon.value("SELECT roomd.give_up_damaged()"), "0")
        self.assertEqual(self.batch()[1:3], (3, 1))

    def test_a_batch_has_a_size(self):
        for most in ("0", "-1", "100001", "NULL"):
            with self.assertRaises(pq.Error) as caught:
                self.daemon.run(f"SELECT roomd.sequence_batch({most})")
            self.assertEqual(caught.exception.state, "22023")

    def test_what_a_writer_commits_later_is_never_numbered_earlier(self):
        # Sixteen writers whose transactions overlap; each writes two events into one and the next into another.
        writers = [self.server.connect("app") for _ in range(16)]
        serial = [0] * 16
        for turn in range(300):
            for i, writer in enumerate(writers):
                if (turn + i) % (3 + i) == 0:
                    if serial[i]:
                        writer.run("COMMIT")
                    writer.run("BEGIN")
                    if i % 3 == 0:
                        writer.run("SAVEPOINT a")
                    serial[i] += 1
                    writer.run(f"SELECT roomd.emit('e', '{serial[i]}', '{{w:{i}}}')")
            self.batch(5)
        for writer in writers:
            writer.run("COMMIT")
            writer.close()
        server.drain(self.daemon)
        self.assertEqual(self.owner.query(
            "SELECT count(*) FROM (SELECT data::int - lag(data::int, 1, 0) OVER (PARTITION BY rooms ORDER BY seq) AS step "
            "FROM roomd.log) s WHERE step <> 1"), [("0",)])
        self.assertEqual(int(self.owner.value("SELECT count(*) FROM roomd.log")), sum(serial))

    def test_a_prepared_transaction_is_a_slow_one(self):
        self.emit(self.owner, "first")
        self.batch()
        with self.server.connect("app") as app:
            app.run("BEGIN; SELECT roomd.emit('prepared', '{}'); PREPARE TRANSACTION 'p'")
            self.emit(app, "fast")
            self.assertEqual(self.batch()[1], 1)
            for _ in range(100):
                self.emit(app, "fast")
                self.batch()
            # There is one from before it, and there are not too many.
            marks = self.owner.query("SELECT cardinality(mark_ids), mark_xids[1] <= pg_snapshot_xmin(looked)::text::bigint "
                                     "FROM roomd.meta")
            app.run("COMMIT PREPARED 'p'")
            self.emit(app, "last")
            self.batch()
        self.assertEqual([event for _, event in self.log()[-2:]], ["prepared", "last"])
        self.assertTrue(1 < int(marks[0][0]) <= 64 and marks[0][1] == "t", marks)

    def test_a_transaction_has_its_number_before_an_id(self):
        for _ in range(3): # nextval() by itself takes a number each 32 times
            self.owner.run("BEGIN; SAVEPOINT a; SELECT roomd.next_id()")
            self.assertIsNotNone(self.owner.value("SELECT pg_current_xact_id_if_assigned()"))
            self.owner.run("ROLLBACK")

    def test_who_emits_while_a_batch_is_moved_is_found(self):
        self.owner.run("CREATE FUNCTION public.nap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.7); RETURN NULL; END $$;"
                       "CREATE TRIGGER nap AFTER INSERT ON roomd.log FOR EACH STATEMENT EXECUTE FUNCTION public.nap()")
        try:
            with self.server.connect("app") as slow:
                self.emit(self.owner, "a")
                self.daemon.send("SELECT roomd.sequence_batch()")
                time.sleep(0.2)
                slow.run("BEGIN")
                self.emit(slow, "slow")
                self.emit(slow, "slow too")
                self.daemon.wait()
                slow.run("COMMIT")
                self.batch()
        finally:
            self.owner.run("DROP FUNCTION public.nap CASCADE")
        self.assertEqual(self.log(), [("1", "a"), ("2", "slow"), ("3", "slow too")])

    def test_a_batch_in_a_transaction_that_has_its_number_loses_nothing(self):
        with self.server.connect("app") as slow:
            self.daemon.run("BEGIN; SELECT pg_current_xact_id()")
            slow.run("BEGIN")
            self.emit(slow, "slow")
            self.emit(self.owner, "fast")
            self.assertEqual(self.batch()[1], 1)
            self.daemon.run("COMMIT")
            slow.run("COMMIT")
            self.assertEqual(self.batch()[1], 1)

    def test_transactions_have_more_than_32_bits(self):
        if not os.path.exists(os.path.join(self.server.bin, "pg_resetwal")):
            self.skipTest("there is no pg_resetwal")
        self.emit(self.owner, "a")
        self.batch()
        self.tearDown()
        self.server.stop()
        self.server.tool("pg_resetwal", "-e", "7", self.server.data)
        self.server.start()
        self.owner, self.daemon = self.server.connect(), self.server.connect("daemon")
        self.assertGreater(int(self.owner.value("SELECT pg_current_xact_id()")), 7 << 32)
        with self.server.connect("app") as slow, self.server.connect("app") as fast:
            for turn in range(5):
                slow.run("BEGIN")
                self.emit(slow, f"slow {turn}")
                for _ in range(3):
                    self.emit(fast, "fast")
                    self.assertEqual(self.batch()[1], 1)
                slow.run("COMMIT")
                self.assertEqual(self.batch()[1], 1)
                self.assertEqual(self.log()[-1][1], f"slow {turn}")
        self.assertEqual(self.log()[-1][0], "21")


if __name__ == "__main__":
    unittest.main()
