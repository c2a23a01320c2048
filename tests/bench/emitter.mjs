// What an emit costs the process that makes it, beside Node's own `io.to(room).emit`, and whether one process emits 10,000 a second.
// `./dev bench EMITTER [RUNS]`: a line of JSON for each run, then the medians as rows of docs/benchmarks.md.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

process.env.ROOMD_DEADLINE ??= '120'; // s; read where it is imported
const { connected } = await import('../e2e/support/clients.mjs');
const { built, program } = await import('../e2e/support/emitter_node.mjs');
const { roomd, source } = await import('../e2e/support/roomd.mjs');
const { until } = await import('../e2e/support/wait.mjs');

const RUNS = Number(process.argv[2] ?? 3);
const SMALL = Boolean(process.env.BENCH_SMALL);
const CALLS = SMALL ? 2_000 : 20_000;
const RATE = 10_000; // a second
const SECONDS = SMALL ? 1 : 5;
const EVENT = 'booking:created';
const BOOKING = { bookingId: 'b1', userId: 'u1', libraryId: 'library123', tenantId: 't1', status: 'confirmed', startTime: '2026-11-25T09:00:00Z',
    endTime: '2026-11-25T11:00:00Z', totalPrice: 4.5, currency: 'EUR' };

// Both sides: the calls one after the other, in µs of CPU for each; first at the call, then with all that follows.
const MEASURED = `
    const booking = ${JSON.stringify(BOOKING)};
    const used = (before) => { const { user, system } = process.cpuUsage(before); return (user + system) / ${CALLS}; };
    async function cost(call, done) {
        const before = process.cpuUsage();
        for (let i = 0; i < ${CALLS}; ++i) call(i);
        const at = used(before);
        await done();
        return { call: at, all: used(before) };
    }`;

const emitting = (url) => `
    import { createEmitter } from 'roomd-emit';
    ${MEASURED}
    const quick = createEmitter({ url: '${url}', maxQueue: ${2 * CALLS}, deadline: 60_000, timeout: 30_000 });
    await quick.to('library:library123').confirmed('warm', booking);
    const costs = await cost((i) => quick.to('library:library123').emit('${EVENT}', { ...booking, seatId: i }), () => quick.flush(60_000));
    await quick.close(1000);
    // What is due by now, every few milliseconds: as it is in a process that has other work.  The limits are those that everyone has.
    const live = createEmitter({ url: '${url}' });
    const before = process.cpuUsage();
    const begun = performance.now();
    let emitted = 0;
    while (emitted < ${RATE * SECONDS}) {
        for (const due = Math.min(${RATE * SECONDS}, (performance.now() - begun) * ${RATE / 1000}); emitted < due; ++emitted)
            live.to('library:library123').emit('paced', { ...booking, seatId: emitted });
        await new Promise((done) => setTimeout(done, 2));
    }
    await live.flush(10_000);
    const wall = (performance.now() - begun) / 1000;
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ ...costs, wall, busy: (user + system) / 1e6 / wall, stats: live.stats() }));
    process.exit(0);`;

const inProcess = `
    import { createRequire } from 'node:module';
    ${MEASURED}
    const { Server } = createRequire(${JSON.stringify(`${source}/tests/e2e/x`)})('socket.io');
    const io = new Server(0);
    const joined = new Promise((done) => io.on('connection', (socket) => done(socket.join('one'))));
    console.error('port ' + io.httpServer.address().port);
    await joined;
    const all = new Promise((done) => io.sockets.sockets.forEach((socket) => socket.on('all', done)));
    const empty = await cost((i) => io.to('none').emit('${EVENT}', { ...booking, seatId: i }), async () => {});
    const one = await cost((i) => io.to('one').emit('${EVENT}', { ...booking, seatId: i }), () => all);
    console.log(JSON.stringify({ empty, one }));
    process.exit(0);`;

// Nanoseconds that the threads of a process have run.
const ran = (pid) => readdirSync(`/proc/${pid}/task`).reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]), 0);
const result = async (child) => (await child.ended, JSON.parse(child.out || JSON.stringify({ failed: child.err })));

async function measured(folder) {
    const ends = [];
    const t = { after: (end) => ends.unshift(end) };
    try {
        const server = await roomd(t);
        const socket = await connected(t, server, { transports: ['websocket'] });
        await socket.emitWithAck('join:library', 'library123');
        let heard = 0, paced = 0, before = 0;
        socket.on(EVENT, () => ++heard);
        socket.on('paced', () => ++paced === 1 && (before = ran(server.pid)));
        const emitter = await result(program(folder, emitting(server.url), { env: { NODE_ENV: 'production' } }));
        if (emitter.failed) throw new Error(emitter.failed);
        await until('what was sent', () => heard + paced === CALLS + emitter.stats.sent, 10_000).catch(() => undefined);
        const daemon = (ran(server.pid) - before) / 1e9 / emitter.wall;

        const node = program(folder, inProcess, { env: { NODE_ENV: 'production' } });
        await until('the port', () => /port \d+/.test(node.err));
        const near = await connected(t, { url: `http://127.0.0.1:${/port (\d+)/.exec(node.err)[1]}` }, { transports: ['websocket'] });
        let got = 0;
        near.on(EVENT, () => ++got === CALLS && near.emit('all'));
        return { call: emitter.call, all: emitter.all, rate: RATE * SECONDS / emitter.wall, busy: emitter.busy, daemon, requests: emitter.stats.requests,
            dropped: emitter.stats.dropped, lost: CALLS + RATE * SECONDS - heard - paced, ...(await result(node)) };
    } finally {
        for (const end of ends) await end();
    }
}

const folder = await built();
const runs = [];
for (let i = 0; i < RUNS; ++i) {
    runs.push(await measured(folder));
    console.log(JSON.stringify(runs.at(-1)));
    await pause(500);
}
const median = (of) => runs.map(of).sort((a, b) => a - b)[runs.length >> 1];
const us = (of) => median(of).toFixed(1);
const percent = (of) => Math.round(100 * median(of));
console.log(`
| an emit by the Node emitter: the call; with its sending | ${us((r) => r.call)}, ${us((r) => r.all)} µs |
| \`io.to(room).emit\` in the process itself, to an empty room; to one client | ${us((r) => r.empty.all)}, ${us((r) => r.one.all)} µs |
| ${RATE.toLocaleString('en')} events a second for ${SECONDS} s from one process, to one client | ${percent((r) => r.busy)} % of a core there, ${percent((r) => r.daemon)} % in roomd; ${
    runs.reduce((sum, r) => sum + r.lost, 0) || 'none'} dropped or lost, ${median((r) => Math.round((RATE * SECONDS) / r.requests))} in a request |
Emitted ${median((r) => r.rate).toFixed(0)} a second: where that is not ${RATE}, or events were dropped, the machine had other work.`);
