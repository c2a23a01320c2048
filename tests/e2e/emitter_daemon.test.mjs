// The emitters against the daemon itself, with the stock client in the rooms.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { connected, received } from './support/clients.mjs';
import { built, clients } from './support/emitter_node.mjs';
import { Roomd, freePort, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const folder = await built();
const { createEmitter } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
const run = promisify(execFile);
const server = await roomd({ after });
const WEBSOCKET = { transports: ['websocket'] };

// Whether this daemon knows a key per event.
async function keyed() {
    const answer = await server.post('/api/emit/batch', { events: [{ event: 'probe', data: null, room: 'user:probe', key: 'probe' }] });
    const { error } = await answer.json();
    return error?.code !== 'unknown_member';
}
const skip = !(await keyed()) && 'this daemon refuses `key` in an event of a batch';

const quiet = { warn: () => {}, error: () => {} };
function emitter(t, options) {
    const one = createEmitter({ development: false, signals: false, timeout: 20_000, deadline: 60_000, retry: 5, maxRetry: 50, log: quiet, ...options });
    t.after(() => one.close(0));
    return one;
}
async function member(t, at, room) {
    const socket = await connected(t, at, WEBSOCKET);
    assert.equal((await socket.emitWithAck(`join:${room.split(':')[0]}`, room.split(':')[1])).ok, true);
    return socket;
}

describe('with the daemon', { skip }, () => {
    test('what is emitted is in the rooms, in order, and confirmed', async (t) => {
        const inside = received(await member(t, server, 'library:l1'), 'n');
        const outside = received(await member(t, server, 'library:l2'), 'n');
        const live = emitter(t, { url: server.url });
        for (let i = 0; i < 250; ++i) live.to('library:l1').emit('n', i);
        assert.equal((await live.to('library:l1').confirmed('n', 250)).recipients, 1);
        assert.equal((await live.confirmed('n', 0, { rooms: 'library:nobody' })).recipients, 0);
        await until('all events', () => inside.length === 251);
        assert.deepEqual(inside, Array.from({ length: 251 }, (_, i) => i));
        assert.deepEqual(outside, []);
    });

    test('one that is wrong is told by itself', async (t) => {
        const live = emitter(t, { url: server.url });
        const [good, reserved, bad] = await Promise.allSettled([live.confirmed('a', 1, { rooms: 'user:a' }),
            live.confirmed('disconnect', 1, { rooms: 'user:a' }), live.confirmed('a', 1, { rooms: 'not a room' })]);
        assert.equal(good.status, 'fulfilled');
        assert.deepEqual([reserved.reason.code, bad.reason.code, bad.reason.pointer], ['event_invalid', 'room_invalid', '/rooms/0']);
    });

    test('answers that are lost double nothing', async (t) => {
        const seen = received(await member(t, server, 'library:l3'), 'n');
        // Between the two: the first answers never come through.
        let lost = 0;
        const between = net.createServer((near) => {
            const far = net.connect(server.port, '127.0.0.1');
            near.pipe(far);
            far.on('data', (bytes) => (lost < 3 ? (++lost, near.destroy(), far.destroy()) : near.write(bytes)));
            for (const [one, other] of [[near, far], [far, near]]) one.on('error', () => {}).on('close', () => other.destroy());
        });
        await new Promise((done) => between.listen(0, '127.0.0.1', done));
        t.after(() => between.close());
        const live = emitter(t, { url: `http://127.0.0.1:${between.address().port}` });
        for (let i = 0; i < 5; ++i) live.to('library:l3').emit('n', i);
        await until('the first loss', () => lost > 0);
        for (let i = 5; i < 10; ++i) live.to('library:l3').emit('n', i);
        assert.equal(await live.flush(20_000), true);
        await until('all events', () => seen.length >= 10);
        assert.deepEqual([...seen].sort((a, b) => a - b), Array.from({ length: 10 }, (_, i) => i));
        assert.ok(live.stats().duplicates > 0);
    });

    test('a kill in the middle: none is doubled while a daemon lives, and what it cost is counted', async (t) => {
        const port = await freePort();
        let daemon = new Roomd(port, settings(port));
        t.after(() => daemon.stop());
        await daemon.start();
        const live = emitter(t, { url: daemon.url });
        const lives = [received(await member(t, daemon, 'library:l1'), 'n')];
        let emitted = 0;
        const emit = (many) => {
            for (const end = emitted + many; emitted < end; ++emitted) live.to('library:l1').emit('n', emitted);
        };
        emit(500);
        await until('some of them', () => live.stats().sent >= 100);
        emit(500);
        await daemon.kill('SIGKILL');
        await daemon.stop(); // its folder
        emit(500);
        daemon = new Roomd(port, settings(port));
        await daemon.start();
        lives.push(received(await member(t, daemon, 'library:l1'), 'n'));
        emit(500);
        assert.equal(await live.flush(60_000), true);
        const { sent, dropped, refused, queued } = live.stats();
        assert.deepEqual([sent + dropped, refused, queued], [emitted, 0, 0]);
        await until('the last event', () => lives[1].at(-1) === emitted - 1);
        for (const seen of lives) assert.equal(new Set(seen).size, seen.length, 'each life sends an event once');
        t.diagnostic(`${emitted} emitted, ${sent} sent, ${dropped} dropped`);
    });

    test('Python and PHP do the same', async (t) => {
        const seen = received(await member(t, server, 'library:l4'), 'n');
        await run('python3', ['-c', `
import roomd_emit
print(roomd_emit.Emitter(${JSON.stringify(server.url)}, timeout=20, deadline=60).to("library:l4").confirmed("n", "of Python").recipients)`],
        { env: { ...process.env, PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' } });
        const all = ['of Python'];
        if (spawnSync('php', ['--version']).status === 0) {
            await run('php', ['-r', `require ${JSON.stringify(path.join(clients, 'php/Roomd.php'))};
                (new Roomd\\Emitter(${JSON.stringify(server.url)}, timeout: 20))->to('library:l4')->emit('n', 'of PHP');`]);
            all.push('of PHP');
        }
        await until('all events', () => seen.length === all.length);
        assert.deepEqual(seen, all);
    });
});
