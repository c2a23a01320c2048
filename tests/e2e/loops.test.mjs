// What only shows when repeated.  Short here; `./dev soak SECONDS` runs the same for long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, client, connected, received, transport } from './support/clients.mjs';
import { roomd, short, soak } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

// Rounds of `body`: a few, or as many as fit into this loop's share of the soak time.
async function rounds(few, body) {
    const LOOPS = 4;
    const end = Date.now() + (soak * 1000) / LOOPS;
    let n = 0;
    while (soak ? Date.now() < end : n < few) await body(n++);
    return n;
}

test('clients survive a server that is killed again and again', async (t) => {
    const server = await roomd(t);
    const crowd = Object.values(MODES).flatMap((options) => [options, options]).map((options, i) => {
        const socket = client(t, server, { ...options, reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 100 });
        socket.on('connect', () => socket.emit('join:library', 'killed'));
        return { socket, seen: received(socket, 'notification'), i };
    });
    await rounds(short ? 2 : 5, async (n) => {
        await until('everyone to be back', async () => crowd.every(({ socket }) => socket.connected));
        await until('everyone to have joined', async () => (await server.emit('notification', { n, probe: true }, 'library:killed')).recipients === crowd.length);
        await server.emit('notification', { n }, 'library:killed');
        for (const { seen } of crowd) await until('the event', () => seen.some((e) => e.n === n && !e.probe));
        for (const { seen } of crowd) assert.equal(seen.splice(0).filter((e) => !e.probe).length, 1);
        await server.kill('SIGKILL');
        server.code = undefined;
        await server.start();
    });
});

test('nothing is lost, doubled or reordered while clients upgrade', async (t) => {
    const server = await roomd(t);
    await rounds(short ? 10 : 40, async (n) => {
        const socket = client(t, server, MODES['polling that upgrades']);
        const seen = received(socket, 'notification');
        await once(socket, 'connect');
        const room = `user:upgrade-${n}`;
        assert.equal((await socket.emitWithAck('join', room)).ok, true);
        let sent = 0;
        while (transport(socket) === 'polling' || sent < 20) await server.emit('notification', { n: sent++ }, room);
        await until(`${sent} events, got ${seen.length}`, () => seen.length >= sent);
        assert.deepEqual(seen.map((e) => e.n), Array.from({ length: sent }, (_, i) => i));
        socket.close();
    });
});

test('what clients send while they upgrade arrives in order too', async (t) => {
    const server = await roomd(t);
    await rounds(short ? 10 : 40, async (n) => {
        const socket = await connected(t, server, MODES['polling that upgrades']);
        const answers = [];
        let asked = 0;
        while (transport(socket) === 'polling' || asked < 20) {
            const id = `${n}-${asked++}`;
            answers.push(await socket.emitWithAck('join:library', id), await socket.emitWithAck('leave:library', id));
        }
        assert.ok(answers.every(({ ok }) => ok));
        socket.close();
    });
});

test('a daemon that many clients visit and leave is empty again, and no larger', async (t) => {
    const { readFileSync } = await import('node:fs');
    const server = await roomd(t);
    const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
    const visit = async (n) => {
        const modes = Object.values(MODES);
        const sockets = await Promise.all(Array.from({ length: 30 }, (_, i) => connected(t, server, modes[i % 3])));
        await Promise.all(sockets.map((socket, i) => socket.emitWithAck('join:library', `churn-${n}-${i}`)));
        for (const socket of sockets) socket.close();
        await until('all to be gone', async () => (await server.stats()).totalConnections === 0);
    };
    for (let n = 0; n < 3; ++n) await visit(n); // what is allocated once
    const before = rss();
    const visits = await rounds(short ? 3 : 10, visit);
    assert.deepEqual((await server.stats()).activeRooms, []);
    const grown = rss() - before;
    if (!short) assert.ok(grown < 4096, `${grown} KiB more after ${visits} rounds of 30 clients`);
});
