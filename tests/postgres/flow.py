"""From COMMIT to clients: how long it takes, and how much goes through.

    flow.py ROOMD LOADGEN [--rate 500] [--per-commit 1] [--clients 1] [--seconds 20] [--writers 4] [--outbox JSON]

Starts a PostgreSQL (fsync on), a roomd and clients that are all in one room; writers emit at the rate.
An event carries the monotonic clock of the moment before its COMMIT was sent.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

import server


class Roomd:
    def __init__(self, binary, port, dsn, outbox):
        self.folder = tempfile.mkdtemp(prefix="roomd-flow-")
        config = os.path.join(self.folder, "roomd.yaml")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"listen": [{"address": f"127.0.0.1:{port}"}], "auth": {"mode": "none"},
                       "catalogue": {"unknown": "allow"}, "rooms": {"role": {"join": "request", "allow": "all"}},
                       "limits": {"events_per_second": 0},
                       "plugins": {"directory": os.path.join(os.path.dirname(os.path.abspath(binary)), "plugins"),
                                   "load": [{"name": "postgres", "dsn": dsn, "outbox": outbox}]}}, file)
        self.process = subprocess.Popen([binary, "run", "--config", config], stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "the log is read" in line:
                break
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def write(connect, number, rate, per_commit, until, counts):
    with connect() as app:
        seq, began = 0, time.monotonic()
        while (now := time.monotonic()) < until:
            late = seq / rate - (now - began)
            if late > 0:
                time.sleep(late)
            app.query("SELECT count(roomd.emit('bench', jsonb_build_object('m', '~M' || $1 || '.' || s || '.' || $2 || '.0~',"
                      " 'p', repeat('x', 150)), ARRAY['role:r0'])) FROM generate_series($3::int, $4::int) s",
                      str(number), str(time.monotonic_ns()), str(seq + 1), str(seq + per_commit))
            seq += per_commit
        counts[number] = seq


def main():
    options = argparse.ArgumentParser()
    options.add_argument("roomd")
    options.add_argument("loadgen")
    options.add_argument("--rate", type=float, default=500)
    options.add_argument("--per-commit", type=int, default=1)
    options.add_argument("--clients", type=int, default=1)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--writers", type=int, default=4)
    options.add_argument("--outbox", type=json.loads, default={})
    options = options.parse_args()
    port = server.free_port()
    with server.Server(shared_buffers="256MB", max_wal_size="4GB").init() as pg:
        roomd = Roomd(options.roomd, port, f"postgresql://daemon@127.0.0.1:{pg.port}/app", options.outbox)
        try:
            clients = subprocess.Popen(
                [options.loadgen, "--port", str(port), "--pid", str(roomd.process.pid), "--proto", "sio",
                 "--send", '42["join:role","r0"]', "--pub", "none", "--n", str(options.clients), "--rooms", "1",
                 "--poll-us", "200", "--settle", "1", "--warmup", "2", "--duration", str(options.seconds), "--drain", "3"],
                stdout=subprocess.PIPE, text=True)
            time.sleep(1.5)
            counts, until = {}, time.monotonic() + options.seconds
            writers = [threading.Thread(target=write, args=(lambda: pg.connect("app"), n, options.rate / options.writers,
                                                            options.per_commit, until, counts))
                       for n in range(options.writers)]
            cpu, began = roomd.cpu(), time.monotonic()
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            took = time.monotonic() - began
            said = json.loads(clients.communicate(timeout=60)[0])
            sent, got = sum(counts.values()), said["totals"]["delivered"]
            window = said["window"]
            print(f"emitted {sent} in {took:.1f} s ({sent / took:.0f}/s), delivered {got} of {sent * options.clients}; "
                  f"window {window['delivered_per_s']:.0f} deliveries/s = {window['delivered_per_s'] / options.clients:.0f} events/s; "
                  f"roomd {1e6 * (roomd.cpu() - cpu) / max(1, sent):.1f} us CPU an event, {roomd.memory()} kB at most; "
                  f"latency us {json.dumps(said['latency'])}")
            return 0 if got == sent * options.clients else 1
        finally:
            roomd.end()


if __name__ == "__main__":
    sys.exit(main())
