"""A daemon that rests is woken by the first transaction that writes, and by no more than that."""
import unittest

import pq
import server


class Wake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        full = {"max_notify_queue_pages": "64"} if server.version() >= 17 else {}
        cls.server = server.Server(fsync="off", **full).init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.daemon, self.app = self.server.connect("daemon"), self.server.connect("owner")
        self.addCleanup(self.daemon.close)
        self.addCleanup(self.app.close)
        server.drain(self.daemon)
        self.daemon.run("LISTEN roomd_outbox")

    def rest(self):
        """As a daemon that finds nothing, and listens."""
        self.assertEqual(self.daemon.query("SELECT busy, moved FROM roomd.sequence_batch(100, true)"), [("f", "0")])

    def heard(self):
        return self.daemon.notifications()

    def writes(self, write):
        server.drain(self.daemon)
        self.rest()
        self.app.run("BEGIN")
        write()
        self.assertEqual(self.heard(), [], "not before the commit")
        self.app.run("COMMIT")
        self.assertEqual(self.heard(), ["roomd_outbox"])
        write()
        self.assertEqual(self.heard(), [], "it is awake")
        server.drain(self.daemon)
        write()
        self.assertEqual(self.heard(), [], "it does not rest")

    def test_by_an_event(self):
        self.writes(lambda: self.app.run("SELECT roomd.emit('a', '{}')"))

    def test_by_an_event_with_a_key(self):
        self.writes(lambda: self.app.run("SELECT roomd.emit('a', '{}', key => 'k' || nextval('roomd.outbox_id_seq'))"))

    def test_by_a_row_of_a_table(self):
        self.app.run("CREATE TABLE bells (id int)")
        self.app.run("SELECT roomd.attach('bells', '{\"id\": \"id\"}', on_insert => 'bell:rung')")
        self.writes(lambda: self.app.run("INSERT INTO bells VALUES (1), (2)"))

    def test_who_rolls_back_leaves_it_to_its_polling_and_not_for_longer(self):
        self.rest()
        self.app.run("BEGIN; SELECT roomd.emit('a', '{}'); ROLLBACK; SELECT roomd.emit('a', '{}')")
        self.assertEqual(self.heard(), [])
        server.drain(self.daemon)
        self.rest()
        self.app.run("SELECT roomd.emit('a', '{}')")
        self.assertEqual(self.heard(), ["roomd_outbox"])

    def test_one_that_does_not_listen_is_not_woken(self):
        self.daemon.run("SELECT roomd.sequence_batch(100)")
        self.app.run("SELECT roomd.emit('a', '{}')")
        self.assertEqual(self.heard(), [])

    def test_many_writers_at_once_do_not_wait_for_each_other(self):
        self.rest()
        with self.server.connect("app") as slow, self.server.connect("app") as quick:
            slow.run("BEGIN; SELECT roomd.emit('a', '{}')")
            quick.run("SELECT roomd.emit('b', '{}')")
            self.assertEqual(self.daemon.query("SELECT moved FROM roomd.sequence_batch()"), [("1",)])
            slow.run("COMMIT")

    @unittest.skipIf(server.version() < 17, "the queue has 8 GB")
    def test_a_full_queue_of_notifications_stops_nobody(self):
        self.rest()
        with self.server.connect("daemon") as stuck:
            stuck.run("LISTEN x")
            stuck.run("BEGIN; SELECT")
            with self.assertRaisesRegex(pq.Error, "too many notifications"):
                for _ in range(1000):
                    self.app.run("SELECT pg_notify('x', repeat('x', 7000))")
            self.app.run("SELECT roomd.emit('a', '{}')")
            self.assertEqual(self.daemon.query("SELECT moved FROM roomd.sequence_batch()"), [("1",)])
            stuck.run("COMMIT")


if __name__ == "__main__":
    unittest.main()
