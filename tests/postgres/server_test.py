"""The throw-away server itself: it goes with its test, however that ends."""
import os
import signal
import subprocess
import sys
import time
import unittest

import pq
import server

SCRIPT = server.postgres.__file__


class Throwaway(unittest.TestCase):
    def begin(self, *words, **more):
        child = subprocess.Popen([sys.executable, SCRIPT, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                 env={**os.environ, **more})
        self.addCleanup(lambda: (child.kill(), child.wait(), child.stdin.close(), child.stdout.close()))
        return child

    def ready(self, child):
        ready, port, process = child.stdout.readline().split()
        self.assertEqual(ready, "ready")
        return int(port), os.path.dirname(os.readlink(f"/proc/{process}/cwd"))

    def tell(self, child, command):
        child.stdin.write(command + "\n")
        child.stdin.flush()
        return child.stdout.readline().rstrip("\n")

    def connect(self, port):
        return pq.Connection(f"host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=10")

    def gone(self, port):
        for _ in range(100):
            try:
                self.connect(port).close()
            except pq.Error:
                return
            time.sleep(0.1)
        self.fail("the server is still there")

    def test_it_does_as_it_is_told_until_its_input_ends(self):
        child = self.begin(server.SQL, PG_CONF="max_connections = 17;work_mem = 1234kB")
        port, folder = self.ready(child)
        with self.connect(port) as connection:
            self.assertEqual(connection.run("SHOW max_connections; SHOW work_mem"), [("1234kB",)])
            self.assertEqual(connection.value("SHOW max_connections"), "17")
            self.assertEqual(connection.value("SELECT schema_version FROM roomd.meta"), str(len(server.migrations())))
        self.assertEqual(self.tell(child, "dance"), "unknown dance")
        for command in ("freeze", "thaw", "restart immediate", "restart", "start", "stop"):
            self.assertEqual(self.tell(child, command), "ok", command)
        self.gone(port)
        self.assertRegex(self.tell(child, "stop"), "^failed pg_ctl: ")
        self.assertEqual(self.tell(child, "start"), "ok")
        self.assertEqual(self.tell(child, "freeze"), "ok")
        child.stdin.close()
        self.assertEqual(child.wait(30), 0)
        self.gone(port)
        self.assertFalse(os.path.exists(folder))

    def test_a_signal_ends_it(self):
        signals = {self.begin(): number for number in (signal.SIGTERM, signal.SIGKILL)}
        for child, number in signals.items():
            port, folder = self.ready(child)
            child.send_signal(number)
            child.wait(30)
            self.gone(port)
            for _ in range(100):
                if not os.path.exists(folder):
                    break
                time.sleep(0.1)
            else:
                self.fail(f"{folder} is still there")


if __name__ == "__main__":
    unittest.main()
