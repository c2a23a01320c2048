// roomd-emit, the emitter for Node: what backends rely on, and the mistakes of its kind that it must not make.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { built, program } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';
import { freePort } from './support/roomd.mjs';
import { until, within } from './support/wait.mjs';

const folder = await built();
const require = createRequire(path.join(folder, 'here.cjs'));
const { createEmitter, EmitDropped, EmitRefused, Ulids } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));

const quiet = { warn: () => {}, error: () => {} };
const GENEROUS = { timeout: 20_000, deadline: 60_000, retry: 1, maxRetry: 5, signals: false, log: quiet };
// An emitter in production, patient enough for a slow machine.
function emitter(t, options) {
    const one = createEmitter({ development: false, ...GENEROUS, ...options });
    t.after(() => one.close(0));
    return one;
}
// Something to wait for until the test has done its part.
function gate() {
    const one = {};
    one.opened = new Promise((open) => (one.open = open));
    return one;
}
const settled = (one) => one.flush(20_000).then((sent) => assert.equal(sent, true, 'all is settled'));

describe('an emit', () => {
    test('goes out with its data, rooms and key', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url, key: 'secret' });
        assert.equal(live.emit('booking:created', { id: 1 }, { rooms: 'library:l1', except: ['role:staff'], volatile: true, namespace: '/desk' }), undefined);
        live.emit('news', null, { broadcast: true });
        live.emit('catalogue decides', [1, 'ü\u2028']);
        await settled(live);
        const [{ events, atomic, headers, path: where }] = daemon.requests;
        assert.equal(where, '/api/emit/batch');
        assert.equal(headers.authorization, 'Bearer secret');
        assert.equal(atomic, false);
        for (const event of events) assert.match(event.key, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
        assert.deepEqual(events.map(({ key, ...event }) => event), [
            { event: 'booking:created', data: { id: 1 }, rooms: ['library:l1'], except: ['role:staff'], volatile: true, namespace: '/desk' },
            { event: 'news', data: null, broadcast: true },
            { event: 'catalogue decides', data: [1, 'ü\u2028'] },
        ]);
        assert.deepEqual({ ...live.stats() }, { queued: 0, queuedBytes: 0, sent: 3, duplicates: 0, refused: 0, dropped: 0, requests: 1, retries: 0 });
    });

    test('carries the data of the moment of the call', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url });
        const data = { seats: 1 };
        live.emit('seat', data);
        data.seats = 2;
        await settled(live);
        assert.deepEqual(daemon.data(), [{ seats: 1 }]);
    });

    test('rooms do not stick to the next one', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url });
        const library = live.to('library:l1').except('role:staff');
        library.emit('a', 1);
        daemon.script.push('reset'); // nor after a failure
        live.emit('b', 2);
        live.to('user:u1').volatile.emit('c', 3);
        library.to('library:l2').emit('d', 4);
        library.emit('e', 5, { rooms: undefined });
        await settled(live);
        assert.deepEqual(daemon.sent.map(({ key, data, ...rest }) => rest), [
            { event: 'a', rooms: ['library:l1'], except: ['role:staff'] },
            { event: 'b' },
            { event: 'c', rooms: ['user:u1'], volatile: true },
            { event: 'd', rooms: ['library:l1', 'library:l2'], except: ['role:staff'] },
            { event: 'e', rooms: ['library:l1'], except: ['role:staff'] },
        ]);
    });

    test('no room is never everyone', async (t) => {
        const live = emitter(t, { url: 'http://127.0.0.1:1', development: true });
        assert.throws(() => live.to(...[]).emit('a', 1), { code: 'rooms_empty' });
        assert.throws(() => live.emit('a', 1, { rooms: [] }), { code: 'rooms_empty' });
        assert.throws(() => live.to(undefined).emit('a', 1), { code: 'room_invalid' });
        assert.throws(() => live.to('x:1').emit('a', 1, { broadcast: true }), { code: 'two_targets' });
    });

    test('uses one connection, and a Unix socket ahead of the address', async (t) => {
        const place = mkdtempSync(path.join(os.tmpdir(), 'roomd-emit-socket-'));
        t.after(() => rmSync(place, { recursive: true, force: true }));
        const socketPath = path.join(place, 's');
        const near = await StandIn.open(t, socketPath);
        const far = await StandIn.open(t);
        const live = emitter(t, { url: far.url, socketPath });
        for (let i = 0; i < 3; ++i) await live.confirmed('a', i);
        assert.deepEqual([near.data(), near.connections, far.connections], [[0, 1, 2], 1, 0]);
        await near.close();
        await live.confirmed('a', 3); // nobody listens there any more
        assert.deepEqual(far.data(), [3]);
    });

    test('batches hold 100 events, in the order of the calls', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url });
        for (let i = 0; i < 250; ++i) live.emit('n', i);
        await settled(live);
        assert.deepEqual(daemon.requests.map(({ events }) => events.length), [100, 100, 50]);
        assert.deepEqual(daemon.data(), Array.from({ length: 250 }, (_, i) => i));
    });

    test('passes the trace context on', async (t) => {
        const daemon = await StandIn.open(t);
        const one = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
        const other = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
        const live = emitter(t, { url: daemon.url, traceparent: () => one });
        await live.confirmed('a', 1);
        await live.confirmed('a', 2, { traceparent: other });
        await live.confirmed('a', 3, { traceparent: 'bad\r\nX-Evil: 1' });
        assert.deepEqual(daemon.requests.map(({ headers }) => headers.traceparent), [one, other, undefined]);
    });
});

describe('durable', () => {
    test('is asked for, or the default of an emitter, and refused where it is to be confirmed', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url });
        live.durable.to('x:1').emit('a', 1);
        live.emit('b', 2, { durable: true });
        live.emit('c', 3);
        await assert.rejects(live.durable.confirmed('d', 4), { name: 'EmitRefused', code: 'durable_unconfirmed', pointer: '/durable' });
        await settled(live);
        const always = emitter(t, { url: daemon.url, durable: true });
        always.emit('e', 5);
        always.emit('f', 6, { durable: false });
        await assert.rejects(always.confirmed('g', 7), { code: 'durable_unconfirmed' });
        await always.confirmed('h', 8, { durable: false });
        assert.deepEqual(daemon.sent.map(({ event, durable }) => [event, durable]),
            [['a', true], ['b', true], ['c', undefined], ['e', true], ['f', false], ['h', false]]);
    });
    test('what the database could not take is sent again under its key', async (t) => {
        const daemon = await StandIn.open(t);
        const codes = ['store_unavailable', 'store_full', 'store_unsure'];
        daemon.verdict = () => codes.length && { code: codes.shift() };
        const live = emitter(t, { url: daemon.url });
        live.durable.emit('a', 1);
        await settled(live);
        assert.deepEqual([daemon.requests.length, new Set(daemon.requests.map(({ events }) => events[0].key)).size, live.stats().sent], [4, 1, 1]);
    });
});

describe('confirmed', () => {
    test('tells the recipients, and rejects with what was wrong', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ data }) => data === 'bad' && { code: 'schema_mismatch', message: 'must be good', pointer: '/data' };
        const live = emitter(t, { url: daemon.url });
        assert.deepEqual(await live.confirmed('a', 'good', { rooms: 'x:1' }), { id: 'id-1', recipients: 1, rooms: ['x:1'], duplicate: false });
        await assert.rejects(live.confirmed('a', 'bad'), (error) => error instanceof EmitRefused && error.code === 'schema_mismatch'
            && error.pointer === '/data' && error.event === 'a' && error.status === 422);
    });

    test('a rejection that nobody awaits does not end the process', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = () => ({ code: 'schema_mismatch' });
        const run = program(folder, `
            import { createEmitter } from 'roomd-emit';
            const live = createEmitter({ url: ${JSON.stringify(daemon.url)} });
            live.confirmed('a', 1);
            await live.flush(20_000);
            console.log('alive', live.stats().refused);`);
        await run.ended;
        assert.deepEqual([run.out, run.code], ['alive 1\n', 0], run.err);
    });
});

describe('a failure', () => {
    test('of any kind leaves the process and the caller alone', async (t) => {
        const run = program(folder, `
            import { createEmitter } from 'roomd-emit';
            const live = createEmitter({ url: 'http://127.0.0.1:${await freePort()}', deadline: 200, timeout: 100,
                onError: (error) => { console.log(error.name, error.code); throw new Error('of the hook'); } });
            const circle = {}; circle.circle = circle;
            live.emit('circle', circle);
            live.emit('big', 1n);
            live.emit('', 1);
            live.emit('lost', 1);
            await live.flush(20_000);`, { env: { NODE_ENV: 'production' } });
        await run.ended;
        assert.equal(run.out, 'EmitRefused data_invalid\nEmitRefused data_invalid\nEmitRefused event_invalid\nEmitDropped deadline\n', run.err);
        assert.equal(run.code, 0, run.err);
    });

    test('the caller sees at once what is wrong with its own event, in development', (t) => {
        const live = emitter(t, { url: 'http://127.0.0.1:1', development: true });
        assert.throws(() => live.emit('big', { a: 1n }), { name: 'EmitRefused', code: 'data_invalid', event: 'big' });
        assert.throws(() => live.emit('huge', 'x'.repeat(1_100_000)), { code: 'emit_too_big' });
    });

    test('... and a name that no daemon takes', (t) => {
        const live = emitter(t, { url: 'http://127.0.0.1:1', development: true });
        for (const room of ['library:a b', 'library:*', '', 'a"', ':1', 'library:', 'ü:1', `library:${'x'.repeat(256)}`, `${'k'.repeat(65)}:1`, 'a:1\n']) {
            assert.throws(() => live.to('library:l1', room).emit('a', 1), { code: 'room_invalid', pointer: '/rooms/1' }, room);
            assert.throws(() => live.to('library:l1').except(room).emit('a', 1), { code: 'room_invalid', pointer: '/except/0' }, room);
        }
        for (const event of ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener', 'x'.repeat(257), 'ü'.repeat(129)])
            assert.throws(() => live.emit(event, 1), { code: 'event_invalid', pointer: '/event' }, event);
        assert.equal(live.stats().queued, 0);
        for (const room of ['library:a:b', 'alone', `${'k'.repeat(64)}:${'x'.repeat(255)}`, "a:!#$%&'()+,-./:;=?@[\\]^_|~"]) live.to(room).emit('ü'.repeat(128), 1);
        assert.equal(live.stats().queued, 4);
    });

    test('the caller does not wait for a daemon that does not answer', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push('hang');
        const live = emitter(t, { url: daemon.url, timeout: 60_000 });
        let turns = 0;
        live.emit('a', 1);
        await until('the request', () => daemon.requests.length);
        setImmediate(() => ++turns);
        live.emit('a', 2);
        assert.equal(turns, 0, 'emit has not waited');
        await new Promise(setImmediate);
        assert.deepEqual([turns, live.stats().queued], [1, 2]);
    });

    test('a time-out reaches the connection, and the event goes out under the same key', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push('hang');
        const live = emitter(t, { url: daemon.url, timeout: 50 });
        await live.confirmed('a', 1);
        const [first, second] = daemon.requests;
        assert.equal(first.events[0].key, second.events[0].key);
        assert.notEqual(first.connection, second.connection);
        await until('the first connection to be closed', () => daemon.open === 1);
    });

    test('one event of a batch is told by itself, and spoils nothing', async (t) => {
        const daemon = await StandIn.open(t);
        const errors = [];
        let busy = true;
        daemon.verdict = ({ event }) => (event === 'bad' ? { code: 'schema_mismatch', message: 'must be integer', pointer: '/data/seats' }
            : event === 'later' && busy ? { code: 'over_budget' } : (busy = busy && event !== 'last', undefined));
        const live = emitter(t, { url: daemon.url, onError: (error) => errors.push(error) });
        for (const event of ['good', 'bad', 'later', 'last']) live.emit(event, 1);
        await settled(live);
        assert.deepEqual(daemon.sent.map(({ event }) => event), ['good', 'last', 'later']);
        assert.deepEqual(errors.map(({ event, code, pointer }) => ({ event, code, pointer })), [{ event: 'bad', code: 'schema_mismatch', pointer: '/data/seats' }]);
        const { sent, refused, dropped } = live.stats();
        assert.deepEqual({ sent, refused, dropped }, { sent: 3, refused: 1, dropped: 0 });
    });

    test('a batch that is refused whole is told event by event', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ data }) => ({ code: 'event_unknown', pointer: `/${data}` });
        const live = emitter(t, { url: daemon.url });
        const both = await Promise.allSettled([live.confirmed('a', 1), live.confirmed('a', 2)]);
        assert.deepEqual(both.map(({ reason }) => [reason.code, reason.pointer]), [['event_unknown', '/1'], ['event_unknown', '/2']]);
    });

    test('a body that one event spoils is sent in halves until that one stands alone', async (t) => {
        const daemon = await StandIn.open(t);
        const too_deep = { status: 400, body: { success: false, error: { code: 'json_too_deep', message: 'too deep' } } };
        const errors = [];
        const live = emitter(t, { url: daemon.url, onError: (error) => errors.push(`${error.event} ${error.code}`) });
        daemon.always = (events) => events.some(({ event }) => event === 'deep') && too_deep;
        for (let i = 0; i < 20; ++i) live.emit(i === 13 ? 'deep' : 'flat', i);
        await settled(live);
        assert.deepEqual(daemon.data(), Array.from({ length: 20 }, (_, i) => i).filter((i) => i !== 13));
        assert.deepEqual(errors, ['deep json_too_deep']);
    });

    test('a re-packed retry doubles nothing', async (t) => {
        const daemon = await StandIn.open(t);
        const more = gate();
        daemon.script.push(() => more.opened.then(() => 'deaf')); // the events are taken, and nobody hears of it
        const live = emitter(t, { url: daemon.url });
        for (let i = 0; i < 3; ++i) live.emit('n', i);
        await until('the first attempt', () => daemon.requests.length === 1);
        for (let i = 3; i < 6; ++i) live.emit('n', i); // they go along with the retry
        more.open();
        await settled(live);
        assert.deepEqual(daemon.requests.map(({ events }) => events.length), [3, 6]);
        assert.deepEqual(daemon.data(), [0, 1, 2, 3, 4, 5]);
        assert.deepEqual([live.stats().sent, live.stats().duplicates], [6, 3]);
    });

    for (const [what, act] of [['429', 429], ['503', 503], ['a proxy that finds nobody', 502], ['a connection that breaks', 'reset']]) {
        test(`${what} is tried again`, async (t) => {
            const daemon = await StandIn.open(t);
            daemon.script.push(act, act);
            const live = emitter(t, { url: daemon.url });
            assert.equal((await live.confirmed('a', 1)).recipients, 1);
            assert.equal(daemon.requests.length, 3);
            assert.equal(live.stats().retries, 2);
        });
    }
    for (const status of [400, 401, 403, 404, 409, 413, 415, 422, 500, 302]) {
        test(`${status} is not`, async (t) => {
            const daemon = await StandIn.open(t);
            daemon.script.push({ status, headers: { Location: '/elsewhere' } });
            const live = emitter(t, { url: daemon.url });
            await assert.rejects(live.confirmed('a', 1), { name: 'EmitRefused', code: 'told', status });
            assert.equal(daemon.requests.length, 1);
        });
    }
    test('an answer that is none of roomd is no success', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push({ status: 200, body: '<h1>Welcome</h1>' });
        await assert.rejects(emitter(t, { url: daemon.url }).confirmed('a', 1), { name: 'EmitDropped', code: 'answer_invalid' });
    });

    test('Retry-After is waited for', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push({ status: 429, headers: { 'Retry-After': '1' } });
        const live = emitter(t, { url: daemon.url });
        const begun = performance.now();
        await live.confirmed('a', 1);
        assert.ok(performance.now() - begun >= 1000);
    });
    test('Retry-After beyond the deadline gives the event up at the deadline', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push({ status: 503, headers: { 'Retry-After': '3600' } });
        const live = emitter(t, { url: daemon.url, deadline: 100 });
        await assert.rejects(within('the deadline', live.confirmed('a', 1)), { name: 'EmitDropped', code: 'deadline' });
        assert.equal(daemon.requests.length, 1);
    });
});

describe('the queue', () => {
    test('is bounded in number: the oldest volatile event goes first, then the oldest', async (t) => {
        const daemon = await StandIn.open(t);
        const full = gate();
        daemon.script.push(() => full.opened.then(() => 'reset'));
        const lost = [];
        const live = emitter(t, { url: daemon.url, maxQueue: 3, window: 1, onError: ({ event, code }) => lost.push(`${event} ${code}`) });
        live.emit('on its way', 0);
        await until('the request', () => daemon.requests.length);
        for (const [event, volatile] of [['p1'], ['v1', true], ['v2', true], ['p2'], ['p3'], ['p4'], ['v3', true]]) live.emit(event, 0, { volatile });
        assert.deepEqual(lost, ['v1', 'v2', 'p1', 'v3'].map((event) => `${event} queue_full`));
        full.open();
        await settled(live);
        // What was on its way is older than all in line: when it comes back it is the one too many.
        assert.deepEqual([lost.at(-1), live.stats().dropped], ['on its way queue_full', 5]);
        assert.deepEqual(daemon.sent.map(({ event }) => event), ['p2', 'p3', 'p4']);
    });

    test('is bounded in size', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push('hang');
        const live = emitter(t, { url: daemon.url, maxQueueBytes: 100_000, window: 1 });
        live.emit('on its way', 0);
        await until('the request', () => daemon.requests.length);
        for (let i = 0; i < 50; ++i) live.emit('big', 'x'.repeat(10_000));
        const { queuedBytes, queued, dropped } = live.stats();
        assert.ok(queuedBytes <= 100_000);
        assert.deepEqual([queued - 1, dropped], [9, 41]);
    });

    test('a flood is told in one line, and counted', async (t) => {
        const lines = [];
        const live = emitter(t, { url: 'http://127.0.0.1:1', maxQueue: 1, log: { warn: (line) => lines.push(line), error: (line) => lines.push(line) } });
        for (let i = 0; i < 100; ++i) live.emit('a', i);
        assert.equal(live.stats().dropped, 99);
        assert.deepEqual(lines, ['roomd: a was dropped: queue_full: more events are in line than may be']);
    });

    test('a refusal is one line with the pointer, and a hundred of a kind are one line too', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = () => ({ code: 'schema_mismatch', message: 'must be integer', pointer: '/data/seats' });
        const lines = [];
        const live = emitter(t, { url: daemon.url, log: { warn: (line) => lines.push(line), error: (line) => lines.push(line) } });
        for (let i = 0; i < 100; ++i) live.emit('seat', i);
        await settled(live);
        assert.deepEqual(lines, ['roomd: seat was refused: schema_mismatch at /data/seats: must be integer']);
        assert.equal(live.stats().refused, 100);
    });
});

describe('the end of the process', () => {
    const script = (daemon, end, options = '', first = '') => `
        import { createEmitter } from 'roomd-emit';
        ${first}
        const live = createEmitter({ url: ${JSON.stringify(daemon.url)}, exitTimeout: 20_000, deadline: 60_000, ${options} });
        live.emit('last', 1);
        ${end}`;

    test('what was emitted at the end of a script is sent', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push(503); // also when it takes a second attempt
        const run = program(folder, script(daemon, ''));
        await run.ended;
        assert.deepEqual([run.code, daemon.data()], [0, [1]], run.err);
    });

    test('a daemon that is away holds it for exitTimeout, and what is lost is told', async () => {
        const run = program(folder, script({ url: `http://127.0.0.1:${await freePort()}` }, '', 'exitTimeout: 100'));
        await run.ended;
        assert.equal(run.code, 0);
        assert.match(run.err, /^roomd: last was dropped: closed/);
    });

    test('SIGTERM flushes and then ends the process as it would have', async (t) => {
        const daemon = await StandIn.open(t);
        const run = program(folder, script(daemon, `console.log('up'); setInterval(() => {}, 1000);`, 'window: 60_000'));
        await until('the program', () => run.out);
        run.child.kill('SIGTERM');
        await run.ended;
        assert.deepEqual([run.code, daemon.data()], ['SIGTERM', [1]], run.err);
    });

    for (const listen of ['on', 'once']) {
        test(`an application that listens for SIGTERM itself, by ${listen}(), ends when it is ready`, async (t) => {
            const daemon = await StandIn.open(t);
            const run = program(folder, script(daemon, `
                const alive = setInterval(() => {}, 1000);
                console.log('up');
                while (live.stats().sent === 0) await new Promise((done) => setTimeout(done, 20));
                await new Promise(setImmediate);
                await new Promise(setImmediate);
                console.log('my own time');
                clearInterval(alive);`, 'window: 60_000', `process.${listen}('SIGTERM', () => console.log('asked'));`));
            await until('the program', () => run.out);
            run.child.kill('SIGTERM');
            await run.ended;
            assert.deepEqual([run.code, run.out, daemon.data()], [0, 'up\nasked\nmy own time\n', [1]], run.err);
        });
    }

    test('process.exit() with events in line says what it cost', async (t) => {
        const daemon = await StandIn.open(t);
        const run = program(folder, script(daemon, 'process.exit(3);'));
        await run.ended;
        assert.deepEqual([run.code, run.err], [3, 'roomd: 1 events are lost: await flush() before process.exit()\n']);
    });

    test('a platform that freezes is told to wait', async (t) => {
        const daemon = await StandIn.open(t);
        const waits = [];
        const live = emitter(t, { url: daemon.url, waitUntil: (sent) => waits.push(sent) });
        live.emit('a', 1);
        live.emit('a', 2);
        await Promise.all(waits);
        assert.deepEqual([waits.length, daemon.data()], [2, [1, 2]]);
        const bare = emitter(t, { url: daemon.url, waitUntil: () => { throw new Error('no request'); } });
        bare.emit('a', 3);
        await settled(bare);
    });

    test('close() takes no more and says so', async (t) => {
        const daemon = await StandIn.open(t);
        const live = emitter(t, { url: daemon.url });
        live.emit('a', 1);
        assert.equal(await live.close(20_000), true);
        await assert.rejects(live.confirmed('a', 2), { name: 'EmitDropped', code: 'closed' });
        assert.deepEqual(daemon.data(), [1]);
    });
});

describe('keys', () => {
    test('grow within a millisecond, and when the clock is put back', () => {
        let now = 1_700_000_000_000;
        const ulids = new Ulids(() => now);
        const made = [];
        for (let i = 0; i < 5000; ++i) {
            if (i % 100 === 0) now += i % 300 === 0 ? -50 : 1;
            made.push(ulids.next());
        }
        assert.deepEqual(made, [...made].sort());
        assert.equal(new Set(made).size, made.length);
        const full = new Ulids(() => now, (bytes) => bytes.fill(255));
        const [a, b] = [full.next(), full.next()];
        assert.ok(a < b && a.endsWith('ZZZZZZZZZZZZZZZZ'), `${a} ${b}`);
    });
});

describe('the package', () => {
    test('is an ES module and CommonJS, without dependencies', async (t) => {
        const daemon = await StandIn.open(t);
        const common = require('roomd-emit');
        assert.equal(typeof common.createEmitter, 'function');
        assert.deepEqual(Object.keys(require('roomd-emit/package.json').dependencies ?? {}), []);
        const run = program(folder, `
            const { createEmitter } = require('roomd-emit');
            createEmitter().emit('a', 'of CommonJS');`, { name: 'program.cjs', env: { ROOMD_URL: daemon.url } });
        await run.ended;
        assert.deepEqual(daemon.data(), ['of CommonJS'], run.err);
    });
    test('says at once what is wrong with its options', () => {
        assert.throws(() => createEmitter({ url: 'not a url' }), TypeError);
        assert.throws(() => createEmitter({ url: 'redis://127.0.0.1' }), /http/);
        assert.throws(() => createEmitter({ timeout: 0 }), /timeout/);
        assert.throws(() => createEmitter({ key: 'a\nb' }), { code: 'ERR_INVALID_CHAR' });
    });
});
