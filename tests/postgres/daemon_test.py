"""What daemons tell and ask: where they are, what they cannot send, and a database that has gone back in time."""
import os
import shutil
import subprocess
import unittest

import pq
import server


class Daemon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off", wal_level="logical", max_connections="20").init()
        cls.addClassCleanup(cls.server.close)
        with cls.server.connect("postgres") as admin:
            admin.run("CREATE PUBLICATION all_of_it FOR ALL TABLES") # rows that it could not name may not be changed

    def setUp(self):
        self.owner = self.server.connect()
        self.daemon = self.server.connect("daemon")
        self.owner.run("TRUNCATE roomd.outbox, roomd.log, roomd.dead, roomd.node;"
                       "UPDATE roomd.meta SET last_seq = 0, trimmed_seq = 0, looked = NULL, outbox_from = NULL,"
                       "    mark_xids = '{}', mark_ids = '{}'")
        self.daemon.run("SELECT roomd.sequence_batch()") # it knows its place now

    def tearDown(self):
        self.daemon.close()
        self.owner.close()

    def log(self, *events):
        for event in events:
            self.owner.query("SELECT roomd.emit($1, '{}')", event)
        server.drain(self.daemon)

    def end(self, connection=None):
        """epoch, seq and logged_at of the last row: what a daemon keeps."""
        return (connection or self.owner).query("SELECT m.epoch, l.seq, l.logged_at FROM roomd.meta m, roomd.log l ORDER BY l.seq DESC LIMIT 1")[0]

    def seen(self, epoch, seq, at, node="a", connection=None):
        return (connection or self.daemon).query("SELECT * FROM roomd.seen($1, '1.0', $2, $3, $4)", node, epoch, seq, at)[0]

    def epoch(self):
        return self.owner.value("SELECT epoch FROM roomd.meta")

    def test_a_daemon_that_starts_is_told_the_end_of_the_log(self):
        self.log("a", "b")
        version = str(len(server.migrations()))
        self.assertEqual(self.seen(None, None, None), (self.epoch(), "2", "0", version))
        self.assertEqual(self.owner.query("SELECT node, version, epoch, seq FROM roomd.node"), [("a", "1.0", self.epoch(), "2")])

    def test_a_daemon_that_knows_an_older_schema_reads_nothing(self):
        self.log("a")
        with self.assertRaisesRegex(pq.Error, "the log has rows of version 10, and this daemon knows those of version 9"):
            self.daemon.query("SELECT * FROM roomd.read(0, 10, 9)")
        with self.assertRaisesRegex(pq.Error, "does not exist"):
            self.daemon.query("SELECT * FROM roomd.read(0, 10)") # as roomd with version 9 did

    def test_a_daemon_that_is_in_order_keeps_its_epoch(self):
        self.log("a", "b")
        epoch = self.epoch()
        first = self.owner.query("SELECT $1::text, seq, logged_at FROM roomd.log ORDER BY seq", epoch)[0]
        for position in (first, (epoch, "1", None), (epoch, None, None), self.end()):
            self.assertEqual(self.seen(*position)[0], epoch, position)
            self.assertEqual(self.owner.value("SELECT seq FROM roomd.node"), position[1] or "2")

    def test_a_daemon_below_what_was_trimmed_keeps_the_epoch(self):
        self.log("a")
        position = self.end()
        self.owner.run("TRUNCATE roomd.log; UPDATE roomd.meta SET trimmed_seq = 1")
        self.assertEqual(self.seen(*position)[0::2], (position[0], "1"))

    def test_a_log_that_is_shorter_than_what_a_daemon_saw_begins_a_new_epoch(self):
        self.log("a", "b")
        epoch, seq, at = self.end()
        self.owner.run("DELETE FROM roomd.log WHERE seq = 2; UPDATE roomd.meta SET last_seq = 1") # what a restore does
        new, last, _, _ = self.seen(epoch, seq, at)
        self.assertNotEqual(new, epoch)
        self.assertEqual(last, "1")
        self.assertEqual(self.epoch(), new)
        self.assertEqual(self.owner.query("SELECT epoch, seq FROM roomd.node"), [(new, "1")], "where it goes on")
        # Another daemon comes with the same old position: one restore, one new epoch.
        self.assertEqual(self.seen(epoch, seq, at, node="b")[0], new)
        self.assertNotEqual(self.seen(new, "2", None)[0], new, "without the row's time too")

    def test_a_log_that_has_grown_beyond_it_again_is_found_out_too(self):
        self.log("a", "b")
        epoch, seq, at = self.end()
        self.owner.run("DELETE FROM roomd.log WHERE seq = 2; UPDATE roomd.meta SET last_seq = 1")
        self.log("other b", "c", "d")
        self.assertEqual(self.epoch(), epoch)
        self.assertNotEqual(self.seen(epoch, seq, at)[0], epoch)

    def test_two_daemons_at_once_begin_one_epoch(self):
        self.log("a", "b")
        position = self.end()
        self.owner.run("DELETE FROM roomd.log WHERE seq = 2; UPDATE roomd.meta SET last_seq = 1")
        with self.server.connect("daemon") as second:
            self.daemon.run("BEGIN")
            new = self.seen(*position)[0]
            second.send("SELECT * FROM roomd.seen('b', '1', '{}', {}, '{}')".format(*position))
            while self.owner.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0":
                pass
            self.daemon.run("COMMIT")
            self.assertEqual(second.wait()[0][0], new)

    def test_a_dump_that_is_restored_elsewhere_is_another_epoch(self):
        self.log("a", "b")
        self.owner.run("SELECT roomd.emit('waits', '{}')")
        epoch = self.epoch()
        dump = os.path.join(self.server.bin, "pg_dump")
        if not os.path.exists(dump):
            self.skipTest("there is no pg_dump")
        text = subprocess.run([dump, "-h", "127.0.0.1", "-p", str(self.server.port), "-U", "postgres", "app"],
                              check=True, capture_output=True, text=True).stdout
        text = "\n".join(self.copy_as_inserts(text))
        with self.server.connect("postgres", "postgres") as admin:
            admin.run("DROP DATABASE IF EXISTS copy")
            admin.run("CREATE DATABASE copy OWNER owner")
        with self.server.connect("postgres", "copy") as copy:
            copy.run(text)
        with self.server.connect("daemon", "copy") as daemon:
            busy, moved, _, new, last = daemon.run("SELECT * FROM roomd.sequence_batch()")[0]
            self.assertEqual((busy, moved, last), ("f", "1", "3"))
            self.assertNotEqual(new, epoch)
            self.assertEqual(daemon.run("SELECT epoch FROM roomd.sequence_batch()"), [(new,)], "only once")
        server.drain(self.daemon)
        self.assertEqual(self.epoch(), epoch, "the original stays what it is")

    def test_what_was_known_in_another_place_is_forgotten(self):
        self.log("a")
        epoch = self.epoch()
        self.assertEqual(self.owner.value("SELECT place LIKE (SELECT system_identifier FROM pg_control_system()) || '/%' FROM roomd.meta"), "t")
        # A dump of a server that had seen more transactions.
        self.owner.run("UPDATE roomd.meta SET place = '1/1/00000001', looked = '9000000000:9000000000:', mark_xids = '{1}',"
                       "mark_ids = '{9000000000}', outbox_from = 9000000000, look_all_at = 'infinity'")
        self.log("b")
        self.assertEqual(self.end()[1], "2")
        self.assertNotEqual(self.epoch(), epoch)

    @staticmethod
    def copy_as_inserts(text):
        """pg_dump's COPY blocks, as statements that PQexec takes."""
        lines = iter(text.splitlines())
        for line in lines:
            if line.startswith("\\"):
                continue
            if not (line.startswith("COPY ") and line.endswith("FROM stdin;")):
                yield line
                continue
            head = line[5:-len(" FROM stdin;")]
            for row in lines:
                if row == "\\.":
                    break
                values = ", ".join("NULL" if value == "\\N" else "'" + value.replace("'", "''") + "'" for value in row.split("\t"))
                yield f"INSERT INTO {head} VALUES ({values});"

    def refused_as_read_only(self, *statements):
        for sql in statements:
            with self.assertRaises(pq.Error, msg=sql) as caught:
                self.daemon.run(sql)
            self.assertEqual(caught.exception.state, "25006", f"{sql}: {caught.exception}")
            self.assertRegex(str(caught.exception), "read-only transaction|during recovery")
            self.daemon.run("ROLLBACK")

    def test_a_standby_says_that_it_is_one_and_promoted_it_is_another_epoch(self):
        self.log("a")
        epoch = self.epoch()
        self.daemon.close()
        self.owner.close()
        self.server.stop()
        signal = os.path.join(self.server.data, "standby.signal")
        with open(signal, "w", encoding="ascii"):
            pass
        if self.server.who:
            os.chown(signal, self.server.who["user"], self.server.who["group"])
        self.server.start()
        self.owner, self.daemon = self.server.connect_again(), self.server.connect_again("daemon")
        self.refused_as_read_only("SELECT roomd.seen('a', '1', NULL, NULL, NULL)", f"SELECT roomd.seen('a', '1', '{epoch}', 1, NULL)",
                                  "SELECT roomd.sequence_batch()", "SELECT roomd.emit('e', '{}')", "SELECT roomd.emit('e', '{}', NULL, 'k')",
                                  "SELECT roomd.trim()", "SELECT roomd.prepare(9)", f"SELECT roomd.bury('{epoch}', 1, 'x')")
        self.assertEqual(self.daemon.query("SELECT seq, event FROM roomd.read(0, 10, 10)"), [("1", "a")])
        with self.server.connect("postgres") as admin:
            self.assertEqual(admin.value("SELECT pg_promote()"), "t") # a new timeline
        self.log("b")
        self.assertNotEqual(self.epoch(), epoch)
        self.assertEqual(self.end()[1], "2")

    def test_a_role_that_may_only_read_is_told(self):
        self.owner.run("SELECT roomd.emit('e', '{}')")
        self.daemon.run("SET default_transaction_read_only = on")
        self.refused_as_read_only("SELECT roomd.seen('a', '1', NULL, NULL, NULL)", "SELECT roomd.sequence_batch()", "SELECT roomd.trim()")
        self.refused_as_read_only("BEGIN READ ONLY; SELECT roomd.emit('e', '{}')", "BEGIN READ ONLY; SELECT roomd.emit('e', '{}', NULL, 'k')")
        self.daemon.run("SET default_transaction_read_only = off")
        self.assertEqual(server.drain(self.daemon), (1, 0), "what waited still does")

    def test_a_server_without_a_free_connection_says_so(self):
        held = []
        try:
            with self.assertRaisesRegex(pq.Error, "too many clients already|remaining connection slots"):
                for _ in range(20):
                    held.append(self.server.connect("daemon"))
        finally:
            for connection in held:
                connection.close()

    def test_a_disk_that_is_put_back_is_found_out_by_the_daemon(self):
        self.log("a")
        epoch = self.epoch()
        copy = os.path.join(self.server.dir, "copy")

        def stopped(what):
            self.daemon.close()
            self.owner.close()
            self.server.stop()
            what()
            self.server.start()
            self.owner, self.daemon = self.server.connect_again(), self.server.connect_again("daemon")

        def put_back():
            shutil.rmtree(self.server.data)
            os.rename(copy, self.server.data)

        def take():
            subprocess.run(["cp", "-a", self.server.data, copy], check=True)

        stopped(take)
        self.log("b", "c")
        position = self.end()
        self.assertEqual(position[:2], (epoch, "3"))
        stopped(put_back)
        self.log("x", "y", "z")
        self.assertEqual(self.end()[:2], (epoch, "4"), "the place is the same, and the log has grown beyond the daemon")
        self.assertNotEqual(self.seen(*position)[0], epoch)

    def test_a_restart_and_a_crash_are_the_same_epoch(self):
        self.log("a")
        position = self.end()
        for mode in ("fast", "immediate"):
            self.daemon.close()
            self.owner.close()
            self.server.stop(mode)
            self.server.start()
            self.owner, self.daemon = self.server.connect_again(), self.server.connect_again("daemon")
            self.log("b")
            self.assertEqual(self.seen(*position)[0], position[0], mode)

    def test_what_a_daemon_can_not_send_is_noted_once(self):
        self.log("a", "b")
        epoch = self.epoch()
        bury = "SELECT roomd.bury($1, $2, $3)"
        self.assertEqual(self.daemon.value(bury, epoch, 2, "event_unknown: no such event"), "t")
        self.assertEqual(self.daemon.value(bury, epoch, 2, "event_unknown: no such event"), "f")
        self.assertEqual(self.daemon.value(bury, epoch, 9, "x"), "f")
        self.assertEqual(self.daemon.value(bury, "other", 1, "x"), "f")
        self.assertEqual(self.owner.query("SELECT reason, epoch, seq, event FROM roomd.dead"),
                         [("event_unknown: no such event", epoch, "2", "b")])
        self.assertEqual(self.owner.query("SELECT seq FROM roomd.log ORDER BY seq"), [("1",), ("2",)], "the log keeps its number")

    def test_a_row_whose_content_can_not_be_kept_is_noted_without_it(self):
        self.log("a")
        self.owner.run("ALTER TABLE roomd.dead ADD CONSTRAINT whim CHECK (event IS NULL)")
        try:
            self.assertEqual(self.daemon.value("SELECT roomd.bury($1, 1, 'row_unreadable: x')", self.epoch()), "t")
        finally:
            self.owner.run("ALTER TABLE roomd.dead DROP CONSTRAINT whim")
        reason, seq, event = self.owner.query("SELECT reason, seq, event FROM roomd.dead")[0]
        self.assertRegex(reason, '^row_unreadable: x; without its content: .*"whim"')
        self.assertEqual((seq, event), ("1", None))

    def test_a_dead_event_is_tried_again_as_a_new_one(self):
        self.owner.run("INSERT INTO roomd.outbox (event, data, rooms, key) VALUES ('bad event', '{\"a\": 1}', '{a b}', 'k')")
        self.assertEqual(server.drain(self.daemon), (0, 1))
        dead = self.owner.value("SELECT id FROM roomd.dead")
        self.assertIsNotNone(self.daemon.value("SELECT roomd.replay($1)", dead))
        self.assertIsNone(self.daemon.value("SELECT roomd.replay($1)", dead))
        self.assertEqual(server.drain(self.daemon), (0, 1), "still bad")
        self.owner.run("UPDATE roomd.dead SET rooms = '{a:b}'")
        self.daemon.run("SELECT roomd.replay(id) FROM roomd.dead")
        self.assertEqual(server.drain(self.daemon), (1, 0))
        self.assertEqual(self.owner.query("SELECT event, data, rooms, key FROM roomd.log"), [("bad event", '{"a": 1}', "{a:b}", "k")])

    def test_what_waits_is_counted_and_has_an_age(self):
        self.assertEqual(self.daemon.query("SELECT rows, seconds FROM roomd.waiting()"), [("0", "0")])
        self.owner.run("INSERT INTO roomd.outbox (event, data, created_at) "
                       "SELECT 'e', '{}', clock_timestamp() - interval '90 s' FROM generate_series(1, 30)")
        self.assertEqual(self.daemon.query("SELECT rows, seconds BETWEEN 90 AND 100 FROM roomd.waiting()"), [("30", "t")])
        self.assertEqual(self.daemon.value("SELECT rows FROM roomd.waiting(20)"), "20")


if __name__ == "__main__":
    unittest.main()
