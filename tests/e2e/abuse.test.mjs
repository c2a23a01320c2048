// Abuse of all kinds at once.  Short here; `./dev soak SECONDS` goes on for long, and to 100,000 connections.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { MODES, connected, received } from './support/clients.mjs';
import { binary, roomd, settings, short, soak } from './support/roomd.mjs';
import { tick, until } from './support/wait.mjs';
import { VISITORS } from './support/visitors.mjs';

const SECONDS = soak || (short ? 5 : 10);
const CONNECTIONS = soak ? 100_000 : 0; // at least
const EACH = 3; // visitors of a kind at a time
const HEALTHY = 5000; // ms for an answer, of a busy machine
const instrumented = readFileSync(binary).includes('__asan_init');

// What is freed is filled, and not kept for long: growth would be a leak.
const ENV = instrumented
    ? { ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? 'detect_leaks=1'}:quarantine_size_mb=8:thread_local_quarantine_size_kb=64` }
    : { MALLOC_CONF: 'junk:true' };
const GROWTH = instrumented ? 64 * 1024 : 8 * 1024; // KiB

const status = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

async function counters(server) {
    const page = await (await server.get('/metrics', { headers: { Connection: 'close' } })).text();
    const values = (name) => [...page.matchAll(new RegExp(`^roomd_${name}(?:{[^}]*})? (\\d+)$`, 'gm'))];
    return (name) => values(name).reduce((sum, [, n]) => sum + Number(n), 0);
}

// Everyone visits until `over`; gives how often each kind came.
async function visits(crowd, over) {
    const count = {};
    await Promise.all(Object.entries(VISITORS).flatMap(([kind, visit]) => Array.from({ length: EACH }, async () => {
        while (!over()) {
            await visit(crowd);
            count[kind] = (count[kind] ?? 0) + 1;
            await tick(0);
        }
    })));
    return count;
}

// All have gone, but for `stay` connections; the one that asks is not counted.
const empty = (server, stay) => until('every connection and session to be gone', async () => {
    const of = await counters(server);
    return of('connections') - 1 <= stay && of('sessions') === stay && of;
}, 60_000);

// Why nobody was served any more.
async function failed(server, during) {
    await tick(500); // for the report of a sanitizer
    assert.equal(server.code, undefined, `roomd ended with ${server.code}:\n${server.output.slice(-5000)}`);
    return during;
}

test('whatever strangers do, the daemon serves others, and nothing is left of it', async (t) => {
    const server = await roomd(t, (port) => settings(port, {
        client_events: {},
        socketio: { ping_interval: '2s', ping_timeout: '2s' },
        limits: {
            events_per_second: 0, header_deadline: '500ms', body_deadline: '500ms', keep_alive: '1s', connect_timeout: '2s',
            send_buffer: '64KiB',
        },
    }), ENV);
    const friend = await connected(t, server, MODES['websocket only']);
    assert.equal((await friend.emitWithAck('join:library', 'storm')).ok, true);
    const seen = received(friend, 'notification');

    let wake, told = new Promise((done) => (wake = done));
    const crowd = { port: server.port, opened: 0, torn: 0, emitted: () => told };
    let stopped = false, emits = 0, probes = 0;
    const answers = async (what, ask) => {
        const answer = await ask();
        assert.equal(answer.status, 200, what);
        await answer.text();
    };
    const emitting = (async () => {
        for (; !stopped; await tick(20)) {
            const data = { n: emits++, fill: 'x'.repeat(2000) };
            await answers('an emit', () => server.post('/api/emit', { event: 'notification', data, room: 'library:storm' }));
            wake();
            told = new Promise((done) => (wake = done));
        }
    })();
    const probing = (async () => {
        for (; !stopped; await tick(100), probes++) {
            const from = Date.now();
            await answers('/health', () => server.get('/health'));
            assert.ok(Date.now() - from < HEALTHY, `/health took ${Date.now() - from} ms`);
        }
    })();
    const during = Promise.all([emitting, probing]).finally(() => (stopped = true));
    during.catch(() => {}); // told below

    const warm = Date.now() + Math.min(SECONDS * 200, 30_000);
    await visits(crowd, () => stopped || Date.now() > warm);
    if (stopped) await failed(server, during);
    const first = await empty(server, 1);
    const before = { memory: status(server.pid, 'VmRSS'), descriptors: descriptors(server.pid),
        accepted: first('accepted_total') };

    const began = crowd.opened;
    const end = Date.now() + SECONDS * 1000;
    const count = await visits(crowd, () => stopped || (Date.now() > end && crowd.opened - began >= CONNECTIONS));
    if (stopped) await failed(server, during);
    stopped = true;
    await during;
    const last = await empty(server, 1);

    for (const kind of Object.keys(VISITORS)) assert.ok(count[kind] > 0, `nobody came as ${kind}`);
    t.diagnostic(`${crowd.opened - began} connections, ${emits} emits, ${probes} times healthy`);
    assert.ok(last('accepted_total') - before.accepted >= (crowd.opened - began) * 0.99,
        'connections that were never accepted');
    assert.equal(last('sessions_opened_total') - last('sessions_closed_total'), 1); // the friend
    await until('the descriptors to be closed', () => descriptors(server.pid) <= before.descriptors)
        .catch(() => assert.fail(`${descriptors(server.pid)} descriptors, ${before.descriptors} at first`));
    const grown = status(server.pid, 'VmRSS') - before.memory;
    assert.ok(grown < GROWTH, `${grown} KiB more after ${crowd.opened - began} connections`);
    await until('the last event', () => seen.at(-1)?.n === emits - 1);
    assert.deepEqual(seen.map(({ n }) => n), Array.from({ length: emits }, (_, i) => i)); // the friend missed nothing
    assert.equal(server.code, undefined, server.output);
    friend.close();
    assert.equal(await server.kill('SIGTERM'), 0, server.output);
});
