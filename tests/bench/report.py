"""The stored results as docs/benchmarks.md, between its markers, and docs/benchmarks.svg."""
import os
import statistics
from collections import Counter

import chart
from results import FIGURES, MOST_STEAL, load, miniature
from scenarios import BEFORE, NAMES, ROWS, SCENARIOS

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
FLAT = 0.6  # at most: roomd ÷ floor at every size


def number(value):
    """Three digits or so; a dash for what was not measured."""
    if value is None:
        return "–"
    if value and abs(value) < 0.095:
        return f"{value:.3f}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(head, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)) + "\n"


def called(peer, *measured):
    """Its name in tables.  An older roomd that is not the usual one goes by its commit."""
    others = {one.conditions.get("before") or BEFORE for one in measured} - {BEFORE}
    return f"roomd at {', '.join(sorted(others))}" if peer == "before" and others else NAMES[peer]


def asked(row):
    return f"≤ {row.most:g} × {NAMES[row.times]}" if row.times else f"≤ {row.most:g}"


def reached(row, measured):
    """Whether roomd is where it should be."""
    value = measured and (measured.ratio(row.figure, "roomd", row.times) if row.times else measured.median("roomd", row.figure))
    if value is None:
        return "not measured"
    if value <= row.most:
        return "yes"
    return f"**missed: {number(value)}{' ×' if row.times else ''}**"


def summary_row(row, measured, before):
    def median(peer):
        return number(measured and measured.median(peer, row.figure))

    def ratio(peer, other):
        return number(measured and measured.ratio(row.figure, peer, other))

    return [row.scenario, row.unit, median("node"), median("floor"), median("floor-batch"), *([median("before")] if before else []),
            f"**{median('roomd')}**", ratio("roomd", row.beside), *([ratio("roomd", "before")] if before else []),
            ratio("node", "roomd"), asked(row), reached(row, measured)]


def with_before(measured):
    """Those of them that an older roomd took part in."""
    return [one for one in measured if "before" in one.runs]


def summary(found):
    before = with_before(found.values())
    old = called("before", *before)
    head = ["scenario", "unit", "Node", "floor", "floor-batch", *([old] if before else []), "roomd", "roomd ÷ floor",
            *([f"roomd ÷ {old}"] if before else []), "Node ÷ roomd", "asked", "reached?"]
    return table(head, [summary_row(row, found.get(row.scenario), before) for row in ROWS])


def out_of(reasons):
    return ", ".join(f"{count} {why}" for why, count in Counter(reasons).items()) or "0"


def scenario_row(measured, peer, figures):
    scenario = SCENARIOS[measured.scenario]
    values = measured.values(peer, scenario.main)
    spread = f"{number(min(values))}–{number(max(values))}" if values else "–"
    figure = [number(measured.median(peer, name)) for name in figures]
    counts = [number(measured.total(peer, what)) for what in ("lost", "dup", "reordered")]
    old = [number(measured.ratio(scenario.main, peer, "before"))] if with_before([measured]) else []
    return [called(peer, measured), str(len(measured.runs[peer])), out_of(measured.left_out(peer)), figure[0], spread, *old, *figure[1:],
            number(measured.ratio("p99", peer, "node")), *counts]


def scenario_table(measured):
    scenario = SCENARIOS[measured.scenario]
    figures = [scenario.main, *scenario.also, "p50", "p99"]
    if scenario.main != "rss_per_client":
        figures.insert(-2, "rss_per_client")
    titles = [FIGURES[name].title for name in figures]
    old = [f"÷ {called('before', measured)}"] if with_before([measured]) else []
    head = ["server", "runs", "left out", titles[0], "min–max", *old, *titles[1:], "p99 ÷ Node", "lost", "dup", "reordered"]
    rows = [scenario_row(measured, peer, figures) for peer in measured.runs]
    return f"### {measured.scenario}: {scenario.title}\n\n" + table(head, rows) + fewer(measured)


def fewer(measured):
    """Why a crowd is smaller than its scenario says."""
    options, clients = SCENARIOS[measured.scenario].options, measured.median("roomd", "clients")
    wanted = int(options[options.index("--n") + 1])
    if clients is None or clients >= wanted or SCENARIOS[measured.scenario].loadgens == 1:
        return ""
    return (f"\nNot the {wanted:,} that were asked for but {number(clients)}: "
            f"the system allows one process {measured.conditions.get('descriptors', 0):,} descriptors.\n")


def flat_table(found):
    """The same deliveries a second to ever larger rooms, and whether their price to the floor's stays."""
    sizes = {int(name.removeprefix("FLAT-")): found[name] for name in found if name.startswith("FLAT-")}
    if not sizes:
        return ""
    ratios = {size: measured.ratio("cpu_per_delivery", "roomd", "floor") for size, measured in sizes.items()}
    before = with_before(sizes.values())
    old = called("before", *before)
    known = [ratio for ratio in ratios.values() if ratio is not None]
    mean = statistics.mean(known) if known else None
    rows = []
    for size, measured in sizes.items():
        runs = "; ".join(f"{len(measured.runs[peer])} {called(peer, measured)}" for peer in measured.runs)
        off = "–" if ratios[size] is None else f"{round(100 * (ratios[size] / mean - 1)):+d} %"
        lost = sum(measured.total(peer, what) for peer in measured.runs for what in ("lost", "dup", "reordered"))
        out = out_of([why for peer in measured.runs for why in measured.left_out(peer)])
        medians = [number(measured.median(peer, "cpu_per_delivery")) for peer in ("floor", *(["before"] if before else []), "roomd")]
        to_old = [number(measured.ratio("cpu_per_delivery", "roomd", "before"))] if before else []
        rows.append([f"{size:,}", number(measured.median("roomd", "emits")), runs, out, *medians, *to_old, number(ratios[size]), off, number(lost)])
    if len(known) < 2:
        verdict = "not measured"
    elif max(known) <= FLAT:
        verdict = "yes"
    else:
        verdict = f"**missed: {number(min(known))} to {number(max(known))}**"
    head = ["clients", "emits a second", "runs", "left out", "floor", *([old, "roomd", f"roomd ÷ {old}"] if before else ["roomd"]),
            "roomd ÷ floor", "to their mean", "lost, dup, reordered"]
    return ("### FLAT: the same deliveries a second in larger and larger rooms\n\nCPU µs per delivery.\n\n" + table(head, rows) +
            f"\nAsked: roomd ÷ floor ≤ {FLAT:g} at every size. Reached: {verdict}.\n")


def undisturbed(found, figure):
    windows = [measured for measured in found.values() if SCENARIOS[measured.scenario].steal == "window"]
    values = [value for measured in windows for peer in measured.runs for value in measured.values(peer, figure)]
    return number(statistics.median(values) if values else None)


def conditions(found):
    newest = max(found.values(), key=lambda measured: measured.series).conditions
    commits = sorted({measured.conditions.get("commit", "") for measured in found.values()} - {""})
    dates = sorted({measured.conditions.get("date", "") for measured in found.values()} - {""})
    known = {key: newest.get(key) or "?" for key in ("cores", "cpu", "system", "kernel", "compiler", "node", "socketio")}
    return (f"Conditions: {known['cores']} cores of {known['cpu']}{' (virtual)' if newest.get('virtual') else ''}, {known['system']}, "
            f"Linux {known['kernel']}, loopback, {known['compiler']}, Node {known['node']}, socket.io {known['socketio']}. "
            f"Commit {', '.join(commits) or '?'}; {' to '.join(sorted({*dates[:1], *dates[-1:]})) or '?'}. "
            f"Median of all runs: steal {undisturbed(found, 'steal')} %, other processes {undisturbed(found, 'others')} % of one core.\n")


def markdown(found):
    if not found:
        return "Nothing is measured yet: `./dev bench all` writes this part.\n"
    parts = ["**A miniature run, to try the machinery: these figures mean nothing.**\n"] if miniature(found) else []
    parts += [conditions(found),
              "Medians; ratios are of medians of one series, whose servers ran in turn. Runs with more than "
              f"{MOST_STEAL} % steal are left out and counted as such, as are runs that failed or lost clients. "
              "roomd ÷ floor is to floor-batch in S2. p50 and p99 are from the POST to the client; of the POST "
              "where nobody hears it, of the handshake where nothing is emitted.\n",
              "![CPU per message of Node, roomd and the floor, Node being 100 %](benchmarks.svg)\n",
              summary(found)]
    parts += [scenario_table(measured) for name, measured in found.items() if not name.startswith("FLAT-")]
    parts += [flat_table(found)]
    return "\n".join(part for part in parts if part)


def put_between(page, text):
    """The page with `text` in place of what is between the markers."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise ValueError(f"the page needs {BEGIN} and then {END}, once each")
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{text}{END}{rest.split(END)[1]}"


def write(folder, docs):
    found = load(folder)
    page = os.path.join(docs, "benchmarks.md")
    with open(page, encoding="utf-8") as text:
        new = put_between(text.read(), "\n" + markdown(found) + "\n")
    with open(page, "w", encoding="utf-8") as out:
        out.write(new)
    with open(os.path.join(docs, "benchmarks.svg"), "w", encoding="utf-8") as out:
        out.write(chart.svg(found))
    print(f"{len(found)} scenarios: {page}")
