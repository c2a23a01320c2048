"""Twenty writers, two sequencers that are killed, and a server that is: nothing is lost, nothing twice.

ROOMD_PG_EVENTS: how many events, 50000 unless said.
"""
import os
import random
import signal
import subprocess
import sys
import threading
import time
import unittest

import pq
import server

EVENTS = int(os.environ.get("ROOMD_PG_EVENTS", "50000"))
WRITERS = 20


def sequence_forever(dsn):
    """What a daemon does, until it or the test is killed; some batches are cut in the middle of their transaction."""
    connection, n, test = None, 0, os.getppid()
    while os.getppid() == test:
        try:
            connection = connection or pq.Connection(dsn)
            n += 1
            if n % 50 == 0:
                connection.run("BEGIN; SELECT roomd.sequence_batch(200)")
                connection.run("ROLLBACK" if n % 100 == 0 else "COMMIT")
                continue
            busy, moved, _, _, _ = connection.run("SELECT * FROM roomd.sequence_batch(200)")[0]
            if busy == "t" or moved == "0":
                time.sleep(0.01)
        except pq.Error:
            connection = None
            time.sleep(0.05)


class Writer(threading.Thread):
    """Writes transactions of one to six events.  A quarter is rolled back; some dawdle before they commit.
    Each transaction also inserts its names into `committed`: that table is what must be in the log."""

    def __init__(self, pg, number, events):
        super().__init__()
        self.pg, self.number, self.left = pg, number, events
        self.chance = random.Random(number)
        self.wrong = None

    def run(self):
        connection, serial = None, 0
        try:
            while self.left > 0:
                size = self.chance.randint(1, 6)
                self.left -= size
                try:
                    connection = connection or self.pg.connect_again("app")
                    connection.run("BEGIN")
                    for _ in range(size):
                        serial += 1
                        name = f"w{self.number}-{serial}"
                        key = f"'{name}'" if serial % 7 == 0 else "NULL"
                        connection.run(f"INSERT INTO committed VALUES ('{name}');"
                                       f"SELECT roomd.emit('e', '\"{name}\"', '{{writer:{self.number}}}', {key})")
                    if serial % 40 < 2:
                        time.sleep(self.chance.random() * 0.3)
                    connection.run("ROLLBACK" if self.chance.random() < 0.25 else "COMMIT")
                except pq.Error as error:
                    # Whether a COMMIT that got no answer took place the table tells.
                    if error.state and not error.state.startswith(("57", "08")):
                        raise
                    connection = None
        except Exception as error: # pylint: disable=broad-except
            self.wrong = error


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off", log_min_messages="fatal").init()
        cls.addClassCleanup(cls.server.close)

    def sequencer(self):
        child = subprocess.Popen([sys.executable, __file__, "sequence", self.server.dsn("daemon")])
        self.addCleanup(lambda: (child.kill(), child.wait()))
        return child

    def test_the_log_is_what_was_committed_whatever_is_killed(self):
        with self.server.connect() as owner:
            owner.run("CREATE TABLE committed (name text PRIMARY KEY); GRANT INSERT ON committed TO app;")
        writers = [Writer(self.server, i, EVENTS // WRITERS) for i in range(WRITERS)]
        sequencers = [self.sequencer(), self.sequencer()]
        began = time.monotonic()
        for writer in writers:
            writer.start()
        chance, restarts, kills = random.Random(1), 0, 0
        while any(writer.is_alive() for writer in writers):
            time.sleep(1.5)
            if restarts < 3 and kills >= 2 * (restarts + 1):
                self.server.stop("immediate")
                self.server.start()
                restarts += 1
            else:
                which = chance.randrange(2)
                sequencers[which].send_signal(signal.SIGKILL)
                sequencers[which].wait()
                kills += 1
                sequencers[which] = self.sequencer()
        for writer in writers:
            writer.join()
            self.assertIsNone(writer.wrong)
        for child in sequencers:
            child.kill()
            child.wait()
        with self.server.connect("daemon") as daemon:
            server.drain(daemon)
        took = time.monotonic() - began
        with self.server.connect() as owner:
            committed = int(owner.value("SELECT count(*) FROM committed"))
            late = owner.value("SELECT count(*) FROM roomd.log a JOIN roomd.log b ON b.seq = a.seq + 1 "
                               "WHERE b.outbox_id < a.outbox_id")
            print(f"\n{EVENTS} events by {WRITERS} writers in {took:.0f} s: {committed} committed, {late} overtaken, "
                  f"{kills} sequencers and {restarts} servers killed")
            self.assertGreater(committed, EVENTS * 0.5)
            self.assertLess(committed, EVENTS * 0.9)
            if EVENTS >= 20000:
                self.assertGreaterEqual(restarts, 3)
            self.assertGreater(int(late), 0, "no slow commit was overtaken: this tested nothing")
            self.assertEqual(owner.query("SELECT min(seq), max(seq), count(*), count(DISTINCT seq) FROM roomd.log"),
                             [("1", str(committed), str(committed), str(committed))])
            self.assertEqual(owner.value("SELECT last_seq FROM roomd.meta"), str(committed))
            self.assertEqual(owner.query("SELECT name FROM committed EXCEPT ALL SELECT data #>> '{}' FROM roomd.log"), [], "lost")
            self.assertEqual(owner.query("SELECT data #>> '{}' FROM roomd.log EXCEPT ALL SELECT name FROM committed"), [],
                             "twice, or never committed")
            self.assertEqual(owner.value("SELECT count(*) FROM roomd.outbox"), "0")
            self.assertEqual(owner.value("SELECT count(*) FROM roomd.dead"), "0")
            self.assertEqual(owner.value(
                "SELECT count(*) FROM (SELECT n - lag(n) OVER (PARTITION BY rooms ORDER BY seq) AS step FROM "
                "(SELECT seq, rooms, split_part(data #>> '{}', '-', 2)::int AS n FROM roomd.log) l) s WHERE step <= 0"), "0",
                "the events of one writer stand in the order in which it sent them")


if __name__ == "__main__":
    if sys.argv[1:2] == ["sequence"]:
        sequence_forever(sys.argv[2])
    unittest.main()
