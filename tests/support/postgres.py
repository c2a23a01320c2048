#!/usr/bin/env python3
"""postgres.py [SQL_FOLDER]: a PostgreSQL of a test's own, on a free port, in a temporary folder.

Prints "ready PORT PROCESS" when it serves, and then takes commands, one a line, each answered with "ok":
  stop [MODE], start, restart [MODE], freeze, thaw
Ends with its input: whatever becomes of the test, the server goes, and its folder too.  The user
"postgres" has no password; local connections over TCP only.  With SQL_FOLDER its files are run in
the order of their names in the database "postgres".

ROOMD_PG_BIN: the folder of initdb and pg_ctl; else the newest below /usr/lib/postgresql is taken.
PG_CONF: more lines for postgresql.conf, with ";" between them.
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

# Waits for its input to end, which no signal to the test can prevent; then ends what has left its
# number in the folder, the server at once, and removes the folder.
GUARD = """
cat >/dev/null
cd "$0" || exit
read -r server <data/postmaster.pid && kill -QUIT "$server" && kill -CONT "$server"
for file in *.pid; do
    read -r other <"$file" && kill "$other"
done
for turn in $(seq 200); do
    [ -e data/postmaster.pid ] || break
    sleep 0.05
done
umount ./* # what a test has mounted
cd / && rm -rf "$0"
"""


def programs():
    """The folder of initdb, or None."""
    found = os.environ.get("ROOMD_PG_BIN")
    if found:
        return found
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]))
    if found:
        return found[-1]
    found = shutil.which("initdb")
    return found and os.path.dirname(found)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def somebody():
    """PostgreSQL does not run as root: arguments of subprocess for someone who is not."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no user to run PostgreSQL as")


class Server:
    """Made, but not started.  It ends with close(), or with this process."""

    def __init__(self, conf=""):
        self.bin = programs()
        self.dir = tempfile.mkdtemp(prefix="roomd-pg-")
        self.data = os.path.join(self.dir, "data")
        self.log = os.path.join(self.dir, "log")
        self.port = free_port()
        self.who = somebody()
        if self.who:
            os.chown(self.dir, self.who["user"], self.who["group"])
        self.guard = subprocess.Popen(["sh", "-c", GUARD, self.dir], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            self.tool("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
            with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as file:
                file.write(f"port = {self.port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
                           f"max_connections = 60\nshared_buffers = 64MB\n{conf}\n")
        except BaseException:
            self.close()
            raise

    def tool(self, name, *words):
        """Runs one of PostgreSQL's programs; raises what it says."""
        done = subprocess.run([os.path.join(self.bin, name), *words], cwd=self.dir, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "LC_ALL": "C"}, check=False, **self.who)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stdout}\n{self.logged()[-2000:]}")

    def logged(self):
        """What the server has logged."""
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def start(self):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            return
        # Without -l the server would keep our output open, and who reads it waits for ever.
        self.tool("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "60", "start")

    def stop(self, mode="fast"):
        self.tool("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop")

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def process(self):
        with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())

    def freeze(self):
        self._signal(signal.SIGSTOP)

    def thaw(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        first = self.process()
        os.kill(first, number) # frozen, it has no more children
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(first)], capture_output=True, text=True,
                                  check=False).stdout.split()
        for pid in children:
            try:
                os.kill(int(pid), number)
            except ProcessLookupError:
                pass # it has ended meanwhile

    def load(self, folder):
        """Runs the files of a folder in one transaction.  Any version's psql will do."""
        text = "".join(open(path, encoding="utf-8").read() + "\n" for path in sorted(glob.glob(os.path.join(folder, "*.sql"))))
        psql = shutil.which("psql", path=self.bin + os.pathsep + os.environ.get("PATH", ""))
        if psql is None:
            raise RuntimeError("there is no psql")
        done = subprocess.run([psql, "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres",
                               "-v", "ON_ERROR_STOP=1", "-q", "-1", "-X", "postgres"],
                              input=text, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)

    def close(self):
        try:
            self.thaw()
        except OSError:
            pass # it does not run
        self.guard.stdin.close()
        self.guard.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    if not programs():
        print("absent no PostgreSQL below /usr/lib/postgresql", flush=True)
        return
    with Server(os.environ.get("PG_CONF", "").replace(";", "\n")) as server:
        server.start()
        if len(sys.argv) > 1:
            server.load(sys.argv[1])
        print("ready", server.port, server.process(), flush=True)
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


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    main()
