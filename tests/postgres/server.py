"""The throw-away server of tests/support/postgres.py, and what the Python tests need beside it.

ROOMD_PG_BIN: the folder of initdb and pg_ctl.  ROOMD_PG_SQL: another folder with the schema's files.
"""
import glob
import os
import re
import signal
import subprocess
import sys
import time

import pq

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../support"))
import postgres # pylint: disable=wrong-import-position

# A test that is ended takes its children with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

SQL = os.environ.get("ROOMD_PG_SQL") or os.path.join(os.path.dirname(__file__), "../../plugins/postgres/sql")

free_port, programs = postgres.free_port, postgres.programs


def version():
    """The major one, of the programs."""
    said = subprocess.run([os.path.join(programs(), "postgres"), "--version"], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"\) (\d+)", said).group(1))


def migrations():
    return sorted(glob.glob(os.path.join(SQL, "*.sql")))


class Server(postgres.Server):
    """Started.  init() makes the database's owner "owner", who is no superuser as "postgres" is."""

    def __init__(self, **settings):
        # A test fails rather than hangs.
        settings = {"statement_timeout": "120s", "lock_timeout": "20s", **settings}
        super().__init__("\n".join(f"{name} = '{value}'" for name, value in settings.items()))
        try:
            self.start()
        except BaseException:
            self.close()
            raise

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
        with self.connect("postgres", "postgres") as admin:
            if not admin.query("SELECT FROM pg_roles WHERE rolname = 'owner'"):
                admin.run("CREATE ROLE owner LOGIN CREATEROLE")
            admin.run(f'CREATE DATABASE "{database}" OWNER owner')
        with self.connect("owner", database) as owner:
            migrate(owner)
        with self.connect("postgres", "postgres") as admin:
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
    until = time.monotonic() + 60
    while True:
        busy, m, b, _, _ = connection.run(f"SELECT * FROM roomd.sequence_batch({most})")[0]
        if busy == "t":
            if time.monotonic() > until:
                raise RuntimeError("another sequencer does not end")
            time.sleep(0.001)
            continue
        moved, buried = moved + int(m), buried + int(b)
        if int(m) + int(b) == 0:
            return moved, buried
