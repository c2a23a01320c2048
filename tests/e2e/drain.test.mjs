// The end of a daemon that is told to stop: nothing is lost, and nobody comes back all at once.  And
// connections that have lasted long enough.
import assert from 'node:assert/strict';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { ask } from './support/admin.mjs';
import { MODES, client, connected, received } from './support/clients.mjs';
import { notified } from './support/notify.mjs';
import { plugin, roomd, settings, short } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const WEBSOCKET = MODES['websocket only'];

test('clients are closed evenly over the window, and all by its end', async (t) => {
    const [people, window] = process.env.ROOMD_SOAK ? [2000, 10_000] : [short ? 200 : 400, 3000];
    const bucket = 500;
    const server = await roomd(t, { drain: `${window}ms` });
    const sockets = Array.from({ length: people }, (_, i) => client(t, server, i % 20 ? WEBSOCKET : MODES['polling only']));
    await until('everyone', () => sockets.every((socket) => socket.connected));
    const went = [], reasons = new Set();
    let from;
    for (const socket of sockets)
        socket.on('disconnect', (reason) => {
            went.push(Date.now() - from);
            reasons.add(reason);
        });

    from = Date.now();
    assert.equal(await server.kill('SIGTERM'), 0, server.output);
    await until('the last to notice', () => went.length === people);
    const buckets = [];
    for (const when of went) buckets[Math.floor(when / bucket)] = (buckets[Math.floor(when / bucket)] ?? 0) + 1;
    const mean = people / (window / bucket);
    t.diagnostic(`of ${people}, by ${bucket} ms: ${buckets}`);
    assert.ok(Math.max(...buckets.filter(Boolean)) <= 2 * mean, `${buckets}`);
    assert.ok(Math.max(...went) <= window + 500, `the last went after ${Math.max(...went)} ms`);
    assert.ok(Math.max(...went) >= window - 500, `all were gone after ${Math.max(...went)} ms`);
    assert.ok([...reasons].every((reason) => /^transport (close|error)$/.test(reason)), [...reasons].join());
});

test('a few clients do not hold it up', async (t) => {
    const server = await roomd(t, { drain: '1m' });
    const sockets = [await connected(t, server, WEBSOCKET), await connected(t, server, WEBSOCKET)];
    const gone = Promise.all(sockets.map((socket) => once(socket, 'disconnect')));
    assert.equal(await server.kill('SIGTERM'), 0, server.output);
    await gone;
});

for (const phase of ['drain', 'drain_delay']) {
    test(`a second SIGTERM ends at once: ${phase}`, async (t) => {
        const server = await roomd(t, { drain: '1h', [phase]: '1h' });
        const sockets = await Promise.all(Array.from({ length: 20 }, () => connected(t, server, WEBSOCKET)));
        server.process.kill('SIGTERM');
        await server.logs(/notice stopping/);
        if (phase === 'drain') await until('the first to go', () => sockets.some((socket) => !socket.connected));
        const from = Date.now();
        server.killed = true;
        assert.equal(await server.kill('SIGTERM'), 1);
        assert.ok(Date.now() - from < 1500);
        assert.match(server.output, /second signal: ending at once/);
    });
}

// A request of which all but the last byte is sent.  `finish()` sends that and gives the answer.
async function half(server, method, where, body) {
    const socket = net.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    const ended = new Promise((done) => socket.on('close', done));
    const bytes = `${method} ${where} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    socket.write(bytes.slice(0, -1));
    return {
        async finish() {
            socket.write(bytes.slice(-1));
            await until('the answer', () => /\r\n\r\n[^]*}$/.test(text));
            socket.end();
            await ended;
            const [head, json] = text.split('\r\n\r\n');
            return { status: Number(head.split(' ')[1]), head, error: JSON.parse(json).error };
        },
    };
}

test('requests under way at SIGTERM are told to come again, whichever plugin has their route', async (t) => {
    const server = await roomd(t, (port) => {
        const config = settings(port, { drain: '5s' });
        config.plugins.load.push({ name: 'http_clients' });
        return config;
    });
    const sockets = await Promise.all(Array.from({ length: 40 }, () => connected(t, server, WEBSOCKET)));
    const seen = received(sockets[0], 'ping');
    await sockets[0].emitWithAck('join:library', 'a');
    const emit = JSON.stringify({ event: 'ping', data: 1, room: 'library:a' });
    let asked = 0; // by us
    const others = async () => {
        const text = await (await server.get('/metrics')).text();
        return Number(/^roomd_http_requests_total (\d+)/m.exec(text)[1]) - ++asked;
    };
    const before = await others();
    const under_way = await Promise.all([
        half(server, 'POST', '/api/emit', emit),
        half(server, 'POST', '/api/emit/batch', JSON.stringify({ events: [JSON.parse(emit)] })),
        half(server, 'POST', '/api/kick', JSON.stringify({ user: 'ann' })),
        half(server, 'POST', '/api/test/socket-event', emit),
    ]);
    await until('their heads to be read', async () => (await others()) === before + under_way.length);
    assert.equal((await server.emit('ping', 0, 'library:a')).recipients, 1);

    server.process.kill('SIGTERM');
    await server.logs(/notice stopping/);
    await until('the drain', () => sockets.some((socket) => !socket.connected));
    for (const request of under_way) {
        const { status, head, error } = await request.finish();
        assert.equal(status, 503, head + JSON.stringify(error));
        assert.match(head, /^retry-after: 1\r?$/im);
        assert.equal(error.code, 'unavailable');
    }
    assert.deepEqual(seen, [0]);
    assert.equal(await server.exited, 0, server.output);
});

test('for drain_delay only /ready changes', async (t) => {
    const server = await roomd(t, { drain_delay: '1h' });
    const old = await connected(t, server, WEBSOCKET);
    const seen = received(old, 'ping');
    await old.emitWithAck('join:library', 'a');
    server.process.kill('SIGTERM');
    await until('/ready to say so', async () => (await server.get('/ready')).status === 503);
    assert.equal((await (await server.get('/ready')).json()).error.code, 'draining');

    assert.equal((await server.get('/health')).status, 200);
    assert.equal((await server.get('/metrics')).status, 200);
    const fresh = await connected(t, server, MODES['polling that upgrades']);
    assert.equal((await fresh.emitWithAck('join:library', 'a')).ok, true);
    assert.equal((await server.emit('ping', 1, 'library:a')).recipients, 2);
    await until('the event', () => seen.length);
    assert.equal((await server.get('/ready')).status, 503);
    assert.ok(old.connected && fresh.connected);
    server.killed = true;
    await server.kill();
});

test('after drain_delay comes the drain', async (t) => {
    const server = await roomd(t, { drain_delay: '1s', drain: '0s' });
    const socket = await connected(t, server, WEBSOCKET);
    const gone = once(socket, 'disconnect');
    const from = Date.now();
    assert.equal(await server.kill('SIGTERM'), 0, server.output);
    assert.ok(Date.now() - from >= 1000);
    assert.deepEqual((await gone)[0], 'transport close');
});

test('systemd is told how long it may take, and a reload meanwhile is refused', async (t) => {
    const { where, told } = await notified(t);
    const server = await roomd(t, (port) => settings(port, { drain_delay: '1h', drain: '200s', admin: { socket: 'admin.sock' } }), { NOTIFY_SOCKET: where });
    server.admin = path.join(server.folder, 'admin.sock');
    server.process.kill('SIGTERM');
    await until('STOPPING=1', () => /^STOPPING=1\nSTATUS=stopping, 0 sessions to close\nEXTEND_TIMEOUT_USEC=3811000000$/m.test(told()));
    const { code, err } = await ask(server, 'reload');
    assert.equal(code, 1);
    assert.match(err, /the daemon is stopping/);
    server.killed = true;
    await server.kill();
});

for (const [mode, options] of Object.entries(MODES)) {
    test(`a connection that reaches max_age is closed, and the client comes back by itself: ${mode}`, async (t) => {
        const server = await roomd(t, { limits: { max_age: '2s', events_per_second: 0 } });
        const socket = await connected(t, server, { ...options, reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 50 });
        const from = Date.now();
        const errors = [];
        socket.on('connect_error', (error) => errors.push(error.message));
        for (let time = 0; time < 2; ++time) {
            const before = socket.id;
            const [reason] = await once(socket, 'disconnect');
            assert.match(reason, /^transport (close|error)$/);
            await once(socket, 'connect');
            assert.notEqual(socket.id, before);
        }
        assert.deepEqual(errors, []);
        assert.ok(Date.now() - from >= 2800);
        assert.match(await (await server.get('/metrics')).text(), /^roomd_aged_sessions_total 2$/m);
    });
}
