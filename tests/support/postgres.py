#!/usr/bin/env python3
"""postgres.py [SQL_FOLDER]: a PostgreSQL of a test's own, on a free port, in a temporary folder.

Prints "ready PORT PROCESS" when it serves, and then takes commands, one a line, each answered with "ok":
  stop [MODE], start, restart [MODE], freeze, thaw
Ends with its input: whatever becomes of the test, the server goes, and its folder too.  The user
"postgres" has no password; local connections over TCP only.  With SQL_FOLDER its files are run in
the order of their names in the database "postgres".
"""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4]))
BIN = os.environ.get("PG_BIN") or (found[-1] if found else "")


def unprivileged():
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    who = pwd.getpwnam("nobody")
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


class Server:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="roomd-pg-")
        self.data = os.path.join(self.folder, "data")
        self.log = os.path.join(self.folder, "log")
        if os.geteuid() == 0:
            who = pwd.getpwnam("nobody")
            os.chown(self.folder, who.pw_uid, who.pw_gid)
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as conf:
            conf.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                       "max_connections = 40\nshared_buffers = 64MB\nlog_min_messages = warning\n"
                       + os.environ.get("PG_CONF", "").replace(";", "\n") + "\n")

    def run(self, tool, *words):
        done = subprocess.run([os.path.join(BIN, tool), *words], cwd=self.folder, capture_output=True,
                              text=True, check=False, stdin=subprocess.DEVNULL, **unprivileged())
        if done.returncode:
            raise RuntimeError(f"{tool}: {done.stderr}{done.stdout}")
        return done.stdout

    def start(self):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            return
        # Without -l the server would keep our output open, and who reads it waits for ever.
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.log, "start")

    def stop(self, mode="fast"):
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop")

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def processes(self):
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            first = int(file.readline())
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(first)], capture_output=True, text=True,
                                  check=False).stdout.split()
        return [first, *map(int, children)]

    def freeze(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self):
        for pid in self.processes():
            os.kill(pid, signal.SIGCONT)

    def load(self, folder):
        files = sorted(glob.glob(os.path.join(folder, "*.sql")))
        text = "".join(open(path, encoding="utf-8").read() + "\n" for path in files)
        done = subprocess.run([os.path.join(BIN, "psql"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                               "-v", "ON_ERROR_STOP=1", "-q", "-1", "-X", "postgres"],
                              input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)

    def remove(self):
        try:
            self.thaw()
            self.stop("immediate")
        except (OSError, RuntimeError):
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    if not BIN:
        print("absent no PostgreSQL below /usr/lib/postgresql", flush=True)
        return
    server = Server()
    try:
        server.start()
        if len(sys.argv) > 1:
            server.load(sys.argv[1])
        print("ready", server.port, server.processes()[0], flush=True)
        for line in sys.stdin:
            words = line.split()
            if not words or words[0] not in ("stop", "start", "restart", "freeze", "thaw"):
                print("unknown", line.strip(), flush=True)
                continue
            try:
                getattr(server, words[0])(*words[1:])
                print("ok", flush=True)
            except (OSError, RuntimeError) as error:
                print("failed", " ".join(str(error).split()), flush=True)
    finally:
        server.remove()


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    main()
