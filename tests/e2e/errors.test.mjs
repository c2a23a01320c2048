// docs/errors.md says with which status, or whether to try again, each code comes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { client, connected } from './support/clients.mjs';
import { Raw } from './support/raw.mjs';
import { roomd, settings, source } from './support/roomd.mjs';
import { ENV, IDENTITY, now, token } from './support/token.mjs';
import { within } from './support/wait.mjs';

// The rows of a part of the page: code -> the second cell.
function table(heading) {
    const page = readFileSync(path.join(source, 'docs/errors.md'), 'utf8');
    const part = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
    const rows = {};
    for (const [, codes, second] of part.matchAll(/^\|([^|]*)\|([^|]*)\|/gm))
        for (const [, code] of codes.matchAll(/`([^`]+)`/g)) (rows[code] ??= []).push(second.trim());
    return rows;
}

function says(rows, code, what) {
    assert.ok(rows[code]?.some((cell) => cell.split(', ').includes(String(what))), `${code}: ${what}, the page says ${rows[code]}`);
}

const anyone = { join: 'request', allow: 'all' };
const server = await roomd({ after }, (port) => settings(port, {
    ...IDENTITY,
    rooms: { ...IDENTITY.rooms, open: anyone, full: { ...anyone, max_members: 1 } },
    portals: [{ name: 'desk', origins: ['https://desk.test'], roles: ['staff'] }],
    catalogue: { unknown: 'refuse' },
    events: { known: {}, routed: { rooms: ['user:{userId}'], schema: { type: 'object', properties: { n: { type: 'integer' } } } } },
    keys: [{ name: 'one', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit'], events: ['known', 'routed', 'unknown'], rooms: ['user:*'] },
        { name: 'other', key: '${env:ROOMD_TEST_OTHER}', scopes: ['test'] }],
    limits: { per_user: 1, rooms_per_client: 3, max_emit: '64KiB', before_connect: '32KiB' },
    plugins: { ...settings(port).plugins, load: [{ name: 'http_emit', path: '/api/emit', max_batch: 2 }] },
}), { ...ENV, ROOMD_TEST_KEY: 'a-key-that-may-do-a-little', ROOMD_TEST_OTHER: 'a-key-that-may-do-nothing-here' });

const KEY = { Authorization: 'Bearer a-key-that-may-do-a-little' };
const known = { event: 'known', data: null, room: 'user:u1' };
const many = (count) => Array.from({ length: count }, (_, i) => `user:u${i}`);

// code: what is sent to /api/emit, or to /api/emit/batch where it has events.
const EMITS = {
    json_malformed: '{',
    body_not_object: '[]',
    json_too_deep: `{"event":"known","room":"user:u1","data":${'['.repeat(128)}${']'.repeat(128)}}`,
    member_missing: { event: 'known', room: 'user:u1' },
    member_twice: '{"event":"known","event":"known","data":1,"room":"user:u1"}',
    unknown_member: { ...known, romo: 1 },
    wrong_type: { ...known, room: 1 },
    event_not_object: { events: [1] },
    batch_empty: { events: [] },
    batch_too_big: { events: [known, known, known] },
    not_sent: { atomic: true, events: [known, { ...known, event: 'unknown' }] },
    event_invalid: { ...known, event: '' },
    event_unknown: { ...known, event: 'unknown' },
    schema_mismatch: { event: 'routed', data: { userId: 'u1', n: 'one' } },
    room_field_missing: { event: 'routed', data: {} },
    room_field_invalid: { event: 'routed', data: { userId: 'a b' } },
    room_invalid: { ...known, except: [''] },
    rooms_empty: { event: 'known', data: 1, rooms: [] },
    too_many_rooms: { event: 'known', data: 1, rooms: many(1001) },
    no_target: { event: 'known', data: 1 },
    two_targets: { ...known, rooms: ['user:u1'] },
    namespace_unknown: { ...known, namespace: '/nowhere' },
    emit_too_big: { ...known, data: 'x'.repeat(65 * 1024) },
    event_denied: { ...known, event: 'other' },
    room_denied: { ...known, room: 'library:l1' },
    broadcast_denied: { event: 'known', data: 1, broadcast: true },
};

test('an emit is refused with the status of the page', async () => {
    const rows = table('Emitting');
    for (const [code, body] of Object.entries(EMITS)) {
        const answer = await server.post(body.events ? '/api/emit/batch' : '/api/emit', body, KEY);
        const { error, data } = await answer.json();
        const all = [error?.code, ...(data?.results ?? []).map((one) => one.error?.code)];
        assert.ok(all.includes(code), `${code}: ${answer.status} ${all}`);
        if (error?.code === code) says(rows, code, answer.status);
    }
    const keyed = { ...KEY, 'Idempotency-Key': 'once' };
    assert.equal((await server.post('/api/emit', known, keyed)).status, 200);
    for (const [code, headers, more] of [['idempotency_conflict', keyed], ['idempotency_conflict', KEY, { key: 'once' }],
        ['idempotency_key_invalid', { ...KEY, 'Idempotency-Key': 'a b' }], ['idempotency_key_invalid', KEY, { key: 'a b' }],
        ['two_keys', keyed, { key: 'other' }]]) {
        const answer = await server.post('/api/emit', { ...known, data: 2, ...more }, headers);
        assert.equal((await answer.json()).error.code, code);
        says(rows, code, answer.status);
    }
});

test('a request is refused with the status of the page', async (t) => {
    const rows = table('Any request');
    const post = (headers, body = known) => server.post('/api/emit', body, headers);
    const ASKED = {
        key_missing: () => post({}),
        key_unknown: () => post({ 'X-API-Key': 'nothing-that-is-known' }),
        key_scope: () => post({ 'X-API-Key': 'a-key-that-may-do-nothing-here' }),
        not_json: () => post({ ...KEY, 'Content-Type': 'text/plain' }),
        unsupported_encoding: () => post({ ...KEY, 'Content-Encoding': 'gzip' }),
        too_large: () => post(KEY, { ...known, data: 'x'.repeat(100 * 1024) }),
        not_found: () => server.get('/nothing'),
        method_not_allowed: () => server.get('/api/emit'),
    };
    for (const [code, ask] of Object.entries(ASKED)) {
        const answer = await ask();
        assert.equal((await answer.json()).error.code, code);
        says(rows, code, answer.status);
    }
    const RAW = {
        bad_chunks: `POST /api/emit HTTP/1.1\r\nHost: a\r\nAuthorization: ${KEY.Authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`,
        unknown_coding: 'POST /api/emit HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
        unknown_method: 'get /health HTTP/1.1\r\nHost: a\r\n\r\n',
        unknown_expectation: 'POST /api/emit HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n',
        target_too_long: `GET /${'x'.repeat(40000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
        head_too_large: `GET /health HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(40000)}\r\n\r\n`,
        bad_version: 'GET /health HTTP/2.0\r\nHost: a\r\n\r\n',
        bad_length: 'POST /api/emit HTTP/1.1\r\nHost: a\r\nContent-Length: 5x\r\n\r\n',
        bad_host: 'GET /health HTTP/1.1\r\n\r\n',
        unexpected_body: 'GET /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
        bad_upgrade: 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n\r\n',
    };
    for (const [code, bytes] of Object.entries(RAW)) {
        const raw = await new Raw(t, server.port).send(bytes).expect(`"code":"${code}"`);
        says(rows, code, raw.seen.toString().match(/^HTTP\/1.1 (\d+)/)[1]);
    }
});

test('a connection is refused with the number of the page', async (t) => {
    const rows = table('Opening a connection');
    const ASKED = {
        0: ['transport=pigeon&EIO=4'], 1: ['transport=polling&EIO=4&sid=none'], 2: ['transport=polling&EIO=4', { method: 'POST', body: '' }],
        3: ['transport=websocket&EIO=4'], 4: ['transport=polling&EIO=4', { headers: { Origin: 'https://evil.test' } }], 5: ['transport=polling&EIO=3'],
    };
    for (const [number, [query, options]] of Object.entries(ASKED)) {
        const answer = await server.get(`/socket.io/?${query}`, options);
        const { code, message } = await answer.json();
        assert.deepEqual([code, answer.status], [Number(number), number === '4' ? 403 : 400]);
        says(rows, String(code), answer.status);
        assert.ok(readFileSync(path.join(source, 'docs/errors.md'), 'utf8').includes(`\`${code}\` ${message} |`));
    }
    const full = await roomd(t, { limits: { connections: 1 } });
    new Raw(t, full.port); // this one, or the one that asked whether it is ready
    const raw = await new Raw(t, full.port).send('GET /health HTTP/1.1\r\nHost: a\r\n\r\n').expect('"code":"too_many_connections"');
    says(rows, 'too_many_connections', raw.seen.toString().match(/^HTTP\/1.1 (\d+)/)[1]);
});

test('a client is refused, retryable or not, as the page says', async (t) => {
    const rows = table('Connecting to a namespace');
    const key = { header: { alg: 'HS256', kid: 'k' } };
    const TOKENS = {
        token_missing: undefined,
        token_expired: token({ exp: 1 }),
        token_not_yet: token({ nbf: now() + 3600 }),
        token_signature: token({}, { secret: 'another secret that is long enough for it' }),
        token_issuer: token({ iss: 'somebody' }),
        token_audience: token({ aud: 'another' }),
        token_algorithm: token({}, { header: { alg: 'HS384' }, hash: 'sha384' }),
        token_claims: token({ exp: undefined }, key),
        token_malformed: 'nothing',
        token_too_large: 'x'.repeat(16_385), // within limits.before_connect
    };
    const refusal = (options) => {
        const socket = client(t, server, { transports: ['websocket'], ...options });
        return within('a refusal', new Promise((done) => socket.on('connect_error', done)));
    };
    for (const [code, text] of Object.entries(TOKENS)) {
        const { data } = await refusal({ auth: { token: text } });
        assert.equal(data.code, code);
        says(rows, code, data.retryable ? 'yes' : 'no');
    }
    const desk = await refusal({ auth: { token: token({ role: 'student' }) }, extraHeaders: { Origin: 'https://desk.test' } });
    assert.equal(desk.data.code, 'portal_role');
    says(rows, 'portal_role', desk.data.retryable ? 'yes' : 'no');
    await connected(t, server, { auth: { token: token({ sub: 'twice' }) } });
    const second = await refusal({ auth: { token: token({ sub: 'twice' }) } });
    assert.equal(second.data.code, 'too_many_connections');
    says(rows, 'too_many_connections', second.data.retryable ? 'yes' : 'no');
});

test('a join is refused with a code of the page', async (t) => {
    const rows = table('Joining a room');
    const join = async (socket, ...words) => (await socket.emitWithAck(...words)).error?.code;
    const one = await connected(t, server, { auth: { token: token({ sub: 'j1' }) } });
    const other = await connected(t, server, { auth: { token: token({ sub: 'j2' }) } });
    assert.equal(await join(other, 'join:full', '1'), undefined);
    const MET = {
        room_invalid: await join(one, 'join:open', 'a b'),
        room_unknown_kind: await join(one, 'join:nothing', '1'),
        room_denied: await join(one, 'join:library', 'l1'),
        room_full: await join(one, 'join:full', '1'),
        too_many_rooms: (await join(one, 'join:open', '1'), await join(one, 'join:open', '2'), await join(one, 'join:open', '3')),
    };
    for (const [code, met] of Object.entries(MET)) {
        assert.equal(met, code);
        assert.ok(rows[code], code);
    }
});
