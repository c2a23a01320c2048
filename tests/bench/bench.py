#!/usr/bin/env python3
"""./dev bench SCENARIO [PEER,... [RUNS]]  - starts the peer, runs loadgen, stops the peer, stores results/SCEN[-var].PEER.N.json
./dev bench report             - medians table (markdown) of everything in results/
SCENARIO: S1 S2 S3 S4 S5 S6 S7 (or S2-1000 etc.) | all.   PEER: see PEERS, or `cmd` with PEER_CMD, PEER_PORT (Socket.IO server), or all."""
import json, os, signal, socket, statistics, subprocess, sys, time, glob
B = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ.get('BENCH_BIN') or sys.exit('run it as ./dev bench')   # loadgen, floor, Node modules and results/ live here
MSG = '42["bench",{"m":"{mark}","p":"{pad}"}]'
SIO = ['--proto', 'sio', '--send', '42["join:role","r{i%M}"]', '--pub', 'http']
def P(cmd, port, args, pub='http', env=None, why=''): return dict(cmd=cmd, port=port, args=args, pub=pub, env=env or {}, why=why)
NODE = ['node', 'app.js']
PEERS = {
 'node': P(NODE, 9101, SIO, env={'PORT': '9101', 'CWD': BIN + '/node'}),
 'node-plain': P(NODE, 9102, SIO, env={'PORT': '9102', 'HTTPD': 'plain', 'CWD': BIN + '/node'}),
 'floor': P([BIN + '/floor', '9200'], 9200, SIO),
 'floor-batch': P([BIN + '/floor', '9201'], 9201, SIO, env={'MODE': 'batch'}),
}
CORE = [p for p in PEERS]
PEERS['floor-uring'] = P([BIN + '/floor-uring', '9202'], 9202, SIO)   # named explicitly, not part of `all`
if os.environ.get('PEER_CMD'): PEERS['cmd'] = P(os.environ['PEER_CMD'].split(), int(os.environ['PEER_PORT']), SIO + ['--pub-body', '{"event":"bench","room":"role:r{room}","data":{"m":"{mark}","p":"{pad}"}}'])
C = ['--poll-us', '200', '--pad', '150']
SAT = ['--window', '16', '--pub-conns', '16']
SC = {
 'S1': ['--n', '1000', '--rate', '50', '--pub-conns', '8', '--warmup', '1.5', '--duration', '6'],
 'S2-100': ['--n', '100', '--warmup', '1', '--duration', '4', *SAT],
 'S2-1000': ['--n', '1000', '--warmup', '1', '--duration', '4', *SAT],
 'S2-5000': ['--n', '5000', '--warmup', '2', '--duration', '5', *SAT],
 'S3-rate': ['--n', '5000', '--rooms', '1000', '--rate', '1000', '--pub-conns', '16', '--warmup', '1', '--duration', '4'],
 'S3-sat': ['--n', '5000', '--rooms', '1000', '--window', '64', '--pub-conns', '64', '--warmup', '1', '--duration', '4'],
 'S4': ['--n', '10000', '--pub', 'none', '--settle', '4', '--warmup', '0', '--duration', '50', '--max-time', '150'],
 'S4-19k': ['--n', '19000', '--pub', 'none', '--settle', '4', '--warmup', '0', '--duration', '0.1', '--max-time', '150'],
 'S5': ['--n', '10000', '--pub', 'none', '--settle', '1', '--warmup', '0', '--duration', '0.1'],
 'S6-0': ['--poll-us', '0', '--n', '0', '--pub-conns', '8', '--warmup', '1', '--duration', '4'],
 'S6-1': ['--poll-us', '0', '--n', '1', '--pub-conns', '8', '--warmup', '1', '--duration', '4'],
 'S7': ['--n', '500', '--rate', '10', '--pub-conns', '4', '--warmup', '1.5', '--duration', '6'],
}
NA = {('S6-0', 'nats'), ('S6-1', 'nats'), ('S6-0', 'mosquitto'), ('S6-1', 'mosquitto')}
def wait_port(port, t=10):
    end = time.time() + t
    while time.time() < end:
        s = socket.socket(); s.settimeout(0.5)
        try: s.connect(('127.0.0.1', port)); s.close(); return True
        except OSError: time.sleep(0.05)
    return False
def one(sc, peer, k):
    p = PEERS[peer]; env = dict(os.environ, **p['env'])
    log = open(f'{BIN}/results/{peer}.log', 'w')
    s = subprocess.Popen(p['cmd'], cwd=p['env'].get('CWD', B), env=env, stdout=log, stderr=log)
    try:
        if not wait_port(p['port']): print('server did not start', peer); return None
        time.sleep(0.7)
        a = list(p['args'])
        if sc == 'S7': a[a.index('sio')] = 'sio-poll'
        cmd = [BIN + '/loadgen', '--label', f'{sc}.{peer}', '--port', str(p['port']), '--pid', str(s.pid), *a, *C, *SC[sc]]
        r = subprocess.run(cmd, capture_output=True, text=True, timeout=200)
        j = json.loads(r.stdout) if r.stdout.strip() else None
    finally:
        s.terminate()
        try: s.wait(8)
        except subprocess.TimeoutExpired: s.kill(); s.wait()
    if not j: print(sc, peer, 'no result', r.stderr[-300:]); return None
    json.dump(j, open(f'{BIN}/results/{sc}.{peer}.{k}.json', 'w'))
    w, t, c, m = j['window'], j['totals'], j['connect'], j['memory']
    print(f"{sc:8} {peer:11} #{k} conn {j['connected']}/{j['n']} hs/s {c['handshakes_per_s']} us/hs {c['server_cpu_us_per_handshake']} rss/c {m['rss_per_conn']} | "
          f"del/s {w['delivered_per_s']} us/del {w['sched_us_per_delivery']} pub/s {w['publish_per_s']} us/pub {w['sched_us_per_publish']} srv% {w['server_cpu_pct']} lg% {w['loadgen_cpu_pct']} "
          f"steal {w['sys_steal_pct']} oth {w['other_cpu_pct']} p50 {j['latency']['p50_us']} p99 {j['latency']['p99_us']} lost {t['lost']} dup {t['dup']} reord {t['reordered']} dead {j['dead']} pings {w['pings']}", flush=True)
    return j
def report():
    rows = {}
    for f in glob.glob(BIN + '/results/*.json'):
        sc, peer, _ = os.path.basename(f).split('.', 2); j = json.load(open(f))
        if j['connected'] != j['n'] or j['dead']: continue
        if j['window']['sys_steal_pct'] > 40 and j['window']['s'] > 1: continue   # the host took the CPU away: not comparable
        rows.setdefault(sc, {}).setdefault(peer, []).append(j)
    order = [x for x in PEERS]
    for sc in SC:
        if sc not in rows: continue
        print(f'\n### {sc}  (`{" ".join(SC[sc])}`)\n')
        cols = {'runs': lambda j: 1, 'del/s': lambda j: j['window']['delivered_per_s'], 'CPU us/del': lambda j: j['window']['sched_us_per_delivery'],
                'user us/del': lambda j: j['window']['server_user_us'] / max(1, j['window']['delivered']), 'k del/CPU-s': lambda j: 1e3 / max(1e-3, j['window']['sched_us_per_delivery']),
                'msgs/recv': lambda j: j['window']['delivered'] / max(1, j['window']['recv_calls']), 'pub/s': lambda j: j['window']['publish_per_s'], 'CPU us/pub': lambda j: j['window']['sched_us_per_publish'], 'server %': lambda j: j['window']['server_cpu_pct'],
                'loadgen %': lambda j: j['window']['loadgen_cpu_pct'], 'p50 ms': lambda j: j['latency']['p50_us'] / 1e3, 'p99 ms': lambda j: j['latency']['p99_us'] / 1e3,
                'lost': lambda j: j['totals']['lost'], 'dup+reord': lambda j: j['totals']['dup'] + j['totals']['reordered'], 'steal %': lambda j: j['window']['sys_steal_pct'], 'others %': lambda j: j['window']['other_cpu_pct'] - j['window']['sys_steal_pct']}
        if sc.startswith('S4') or sc == 'S5':
            cols = {'runs': lambda j: 1, 'connected': lambda j: j['connected'], 'hs/s': lambda j: j['connect']['handshakes_per_s'], 'CPU us/hs': lambda j: j['connect']['server_sched_us_per_handshake'],
                    'hs p50 ms': lambda j: j['connect']['lat']['p50_us'] / 1e3, 'hs p99 ms': lambda j: j['connect']['lat']['p99_us'] / 1e3,
                    'RSS B/conn': lambda j: j['memory']['rss_per_conn'], 'anon B/conn': lambda j: j['memory']['anon_per_conn'], 'RSS end B/conn': lambda j: j['memory']['rss_end_per_conn'], 'RSS empty MiB': lambda j: j['memory']['rss_before'] / 2**20,
                    'RSS after MiB': lambda j: j['memory']['rss_after'] / 2**20}
            if sc == 'S4': cols.update({'idle CPU %': lambda j: j['window']['server_cpu_pct'], 'pings': lambda j: j['window']['pings'], 'CPU us/ping': lambda j: j['window']['server_sched_us'] / max(1, j['window']['pings']), 'dead': lambda j: j['dead']})
        if sc == 'S6-0': [cols.pop(x) for x in ('del/s', 'CPU us/del', 'user us/del', 'k del/CPU-s', 'msgs/recv', 'p50 ms', 'p99 ms')]
        if sc.startswith('S6'): cols['POST p50 ms'] = lambda j: j['post_rtt']['p50_us'] / 1e3; cols['POST p99 ms'] = lambda j: j['post_rtt']['p99_us'] / 1e3
        print('| peer | ' + ' | '.join(cols) + ' |\n|---|' + '---|' * len(cols))
        for peer in sorted(rows[sc], key=lambda x: order.index(x) if x in order else 99):
            js = rows[sc][peer]; out = []
            for c, f in cols.items():
                if c == 'runs': out.append(str(len(js))); continue
                v = statistics.median(f(j) for j in js)
                if ('/del' in c or 'del/C' in c or 'msgs' in c) and not all(j['window']['delivered'] for j in js): out.append('–'); continue
                out.append(f'{v:.0f}' if abs(v) >= 1000 or v == int(v) else f'{v:.1f}' if abs(v) >= 20 else f'{v:.2f}')
            print(f'| {peer} | ' + ' | '.join(out) + ' |')
def main():
    if len(sys.argv) < 2: print(__doc__); return
    os.makedirs(BIN + '/results', exist_ok=True)
    if sys.argv[1] == 'report': return report()
    scs = [s for s in SC if sys.argv[1] == 'all' or s == sys.argv[1] or s.startswith(sys.argv[1] + '-')]
    peers = CORE if sys.argv[2] == 'all' else sys.argv[2].split(',')
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    for sc in scs:
        for k in range(1, runs + 1):      # interleave the peers, so that disturbances hit all alike
            for p in peers:
                if (sc, p) in NA or (sc == 'S7' and PEERS[p]['args'] is not SIO): continue
                if sc == 'S7' and (p.startswith('floor') or p == 'uws' or p.startswith('lws')): continue
                if p == 'node-plain' and sys.argv[2] == 'all' and not sc.startswith('S6'): continue
                try: one(sc, p, k)
                except Exception as e: print(sc, p, 'FAILED', e, flush=True)
main()
