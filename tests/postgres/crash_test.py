"""Twenty writers, two sequencers that are killed, and a server that is: nothing is lost, nothing twice.
And a disk that is full.

ROOMD_PG_SOAK: for how many seconds, 20 unless said.
"""
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

import pq
import server

SECONDS = float(os.environ.get("ROOMD_PG_SOAK", "20"))
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

    def __init__(self, pg, number, done):
        super().__init__()
        self.pg, self.number, self.done = pg, number, done
        self.chance = random.Random(number)
        self.written, self.wrong = 0, None

    def run(self):
        connection, serial = None, 0
        try:
            while not self.done.is_set():
                size = self.chance.randint(1, 6)
                try:
                    connection = connection or self.pg.connect_again("app")
                    connection.run("BEGIN")
                    for _ in range(size):
                        serial += 1
                        name = f"w{self.number}-{serial}"
                        key = f"'{name}'" if serial % 7 == 0 else "NULL"
                        connection.run(f"INSERT INTO committed VALUES ('{name}');"
                                       f"SELECT roomd.emit('e', '{{\"name\": \"{name}\"}}', '{{writer:{self.number}}}', {key})")
                        self.written = serial
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


def check_log(test, owner):
    """The log is what is in `committed`, numbered from 1 on without a gap."""
    committed = owner.value("SELECT count(*) FROM committed")
    test.assertEqual(owner.query("SELECT min(seq), max(seq), count(*), count(DISTINCT seq) FROM roomd.log"),
                     [("1", committed, committed, committed)])
    test.assertEqual(owner.value("SELECT last_seq FROM roomd.meta"), committed)
    test.assertEqual(owner.query("SELECT name FROM committed EXCEPT ALL SELECT data #>> '{name}' FROM roomd.log"), [], "lost")
    test.assertEqual(owner.query("SELECT data #>> '{name}' FROM roomd.log EXCEPT ALL SELECT name FROM committed"), [],
                     "twice, or never committed")
    test.assertEqual(owner.query("SELECT count(*) FROM roomd.outbox UNION ALL SELECT count(*) FROM roomd.dead"), [("0",), ("0",)])
    return int(committed)


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
        done = threading.Event()
        self.addCleanup(done.set)
        writers = [Writer(self.server, i, done) for i in range(WRITERS)]
        sequencers = [self.sequencer(), self.sequencer()]
        began = time.monotonic()
        for writer in writers:
            writer.start()
        chance, restarts, kills = random.Random(1), 0, 0
        while (time.monotonic() - began < SECONDS or restarts < 2) and not any(writer.wrong for writer in writers):
            time.sleep(1)
            if kills >= 3 * (restarts + 1):
                self.server.restart("immediate")
                restarts += 1
            else:
                which = chance.randrange(2)
                sequencers[which].send_signal(signal.SIGKILL)
                sequencers[which].wait()
                kills += 1
                sequencers[which] = self.sequencer()
        done.set()
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
            written = sum(writer.written for writer in writers)
            committed = check_log(self, owner)
            late = owner.value("SELECT count(*) FROM roomd.log a JOIN roomd.log b ON b.seq = a.seq + 1 "
                               "WHERE b.outbox_id < a.outbox_id")
            print(f"\n{written} events by {WRITERS} writers in {took:.0f} s: {committed} committed, {late} overtaken, "
                  f"{kills} sequencers and {restarts} servers killed")
            self.assertGreater(committed, written * 0.5)
            self.assertLess(committed, written * 0.9)
            self.assertGreater(int(late), 0, "no slow commit was overtaken: this tested nothing")
            self.assertEqual(owner.value(
                "SELECT count(*) FROM (SELECT n - lag(n) OVER (PARTITION BY rooms ORDER BY seq) AS step FROM "
                "(SELECT seq, rooms, split_part(data #>> '{name}', '-', 2)::int AS n FROM roomd.log) l) s WHERE step <= 0"), "0",
                "the events of one writer stand in the order in which it sent them")


class DiskFull(unittest.TestCase):
    def setUp(self):
        self.server = server.Server(fsync="off").init()
        self.addCleanup(self.server.close)
        self.server.stop()
        self.disk = os.path.join(self.server.dir, "disk")
        os.mkdir(self.disk)
        try:
            self.mount("size=40m")
        except subprocess.CalledProcessError as error:
            self.skipTest(f"no disk can be mounted: {error.stderr.strip()}")
        wal = os.path.join(self.server.data, "pg_wal")
        shutil.copytree(wal, os.path.join(self.disk, "wal"))
        subprocess.run(["chown", "-R", "--reference", wal, self.disk], check=True)
        shutil.rmtree(wal)
        os.symlink(os.path.join(self.disk, "wal"), wal)
        self.server.start()

    def mount(self, options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "roomd-test", self.disk], check=True, capture_output=True, text=True)

    def test_what_was_committed_before_the_disk_was_full_is_sent_when_it_is_not(self):
        with self.server.connect() as owner, self.server.connect("daemon") as daemon:
            owner.run("CREATE TABLE committed (name text PRIMARY KEY)")
            n, moved = 0, 0
            with self.assertRaises(pq.Error) as caught:
                while n < 5000:
                    n += 1
                    owner.run(f"BEGIN; INSERT INTO committed VALUES ('{n}');"
                              f"SELECT roomd.emit('e', '{{\"name\": \"{n}\", \"more\": \"{os.urandom(40000).hex()}\"}}'); COMMIT")
                    if n % 10 == 0:
                        moved += int(daemon.value("SELECT moved FROM roomd.sequence_batch(5)"))
        self.assertGreater(moved, 0)
        self.assertRegex(self.server.logged(), "PANIC:.*No space left on device", caught.exception)
        self.mount("remount,size=256m")
        try:
            self.server.stop("immediate")
        except RuntimeError:
            pass # it has given up by itself
        self.server.start()
        with self.server.connect_again() as owner, self.server.connect_again("daemon") as daemon:
            self.assertGreaterEqual(int(owner.value("SELECT count(*) FROM committed")), n - 1)
            owner.run("INSERT INTO committed VALUES ('after'); SELECT roomd.emit('e', '{\"name\": \"after\"}')")
            server.drain(daemon)
            self.assertGreater(check_log(self, owner), moved)


if __name__ == "__main__":
    if sys.argv[1:2] == ["sequence"]:
        sequence_forever(sys.argv[2])
    unittest.main()
