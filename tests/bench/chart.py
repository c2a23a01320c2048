"""The summary's CPU rows as a bar chart: one group a scenario, Node being 100 %."""
from xml.sax.saxutils import escape

from results import miniature
from scenarios import NAMES, ROWS, SCENARIOS

WIDTH, LEFT, RIGHT = 760, 118, 150  # what is between holds the bars; right of them stand their values
TOP, BAR, GAP, GROUP = 76, 15, 3, 40  # of a group: its title and the space after it
STYLE = """
  svg { color-scheme: light dark }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #52514e }
  .ground { fill: #fcfcfb } .line { stroke: #d9d8d4 } .base { stroke: #8f8e89 }
  .title { font-size: 16px; font-weight: 600; fill: #0b0b0b } .name { font-weight: 600; fill: #0b0b0b }
  .what { font-weight: 400; fill: #52514e }
  .node { fill: #a3a29d } .floor { fill: #d0cfca } .roomd { fill: #2a78d6 } .strong { font-weight: 600; fill: #0b0b0b }
  @media (prefers-color-scheme: dark) {
    text, .what { fill: #c3c2b7 } .ground { fill: #1a1a19 } .line { stroke: #383835 } .base { stroke: #77766f }
    .title, .name, .strong { fill: #ffffff } .node { fill: #85847e } .floor { fill: #55544f } .roomd { fill: #3987e5 }
  }
"""


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percent(share):
    return f"{100 * share:.0f} %" if share >= 0.0995 else f"{100 * share:.1f} %"


def groups(found):
    """(row, [(peer, median, share of Node)]) for each row of CPU per message that Node and roomd have."""
    for row in ROWS:
        measured = found.get(row.scenario)
        if not measured or " per " not in row.unit or not row.unit.startswith("CPU"):
            continue
        medians = [(peer, measured.median(peer, row.figure)) for peer in ("node", "roomd", row.beside)]
        node = medians[0][1]
        if node and medians[1][1] is not None:
            yield row, [(peer, value, value / node) for peer, value in medians if value is not None]


def bar(peer, value, share, y, most):
    width = max(1, (WIDTH - LEFT - RIGHT) * share / most)
    kind = peer.split("-")[0]
    label = f"{figure(value)} µs, {percent(share)}"
    weight = "strong" if kind == "roomd" else "plain"
    middle = y + BAR - 3.5
    return [f'<text class="{weight}" x="{LEFT - 8}" y="{middle}" text-anchor="end">{NAMES[peer]}</text>',
            f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2"/>',
            f'<text class="{weight}" x="{LEFT + width + 6:.1f}" y="{middle}">{label}</text>']


def svg(found):
    parts, y = [], TOP
    chosen = list(groups(found))
    most = max([1.0, *(share for _, bars in chosen for _, _, share in bars)])
    for row, bars in chosen:
        title = f"{row.scenario} <tspan class=\"what\">· {escape(SCENARIOS[row.scenario].title)} · {escape(row.unit)}</tspan>"
        parts.append(f'<text class="name" x="12" y="{y + 12}">{title}</text>')
        y += 20
        first = y
        for peer, value, share in bars:
            parts += bar(peer, value, share, y, most)
            y += BAR + GAP
        parts.append(f'<line class="base" x1="{LEFT}" y1="{first - 2}" x2="{LEFT}" y2="{y - 1}"/>')
        y += GROUP - 20
    if not chosen:
        parts.append(f'<text x="12" y="{y + 12}">Nothing is measured yet.</text>')
        y += 30
    told = "; ".join(f"{row.scenario}: " + ", ".join(f"{peer} {percent(share)}" for peer, _, share in bars) for row, bars in chosen)
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img" aria-labelledby="title desc">',
            '<title id="title">CPU per message, Node socket.io being 100 %</title>',
            f'<desc id="desc">{escape(told) or "Nothing is measured yet."}</desc>', f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{y}"/>',
            '<text class="title" x="12" y="28">CPU per message, Node socket.io being 100 %</text>',
            '<text x="12" y="48">Shorter is cheaper. floor: a bare epoll server that only sends, the kernel\'s price.'
            f'{" A miniature: means nothing." if miniature(found) else ""}</text>']
    return "\n".join([*head, *parts, "</svg>", ""])
