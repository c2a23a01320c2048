// What backends, operators and browsers see over HTTP: the examples of the README, verbatim.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { MODES, connected, received } from './support/clients.mjs';
import { roomd, settings, source } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const PORTAL = 'http://portal.example:3000';
const server = await roomd({ after }, { portals: [{ name: 'owner', origins: [PORTAL] }] });
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

// Runs a command line of the documentation against the test's own port.
const curl = (line) => {
    const words = [...line.replaceAll('localhost:3001', `127.0.0.1:${server.port}`).matchAll(/'([^']*)'|(\S+)/g)];
    return execFileSync('curl', ['-sS', '--max-time', '20', ...words.map((w) => w[1] ?? w[2]).slice(1)], { encoding: 'utf8' });
};

describe('the documented requests', () => {
    test('curl localhost:3001/health', () => {
        const answer = JSON.parse(curl('curl localhost:3001/health'));
        assert.equal(answer.success, true);
        const { status, service, websocket, version, uptime, timestamp } = answer.data;
        assert.deepEqual({ status, service, websocket }, { status: 'healthy', service: 'auth-service', websocket: 'enabled' });
        assert.match(version, /^\d+\.\d+\.\d+/);
        assert.equal(typeof uptime, 'number');
        assert.match(timestamp, ISO);
    });

    test('socket-event delivers and answers exactly as documented; socket-stats tells', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const seen = received(socket, 'test:message');
        await socket.emitWithAck('join:role', 'student');

        const answer = JSON.parse(curl(
            `curl -X POST localhost:3001/api/test/socket-event -H 'Content-Type: application/json' -d '{"event":"test:message","data":{"message":"Hello from backend!"},"room":"role:student"}'`));
        assert.match(answer.data.timestamp, ISO);
        delete answer.data.timestamp;
        assert.deepEqual(answer, { success: true, data: { message: 'Event emitted', event: 'test:message', room: 'role:student' } });
        await until('the event', () => seen.length);
        assert.deepEqual(seen, [{ message: 'Hello from backend!' }]);

        const stats = JSON.parse(curl('curl localhost:3001/api/test/socket-stats'));
        assert.match(stats.data.timestamp, ISO);
        delete stats.data.timestamp;
        assert.deepEqual(stats, { success: true, data: { totalConnections: 1, activeRooms: ['role:student'] } });
    });

    test('POST /api/emit does the same through its own plugin', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const seen = received(socket, 'booking:created');
        await socket.emitWithAck('join:library', 'library123');

        const answer = JSON.parse(curl(
            `curl -X POST localhost:3001/api/emit -H 'Content-Type: application/json' -d '{"event":"booking:created","data":{"id":1},"rooms":["library:library123"]}'`));
        assert.equal(answer.success, true);
        const { message, event, rooms, recipients, id, timestamp } = answer.data;
        assert.deepEqual({ message, event, rooms, recipients },
            { message: 'Event emitted', event: 'booking:created', rooms: ['library:library123'], recipients: 1 });
        assert.ok(id);
        assert.match(timestamp, ISO);
        await until('the event', () => seen.length);
        assert.deepEqual(seen, [{ id: 1 }]);
    });

    test('a string that was cut inside an emoji arrives, a number beyond a double is refused', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const seen = received(socket, 'cut');
        await socket.emitWithAck('join:role', 'cutter');
        const cut = '\u{1F600}'.slice(0, 1); // as a backend on Node cuts and writes it
        const answer = await server.post('/api/emit', JSON.stringify({ event: 'cut', data: { cut }, room: 'role:cutter' }));
        assert.equal(answer.status, 200);
        await until('the cut text', () => seen.length === 1);
        assert.deepEqual(seen, [{ cut }]);
        assert.equal((await server.post('/api/emit', '{"event":"cut","data":1e400,"room":"role:cutter"}')).status, 400);
    });
    test('rooms that are null are as if they were not there', async () => {
        const answer = await server.post('/api/emit', { event: 'cut', data: 1, rooms: null, room: 'role:cutter' });
        assert.equal(answer.status, 200);
    });
    test('GET /api/test/ is a console page', async () => {
        const answer = await server.get('/api/test/');
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get('content-type'), /^text\/html/);
        assert.match(await answer.text(), /socket\.io/);
    });

    test('GET /ready and GET /metrics answer', async () => {
        assert.equal((await server.get('/ready')).status, 200);
        const metrics = await server.get('/metrics');
        assert.equal(metrics.status, 200);
        assert.match(await metrics.text(), /^# TYPE roomd_/m);
    });
});

describe('a refused request', () => {
    const refused = async (status, answer) => {
        assert.equal(answer.status, status);
        const body = await answer.json();
        assert.equal(body.success, false);
        assert.equal(typeof body.error.code, 'string');
        assert.equal(typeof body.error.message, 'string');
    };
    const good = { event: 'notification', data: {}, room: 'user:a' };

    test('an unknown path is 404', async () => refused(404, await server.get('/nowhere')));
    test('a wrong method is 405', async () => refused(405, await server.get('/api/emit')));
    test('a body that is not declared JSON is 415', async () =>
        refused(415, await server.post('/api/emit', good, { 'Content-Type': 'text/plain' })));
    test('broken JSON is 400', async () => refused(400, await server.post('/api/emit', '{"event":')));
    test('nothing ends a body early, NUL neither', async () => {
        const event = JSON.stringify(good);
        await refused(400, await server.post('/api/emit', event + '\0 garbage'));
        await refused(400, await server.post('/api/emit', event + event));
        await refused(400, await server.post('/api/emit/batch', `{"events":[${event}]}\0`));
    });
    test('a missing room never means everyone', async () => {
        const answer = await server.post('/api/emit', { event: 'notification', data: {} });
        assert.ok([400, 422].includes(answer.status), `status ${answer.status}`);
        await refused(answer.status, answer);
    });
    test('a reserved event is refused', async () => {
        const answer = await server.post('/api/emit', { ...good, event: 'disconnect' });
        assert.ok([400, 422].includes(answer.status), `status ${answer.status}`);
    });
    test('a body over max_emit is 413', async () =>
        refused(413, await server.post('/api/emit', { ...good, data: 'x'.repeat(1_200_000) })));
    test('nesting of 100,000 arrays harms nobody', async () => {
        const deep = `{"event":"notification","room":"user:a","data":${'['.repeat(100000)}${']'.repeat(100000)}}`;
        const answer = await server.post('/api/emit', deep);
        assert.ok([400, 422].includes(answer.status), `status ${answer.status}`);
        assert.equal((await server.get('/health')).status, 200);
    });
    test('a slash behind the path changes nothing', async () => {
        for (const path of ['/api/emit/', '/api/emit/?x=y']) assert.equal((await server.post(path, good)).status, 200, path);
        assert.equal((await server.post('/api/emit/batch/', { events: [good] })).status, 200);
        assert.equal((await server.post('/api/emit//', good)).status, 404);
        assert.equal((await server.get('/api/emit/')).status, 405);
    });
    test('the same idempotency key gives the first answer again', async () => {
        const send = (data) => server.post('/api/emit', { ...good, data }, { 'Idempotency-Key': 'once-1' });
        const first = await (await send({ n: 1 })).json();
        const again = await (await send({ n: 1 })).json();
        assert.equal(again.data.id, first.data.id);
        assert.equal(again.data.duplicate ?? again.duplicate, true);
        await refused(409, await send({ n: 2 }));
    });
});

describe('a batch', () => {
    const post = async (body, headers) => {
        const answer = await server.post('/api/emit/batch', body, headers);
        return [answer.status, await answer.json()];
    };
    const event = (n, more = {}) => ({ event: 'batched', data: { n }, room: 'user:batch', ...more });

    test('is sent in order, whole or not at all when atomic, and once with a key', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const seen = received(socket, 'batched');
        await socket.emitWithAck('join:user', 'batch');

        const [refused, no] = await post({ atomic: true, events: [event(1), event(2, { room: 'a b' }), event(3)] });
        assert.equal(refused, 422);
        assert.deepEqual([no.error.code, no.error.pointer], ['room_invalid', '/events/1/room']);
        assert.deepEqual(no.data.results.map(({ error }) => error.code), ['not_sent', 'room_invalid', 'not_sent']);

        const once = { 'Idempotency-Key': 'batch-1' };
        const all = { atomic: true, events: [event(4), event(5), event(6)] };
        const [taken, yes] = await post(all, once);
        assert.equal(taken, 200);
        assert.match(yes.data.timestamp, ISO);
        assert.deepEqual([yes.data.message, yes.data.taken, yes.data.refused], ['Events emitted', 3, 0]);
        const [again, same] = await post(all, once);
        assert.equal(again, 200);
        assert.deepEqual(same.data.results, yes.data.results.map((result) => ({ ...result, duplicate: true })));

        const [some, half] = await post({ events: [event(7), 'none', event(8)] });
        assert.equal(some, 200);
        assert.deepEqual([half.data.taken, half.data.refused], [2, 1]);
        await until('the last', () => seen.length >= 5);
        assert.deepEqual(seen, [4, 5, 6, 7, 8].map((n) => ({ n })));
    });
});

describe('an event of a batch with a key of its own', () => {
    const post = async (path, body) => (await server.post(path, body)).json();
    const event = (n, more = {}) => ({ event: 'keyed', data: { n }, room: 'user:keyed', key: `keyed-${n}`, ...more });
    const batch = async (...events) => (await post('/api/emit/batch', { events })).data.results;

    test('is sent once, however it is packed when it is sent again', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const seen = received(socket, 'keyed');
        await socket.emitWithAck('join:user', 'keyed');
        const first = await batch(event(1), event(2), event(3));
        const again = await batch(event(3), event(4), event(1), event(4), 'none');
        assert.deepEqual(again[0], { ...first[2], duplicate: true });
        assert.deepEqual(again[2], { ...first[0], duplicate: true });
        assert.deepEqual(again[3], { ...again[1], duplicate: true });
        assert.equal((await post('/api/emit', event(2))).data.id, first[1].id);
        const { data } = await post('/api/emit/batch', { atomic: true, events: [event(4), event(5)] });
        assert.deepEqual(data.results.map(({ duplicate }) => duplicate), [true, undefined]);
        await until('the last', () => seen.some(({ n }) => n === 5));
        assert.deepEqual(seen, [1, 2, 3, 4, 5].map((n) => ({ n })));
    });

    test('is a conflict by itself when its key was used for something else', async () => {
        await batch(event(11));
        const results = await batch(event(12), event(11, { data: { n: 'other' } }), event(13));
        assert.deepEqual(results.map(({ success, error }) => [success, error?.code, error?.pointer]),
            [[true, undefined, undefined], [false, 'idempotency_conflict', '/key'], [true, undefined, undefined]]);
        const alone = await server.post('/api/emit/batch', { events: [event(12, { room: 'user:other' })] });
        assert.equal(alone.status, 409);
        const { error, data } = await alone.json();
        assert.deepEqual([error.code, error.pointer, data.results.length], ['idempotency_conflict', '/events/0/key', 1]);
    });
});

describe('Engine.IO refusals', () => {
    const MESSAGES = ['Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request', 'Forbidden',
        'Unsupported protocol version'];
    const CASES = [
        [0, 'transport=carrier-pigeon&EIO=4'],
        [0, 'EIO=4'],
        [0, 'transport=__proto__&EIO=4'],
        [1, 'transport=polling&EIO=4&sid=constructor'],
        [1, `transport=polling&EIO=4&sid=${'x'.repeat(2000)}`],
        [2, 'transport=polling&EIO=4', { method: 'POST', body: '40' }],
        [3, 'transport=websocket&EIO=4'],
        [3, 'transport=polling&EIO=4&j=0'],
        [4, 'transport=polling&EIO=4', { headers: { Origin: 'http://evil.example' } }],
        [5, 'transport=polling&EIO=3'],
        [5, 'transport=polling'],
    ];
    for (const [code, query, options] of CASES) {
        test(`${options?.method ?? 'GET'} ?${query.slice(0, 40)}${options?.headers ? ' from elsewhere' : ''} is code ${code}`, async () => {
            const answer = await server.get(`/socket.io/?${query}`, options);
            assert.equal(answer.status, code === 4 ? 403 : 400);
            assert.match(answer.headers.get('content-type'), /^application\/json/);
            assert.deepEqual(await answer.json(), { code, message: MESSAGES[code] });
        });
    }

    test('a refused origin gets no session over websocket either', async (t) => {
        await assert.rejects(connected(t, server, { ...MODES['websocket only'], extraHeaders: { Origin: 'http://evil.example' } }));
        assert.equal((await server.stats()).totalConnections, 0);
    });

    test('an allowed origin is served, and the answer says so', async (t) => {
        const answer = await server.get('/socket.io/?EIO=4&transport=polling', { headers: { Origin: PORTAL } });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('access-control-allow-origin'), PORTAL);
        assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
        assert.match(answer.headers.get('vary'), /Origin/);
        const { sid, upgrades, maxPayload, ...rest } = JSON.parse((await answer.text()).slice(1));
        assert.match(sid, /^[A-Za-z0-9_-]{20}$/);
        assert.deepEqual(upgrades, ['websocket']);
        assert.equal(maxPayload, 1000000);
        assert.deepEqual(Object.keys(rest).sort(), ['pingInterval', 'pingTimeout']);
        await server.get(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '1' });
        await connected(t, server, { ...MODES['websocket only'], extraHeaders: { Origin: PORTAL } });
    });

    test('a preflight is answered', async () => {
        const answer = await server.get('/socket.io/?EIO=4&transport=polling', {
            method: 'OPTIONS',
            headers: { Origin: PORTAL, 'Access-Control-Request-Method': 'POST' },
        });
        assert.equal(answer.status, 204);
        assert.equal(answer.headers.get('access-control-allow-origin'), PORTAL);
        assert.match(answer.headers.get('access-control-allow-methods'), /POST/);
    });
});

describe('the browser client', () => {
    const dist = path.join(source, 'tests/e2e/node_modules/socket.io-client/dist');
    for (const name of ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js', 'socket.io.min.js.map']) {
        test(`${name} is what npm has`, async () => {
            const answer = await server.get(`/socket.io/${name}`);
            assert.equal(answer.status, 200);
            assert.match(answer.headers.get('content-type'), name.endsWith('.map') ? /^application\/json/ : /^application\/javascript/);
            assert.equal(answer.headers.get('cache-control'), 'public, max-age=0');
            assert.equal(await answer.text(), readFileSync(path.join(dist, name), 'utf8'));

            const etag = answer.headers.get('etag');
            assert.ok(etag);
            for (const known of [etag, `W/${etag}`]) {
                const again = await server.get(`/socket.io/${name}`, { headers: { 'If-None-Match': known } });
                assert.equal(again.status, 304);
                assert.equal(await again.text(), '');
            }
        });
    }

    for (const name of ['package.json', 'socket.io.evil.js', '../socket.io.js', '%2e%2e/roomd', 'socket.io.js.map.map']) {
        test(`${name} is not served`, async () => {
            const line = execFileSync('curl', ['-sS', '--path-as-is', '-o', '-', '-w', '\n%{http_code}', `${server.url}/socket.io/${name}`], { encoding: 'utf8' });
            assert.match(line, /\n(400|404)$/);
        });
    }
});

test('keys: a guarded route admits a key of its scope, and nothing else', async (t) => {
    const guarded = await roomd(t, (port) =>
        settings(port, {
            keys: [
                { name: 'backend', key: '${env:EMIT_KEY}', scopes: ['emit'], events: ['booking:*'], rooms: ['library:*'] },
                { name: 'tests', key: '${env:TEST_KEY}', scopes: ['test', 'metrics'] },
            ],
        }), { EMIT_KEY: 'correct-horse-battery-staple-emit', TEST_KEY: 'correct-horse-battery-staple-test' });
    const emit = (event, room, headers) => guarded.post('/api/emit', { event, data: {}, room }, headers);
    const bearer = { Authorization: 'Bearer correct-horse-battery-staple-emit' };

    assert.equal((await emit('booking:created', 'library:1', {})).status, 401);
    assert.equal((await emit('booking:created', 'library:1', { Authorization: 'Bearer wrong' })).status, 401);
    assert.equal((await emit('booking:created', 'library:1', { 'X-API-Key': 'correct-horse-battery-staple-test' })).status, 403);
    assert.equal((await emit('booking:created', 'library:1', bearer)).status, 200);
    assert.equal((await emit('booking:created', 'library:1', { 'X-API-Key': 'correct-horse-battery-staple-emit' })).status, 200);
    assert.equal((await emit('pricing:updated', 'library:1', bearer)).status, 403);
    assert.equal((await emit('booking:created', 'user:1', bearer)).status, 403);
    assert.ok(!guarded.output.includes('battery'), 'a key in the log');
});
