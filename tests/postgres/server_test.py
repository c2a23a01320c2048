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
        ready, port, process = child.stdout.readline().split()
        self.assertEqual(ready, "ready")
        return child, int(port), os.readlink(f"/proc/{process}/cwd")

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
        child, port, _ = self.begin(server.SQL, PG_CONF="max_connections = 17;work_mem = 1234kB")
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

    def test_a_signal_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            child, port, folder = self.begin()
            child.send_signal(number)
            child.wait(30)
            self.gone(port)
            for _ in range(100):
                if not os.path.exists(os.path.dirname(folder)):
                    break
                time.sleep(0.1)
            else:
                self.fail(f"{folder} is still there")

    def test_what_does_not_start_is_said_and_leaves_nothing(self):
        child = subprocess.run([sys.executable, SCRIPT], input="", capture_output=True, text=True, check=False,
                               env={**os.environ, "PG_CONF": "no_such_setting = 1"})
        self.assertEqual((child.returncode, child.stdout), (1, ""))
        self.assertIn("no_such_setting", child.stderr)


if __name__ == "__main__":
    unittest.main()
