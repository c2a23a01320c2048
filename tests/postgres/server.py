"""A PostgreSQL of its own for each test file: in a temporary directory, on a free port, gone afterwards.

ROOMD_PG_BIN names the folder of initdb and pg_ctl; else the newest below /usr/lib/postgresql is taken.
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
import time

import pq

# A test that is ended takes its server with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

SQL = os.path.join(os.path.dirname(__file__), "../../plugins/postgres/sql")


def migrations():
    return sorted(glob.glob(os.path.join(SQL, "*.sql")))


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
    """Its superuser is "admin"; init() makes the database's owner "owner", who is not one."""

    def __init__(self, **settings):
        self.bin = programs()
        self.dir = tempfile.mkdtemp(prefix="roomd-pg-")
        self.data = os.path.join(self.dir, "data")
        self.log = os.path.join(self.dir, "log")
        self.port = free_port()
        self.who = somebody()
        if self.who:
            os.chown(self.dir, self.who["user"], self.who["group"])
        self.running = False
        try:
            self._tool("initdb", "-D", self.data, "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
            with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="ascii") as conf:
                conf.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\n"
                           f"unix_socket_directories = '{self.dir}'\nmax_connections = 60\n"
                           "statement_timeout = '120s'\nlock_timeout = '20s'\n") # a test fails rather than hangs
                for name, value in settings.items():
                    conf.write(f"{name} = '{value}'\n")
            self.start()
        except BaseException:
            self.close()
            raise

    def _tool(self, name, *arguments):
        done = subprocess.run([os.path.join(self.bin, name), *arguments], cwd=self.dir, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "LC_ALL": "C"}, check=False, **self.who)
        if done.returncode != 0:
            tail = ""
            if os.path.exists(self.log):
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    tail = log.read()[-2000:]
            raise RuntimeError(f"{name}: {done.stdout}\n{tail}")

    def start(self):
        # pg_ctl's child must not hold the pipe that _tool reads from: it writes to the log.
        self._tool("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "60", "start")
        self.running = True

    def stop(self, mode="fast"):
        self._tool("pg_ctl", "-D", self.data, "-m", mode, "-w", "-t", "60", "stop")
        self.running = False

    def close(self):
        try:
            if self.running:
                self.stop("immediate")
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def dsn(self, user="owner", database="app"):
        return f"host=127.0.0.1 port={self.port} user={user} dbname={database} connect_timeout=10"

    def connect(self, user="owner", database="app"):
        return pq.Connection(self.dsn(user, database))

    def connect_again(self, user="owner", database="app"):
        """As connect(), waiting while the server is away."""
        for _ in range(600):
            try:
                return self.connect(user, database)
            except pq.Error:
                time.sleep(0.1)
        raise RuntimeError("the server does not come back")

    def init(self, database="app"):
        """A database of "owner" with roomd's schema, and the roles "app" and "daemon" that are members."""
        with self.connect("admin", "postgres") as admin:
            if not admin.query("SELECT FROM pg_roles WHERE rolname = 'owner'"):
                admin.run("CREATE ROLE owner LOGIN CREATEROLE")
            admin.run(f'CREATE DATABASE "{database}" OWNER owner')
        with self.connect("owner", database) as owner:
            migrate(owner)
        with self.connect("admin", "postgres") as admin:
            for role, of in (("app", "roomd_app"), ("daemon", "roomd_daemon")):
                if not admin.query("SELECT FROM pg_roles WHERE rolname = $1", role):
                    admin.run(f"CREATE ROLE {role} LOGIN IN ROLE {of}")
        return self


def migrate(connection, upto=None):
    """All migrations in one transaction, as `roomd pg init` does it."""
    texts = []
    for path in migrations()[:upto]:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    try:
        connection.run("BEGIN;" + "\n".join(texts) + "COMMIT;")
    except pq.Error:
        connection.run("ROLLBACK")
        raise


def drain(connection, most=1000):
    """Sequences until nothing waits; rows that were moved and buried."""
    moved = buried = 0
    while True:
        busy, m, b, _, _ = connection.run(f"SELECT * FROM roomd.sequence_batch({most})")[0]
        if busy == "t":
            time.sleep(0.001)
            continue
        moved, buried = moved + int(m), buried + int(b)
        if int(m) + int(b) == 0:
            return moved, buried
