"""Through PgBouncer in transaction mode: no call leaves anything in its session."""
import os
import shutil
import subprocess
import threading
import time
import unittest

import pq
import server

PROGRAM = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")


@unittest.skipUnless(PROGRAM, "there is no pgbouncer")
class Pooled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = server.Server(fsync="off").init()
        cls.addClassCleanup(cls.server.close)
        cls.port = server.free_port()
        conf = os.path.join(cls.server.dir, "pgbouncer.ini")
        target = f"host=127.0.0.1 port={cls.server.port} dbname=app"
        with open(conf, "w", encoding="ascii") as file:
            file.write(f"""[databases]
app = {target} user=app pool_size=3
daemon = {target} user=daemon pool_size=2
[pgbouncer]
pidfile = {cls.server.dir}/pgbouncer.pid
listen_addr = 127.0.0.1
listen_port = {cls.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 100
""")
        cls.pool = subprocess.Popen([PROGRAM, "-q", conf], cwd=cls.server.dir, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **cls.server.who)
        cls.addClassCleanup(lambda: (cls.pool.terminate(), cls.pool.wait()))
        for _ in range(100):
            try:
                cls.connect("daemon").close()
                return
            except pq.Error:
                time.sleep(0.05)
        raise RuntimeError("pgbouncer does not start")

    @classmethod
    def connect(cls, name):
        return pq.Connection(f"host=127.0.0.1 port={cls.port} user=x dbname={name} connect_timeout=10")

    def test_writers_and_sequencers_share_few_connections(self):
        wrong, done = [], threading.Event()

        def guarded(work):
            def run():
                try:
                    work()
                except Exception as error: # pylint: disable=broad-except
                    wrong.append(error)
            return threading.Thread(target=run)

        def write():
            with self.connect("app") as connection:
                for i in range(100):
                    connection.run("BEGIN")
                    connection.query("SELECT roomd.emit('e', $1, '{a:b}', $2)", str(i), f"k{threading.get_ident()}-{i}")
                    connection.run("ROLLBACK" if i % 4 == 0 else "COMMIT")

        def sequence():
            with self.connect("daemon") as connection:
                while not done.is_set():
                    connection.run("SELECT * FROM roomd.sequence_batch(50)")
                    connection.query("SELECT * FROM roomd.read($1, 10, 10)", 0)
                    connection.query("SELECT * FROM roomd.seen($1, '1', NULL, NULL, NULL)", str(threading.get_ident()))

        writers = [guarded(write) for _ in range(10)]
        sequencers = [guarded(sequence) for _ in range(4)]
        for thread in writers + sequencers:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in sequencers:
            thread.join()
        self.assertEqual(wrong, [])
        with self.connect("daemon") as daemon:
            server.drain(daemon)
            self.assertEqual(daemon.query("SELECT count(*), min(seq), max(seq) FROM roomd.log"), [("750", "1", "750")])
            self.assertEqual(daemon.query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), [("0",)])
            for setting, value in (("search_path", '"$user", public'), ("enable_seqscan", "on"), ("jit", "on"),
                                   ("lock_timeout", "20s")):
                self.assertEqual(daemon.value(f"SHOW {setting}"), value)

    def test_the_log_is_kept_through_it(self):
        with self.connect("daemon") as daemon:
            self.assertEqual(daemon.run("SELECT deferred FROM roomd.trim()"), [("f",)])
            self.assertEqual(daemon.value("SHOW lock_timeout"), "20s")


if __name__ == "__main__":
    unittest.main()
