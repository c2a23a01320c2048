"""What the tests of the sequencer begin with: a log that is empty, and a daemon."""
import unittest

import server


class Sequencer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        more = {"max_notify_queue_pages": "64"} if server.version() >= 17 else {} # the least
        cls.server = server.Server(fsync="off", autovacuum="off", max_prepared_transactions="5", **more).init()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.owner = self.server.connect()
        self.daemon = self.server.connect("daemon")
        self.owner.run("TRUNCATE roomd.outbox, roomd.log, roomd.dead;"
                       "UPDATE roomd.meta SET last_seq = 0, trimmed_seq = 0, looked = NULL, outbox_from = NULL, mark_xids = '{}', mark_ids = '{}',"
                       "    look_all_at = 'infinity'") # nothing is found by looking at all

    def tearDown(self):
        self.daemon.close()
        self.owner.close()

    def log(self):
        return [tuple(row) for row in self.owner.query("SELECT seq, event FROM roomd.log ORDER BY seq")]

    def batch(self, most=1000):
        busy, moved, buried, _, last_seq = self.daemon.run(f"SELECT * FROM roomd.sequence_batch({most})")[0]
        return busy == "t", int(moved), int(buried), last_seq and int(last_seq)

    def emit(self, connection, event):
        return connection.value("SELECT roomd.emit($1, '{}')", event)

    def fill(self, rows):
        self.owner.run(f"""INSERT INTO roomd.outbox (event, data, rooms)
            SELECT 'seat:availability', jsonb_build_object('libraryId', 'library' || i % 100, 'availableSeats', i),
                   ARRAY['library:library' || i % 100] FROM generate_series(1, {rows}) AS i""")
