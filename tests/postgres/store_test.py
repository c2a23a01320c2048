"""roomd.store(): events that daemons were given over HTTP, and what emit() shares with them."""
import os
import unittest

import pq
import server


class Store(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.owner = self.server.connect()
        self.daemon = self.server.connect("daemon")
        self.owner.run("TRUNCATE roomd.outbox, roomd.idempotency")

    def tearDown(self):
        self.daemon.close()
        self.owner.close()

    def store(self, *events, together=False, daemon=None):
        """Each (raw, key); gives (id, verdict) of each."""
        values = []
        for raw, key in events:
            values += [key, raw]
        keys = ", ".join(f"${2 * i + 1}::text" for i in range(len(events)))
        raws = ", ".join(f"${2 * i + 2}::text" for i in range(len(events)))
        same = lambda value: "ARRAY[" + ", ".join([value] * len(events)) + "]"
        return (daemon or self.daemon).query(
            f"SELECT id, verdict FROM roomd.store(ARRAY[{keys}], {same(chr(39) + 'e' + chr(39))}, ARRAY[{raws}], "
            f"{same(chr(39) + '{a:1}' + chr(39))}, {same('NULL::text')}, {same('NULL::text')}, {same('false')}, {same('false')}, "
            f"{'true' if together else 'false'})", *values)

    def waiting(self):
        return [row[0] for row in self.owner.query("SELECT raw::text FROM roomd.outbox ORDER BY id")]

    def test_what_it_is_given_waits_as_it_was_written_in_order(self):
        texts = ['{"b":1.0, "a": 1e2}', '"\\u0000"', "null", '{"a":1,"a":2}']
        said = self.store(*[(text, None) for text in texts])
        self.assertEqual([verdict for _, verdict in said], ["stored"] * 4)
        ids = [int(one) for one, _ in said]
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(self.waiting(), texts)
        self.assertEqual(server.drain(self.owner), (4, 0))
        self.assertEqual([row for row in self.owner.query("SELECT outbox_id, raw::text, data, rooms FROM roomd.log ORDER BY seq DESC LIMIT 1")],
                         [(str(ids[-1]), texts[-1], None, "{a:1}")])

    def test_a_key_is_stored_once_and_not_for_another_event(self):
        (first, _), = self.store(("1", "shop k"))
        self.assertEqual(self.store(("1", "shop k"), ("2", "desk k"), ("3", "shop k2")),
                         [(first, "seen")] + [(one, "stored") for one in self.last_ids(2)])
        (_, verdict), = self.store(("4", "shop k"))
        self.assertEqual(verdict, "conflict")
        self.assertEqual(self.waiting(), ["1", "2", "3"])
        self.owner.run("UPDATE roomd.idempotency SET expires_at = '-infinity'")
        self.assertEqual(self.store(("4", "shop k"))[0][1], "stored")

    def last_ids(self, count):
        return [row[0] for row in self.owner.query(f"SELECT id FROM (SELECT id FROM roomd.outbox ORDER BY id DESC LIMIT {count}) x ORDER BY id")]

    def test_together_a_conflict_keeps_all_out_and_uses_no_key(self):
        self.store(("1", "shop k"))
        said = self.store(("8", "shop new"), ("9", "shop k"), ("7", None), together=True)
        self.assertEqual([verdict for _, verdict in said], ["spared", "conflict", "spared"])
        self.assertEqual(self.waiting(), ["1"])
        self.assertEqual(self.owner.value("SELECT string_agg(key, ',') FROM roomd.idempotency"), "shop k")
        said = self.store(("8", "shop new"), ("1", "shop k"), ("7", None), ("8", "shop new"), together=True)
        self.assertEqual([verdict for _, verdict in said], ["stored", "seen", "stored", "seen"])
        self.assertEqual(said[0][0], said[3][0])
        self.assertEqual(self.waiting(), ["1", "8", "7"])

    def test_a_key_that_another_daemon_is_using_is_waited_for(self):
        with self.server.connect("daemon") as other:
            for end, verdict in (("ROLLBACK", "stored"), ("COMMIT", "seen")):
                self.owner.run("TRUNCATE roomd.outbox, roomd.idempotency")
                other.run("BEGIN")
                self.store(("1", "shop k"), daemon=other)
                self.daemon.send("SELECT verdict FROM roomd.store('{shop k}', '{e}', '{1}', ARRAY['{a:1}'], '{NULL}', '{NULL}', '{f}', '{f}')")
                while self.owner.value("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0":
                    pass
                other.run(end)
                self.assertEqual(self.daemon.wait(), [(verdict,)])
                self.assertEqual(self.waiting(), ["1"])

    def test_what_is_no_json_is_refused_with_all_of_its_statement(self):
        with self.assertRaises(pq.Error) as caught:
            self.store(("1", "shop k"), ("{", None))
        self.assertEqual(caught.exception.state, "22P02")
        self.assertEqual((self.waiting(), self.owner.value("SELECT count(*) FROM roomd.idempotency")), ([], "0"))

    def test_the_commit_is_waited_for_whatever_the_role_is_set_to(self):
        self.daemon.run("SET synchronous_commit = off; BEGIN")
        self.store(("1", None))
        self.assertEqual(self.daemon.value("SHOW synchronous_commit"), "on")
        self.daemon.run("COMMIT")
        self.assertEqual(self.daemon.value("SHOW synchronous_commit"), "off")

    def test_emit_has_namespaces_volatile_events_and_broadcasts(self):
        with self.server.connect("app") as app:
            app.run("SELECT roomd.emit('e', '1', namespace => '/desk', volatile => true, broadcast => true);"
                    "SELECT roomd.emit('e', '2', key => 'k', namespace => '/desk')")
            for code, more in (("two_targets", "rooms => '{a}', broadcast => true"), ("namespace_unknown", "namespace => 'desk'"),
                               ("namespace_unknown", "namespace => '/a*'"), ("namespace_unknown", "namespace => '/a b'")):
                with self.assertRaises(pq.Error) as caught:
                    app.run(f"SELECT roomd.emit('e', '3', {more})")
                self.assertEqual((caught.exception.state, caught.exception.detail), ("22023", code))
            with self.assertRaises(pq.Error) as caught:
                app.run("SELECT roomd.emit('e', '2', key => 'k')")
            self.assertEqual(caught.exception.detail, "idempotency_conflict")
            self.assertIsNone(app.value("SELECT roomd.emit('e', '2', key => 'k', namespace => '/desk')"))
        columns = "namespace, volatile, broadcast"
        self.assertEqual(self.owner.query(f"SELECT {columns} FROM roomd.outbox ORDER BY id"), [("/desk", "t", "t"), ("/desk", "f", "f")])
        self.assertEqual(server.drain(self.owner), (2, 0))
        self.assertEqual(self.owner.query(f"SELECT {columns} FROM roomd.log ORDER BY seq DESC LIMIT 2"), [("/desk", "f", "f"), ("/desk", "t", "t")])

    def test_a_dead_one_keeps_all_of_it_and_is_replayed(self):
        self.store(("1.0", "shop k"))
        server.drain(self.owner)
        epoch, seq = self.owner.query("SELECT epoch, last_seq FROM roomd.meta")[0]
        self.assertEqual(self.daemon.value("SELECT roomd.bury($1, $2, 'x: y')", epoch, seq), "t")
        self.assertEqual(self.owner.query("SELECT raw::text, data, key FROM roomd.dead ORDER BY id DESC LIMIT 1"), [("1.0", None, "shop k")])
        self.daemon.run("SELECT roomd.replay((SELECT max(id) FROM roomd.dead))")
        self.assertEqual(self.waiting(), ["1.0"])

    def test_version_8_is_brought_up_with_what_waits_and_who_may_emit(self):
        with self.server.connect("postgres", "postgres") as admin:
            admin.run("CREATE DATABASE from_8 OWNER owner")
            admin.run('CREATE ROLE "odd-one" LOGIN')
        with open(os.path.join(os.path.dirname(__file__), "schema_8.sql"), encoding="utf-8") as file:
            eight = file.read()
        with self.server.connect(database="from_8") as owner:
            owner.run("BEGIN;" + eight + "COMMIT;")
            owner.run("""SELECT roomd.grant_rights('roomd_app', 'odd-one'); SELECT roomd.emit('old', '{"a": 1}', key => 'k');
                SELECT roomd.sequence_batch(); SELECT roomd.emit('waits', '{"a": 2}')""")
            server.migrate(owner)
            self.assertEqual(server.drain(owner), (1, 0))
            self.assertEqual(owner.query("SELECT event, data, raw, volatile FROM roomd.log ORDER BY seq"),
                             [("old", '{"a": 1}', None, "f"), ("waits", '{"a": 2}', None, "f")])
            self.assertEqual(owner.value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace AND proname = 'emit'"), "1")
        with self.server.connect("odd-one", "from_8") as odd:
            self.assertIsNone(odd.value("""SELECT roomd.emit('old', '{"a": 1}', key => 'k')"""), "its key is still known")
            self.assertIsNotNone(odd.value("SELECT roomd.emit('new', '1', namespace => '/x')"))


if __name__ == "__main__":
    unittest.main()
