// The emitters against the daemon itself, with the stock client in the rooms.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { connected, received } from './support/clients.mjs';
import { built, clients } from './support/emitter_node.mjs';
import { certificate } from './support/front.mjs';
import { Roomd, freePort, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const folder = await built();
const { createEmitter } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
const run = promisify(execFile);
const server = await roomd({ after });
const WEBSOCKET = { transports: ['websocket'] };

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

const PHP = spawnSync('php', ['--version']).status === 0;
const noPhp = !PHP && 'no php here: apt-get install php-cli';
const python = async (code) => (await run('python3', ['-c', code],
    { env: { ...process.env, PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' } })).stdout.trim();
const php = async (code) => (await run('php', ['-r', `require ${JSON.stringify(path.join(clients, 'php/Roomd.php'))}; ${code}`])).stdout;

describe('with the daemon', () => {
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
        const [good, elsewhere, nobody] = await Promise.allSettled([live.confirmed('a', 1, { rooms: 'user:a' }),
            live.confirmed('a', 1, { rooms: 'user:a', namespace: '/elsewhere' }), live.confirmed('a', 1)]);
        assert.equal(good.status, 'fulfilled');
        assert.deepEqual([elsewhere, nobody].map(({ reason }) => [reason.status, reason.code, reason.pointer]),
            [[422, 'namespace_unknown', '/namespace'], [422, 'no_target', '/rooms']]);
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

    test('what nobody got because no daemon was there is what the emitter calls dropped', async (t) => {
        const port = await freePort();
        const daemon = new Roomd(port, settings(port));
        t.after(() => daemon.stop());
        await daemon.start();
        const dropped = [];
        const live = emitter(t, { url: daemon.url, deadline: 3000, onError: (error) => dropped.push(error.code) });
        const seen = received(await member(t, daemon, 'library:l1'), 'n');
        const emit = (from, to) => {
            for (let i = from; i < to; ++i) live.to('library:l1').emit('n', i);
        };
        emit(0, 100);
        await until('the first ones', () => seen.length === 100 && live.stats().queued === 0);
        await daemon.kill('SIGKILL');
        emit(100, 400);
        await until('all of these to be given up', () => live.stats().queued === 0);
        delete daemon.code; // of the one that was killed
        await daemon.start();
        const later = received(await member(t, daemon, 'library:l1'), 'n');
        assert.equal((await live.to('library:l1').confirmed('n', 400)).recipients, 1);
        await until('the last one', () => later.length > 0);
        assert.deepEqual([...seen, ...later], [...Array(100).keys(), 400]);
        const { sent, dropped: counted, queued } = live.stats();
        assert.deepEqual([sent, counted, queued, dropped.length, [...new Set(dropped)]], [101, 300, 0, 300, ['deadline']]);
    });

    test('Python and PHP do the same', async (t) => {
        const seen = received(await member(t, server, 'library:l4'), 'n');
        await python(`
import roomd_emit
roomd_emit.Emitter(${JSON.stringify(server.url)}, timeout=20, deadline=60).to("library:l4").confirmed("n", "of Python")`);
        const all = ['of Python'];
        if (PHP) {
            await php(`(new Roomd\\Emitter(${JSON.stringify(server.url)}, timeout: 20))->to('library:l4')->emit('n', 'of PHP');`);
            all.push('of PHP');
        }
        await until('all events', () => seen.length === all.length);
        assert.deepEqual(seen, all);
    });
});

const files = certificate({ after });
const port = await freePort();
const secure = await roomd({ after }, (plain) => settings(plain,
    { listen: [{ address: `127.0.0.1:${plain}` }, { address: `127.0.0.1:${port}`, tls: files }] }));
const url = `https://127.0.0.1:${port}`;

describe('with TLS', () => {
    // What a language sends over one connection, and what it says of a daemon that it has no reason to trust.
    async function tries(t, room, trusting, others) {
        const seen = received(await member(t, secure, room), 'n');
        assert.equal(await trusting(), '1 1');
        await until('both events', () => seen.length === 2);
        assert.match(await others(), /^(?=.*deadline)(?=.*certificate)/i);
        assert.equal(seen.length, 2);
    }

    test('Node', (t) => tries(t, 'library:node', async () => {
        const live = emitter(t, { url, tls: { ca: readFileSync(files.certificate) } }).to('library:node');
        return [(await live.confirmed('n', 1)).recipients, (await live.confirmed('n', 2)).recipients].join(' ');
    }, () => emitter(t, { url, deadline: 200 }).confirmed('n', 3, { rooms: 'library:node' }).catch((error) => `${error.code}: ${error.message}`)));

    test('Python, in threads and in asyncio', (t) => tries(t, 'library:python', () => python(`
import asyncio, roomd_emit, ssl
options = dict(url=${JSON.stringify(url)}, ssl_context=ssl.create_default_context(cafile=${JSON.stringify(files.certificate)}), timeout=20, deadline=60)
async def main():
    return (await roomd_emit.AsyncEmitter(**options).to("library:python").confirmed("n", 2)).recipients
print(roomd_emit.Emitter(**options).to("library:python").confirmed("n", 1).recipients, asyncio.run(main()))`), () => python(`
import asyncio, roomd_emit
options = dict(url=${JSON.stringify(url)}, timeout=20, deadline=0.2)
async def main():
    await roomd_emit.AsyncEmitter(**options).confirmed("n", 3, rooms="library:python")
for one in (lambda: roomd_emit.Emitter(**options).confirmed("n", 3, rooms="library:python"), lambda: asyncio.run(main())):
    try:
        one()
    except roomd_emit.EmitDropped as why:
        print(why, end=" ")`)));

    test('PHP', { skip: noPhp }, (t) => tries(t, 'library:php', () => php(`
        $live = (new Roomd\\Emitter('${url}', timeout: 20, tls: ['cafile' => '${files.certificate}']))->to('library:php');
        echo $live->confirmed('n', 1)->recipients, ' ', $live->confirmed('n', 2)->recipients;`), () => php(`
        try {
            (new Roomd\\Emitter('${url}', timeout: 2))->confirmed('n', 3, rooms: 'library:php');
        } catch (Roomd\\EmitDropped $why) {
            echo $why->getMessage();
        }`)));
});
