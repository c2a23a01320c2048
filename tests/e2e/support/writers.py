#!/usr/bin/env python3
"""writers.py DSN EVENTS: twenty connections that emit EVENTS events in all, whatever becomes of the server.

Transactions of 1 to 20 events.  A quarter of them is rolled back.  One in ten waits up to half a second before its end,
so that those of the others overtake it.  The data is {"n": n}; n is unique and rises with each event of a writer.  Each
transaction also inserts its first n into the table `written`: where a COMMIT was not answered, that table knows.

Input: "upto N" lets them insert N events in all; they end with the input.  Output: "inserted N" as it grows, and at last
one line of JSON: "committed" has the numbers that must have been sent, and the rest says how often what has happened.
"""
import json
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../postgres"))
import pq # pylint: disable=wrong-import-position

WRITERS = 20
LIBRARIES = 5


class Allowance:
    """How many events may be inserted, and how many were."""

    def __init__(self):
        self.changed = threading.Condition()
        self.upto = self.inserted = 0

    def raise_to(self, upto):
        with self.changed:
            self.upto = upto
            self.changed.notify_all()

    def wait(self):
        with self.changed:
            self.changed.wait_for(lambda: self.inserted < self.upto)

    def count(self):
        with self.changed:
            self.inserted += 1


class Writer(threading.Thread):
    def __init__(self, dsn, number, events, allowance):
        super().__init__(daemon=True)
        self.dsn, self.left, self.allowance = dsn, events, allowance
        self.chance = random.Random(number)
        self.next = number
        self.connection = None
        self.committed, self.wrong = [], None
        self.counts = dict.fromkeys(("transactions", "rolled_back", "cut", "unknown", "unknown_committed", "slow"), 0)

    def run(self):
        try:
            while self.left > 0:
                self.allowance.wait()
                self.transaction()
        except Exception as error: # pylint: disable=broad-except
            self.wrong = f"{type(error).__name__}: {error}"

    def transaction(self):
        chance, numbers, ending = self.chance, [], False
        wanted = min(self.left, chance.randint(1, 20))
        commits, slow = chance.random() >= 0.25, chance.random() < 0.1
        first = self.next
        self.counts["transactions"] += 1
        try:
            connection = self.connected()
            connection.run("BEGIN")
            connection.query("INSERT INTO written VALUES ($1)", first)
            for _ in range(wanted):
                numbers.append(self.next)
                self.next += WRITERS
                connection.query("SELECT roomd.emit('tick', $1, $2, $3, $4)", *self.event(numbers[-1]))
                self.left -= 1
                self.allowance.count()
            time.sleep(chance.uniform(0.2, 0.5) if slow else chance.uniform(0, 0.08))
            ending = True
            connection.run("COMMIT" if commits else "ROLLBACK")
        except pq.Error as error:
            # The classes of a server that goes or is gone.
            if error.state and not error.state.startswith(("57P", "08")):
                raise
            came = self.is_written(first)
            self.counts["unknown" if ending and commits else "cut"] += 1
            self.counts["unknown_committed"] += came
            if came and not (ending and commits):
                raise RuntimeError(f"transaction {first} was never committed, and is there") from error
            commits = came
        self.counts["slow"] += slow
        self.counts["rolled_back"] += not commits
        if commits:
            self.committed += numbers

    def event(self, n):
        """data, rooms, key, except_rooms"""
        libraries = self.chance.sample(range(LIBRARIES), 3)
        name = lambda library: f"library:{library}"
        rooms = ",".join(map(name, libraries[:1 if n % 3 else 2]))
        return (json.dumps({"n": n}), "{" + rooms + "}", f"key-{n}" if n % 7 == 0 else None,
                "{" + name(libraries[2]) + "}" if n % 11 == 0 else None)

    def is_written(self, first):
        while True:
            self.connection = None
            try:
                return self.connected().value("SELECT count(*) FROM written WHERE first = $1", first) == "1"
            except pq.Error:
                pass # away again

    def connected(self):
        while self.connection is None:
            try:
                self.connection = pq.Connection(self.dsn)
            except pq.Error:
                time.sleep(0.05)
        return self.connection


def main():
    dsn, events = sys.argv[1], int(sys.argv[2])
    allowance = Allowance()
    writers = [Writer(dsn, number, events // WRITERS, allowance) for number in range(WRITERS)]
    for writer in writers:
        writer.start()

    def listen():
        for line in sys.stdin:
            allowance.raise_to(int(line.split()[1]))
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    while any(writer.is_alive() for writer in writers):
        print("inserted", allowance.inserted, flush=True)
        time.sleep(0.05)
    print(json.dumps({
        "inserted": allowance.inserted,
        "committed": sorted(n for writer in writers for n in writer.committed),
        "wrong": [writer.wrong for writer in writers if writer.wrong],
        **{key: sum(writer.counts[key] for writer in writers) for key in writers[0].counts},
    }), flush=True)


if __name__ == "__main__":
    main()
