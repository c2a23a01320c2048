"""The servers that are compared, the loads they get, and what roomd has to achieve, as data."""
from dataclasses import dataclass

JOIN = ["--proto", "sio", "--send", '42["join:role","r{i%M}"]', "--pub", "http"]
COMMON = ["--poll-us", "200", "--pad", "150"]
SATURATED = ["--window", "16", "--pub-conns", "16"]
BY_KIND = ("--pub-body", '{"event":"bench","room":"role:r{room}","data":{"m":"{mark}","p":"{pad}"}}')  # roomd's rooms have a kind
BEFORE = "4f6fa18"  # the commit that NAMES has a name for


@dataclass(frozen=True)
class Peer:
    command: tuple  # {bin} is the folder of the built programs; empty: PEER_CMD
    port: int
    env: tuple = ()
    folder: str = "."
    options: tuple = ()


PEERS = {
    "node": Peer(("node", "app.js"), 9101, (("PORT", "9101"),), "{bin}/node"),
    "node-plain": Peer(("node", "app.js"), 9102, (("PORT", "9102"), ("HTTPD", "plain")), "{bin}/node"),
    "floor": Peer(("{bin}/floor", "9200"), 9200),
    "floor-batch": Peer(("{bin}/floor", "9201"), 9201, (("MODE", "batch"),)),
    "before": Peer(("{bin}/before/build/roomd", "run", "--config", "{bin}/before/tests/bench/roomd.yaml"), 9260, options=BY_KIND),
    "roomd": Peer((), 0, options=BY_KIND),
}
ALIASES = {"cmd": "roomd"}
NAMES = {**{peer: peer for peer in PEERS}, "node": "Node", "node-plain": "Node without Express", "before": "roomd 0.1.0"}
WEBSOCKET = ("node", "floor", "floor-batch", "before", "roomd")


@dataclass(frozen=True)
class Scenario:
    title: str
    options: tuple
    peers: tuple = WEBSOCKET  # that it is for
    main: str = "cpu_per_delivery"  # the figure its table is about, of FIGURES in results.py
    also: tuple = ("deliveries",)  # others that belong there
    once: bool = False  # one run is enough where all are run
    config: str = ""  # another configuration of roomd than roomd.yaml
    loadgens: int = 1
    in_all: bool = True
    steal: str = "window"  # the part of the run that must not be disturbed


def options(text, *more):
    return (*text.split(), *more)


def flat(clients, rate):
    return Scenario(f"{clients:,} clients in one room, {rate} emits a second",
                    options(f"--n {clients} --rate {rate} --pub-conns 8 --warmup 2 --duration 8 --drain 5"),
                    ("floor", "before", "roomd"), in_all=False)


SCENARIOS = {
    "S1": Scenario("1,000 clients in one room, 50 emits a second",
                   options("--n 1000 --rate 50 --pub-conns 8 --warmup 1.5 --duration 6")),
    "S2-100": Scenario("100 clients in one room, as many emits as it takes",
                       options("--n 100 --warmup 1 --duration 4", *SATURATED)),
    "S2-1000": Scenario("1,000 clients in one room, as many emits as it takes",
                        options("--n 1000 --warmup 1 --duration 4", *SATURATED)),
    "S2-5000": Scenario("5,000 clients in one room, as many emits as it takes",
                        options("--n 5000 --warmup 2 --duration 5", *SATURATED)),
    "S3-rate": Scenario("1,000 rooms of 5, 1,000 emits a second",
                        options("--n 5000 --rooms 1000 --rate 1000 --pub-conns 16 --warmup 1 --duration 4"),
                        main="cpu_per_emit", also=("emits",), in_all=False),
    "S3-sat": Scenario("1,000 rooms of 5, as many emits as it takes",
                       options("--n 5000 --rooms 1000 --window 64 --pub-conns 64 --warmup 1 --duration 4"),
                       ("node", "node-plain", "floor", "floor-batch", "before", "roomd"), "cpu_per_emit", ("emits",)),
    "S4": Scenario("10,000 clients that idle for 50 s",
                   options("--n 10000 --pub none --settle 4 --warmup 0 --duration 50 --max-time 150"),
                   main="rss_per_client", also=("idle_cpu", "cpu_per_handshake"), once=True),
    "S4-19k": Scenario("19,000 clients",
                       options("--n 19000 --pub none --settle 4 --warmup 0 --duration 0.1 --max-time 150"),
                       main="rss_per_client", also=("cpu_per_handshake",), in_all=False, steal="connect"),
    "S5": Scenario("10,000 clients connect, as fast as it takes them",
                   options("--n 10000 --pub none --settle 1 --warmup 0 --duration 0.1"),
                   main="cpu_per_handshake", also=("handshakes",), steal="connect"),
    "S6-0": Scenario("emits to an empty room, as many as it takes",
                     options("--poll-us 0 --n 0 --pub-conns 8 --warmup 1 --duration 4"),
                     ("node", "node-plain", "floor", "floor-batch", "before", "roomd"), "cpu_per_emit", ("emits",), in_all=False),
    "S6-1": Scenario("emits to one client, as many as it takes",
                     options("--poll-us 0 --n 1 --pub-conns 8 --warmup 1 --duration 4"),
                     ("node", "node-plain", "floor", "floor-batch", "before", "roomd"), "cpu_per_emit", ("emits",)),
    "S7": Scenario("500 long-polling clients in one room, 10 emits a second",
                   options("--n 500 --rate 10 --pub-conns 4 --warmup 1.5 --duration 6 --proto sio-poll"),
                   ("node", "before", "roomd")),
    # What the handshakes took is given back within seconds, and only then the memory is read.
    "S1-tls": Scenario("300 clients over TLS in one room, 100 emits a second",
                       options("--tls --n 300 --rate 100 --pub-conns 8 --settle 14 --warmup 1.5 --duration 6"),
                       ("before", "roomd"), config="tls.yaml"),
    "S5-tls": Scenario("3,000 clients connect over TLS, as fast as it takes them",
                       options("--tls --n 3000 --pub none --settle 14 --warmup 0 --duration 0.1"),
                       ("before", "roomd"), "cpu_per_handshake", ("handshakes",), config="tls.yaml", steal="connect"),
    # About 25,000 deliveries a second each: what a delivery costs as the room grows.
    "FLAT-100": flat(100, 250),
    "FLAT-1000": flat(1000, 25),
    "FLAT-5000": flat(5000, 5),
    "FLAT-15000": flat(15000, 2),
    "BIG": Scenario("1,000 clients in one room, 1 MB every 2 s",
                    options("--n 1000 --pad 1000000 --rate 0.5 --pub-conns 1 --warmup 0 --duration 12 --drain 10 --rest 3"),
                    ("before", "roomd"), "rss_peak", ("rss_before", "rss_end", "cpu_per_delivery"), config="big.yaml", in_all=False),
    # 64 emits of 8 kB: up to 150 kB stay in the kernel, the rest is most of the 512 KiB of burst.yaml.
    "BURST": Scenario("5,000 clients stop reading, are sent 8 kB 64 times, and read on",
                      options("--n 5000 --stall 5000 --stall-for 6 --mss 1460 --rcvbuf 8192 --pad 8000 --rate 16"
                              " --pub-conns 1 --settle 2 --warmup 0 --duration 3.95 --drain 60 --rest 5"),
                      ("before", "roomd"), "rss_peak", ("rss_before", "rss_end", "rss_left"), config="burst.yaml", in_all=False),
    "CROWD": Scenario("50,000 clients, or as many as the system allows, idle for 20 s",
                      options("--n 50000 --pub none --settle 15 --warmup 0 --duration 20 --max-time 280"),
                      ("before", "roomd"), "rss_per_client", ("clients", "idle_cpu", "handshakes"), once=True, config="crowd.yaml", loadgens=4, in_all=False),
}


@dataclass(frozen=True)
class Row:
    """A line of the summary."""
    scenario: str
    unit: str
    figure: str
    beside: str = "floor"  # what roomd is compared with
    most: float = 0  # asked for: at most this ...
    times: str = ""  # ... times this peer's


ROWS = [
    Row("S1", "CPU µs per delivery", "cpu_per_delivery", most=0.5, times="floor"),
    Row("S2-100", "CPU µs per delivery", "cpu_per_delivery", "floor-batch", 1.1, "floor-batch"),
    Row("S2-1000", "CPU µs per delivery", "cpu_per_delivery", "floor-batch", 1, "before"),
    Row("S2-5000", "CPU µs per delivery", "cpu_per_delivery", "floor-batch", 1.1, "floor-batch"),
    Row("S3-sat", "CPU µs per emit", "cpu_per_emit", most=0.9, times="floor"),
    Row("S6-1", "CPU µs per POST", "cpu_per_emit", most=1.5, times="floor"),
    Row("S7", "CPU µs per delivery", "cpu_per_delivery", most=0.75, times="before"),
    Row("S5", "CPU µs per handshake", "cpu_per_handshake", most=1.45, times="floor"),
    Row("S4", "idle CPU %", "idle_cpu", most=0.8),
    Row("S4", "RSS kB per client", "rss_per_client", most=1.5),
    Row("S1-tls", "CPU µs per delivery", "cpu_per_delivery", most=1, times="before"),
    Row("S1-tls", "RSS kB per client", "rss_per_client", most=16),
    Row("S5-tls", "CPU µs per handshake", "cpu_per_handshake", most=1, times="before"),
    Row("S1", "p99 ms", "p99", most=0.5, times="node"),
]

SMALL = {"--n": 50, "--rooms": 10, "--stall": 50, "--warmup": 0.3, "--duration": 1, "--settle": 0.5, "--stall-for": 4, "--rest": 1}


def small(options):
    """The same load in miniature: to try the machinery, not to measure."""
    out = list(options)
    for at, word in enumerate(out[:-1]):
        if word in SMALL:
            out[at + 1] = str(min(float(out[at + 1]), SMALL[word])).removesuffix(".0")
    return out
