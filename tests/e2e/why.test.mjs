// Why was this client or this backend refused or closed?  Each kind of refusal has its line in the log, once, and no secret in it.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { ask, call, request } from './support/admin.mjs';
import { MODES, client, connected } from './support/clients.mjs';
import { rawWebsocket } from './support/raw.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, SECRET, now, token } from './support/token.mjs';
import { once, tick, until, within } from './support/wait.mjs';

const KEY = 'a-key-of-the-shop-that-nobody-may-see', OTHER = 'a-key-that-may-only-read-figures';
const WEBSOCKET = MODES['websocket only'], POLLING = MODES['polling only'];
const PORTAL = 'https://portal.test';
const JSON_TYPE = { 'Content-Type': 'application/json' };

function why(t, changes = {}) {
    return roomd(t, (port) => {
        const config = settings(port, {
            ...IDENTITY,
            rooms: { ...IDENTITY.rooms, full: { join: 'request', allow: 'all', max_members: 1 } },
            portals: [{ name: 'web', origins: [PORTAL] }, { name: 'desk', origins: ['https://desk.test'], roles: ['staff'] }],
            events: { known: { rooms: ['user:{userId}'], schema: { type: 'object', properties: { n: { type: 'integer' } } } } },
            client_events: { typing: { rooms: ['library'], allow: 'all' } },
            keys: [{ name: 'shop', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit'], events: ['known', 'allowed'], rooms: ['user:*'] },
                { name: 'figures', key: '${env:ROOMD_TEST_OTHER}', scopes: ['metrics'] }],
            admin: { socket: 'admin.sock' },
            log: { format: 'json', level: changes.level ?? 'info', access: changes.access ?? false },
            limits: { events_per_second: 0, ...changes.limits },
        });
        return config;
    }, { ...ENV, ROOMD_TEST_KEY: KEY, ROOMD_TEST_OTHER: OTHER }).then((server) => Object.assign(server, { admin: `${server.folder}/admin.sock` }));
}

// The log's lines so far, as objects.
const lines = (server) => server.output.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
const said = (server, message, wanted = {}) => lines(server).filter((line) =>
    line.message === message && Object.entries(wanted).every(([key, value]) => String(line[key]) === String(value)));

// One line with these fields, and no second one.
async function line(server, message, wanted) {
    const [found] = await until(`"${message}" ${JSON.stringify(wanted)} in\n${server.output}`, () => {
        const list = said(server, message, wanted);
        return list.length > 0 && list;
    });
    assert.equal(said(server, message, wanted).length, 1, server.output);
    return found;
}

const as = (claims, more = {}) => ({ ...WEBSOCKET, auth: { token: token(claims) }, ...more });
const from = (origin) => ({ extraHeaders: { Origin: origin } });

async function refused(t, server, options, namespace) {
    const socket = client(t, server, options, namespace);
    const [error] = await once(socket, 'connect_error');
    socket.close();
    return error;
}

const post = (server, body, key, headers = {}) =>
    server.post('/api/emit', body, { ...(key ? { Authorization: `Bearer ${key}` } : {}), ...headers });

describe('each refusal is explained', () => {
    test('an origin that is in no portal', async (t) => {
        const server = await why(t);
        for (let i = 0; i < 3; ++i) await refused(t, server, { ...POLLING, ...from('https://new.test') });
        const found = await line(server, 'origin not allowed', { origin: 'https://new.test' });
        assert.equal(found.level, 'info');
        assert.equal(found.code, '4 Forbidden');
        assert.equal(found.address, '127.0.0.1');
    });
    test('tokens, with code, kid, issuer and portal', async (t) => {
        const server = await why(t);
        const bad = [
            ['token_signature', token({}, { secret: 'another secret that is long enough too', header: { alg: 'HS256', kid: 'k-2031' } })],
            ['token_issuer', token({ iss: 'https://else.test' })],
            ['token_expired', token({ exp: now() - 600, sub: 'late' })],
            ['token_audience', token({ aud: 'others', sub: 'wrong' })],
            ['token_malformed', 'no.token.really'],
        ];
        for (const [code, text] of bad) {
            const error = await refused(t, server, { ...WEBSOCKET, auth: { token: text }, ...from(PORTAL) });
            assert.equal(error.data.code, code);
            const found = await line(server, 'token refused', { code });
            assert.deepEqual([found.level, found.portal, found.origin, found.transport, found.address], ['info', 'web', PORTAL, 'websocket', '127.0.0.1']);
            assert.match(found.sid, /^[0-9a-f]{8}$/);
        }
        assert.equal((await line(server, 'token refused', { code: 'token_signature' })).kid, 'k-2031');
        assert.equal((await line(server, 'token refused', { code: 'token_issuer' })).issuer, 'https://else.test');
        // Whose it is says only a token with a good signature.
        assert.equal((await line(server, 'token refused', { code: 'token_expired' })).user, 'late');
        assert.equal((await line(server, 'token refused', { code: 'token_signature' })).user, undefined);
        assert.equal((await refused(t, server, WEBSOCKET)).data.code, 'token_missing');
        await line(server, 'token refused', { code: 'token_missing' });
    });
    test('roles of a portal, namespaces and connections of a user', async (t) => {
        const server = await why(t, { limits: { per_user: 1 } });
        await refused(t, server, as({ sub: 'ann', role: 'student' }, from('https://desk.test')));
        await line(server, 'connect refused', { code: 'portal_role', user: 'ann', portal: 'desk', namespace: '/' });
        await refused(t, server, as({ sub: 'ann' }), '/nowhere');
        await line(server, 'connect refused', { namespace: '/nowhere', why: 'Invalid namespace' });
        await connected(t, server, as({ sub: 'bob' }));
        await refused(t, server, as({ sub: 'bob' }));
        await line(server, 'connect refused', { code: 'too_many_connections', user: 'bob' });
    });
    test('joins, with the room, the rule and why it does not hold', async (t) => {
        const server = await why(t);
        const ann = await connected(t, server, as({ sub: 'ann', libraryIds: ['l1'] }));
        assert.equal((await ann.emitWithAck('join:library', 'l2')).error.code, 'room_denied');
        const found = await line(server, 'room refused', { code: 'room_denied', user: 'ann', room: 'library:l2' });
        assert.equal(found.rule, 'rooms.library');
        assert.match(found.why, /rule 1: claim "libraryIds" is "l1", must hold "l2"/);
        await (await connected(t, server, as({ sub: 'bob' }))).emitWithAck('join:full', 'x');
        await ann.emitWithAck('join:full', 'x');
        await line(server, 'room refused', { code: 'room_full', user: 'ann', room: 'full:x' });
        await ann.emitWithAck('join:nothing', 'x');
        await line(server, 'room refused', { code: 'room_unknown_kind', user: 'ann' });
        await ann.emitWithAck('leave', 'user:ann').catch(() => {});
    });
    test('events of clients', async (t) => {
        const server = await why(t);
        const ann = await connected(t, server, as({ sub: 'ann' }));
        assert.equal((await ann.emitWithAck('typing', 'library:l1', 1)).error.code, 'room_denied');
        await line(server, 'event refused', { code: 'room_denied', user: 'ann', event: 'typing', room: 'library:l1' });
        ann.emit('typo', 1);
        await line(server, 'event refused', { code: 'unknown_event', user: 'ann', event: 'typo' });
    });
    test('requests of backends, with the name of the key and the place in the body', async (t) => {
        const server = await why(t);
        const event = { event: 'known', data: { userId: 'u1', n: 1 } };
        assert.equal((await post(server, event)).status, 401);
        await line(server, 'request refused', { code: 'key_missing', status: 401, path: '/api/emit' });
        assert.equal((await post(server, event, 'a-key-that-is-not-known')).status, 401);
        await line(server, 'request refused', { code: 'key_unknown', status: 401 });
        assert.equal((await post(server, event, OTHER)).status, 403);
        await line(server, 'request refused', { code: 'key_scope', status: 403, key: 'figures' });
        assert.equal((await post(server, { event: 'other', data: 1, room: 'user:u1' }, KEY)).status, 403);
        await line(server, 'request refused', { code: 'event_denied', status: 403, key: 'shop' });
        assert.equal((await post(server, { ...event, room: 'library:l1' }, KEY, { 'X-Request-Id': 'req-7' })).status, 403);
        await line(server, 'request refused', { code: 'room_denied', key: 'shop', pointer: '/room', request: 'req-7' });
        assert.equal((await post(server, { event: 'known', data: { userId: 'u1', n: 'x' } }, KEY)).status, 422);
        await line(server, 'request refused', { code: 'schema_mismatch', status: 422, key: 'shop', pointer: '/data/n' });
        const batch = await server.post('/api/emit/batch', { events: [event, { event: 'known', data: { userId: 'u1', n: 'y' } }] },
            { 'X-API-Key': KEY, 'X-Request-Id': 'req-8' });
        assert.equal(batch.status, 200);
        await line(server, 'event of a batch refused', { code: 'schema_mismatch', key: 'shop', event: 'known', index: 1, request: 'req-8' });
        // Strangers who look for paths are no news.
        assert.equal((await server.get('/wp-login.php')).status, 404);
        assert.equal(said(server, 'request refused', { status: 404 }).length, 0);
    });
    test('sessions that are not there, and websockets that are none', async (t) => {
        const server = await why(t);
        await server.get('/socket.io/?EIO=4&transport=polling&sid=lv_VI97HAXpY6yYWAAAC', { headers: { Origin: PORTAL } });
        const found = await line(server, 'handshake refused', { code: '1 Session ID unknown', transport: 'polling' });
        assert.match(found.sid, /^[0-9a-f]{8}$/);
        assert.ok(!server.output.includes('lv_VI97'));
        await server.get('/socket.io/?EIO=3&transport=polling', { headers: { Origin: PORTAL } });
        await line(server, 'handshake refused', { code: '5 Unsupported protocol version' });
    });
    test('a client that is slow, with what waits for it', async (t) => {
        const server = await why(t, { limits: { send_buffer: '64KiB', kernel_buffer: '16KiB' } });
        const socket = await connected(t, server, as({ sub: 'slow' }, from(PORTAL)));
        socket.io.engine.transport.ws._socket.pause();
        const events = Array.from({ length: 20 }, () => ({ event: 'allowed', room: 'user:slow', data: 'x'.repeat(30_000) }));
        for (let i = 0; i < 60 && said(server, 'client closed').length === 0; ++i) {
            for (const event of events) await post(server, { ...event, event: 'known', data: { userId: 'slow', text: event.data } }, KEY);
        }
        const found = await line(server, 'client closed', { code: 'slow client', user: 'slow', limit: 'limits.send_buffer' });
        assert.deepEqual([found.address, found.portal, found.transport], ['127.0.0.1', 'web', 'websocket']);
        assert.ok(found.waiting_bytes > 64 * 1024, JSON.stringify(found));
        assert.ok(found.waiting_frames > 1, JSON.stringify(found));
    });
    test('closes at limits, with which', async (t) => {
        const server = await why(t, { limits: { connect_timeout: '300ms', json_depth: 8 } });
        const ws = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { origin: PORTAL });
        t.after(() => ws.terminate());
        await once(ws, 'open');
        await line(server, 'client closed', { code: 'forced close', limit: 'limits.connect_timeout' });
        const ann = await connected(t, server, as({ sub: 'ann' }));
        ann.io.engine.write('42["deep",[[[[[[[[[[1]]]]]]]]]]]');
        await line(server, 'client closed', { code: 'forced close', user: 'ann' });
    });
    test('and clients that leave as they should are no news', async (t) => {
        const server = await why(t);
        (await connected(t, server, as({ sub: 'ann' }))).close();
        await until('ann to be gone', async () => JSON.parse((await request(server.admin, 'GET', '/admin/stats')).body).data.clients === 0);
        assert.equal(said(server, 'client closed').length, 0);
    });
});

test('ten thousand refusals from many origins and addresses are few lines, and little memory', async (t) => {
    const server = await why(t);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    t.after(() => agent.destroy());
    const knock = (i) => new Promise((done, fail) => {
        http.get(`${server.url}/socket.io/?EIO=4&transport=polling`, { agent, headers: { Origin: `https://stranger${i}.test` } }, (answer) => {
            answer.resume();
            answer.on('end', () => done(answer.statusCode));
        }).on('error', fail);
    });
    assert.equal(await knock(0), 403);
    const before = Number((await ask(server, 'stats', '--json')).code);
    assert.equal(before, 0);
    for (let i = 1; i <= 10_000; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => knock(i + j)));
    assert.equal(await server.kill('SIGTERM'), 0);
    const told = said(server, 'origin not allowed').length;
    assert.ok(told > 0 && told <= 30, `${told} lines`);
    const more = said(server, 'more of this kind, not shown', { kind: 'origin' }).reduce((sum, found) => sum + found.more, 0);
    assert.equal(told + more, 10_001);
});

test('no token, key or session id is in the log at debug, nor in a trace', async (t) => {
    const server = await why(t, { level: 'debug', access: true });
    const traced = call(['trace', '--address', '127.0.0.1', '--payloads', '--socket', server.admin]);
    await until('the trace', () => said(server, 'audit', { action: 'trace' }).length > 0);
    const secrets = [KEY, OTHER, SECRET, 'a-key-that-is-not-known'];
    const tokens = [token({ sub: 'ann', libraryIds: ['l1'] }), token({ exp: now() - 600 }), token({}, { secret: 'another secret that is long enough too' })];
    for (const options of [WEBSOCKET, POLLING]) {
        const ann = await connected(t, server, { ...options, auth: { token: tokens[0] } });
        secrets.push(ann.io.engine.id);
        await ann.emitWithAck('join:library', 'l1');
        await ann.emitWithAck('join:library', 'l2');
        for (const bad of tokens.slice(1)) await refused(t, server, { ...options, auth: { token: bad } });
        await refused(t, server, { ...options, extraHeaders: { Authorization: `Bearer ${tokens[1]}` } });
        ann.close();
    }
    await server.get(`/socket.io/?EIO=4&transport=polling&token=${tokens[0]}`, { headers: { Origin: PORTAL } });
    for (const key of [KEY, OTHER, 'a-key-that-is-not-known']) {
        await post(server, { event: 'known', data: { userId: 'ann' } }, key);
        await server.post('/api/emit?key=' + key, { event: 'known', data: { userId: 'ann' } }, { 'X-API-Key': key });
    }
    await until('the last line', () => said(server, 'access', { path: '/api/emit' }).length >= 6);
    await until('the trace to have it', () => traced.out.includes('/api/emit'));
    traced.child.kill('SIGINT');
    for (const secret of [...secrets, ...tokens, ...tokens.map((text) => text.split('.')[2])]) {
        assert.ok(!server.output.includes(secret), `the log has ${secret}`);
        assert.ok(!traced.out.includes(secret), `the trace has ${secret}`);
    }
    assert.ok(said(server, 'token refused').length >= 6, 'at debug each has its line');
});

describe('request ids', () => {
    const event = { event: 'known', data: { userId: 'u1', n: 1 } };
    const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

    test('are in the answer, its header, the log and tail, with the answer id and the key', async (t) => {
        const server = await why(t, { level: 'debug', access: true });
        const tail = call(['tail', '--json', '--count', '3', '--socket', server.admin]);
        await until('tail', () => said(server, 'access', { path: '/admin/tail' }).length >= 0 && tail.child.pid);
        await tick(300);
        const answer = await post(server, event, KEY, { 'X-Request-Id': 'order-1' });
        const { data } = await answer.json();
        assert.equal(answer.headers.get('x-request-id'), 'order-1');
        assert.equal(data.request, 'order-1');
        const traced = await post(server, event, KEY, { traceparent: TRACE });
        assert.equal(traced.headers.get('x-request-id'), TRACE);
        assert.equal((await traced.json()).data.request, TRACE);
        const batch = await server.post('/api/emit/batch', { events: [event] }, { 'X-API-Key': KEY, 'X-Request-Id': 'order-2' });
        assert.equal((await batch.json()).data.request, 'order-2');
        await within('tail', tail.ended);
        const shown = tail.out.trim().split('\n').map((text) => JSON.parse(text));
        assert.deepEqual(shown.map(({ request }) => request), ['order-1', TRACE, 'order-2']);
        assert.equal(shown[0].id, data.id);
        assert.equal(shown[0].source.key, 'shop');
        await line(server, 'emitted', { id: data.id, request: 'order-1', key: 'shop', event: 'known' });
        await line(server, 'access', { method: 'POST', path: '/api/emit', status: 200, request: 'order-1', key: 'shop' });
    });
    test('that are none are ignored', async (t) => {
        const server = await why(t);
        for (const id of ['', 'two words', 'x'.repeat(129), 'ä']) {
            const answer = await post(server, event, KEY, { 'X-Request-Id': Buffer.from(id).toString('latin1') });
            assert.equal(answer.status, 200);
            assert.equal(answer.headers.get('x-request-id'), null, id);
            assert.equal((await answer.json()).data.request, undefined);
        }
        for (const id of [TRACE.replace('00-4', 'ff-4'), TRACE.slice(1), TRACE.toUpperCase(), TRACE.replace(/-[0-9a-f]{16}-/, `-${'0'.repeat(16)}-`), `${TRACE}-1`])
            assert.equal((await (await post(server, event, KEY, { traceparent: id })).json()).data.request, undefined, id);
        assert.equal((await (await post(server, event, KEY, { 'X-Request-Id': 'x'.repeat(128) })).json()).data.request.length, 128);
    });
});

test('an access line on request: for each request, also a websocket, without its query', async (t) => {
    const server = await why(t, { access: true });
    await connected(t, server, as({ sub: 'ann' }, from(PORTAL)));
    const upgrade = await line(server, 'access', { status: 101 });
    assert.deepEqual([upgrade.method, upgrade.path, upgrade.portal, upgrade.address], ['GET', '/socket.io/', 'web', '127.0.0.1']);
    await server.get('/health?secret=1', { headers: { 'User-Agent': 'a'.repeat(500) } });
    const health = await line(server, 'access', { path: '/health' });
    assert.equal(health.agent.length, 200);
    assert.ok(health.bytes > 100 && health.us >= 0);
    assert.equal(health.status, 200);
    await server.get('/nothing');
    await line(server, 'access', { path: '/nothing', status: 404 });
    const quiet = await why(t);
    await quiet.get('/health');
    assert.equal(said(quiet, 'access').length, 0);
});

test('an audit line for each act of an operator, with uid and pid, and what a reload changed', async (t) => {
    const server = await why(t);
    await connected(t, server, as({ sub: 'ann' }));
    const kick = call(['kick', 'ann', '--socket', server.admin]);
    assert.equal((await kick.ended).code, 0);
    const kicked = await line(server, 'audit', { action: 'kick', user: 'ann', clients: 1 });
    assert.deepEqual([kicked.level, kicked.uid, kicked.pid], ['notice', process.getuid(), kick.child.pid]);
    await ask(server, 'emit', 'known', '{"userId":"u1"}');
    await line(server, 'audit', { action: 'emit', event: 'known' });
    const config = JSON.parse((await import('node:fs')).readFileSync(server.file));
    config.log.level = 'notice';
    config.limits.per_user = 7;
    config.keys[0].rooms.push('library:*');
    server.write(config);
    assert.equal((await ask(server, 'reload')).code, 0);
    const reload = await line(server, 'audit', { action: 'reload' });
    assert.equal(reload.outcome, 'applied');
    for (const key of ['log.level', 'limits.per_user', 'keys[shop].rooms']) assert.ok(reload.changed.includes(key), reload.changed);
    assert.ok(!reload.changed.includes('notice') && !reload.changed.includes('library'), reload.changed);
    server.process.kill('SIGHUP');
    await line(server, 'audit', { action: 'reload', by: 'signal' });
    await server.kill('SIGTERM');
    await line(server, 'audit', { action: 'stop', by: 'signal' });
});

describe('roomd trace', () => {
    const begun = (server, ...words) => {
        const trace = call(['trace', ...words, '--socket', server.admin]);
        return until(`the trace to begin ${trace.err}`, () => said(server, 'audit', { action: 'trace' }).length > 0).then(() => trace);
    };

    test('shows all of one user, and nothing of others; payloads only when asked for', async (t) => {
        const server = await why(t);
        const trace = await begun(server, '--user', 'ann');
        const ann = await connected(t, server, as({ sub: 'ann', libraryIds: ['l1'] }, from(PORTAL)));
        const bob = await connected(t, server, as({ sub: 'bob', libraryIds: ['l1'] }));
        await ann.emitWithAck('join:library', 'l1');
        await ann.emitWithAck('join:library', 'l9');
        await bob.emitWithAck('join:library', 'l1');
        bob.emit('typing', 'library:l1', 'a word of bob');
        await post(server, { event: 'known', data: { userId: 'ann', text: 'a secret word' } }, KEY, { 'X-Request-Id': 'r1' });
        await post(server, { event: 'known', data: { userId: 'bob' } }, KEY, { 'X-Request-Id': 'r2' });
        await until('the emit', () => trace.out.includes('request=r1'));
        ann.close();
        await until('her end', () => / disconnected code="client namespace disconnect" user=ann/.test(trace.out));
        for (const part of [/ connected user=ann .*portal=web/, / joined user=ann .*room=library:l1/, / room refused code=room_denied user=ann/,
            / emitted event=typing .*by=bob/, / emitted event=known .*rooms=user:ann .*key=shop request=r1/])
            assert.match(trace.out, part);
        assert.ok(!trace.out.includes('user=bob') && !trace.out.includes('r2') && !trace.out.includes('secret word'), trace.out);
        trace.child.kill('SIGINT');
        assert.equal(said(server, 'connected').length, 0, 'the log stays as it is');
    });
    test('shows an event with its payload, and why one is refused', async (t) => {
        const server = await why(t);
        const trace = await begun(server, '--event', 'known', '--payloads', '--json');
        await post(server, { event: 'known', data: { userId: 'ann', n: 7 } }, KEY);
        await post(server, { event: 'known', data: { userId: 'ann', n: 'x' } }, KEY);
        await until('both', () => trace.out.trim().split('\n').length >= 2);
        const [sent, no] = trace.out.trim().split('\n').map((text) => JSON.parse(text));
        assert.deepEqual([sent.what, sent.key, sent.payload], ['emitted', 'shop', [{ userId: 'ann', n: 7 }]]);
        assert.deepEqual([no.what, no.code, no.pointer], ['emit refused', 'schema_mismatch', '/data/n']);
        trace.child.kill('SIGINT');
    });
    test('ends when its time is over', async (t) => {
        const server = await why(t);
        const { code } = await within('the trace to end', call(['trace', '--user', 'ann', '--for', '1s', '--socket', server.admin]).ended);
        assert.equal(code, 0);
    });
    test('ends when its reader goes, and there are at most eight', async (t) => {
        const server = await why(t);
        const start = () => request(server.admin, 'POST', '/admin/trace', '{"user":"ann"}', JSON_TYPE);
        const traces = [];
        for (let i = 0; i < 8; ++i) traces.push(JSON.parse((await start()).body).data.trace);
        assert.equal((await start()).status, 429);
        const asking = http.get({ socketPath: server.admin, path: `/admin/trace?id=${traces[0]}` });
        asking.on('error', () => {});
        await tick(200);
        asking.destroy();
        await until('a place to be free', async () => (await start()).status === 200);
        assert.equal((await request(server.admin, 'GET', '/admin/trace?id=none')).status, 404);
    });
    test('tells a reader that does not read what it has lost', async (t) => {
        const server = await why(t);
        const { data } = JSON.parse((await request(server.admin, 'POST', '/admin/trace', '{"event":"known","payloads":true}', JSON_TYPE)).body);
        const big = 'x'.repeat(15_000);
        for (let i = 0; i < 100; ++i) await post(server, { event: 'known', data: { userId: 'ann', big } }, KEY);
        const got = JSON.parse((await request(server.admin, 'GET', `/admin/trace?id=${data.trace}`)).body).data;
        assert.ok(got.lost > 0 && got.lines.length + got.lost === 100, `${got.lines.length} lines, ${got.lost} lost`);
        assert.ok(JSON.stringify(got.lines).length <= 1.1 * (1 << 20));
    });
    test('wants one subject and a time', async (t) => {
        const server = await why(t);
        assert.equal((await ask(server, 'trace')).code, 2);
        assert.equal((await ask(server, 'trace', '--user', 'a', '--event', 'b')).code, 2);
        assert.equal((await ask(server, 'trace', '--user', 'a', '--for', 'x')).code, 2);
        for (const body of ['{}', '{"user":"a","event":"b"}', '{"user":"a","seconds":0}', '{"user":"a","seconds":3601}', '{"user":"a","payloads":1}'])
            assert.equal((await request(server.admin, 'POST', '/admin/trace', body, JSON_TYPE)).status, 422, body);
    });
});
