#!/usr/bin/env python3
"""bench.py SCENARIO [PEERS [RUNS]]   starts each peer, puts the load on it, stores what was measured
bench.py all [PEERS [RUNS]]        every scenario that has a place in docs/benchmarks.md, then the report
bench.py report                    docs/benchmarks.md and docs/benchmarks.svg from what is stored

SCENARIO: S1, S2-1000, or S2 for all that begin with S2-.  PEERS: all, or some of node, node-plain,
floor, floor-batch, before, roomd (or cmd), with commas.  Environment: BENCH_BIN, where the programs are
and results/ is; PEER_CMD and PEER_PORT, how roomd is started; BENCH_SMALL=1, miniature loads; BENCH_DOCS,
another folder for the report.
"""
import json
import os
import re
import resource
import socket
import subprocess
import sys
import time

import conditions
import report
from scenarios import ALIASES, COMMON, JOIN, PEERS, SCENARIOS, small

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = bool(os.environ.get("BENCH_SMALL"))
SPARE_DESCRIPTORS = 100  # what a server needs beside its clients


def command_of(name, scenario, bin_):
    """How to start the peer: words, folder, environment, port."""
    peer = PEERS[name]
    if peer.command:
        words = configured([word.format(bin=bin_) for word in peer.command], scenario)
        return words, peer.folder.format(bin=bin_), dict(os.environ, **dict(peer.env)), peer.port
    if not os.environ.get("PEER_CMD") or not os.environ.get("PEER_PORT"):
        sys.exit("roomd: PEER_CMD and PEER_PORT say how it is started; ./dev bench sets them")
    words = configured(os.environ["PEER_CMD"].split(), scenario)
    if scenario.config and not any(word.endswith(scenario.config) for word in words):
        sys.exit(f"PEER_CMD names no roomd.yaml to put {scenario.config} in place of")
    return words, HERE, dict(os.environ), int(os.environ["PEER_PORT"])


def configured(words, scenario):
    """The command with the scenario's own configuration of roomd, where it has one."""
    file = "/" + (scenario.config or "roomd.yaml")
    return [word.removesuffix("/roomd.yaml") + file if word.endswith("/roomd.yaml") else word for word in words]


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
        return True
    except OSError:
        return False


def start(words, folder, environment, port, log):
    """The server, once it listens; never another one that was there before."""
    if listens(port):
        raise RuntimeError(f"something listens on port {port} already")
    server = subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
    end = time.monotonic() + 10
    while time.monotonic() < end and server.poll() is None:
        if listens(port):
            time.sleep(0.7)
            return server
        time.sleep(0.05)
    stop(server)
    raise RuntimeError("the server did not start")


def stop(server):
    server.terminate()
    try:
        server.wait(8)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def most_resident(pid):
    """Bytes of RSS at the top, since the process began."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) * 1024


def ports(scenario, port):
    """Where clients connect: over TLS to the next one, while what is published goes to the plain one."""
    return ["--port", str(port + 1), "--pub-port", str(port)] if "--tls" in scenario.options else ["--port", str(port)]


def loads(scenario, peer):
    """The options of each load generator."""
    options = [*JOIN, *PEERS[peer].options, *COMMON, *(small(scenario.options) if SMALL else scenario.options)]
    if scenario.loadgens == 1:
        return [options]
    at = options.index("--n") + 1
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - SPARE_DESCRIPTORS
    each = min(int(options[at]), most) // scenario.loadgens
    return [[*options[:at], str(each), *options[at + 1:]]] * scenario.loadgens


def merged(parts):
    """Several load generators on one server, as one.  All began together: who was done first has
    measured while all were there."""
    first = min(parts, key=lambda part: part["connect"]["s"])
    out = json.loads(json.dumps(first))
    for key in ("n", "connected", "conn_fail", "dead"):
        out[key] = sum(part[key] for part in parts)
    for key in ("lost", "dup", "reordered"):
        out["totals"][key] = sum(part["totals"][key] for part in parts)
    out["connect"]["s"] = max(part["connect"]["s"] for part in parts)
    out["connect"]["handshakes_per_s"] = out["connected"] / max(out["connect"]["s"], 1e-3)
    # Each saw what the server spent until itself was done, and took it for its own clients'.
    key = "server_sched_us_per_handshake"
    spent = max(part["connect"][key] * part["connected"] for part in parts)
    out["connect"][key] = spent / max(out["connected"], 1)
    memory = out["memory"]
    memory["rss_before"] = min(part["memory"]["rss_before"] for part in parts)
    memory["rss_after"] = max(part["memory"]["rss_after"] for part in parts)
    memory["rss_per_conn"] = (memory["rss_after"] - memory["rss_before"]) / max(out["connected"], 1)
    return out


def measure(name, peer, bin_, log):
    """One run.  Raises where there is nothing to store."""
    scenario = SCENARIOS[name]
    words, folder, environment, port = command_of(peer, scenario, bin_)
    server = start(words, folder, environment, port, log)
    generators = []
    try:
        for options in loads(scenario, peer):
            generators.append(subprocess.Popen(
                [bin_ + "/loadgen", "--label", f"{name}.{peer}", *ports(scenario, port), "--pid", str(server.pid), *options],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        told = [generator.communicate(timeout=400) for generator in generators]
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        peak = most_resident(server.pid)
    finally:
        for generator in generators:
            generator.kill()
        stop(server)
    for out, error in told:
        if not out.strip():
            raise RuntimeError("no result: " + (error.strip().split("\n")[-1] or "the load generator was cut off"))
    parts = [json.loads(out) for out, _ in told]
    result = merged(parts) if len(parts) > 1 else parts[0]
    result["memory"]["rss_peak"] = peak
    return result


def line(name, peer, run, result):
    window, totals = result["window"], result["totals"]
    return (f"{name:10} {peer:11} #{run} connected {result['connected']}/{result['n']} dead {result['dead']} | "
            f"us/delivery {window['sched_us_per_delivery']} us/emit {window['sched_us_per_publish']} "
            f"us/handshake {result['connect']['server_sched_us_per_handshake']} RSS/client {result['memory']['rss_per_conn']:.0f} "
            f"server {window['server_cpu_pct']} % generator {window['loadgen_cpu_pct']} % steal {window['sys_steal_pct']} % | "
            f"p50 {result['latency']['p50_us']} p99 {result['latency']['p99_us']} us | "
            f"lost {totals['lost']} dup {totals['dup']} reordered {totals['reordered']}")


def series(names, peers, runs, bin_):
    """Runs of each scenario, its peers in turn, so that what disturbs hits all alike."""
    folder = os.path.join(bin_, "results", time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    os.makedirs(folder)
    with open(os.path.join(folder, "conditions.json"), "w", encoding="utf-8") as out:
        json.dump({**conditions.read(bin_), "small": SMALL}, out, indent=2)
    for name in names:
        for run in range(1, runs[name] + 1):
            for peer in [p for p in SCENARIOS[name].peers if p in peers]:
                with open(os.path.join(folder, peer + ".log"), "a", encoding="utf-8") as log:
                    try:
                        result = measure(name, peer, bin_, log)
                        print(line(name, peer, run, result), flush=True)
                    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as error:
                        result = {"failed": str(error)}
                        print(f"{name:10} {peer:11} #{run} FAILED: {error}", flush=True)
                with open(os.path.join(folder, f"{name}.{peer}.{run}.json"), "w", encoding="utf-8") as out:
                    json.dump(result, out)


def main(what="help", peers="all", runs="3"):
    if what in ("help", "-h", "--help"):
        return print(__doc__)
    bin_ = os.path.abspath(os.environ.get("BENCH_BIN") or sys.exit("BENCH_BIN is not set: run it as ./dev bench"))
    docs = os.environ.get("BENCH_DOCS") or os.path.normpath(os.path.join(HERE, "../../docs"))
    if what == "report":
        return report.write(os.path.join(bin_, "results"), docs)
    names = [what] if what in SCENARIOS else [
        name for name, s in SCENARIOS.items() if name.startswith(what + "-") or (what == "all" and s.in_all)]
    chosen = set(PEERS) if peers == "all" else {ALIASES.get(peer, peer) for peer in peers.split(",")}
    if not names or chosen - set(PEERS) or not runs.isdigit():
        sys.exit(f"no such scenario, peer or number of runs: {what} {peers} {runs}\n{__doc__}")
    if "before" in chosen and not os.path.exists(os.path.join(bin_, "before/build/roomd")):
        print("before: there is no older roomd (./dev bench builds it): skipped")
        chosen.remove("before")
    least = 3 if what == "all" and not SMALL else 1
    times = {name: 1 if what == "all" and SCENARIOS[name].once else max(least, int(runs)) for name in names}
    series(names, chosen, times, bin_)
    if what == "all":
        report.write(os.path.join(bin_, "results"), docs)


if __name__ == "__main__":
    main(*sys.argv[1:])
