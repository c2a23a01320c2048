"""What is stored, which of it counts, and the figures of a run."""
import glob
import json
import os
import statistics
from collections import namedtuple

from scenarios import ALIASES, PEERS, SCENARIOS

MOST_STEAL = 40  # % of one core: above it the host has taken the CPU away

Figure = namedtuple("Figure", "title value")


def latency(run):
    """From POST to client; where nothing arrives, of the POST; where nothing is emitted, of the handshake."""
    return next((part for part in (run["latency"], run["post_rtt"]) if part["n"]), run["connect"]["lat"])


def per(run, total, count):
    return run["window"][total] / run["window"][count] if run["window"][count] else None


FIGURES = {
    "cpu_per_delivery": Figure("CPU µs per delivery", lambda run: per(run, "server_sched_us", "delivered")),
    "cpu_per_emit": Figure("CPU µs per emit", lambda run: per(run, "server_sched_us", "acked")),
    "cpu_per_handshake": Figure("CPU µs per handshake", lambda run: run["connect"]["server_sched_us_per_handshake"]),
    "idle_cpu": Figure("idle CPU %", lambda run: run["window"]["server_sched_us"] / run["window"]["s"] / 1e4),
    "rss_per_client": Figure("RSS kB per client", lambda run: run["memory"]["rss_per_conn"] / 1e3 if run["connected"] >= 10 else None),
    "rss_before": Figure("RSS MB connected", lambda run: run["memory"]["rss_after"] / 1e6),
    "rss_peak": Figure("RSS MB at the top", lambda run: run["memory"]["rss_peak"] / 1e6),
    "rss_end": Figure("RSS MB afterwards", lambda run: run["memory"]["rss_end"] / 1e6),
    "rss_left": Figure("afterwards ÷ connected", lambda run: run["memory"]["rss_end"] / run["memory"]["rss_after"]),
    "clients": Figure("clients", lambda run: run["connected"]),
    "deliveries": Figure("deliveries a second", lambda run: run["window"]["delivered_per_s"]),
    "emits": Figure("emits a second", lambda run: run["window"]["publish_per_s"]),
    "handshakes": Figure("handshakes a second", lambda run: run["connect"]["handshakes_per_s"]),
    "p50": Figure("p50 ms", lambda run: latency(run)["p50_us"] / 1e3),
    "p99": Figure("p99 ms", lambda run: latency(run)["p99_us"] / 1e3),
    "steal": Figure("steal %", lambda run: run["window"]["sys_steal_pct"]),
    "others": Figure("others' CPU %", lambda run: max(0, run["window"]["other_cpu_pct"] - run["window"]["sys_steal_pct"])),
}


def fault(scenario, run):
    """Why a run does not count, or None."""
    if "failed" in run:
        return "failed"
    if run["connected"] != run["n"] or run["dead"]:
        return "lost clients"
    if run[SCENARIOS[scenario].steal].get("sys_steal_pct", 0) > MOST_STEAL:
        return "steal"
    return None


class Measured:
    """One scenario in one series."""

    def __init__(self, scenario, series, runs, conditions):
        self.scenario, self.series, self.conditions = scenario, series, conditions
        self.all = runs  # peer: every run
        self.runs = {peer: [run for run in runs[peer] if not fault(scenario, run)] for peer in PEERS if peer in runs}

    def values(self, peer, figure):
        values = [FIGURES[figure].value(run) for run in self.runs.get(peer, [])]
        return [] if None in values else values

    def median(self, peer, figure):
        values = self.values(peer, figure)
        return statistics.median(values) if values else None

    def ratio(self, figure, peer, other):
        above, below = self.median(peer, figure), self.median(other, figure)
        return above / below if above is not None and below else None

    def total(self, peer, what):
        return sum(run["totals"][what] for run in self.runs[peer])

    def left_out(self, peer):
        """Why, for each run that does not count."""
        return [why for why in (fault(self.scenario, run) for run in self.all[peer]) if why]


def load(folder):
    """scenario: Measured.  Of several series the newest of those with the most peers, and a whole one
    before a miniature: ratios are only good within a series."""
    found = {}
    for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*", "*.json"))):
        series, name = os.path.split(os.path.relpath(path, folder))
        if name == "conditions.json":
            continue
        scenario, peer, _ = name.split(".", 2)
        peer = ALIASES.get(peer, peer)
        if scenario not in SCENARIOS or peer not in PEERS:
            continue
        with open(path, encoding="utf-8") as text:
            found.setdefault(scenario, {}).setdefault(series, {}).setdefault(peer, []).append(json.load(text))
    out = {}
    for scenario in filter(found.get, SCENARIOS):
        candidates = [Measured(scenario, series, runs, conditions_of(folder, series)) for series, runs in found[scenario].items()]
        out[scenario] = max(candidates, key=lambda m: (not m.conditions.get("small"), len(m.all), m.series))
    return out


def conditions_of(folder, series):
    try:
        with open(os.path.join(folder, series, "conditions.json"), encoding="utf-8") as text:
            return json.load(text)
    except OSError:
        return {}


def miniature(found):
    return any(measured.conditions.get("small") for measured in found.values())
