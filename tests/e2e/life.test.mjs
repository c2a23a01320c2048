// The daemon's life: start, readiness, reload, stop, death; and clients that misbehave.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { MODES, client, connected, received } from './support/clients.mjs';
import { notified } from './support/notify.mjs';
import { messages, rawWebsocket } from './support/raw.mjs';
import { binary, roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

describe('a wrong configuration', () => {
    const run = (yaml, env = {}) => {
        const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
        const file = path.join(folder, 'roomd.yaml');
        writeFileSync(file, yaml);
        const result = spawnSync(binary, ['run', '--config', file], { encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...env } });
        rmSync(folder, { recursive: true });
        return { code: result.status, text: result.stderr + result.stdout, file };
    };
    const GOOD = 'listen:\n  - { address: "127.0.0.1:0" }\nauth: { mode: none }\ncatalogue: { unknown: allow }\n';

    test('an unknown key ends with 3, its place and the nearest name', () => {
        const { code, text, file } = run(`${GOOD}limits:\n  conections: 5\n`);
        assert.equal(code, 3, text);
        assert.match(text, new RegExp(`${file.replaceAll('.', '\\.')}:6:3: .*conections`));
        assert.match(text, /connections/);
    });
    test('a key without effect yet is refused, and the message says so', () => {
        const { code, text } = run(`${GOOD}recovery: { window: 2m }\n`);
        assert.equal(code, 3, text);
        assert.match(text, /:5:\d+: .*recovery.*not implemented yet/);
    });
    test('a duplicate key is a fault', () => {
        const { code, text } = run(`${GOOD}drain: 1s\ndrain: 2s\n`);
        assert.equal(code, 3, text);
        assert.match(text, /:6:\d+:/);
    });
    test('broken YAML is a fault with a place', () => {
        const { code, text } = run('listen: [\n');
        assert.equal(code, 3, text);
        assert.match(text, /:\d+:\d+:/);
    });
    test('a file that is not there is a fault', () => {
        const { status, stderr } = spawnSync(binary, ['run', '--config', '/nowhere/roomd.yaml'], { encoding: 'utf8' });
        assert.equal(status, 3, stderr);
        assert.match(stderr, /\/nowhere\/roomd\.yaml/);
    });
    test('its faults are errors for the journal, and JSON where the file says so', () => {
        const journal = { JOURNAL_STREAM: '8:1' };
        const plain = run(`${GOOD}limits:\n  conections: 5\n`, journal);
        assert.equal(plain.code, 3);
        assert.match(plain.text, /^<3>\S+:6:3: unknown key "conections" in limits\n<3> {2}did you mean/);
        const json = run(`${GOOD}limits:\n  conections: 5\nlog: { format: json }\ndrain: 5\n`);
        const said = json.text.trim().split('\n').map(JSON.parse);
        assert.deepEqual(said.map(({ level, line }) => `${level} ${line}`).sort(), ['error 6', 'error 8']);
        assert.ok(said.some(({ fault, file, column }) => /unknown key "conections"/.test(fault) && file === json.file && column === 3));
        assert.match(run(`${GOOD}log: { format: json }\nx: 1\n`, journal).text, /^<3>\{/);
        // Nothing of it could be read: then as text.
        assert.match(run('log: { format: json }\nlisten: [\n', journal).text, /^<3>\S+:\d+:\d+: /);
    });
    test('a failure to start is an error for the journal, and JSON where the file says so', async (t) => {
        const first = await roomd(t);
        const yaml = JSON.stringify(settings(first.port, { log: { format: 'json' } }));
        const { code, text } = run(yaml);
        assert.equal(code, 1);
        const last = JSON.parse(text.trim().split('\n').at(-1));
        assert.equal(last.level, 'error');
        assert.match(last.why, new RegExp(`listen 127\\.0\\.0\\.1:${first.port}: .*in use`));
        assert.match(run(JSON.stringify(settings(first.port)), { JOURNAL_STREAM: '8:1' }).text, /^<3>roomd: listen .*in use/m);
    });
    test('wrong usage is 2', () => {
        assert.equal(spawnSync(binary, ['fly']).status, 2);
    });
    test('a port in use is a runtime error that names the listener', async (t) => {
        const first = await roomd(t);
        const second = spawnSync(binary, ['run', '--config', first.file], { encoding: 'utf8', timeout: 20_000 });
        assert.equal(second.status, 1, second.stderr);
        assert.match(second.stderr, new RegExp(`127\\.0\\.0\\.1:${first.port}`));
    });
});

test('the start-up log names each endpoint and whether it needs a key', async (t) => {
    const server = await roomd(t);
    for (const where of ['/health', '/ready', '/api/emit', '/api/test/socket-event', '/api/test/socket-stats', '/socket.io/'])
        await server.logs(new RegExp(where));
    await server.logs(/key/);
});

for (const [mode, options] of Object.entries(MODES)) {
    test(`a client comes back after the server was killed: ${mode}`, async (t) => {
        const server = await roomd(t);
        const socket = client(t, server, {
            ...options, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200,
        });
        const seen = received(socket, 'notification');
        socket.on('connect', () => socket.emit('join:user', 'ann')); // rooms are the client's to ask for again
        await once(socket, 'connect');
        const before = socket.id;
        await until('the room', async () => (await server.stats()).activeRooms.includes('user:ann'));

        const gone = once(socket, 'disconnect');
        await server.kill('SIGKILL');
        assert.match((await gone)[0], /^transport (close|error)$/);
        const back = once(socket, 'connect');
        server.code = undefined;
        await server.start();
        await back;

        assert.notEqual(socket.id, before);
        await until('the room again', async () => (await server.stats()).activeRooms.includes('user:ann'));
        await server.emit('notification', { n: 1 }, 'user:ann');
        await until('the event', () => seen.length);
        assert.deepEqual(seen, [{ n: 1 }]);
    });
}

test('SIGTERM closes every client and ends in time with 0', async (t) => {
    const server = await roomd(t, { drain: '1s' });
    const sockets = [];
    for (let n = 0; n < 21; ++n) sockets.push(await connected(t, server, Object.values(MODES)[n % 3]));
    const held = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`); // a session nobody polls
    assert.equal(held.status, 200);
    await held.text();
    const closed = sockets.map((socket) => once(socket, 'disconnect'));

    const from = Date.now();
    assert.equal(await server.kill('SIGTERM'), 0, server.output);
    const took = Date.now() - from;

    assert.ok(took < 8000, `it took ${took} ms`);
    for (const [reason] of await Promise.all(closed)) assert.equal(reason, 'transport close');
});

test('SIGTERM without clients ends at once', async (t) => {
    const server = await roomd(t);
    const from = Date.now();
    assert.equal(await server.kill('SIGTERM'), 0);
    assert.ok(Date.now() - from < 2500);
});

test('a client that stops reading is closed as slow while others go on undisturbed', async (t) => {
    const server = await roomd(t, { limits: { events_per_second: 0, send_buffer: '256KiB' } });
    const good = [];
    for (const options of Object.values(MODES)) {
        const socket = await connected(t, server, options);
        await socket.emitWithAck('join:library', 'busy');
        good.push({ socket, seen: received(socket, 'library:updated') });
    }
    const stalled = await rawWebsocket(t, server, 'library:busy');
    stalled.socket.pause();
    assert.equal((await server.stats()).totalConnections, 4);

    const text = 'x'.repeat(200_000);
    let n = 0;
    while ((await server.stats()).totalConnections === 4) {
        assert.ok(n < 200, 'the stalled client is still there after 40 MB');
        await server.emit('library:updated', { n: n++, text }, 'library:busy');
        await until('the others to have it', () => good.every(({ seen }) => seen.length === n));
    }
    await server.emit('library:updated', { n: n++, text: 'last' }, 'library:busy');
    await until('the last event', () => good.every(({ seen }) => seen.length === n));

    for (const { socket, seen } of good) {
        assert.deepEqual(seen.map((event) => event.n), Array.from({ length: n }, (_, i) => i));
        assert.ok(socket.connected);
    }
    stalled.socket.resume();
    await until('the stalled socket to be closed', () => stalled.closed);
    assert.match(await (await server.get('/metrics')).text(), /slow/);
});

test('a client that stops reading loses volatile events whole, and stays', async (t) => {
    const server = await roomd(t, { limits: { events_per_second: 0, send_buffer: '256KiB' } });
    const socket = await connected(t, server, MODES['websocket only']);
    await socket.emitWithAck('join:library', 'busy');
    const seen = received(socket, 'library:updated');
    const stalled = await rawWebsocket(t, server, 'library:busy');
    stalled.clear().socket.pause();

    const SENT = 200;
    const text = 'x'.repeat(200_000);
    const reached = [];
    for (let n = 0; n < SENT; ++n) {
        const { recipients } = await server.emit('library:updated', { n, text }, 'library:busy', { volatile: true });
        if (recipients === 2) reached.push(n);
        await until('the other to have it', () => seen.length === n + 1);
    }
    assert.ok(reached.length < SENT, 'nothing was dropped after 40 MB');
    assert.equal((await server.stats()).totalConnections, 2);

    stalled.socket.resume();
    await until('what was not dropped', () => stalled.seen.includes(`{"n":${reached.at(-1)},`));
    await server.emit('library:updated', { n: SENT, text: 'last' }, 'library:busy');
    await stalled.expect('"text":"last"}]');
    const heard = messages(stalled.seen).map((text) => text.match(/^42\["library:updated",\{"n":(\d+),"text":"(x{200000}|last)"\}\]$/));
    assert.ok(heard.every(Boolean), 'each message whole, and nothing else');
    assert.deepEqual(heard.map(([, n]) => Number(n)), [...reached, SENT]);
});

for (const mode of ['websocket only', 'polling only']) {
    test(`hostile packets cost one closed connection: ${mode}`, async (t) => {
        const server = await roomd(t);
        const witness = await connected(t, server, MODES['websocket only']);
        const payloads = {
            '100,000 nested arrays': `42["a",${'['.repeat(100000)}${']'.repeat(100000)}]`,
            '100,000 nested objects': `42["a",${'{"a":'.repeat(100000)}1${'}'.repeat(100000)}]`,
            'an event of 400,000 elements': `42["a"${',0'.repeat(400000)}]`,
            'an ack of 400,000 elements': `430[0${',0'.repeat(400000)}]`,
            'broken JSON': '42["a",',
            'an unknown packet type': '49',
            'eleven attachments': '4511-["a"]',
            'a reserved event': '42["disconnect"]',
            'no attachments': '450-["a"]',
            'a placeholder of no attachment': '451-["a",{"_placeholder":true,"num":1}]',
            'an event that is an object': '42[{"toString":"x"}]',
            'a CONNECT_ERROR': '44{"message":"x"}',
        };
        for (const [what, packet] of Object.entries(payloads)) {
            const socket = await connected(t, server, MODES[mode]);
            const closed = once(socket, 'disconnect');
            const { engine } = socket.io;
            if (mode === 'polling only')
                await server.get(`/socket.io/?EIO=4&transport=polling&sid=${engine.id}`, { method: 'POST', body: packet });
            else engine.transport.ws.send(packet);
            const [reason] = await closed.catch((error) => Promise.reject(new Error(`${what}: ${error.message}`)));
            assert.match(reason, /^transport (close|error)$/, what);
            assert.equal((await witness.emitWithAck('join:user', 'a')).ok, true, what);
        }
        assert.equal((await server.get('/health')).status, 200);
        assert.equal((await server.stats()).totalConnections, 1);
        assert.ok(witness.connected);
    });
}

test('SIGHUP applies the new configuration, or keeps the old one and says why', async (t) => {
    const server = await roomd(t);
    const kinds = async (kind) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const answer = await socket.emitWithAck('join', `${kind}:1`);
        socket.close();
        return answer.ok;
    };
    assert.equal(await kinds('cellar'), false);

    const next = settings(server.port);
    next.rooms.cellar = { join: 'request', allow: 'all' };
    server.write(next);
    server.process.kill('SIGHUP');
    await until('the new room kind', () => kinds('cellar'));

    const mark = server.output.length;
    server.write({ ...next, limitz: {} });
    server.process.kill('SIGHUP');
    await until('the fault in the log', () => /limitz/.test(server.output.slice(mark)));
    assert.equal(await kinds('cellar'), true);
    assert.equal((await server.get('/health')).status, 200);
});

test('systemd is told: READY, RELOADING and READY, STOPPING', async (t) => {
    const { where, told } = await notified(t);
    const server = await roomd(t, {}, { NOTIFY_SOCKET: where, WATCHDOG_USEC: '400000' });

    await until('READY=1', () => /^READY=1$/m.test(told()));
    assert.match(told(), /^STATUS=/m);
    await until('the watchdog to be fed', () => (told().match(/^WATCHDOG=1$/gm) ?? []).length >= 2);
    const before = told().length;
    server.process.kill('SIGHUP');
    await until('RELOADING=1, then READY=1', () => /^RELOADING=1$[^]*^READY=1$/m.test(told().slice(before)));
    server.write({ limitz: {} });
    server.process.kill('SIGHUP');
    await until('the fault in the status', () => /^READY=1\nSTATUS=running; the last reload failed$/m.test(told()));
    await server.kill('SIGTERM');
    await until('STOPPING=1', () => /^STOPPING=1\nSTATUS=stopping, 0 sessions to close$/m.test(told()));
});

test('a Unix socket serves everyone whom its permissions admit', async (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const where = path.join(folder, 'emit.sock');
    const server = await roomd(t, (port) =>
        settings(port, { listen: [{ address: `127.0.0.1:${port}` }, { address: `unix:${where}`, mode: '0600' }] }));
    const socket = await connected(t, server, MODES['websocket only']);
    const seen = received(socket, 'notification');
    await socket.emitWithAck('join:user', 'ann');
    const said = spawnSync('curl', ['-sS', '--unix-socket', where, '-H', 'Content-Type: application/json', '-d',
        '{"event":"notification","data":{"n":1},"room":"user:ann"}', 'http://localhost/api/emit'], { encoding: 'utf8', timeout: 20_000 });
    assert.equal(JSON.parse(said.stdout).success, true, said.stderr);
    await until('the event', () => seen.length);
    await server.stop();
    assert.ok(!existsSync(where), 'the socket is left behind');
});

test('the generator of test_event makes realistic events at a rate', async (t) => {
    const server = await roomd(t, (port) => {
        const config = settings(port);
        config.plugins.load[1].generate = { rate: 100, libraries: 1, users: 1, tenants: 1 };
        return config;
    });
    const socket = await connected(t, server, MODES['websocket only']);
    const seen = new Map();
    socket.onAny((name, data) => seen.set(name.split(':')[0], data));
    for (const n of [0, 1]) assert.equal((await socket.emitWithAck('join:library', `library${n}`)).ok, true);
    await until('bookings and seats', () => seen.has('booking') && seen.has('seat'));
    for (const [kind, data] of seen) {
        assert.match(kind, /^(booking|library|pricing|seat)$/);
        assert.match(data.libraryId, /^library/);
    }
});

test('sessions that never join do not lock others out', async (t) => {
    const server = await roomd(t, (port) => settings(port, { limits: { connections: 3 } }));
    const ask = () => server.get('/socket.io/?EIO=4&transport=polling');
    for (let i = 0; i < 3; i++) assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 503); // those are new: they may be about to join
    await until('room to be made', async () => (await ask()).status === 200);
    assert.match(await (await server.get('/metrics')).text(), /^roomd_displaced_sessions_total [1-9]/m);
    await server.logs(/sessions that never joined were closed to make room/);
});
