"""What roomd.emit() costs a transaction: pgbench, the variants one after the other, round by round.

    bench.py [--clients 16] [--seconds 6] [--rounds 7] [--require 0.8]

"plain": the same values into a table that is outbox without roomd.  "booking": the application's own
insert, with nothing beside it, with the plain insert, and with emit.  fsync is on, as in production.
A machine is never quiet: what counts is the median of the ratios inside a round.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys

import server

# \x3a is ":", which would begin a variable of pgbench.
VALUES = r"""E'booking\x3acreated', '{"id": 1, "userId": "user123", "libraryId": "library123", "tenantId": "t1", "seat": 17, "status": "new"}'"""
ROOMS = r"E'{user\x3auser123,library\x3alibrary123,tenant\x3at1}'"
PLAIN = f"INSERT INTO plain (event, data, rooms) VALUES ({VALUES}, {ROOMS});\n"
EMIT = f"SELECT roomd.emit({VALUES}, {ROOMS});\n"
KEY = "\\set n random(1, 1000000000000)\n" + f"SELECT roomd.emit({VALUES}, {ROOMS}, 'k' || :n);\n"
BOOKING = "INSERT INTO bookings (user_id, library_id, seat, status) VALUES ('user123', 'library123', 17, 'new');\n"
ROW = "INSERT INTO attached (user_id, library_id, seat, status) VALUES ('user123', 'library123', 17, 'new');\n"
VARIANTS = {
    "plain": PLAIN, "emit": EMIT, "emit with key": KEY,
    "booking": BOOKING,
    "booking, plain": f"BEGIN;\n{BOOKING}{PLAIN}COMMIT;\n",
    "booking, emit": f"BEGIN;\n{BOOKING}{EMIT}COMMIT;\n",
    "booking, attached": ROW,
}
RATIOS = [("emit", "plain"), ("emit with key", "plain"), ("booking, emit", "booking, plain"), ("booking, emit", "booking"),
          ("booking, attached", "booking")]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--clients", type=int, default=16)
    options.add_argument("--seconds", type=int, default=6)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--require", type=float, default=0.0)
    options = options.parse_args()
    tps = {name: [] for name in VARIANTS}
    with server.Server(shared_buffers="256MB", max_wal_size="4GB", checkpoint_timeout="30min").init() as pg:
        with pg.connect() as owner:
            owner.run("""
                CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event text, data jsonb, rooms text[],
                                    except_rooms text[], expires_at timestamptz, traceparent text,
                                    created_at timestamptz NOT NULL DEFAULT clock_timestamp());
                CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id text, library_id text,
                                       seat int, status text, created_at timestamptz DEFAULT now());
                CREATE TABLE attached (LIKE bookings INCLUDING ALL);
                SELECT roomd.attach('attached', '{"id": "id", "userId": "user_id", "libraryId": "library_id", "seat": "seat"}',
                                    on_insert => 'booking:created');
                GRANT ALL ON ALL TABLES IN SCHEMA public TO app""")
            for name, script in VARIANTS.items():
                with open(os.path.join(pg.dir, name), "w", encoding="ascii") as file:
                    file.write(script)
            names = list(VARIANTS)
            for number in range(options.rounds):
                for name in names[number % len(names):] + names[:number % len(names)]:
                    owner.run("TRUNCATE plain, bookings, attached, roomd.outbox, roomd.idempotency")
                    out = subprocess.run(
                        [os.path.join(pg.bin, "pgbench"), "-n", "-h", "127.0.0.1", "-p", str(pg.port), "-U", "app", "-M", "prepared",
                         "-c", str(options.clients), "-j", "2", "-T", str(options.seconds), "-f", os.path.join(pg.dir, name), "app"],
                        check=True, text=True, stdout=subprocess.PIPE).stdout
                    tps[name].append(float(re.search(r"tps = ([\d.]+)", out).group(1)))
    for name, all_of_them in tps.items():
        print(f"{name:18} {statistics.median(all_of_them):7.0f} commits/s ({min(all_of_them):.0f} .. {max(all_of_them):.0f})")
    good = True
    for one, other in RATIOS:
        ratios = [a / b for a, b in zip(tps[one], tps[other])]
        print(f"{one} / {other}: {statistics.median(ratios):.2f} ({min(ratios):.2f} .. {max(ratios):.2f})")
        if (one, other) in (("emit", "plain"), ("booking, emit", "booking, plain")):
            good = good and statistics.median(ratios) >= options.require
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
