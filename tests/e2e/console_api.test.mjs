// The live console's side of the daemon: its page, who may ask what the page asks, and the answers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call } from './support/admin.mjs';
import { MODES, client, connected, received } from './support/clients.mjs';
import { Roomd, build, freePort, roomd, settings, source } from './support/roomd.mjs';
import { DEADLINE, once, until } from './support/wait.mjs';

const KEY = 'the key of the desk, long enough to be one';
const FILES = readdirSync(path.join(source, 'daemon/app/console')).filter((name) => !name.endsWith('.html'));
const WEBSOCKET = MODES['websocket only'];
const shipped = (port) => readFileSync(path.join(source, 'conf/roomd.dev.yaml'), 'utf8')
    .replaceAll('3001', port)
    .replace('plugins:\n', `plugins:\n  directory: ${path.join(build, 'plugins')}\n`);

// One request with any headers, Host among them, which fetch would not send.
const ask = ({ port }, method, where, headers = {}, body) =>
    new Promise((resolve, reject) => {
        const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
        const asking = http.request({ host: '127.0.0.1', port, method, path: where, headers: { Host: `localhost:${port}`, ...type, ...headers }, timeout: DEADLINE }, (answer) => {
            let text = '';
            answer.on('data', (chunk) => (text += chunk));
            answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
        });
        asking.on('error', reject);
        asking.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });

// The data of a good answer.
async function data(server, method, where, body, headers = {}) {
    const answer = await ask(server, method, `/console/api/${where}`, headers, body);
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text).data;
}
// Status and code of a refusal.
async function refusal(server, method, where, headers, body) {
    const { status, text } = await ask(server, method, `/console/api/${where}`, headers, body);
    return [status, JSON.parse(text).error?.code];
}

describe('the console in development', () => {
    let server;
    before(async () => {
        const port = await freePort();
        server = await new Roomd(port, shipped(port)).start();
    });
    after(() => server.stop());

    const mint = async (wanted) => (await data(server, 'POST', 'mint', wanted)).token;
    const as = async (t, wanted, more = {}) => connected(t, server, { ...WEBSOCKET, auth: { token: await mint(wanted) }, ...more });

    // Makes the daemon record events, and gives the number of the last one before.
    const recording = async () => {
        await server.emit('recorded:from', null, 'library:none');
        const { emits } = await data(server, 'GET', 'stats');
        await data(server, 'GET', `tail?since=${emits - 1}`); // answered at once: it has one, or has lost one
        return emits;
    };

    test('is announced by a line at the start', async () => {
        await until('the last line', () => server.output.includes('/console/ in a browser'));
        // The log comes through another pipe, so which is read last is left to chance here.
        assert.ok(server.output.split('\n').includes(`Open http://localhost:${server.port}/console/ in a browser: it shows live what happens here.`));
    });

    test('is a page with nothing from elsewhere, under 150 kB with the client', async () => {
        const page = await ask(server, 'GET', '/console/');
        assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
        assert.ok(!page.text.includes('@SOCKETIO@') && page.text.includes('/socket.io/'));
        let size = Buffer.byteLength(page.text);
        for (const name of FILES) {
            const file = await ask(server, 'GET', `/console/${name}`);
            assert.deepEqual([file.status, file.headers['content-type']], [200, `text/${name.endsWith('.js') ? 'javascript' : 'css'}; charset=utf-8`], name);
            assert.doesNotMatch(file.text, /https?:\/\/(?!localhost|www\.w3\.org\/2000\/svg')/);
            size += Buffer.byteLength(file.text);
        }
        const bundle = path.join(build, 'client/socket.io.min.js');
        if (existsSync(bundle)) {
            const served = await ask(server, 'GET', '/socket.io/socket.io.min.js');
            assert.equal(served.status, 200);
            size += Buffer.byteLength(served.text);
        }
        assert.ok(size < 150_000, `${size} bytes`);
        const bare = await ask(server, 'GET', '/console');
        assert.deepEqual([bare.status, bare.headers.location], [308, 'console/']);
        assert.equal((await ask(server, 'GET', '/console/other')).status, 404);
        assert.equal((await ask(server, 'POST', '/console/', {}, {})).status, 405);
    });

    test('lets a browser do nothing with its page but show it', async () => {
        for (const where of ['', ...FILES, 'other']) {
            const { headers } = await ask(server, 'GET', `/console/${where}`);
            assert.equal(
                headers['content-security-policy'],
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
            );
            assert.equal(headers['x-content-type-options'], 'nosniff');
            assert.equal(headers['referrer-policy'], 'no-referrer');
            assert.equal(headers['cache-control'], 'no-store');
        }
        assert.equal((await ask(server, 'GET', '/console/api/stats')).headers['cache-control'], 'no-store');
    });

    test('answers this machine without a key', async () => {
        const first = await data(server, 'GET', 'stats');
        assert.equal(first.listen[0], `127.0.0.1:${server.port}`);
        assert.equal(typeof (await data(server, 'GET', 'stats')).loop_lag_us, 'number');
        assert.equal((await data(server, 'GET', 'health')).status, 'healthy');
        assert.deepEqual((await data(server, 'GET', 'plugins')).plugins.map(({ instance }) => instance), ['http_emit', 'http_clients', 'test_event']);
        assert.deepEqual(await refusal(server, 'GET', 'rooms?x=1'), [422, 'parameter_unknown']);
        assert.equal((await ask(server, 'POST', '/console/api/reload', {}, {})).status, 405);
    });

    test('answers no page but its own', async () => {
        const foreign = [
            { Origin: 'http://localhost:5173' }, // a portal's: it may connect, but not look on
            { Origin: 'http://evil.example' },
            { Origin: 'null' },
            { 'Sec-Fetch-Site': 'cross-site' },
            { 'Sec-Fetch-Site': 'same-site' },
        ];
        for (const headers of foreign) {
            assert.deepEqual(await refusal(server, 'GET', 'tail?since=0', headers), [403, 'page_foreign']);
            assert.deepEqual(await refusal(server, 'POST', 'emit', headers, { event: 'x', room: 'library:l1', data: 1 }), [403, 'page_foreign']);
            assert.deepEqual(await refusal(server, 'POST', 'mint', headers, { user: 'u1' }), [403, 'page_foreign']);
        }
        const own = { Origin: `http://localhost:${server.port}`, 'Sec-Fetch-Site': 'same-origin' };
        assert.equal((await data(server, 'POST', 'kick', { user: 'nobody' }, own)).kicked, 0);
    });

    test('answers no page whose name was rebound to this machine', async () => {
        const rebound = { Host: `evil.example:${server.port}`, Origin: `http://evil.example:${server.port}`, 'Sec-Fetch-Site': 'same-origin' };
        for (const where of ['stats', 'tail', 'clients', 'catalogue']) assert.deepEqual(await refusal(server, 'GET', where, rebound), [403, 'host_not_loopback']);
        for (const where of ['mint', 'kick', 'emit', 'explain']) assert.deepEqual(await refusal(server, 'POST', where, rebound, { user: 'u1' }), [403, 'host_not_loopback']);
    });

    test('takes JSON only, which no form of another page can send', async () => {
        for (const where of ['mint', 'kick', 'emit', 'explain'])
            assert.deepEqual(await refusal(server, 'POST', where, { 'Content-Type': 'text/plain' }, '{"user":"u1"}'), [415, 'not_json']);
    });

    test('passes on nothing that came through a proxy', async () => {
        assert.deepEqual(await refusal(server, 'GET', 'stats', { 'X-Forwarded-For': '127.0.0.1' }), [401, 'key_missing']);
        assert.deepEqual(await refusal(server, 'POST', 'mint', { Via: '1.1 x' }, { user: 'u1' }), [401, 'key_missing']);
    });

    test('gives out tokens of anyone, which the daemon believes', async (t) => {
        const socket = await as(t, { user: 'ann', role: 'student', tenant: 't1', claims: { libraryIds: ['l1'] } });
        const { clients } = await data(server, 'GET', 'clients?user=ann');
        assert.deepEqual(clients.map(({ id, user, portal, transport }) => [id, user, portal, transport]), [[socket.id, 'ann', '', 'websocket']]);
        assert.equal(typeof clients[0].backlog, 'number');
        const claims = JSON.parse(Buffer.from((await mint({ user: 'ann', role: 'student', tenant: 't1', seconds: 60 })).split('.')[1], 'base64url'));
        assert.deepEqual({ ...claims, iat: 0, exp: claims.exp - claims.iat }, { iss: 'roomd-dev', sub: 'ann', role: 'student', tenantId: 't1', iat: 0, exp: 60 });
        assert.deepEqual(await refusal(server, 'POST', 'mint', {}, { role: 'student' }), [422, 'member_missing']);
        assert.deepEqual(await refusal(server, 'POST', 'mint', {}, { user: 'u', portal: 'nowhere' }), [422, 'portal_unknown']);
        assert.deepEqual(await refusal(server, 'POST', 'mint', {}, { user: 'u', claims: { sub: 'root' } }), [422, 'member_twice']);
        assert.deepEqual(await refusal(server, 'POST', 'mint', {}, { user: 'u', usr: 'x' }), [422, 'unknown_member']);
    });

    test('keeps the tokens it gave out over a reload, and believes no others', async (t) => {
        const token = await mint({ user: 'bob' });
        const socket = await connected(t, server, { ...WEBSOCKET, auth: { token } });
        server.process.kill('SIGHUP');
        await server.logs(/configuration reloaded/);
        await connected(t, server, { ...WEBSOCKET, auth: { token } });
        assert.ok(socket.connected);
        const forged = client(t, server, { ...WEBSOCKET, auth: { token: token.slice(0, -3) + 'AAA' } });
        const [error] = await once(forged, 'connect_error');
        assert.equal(error.data.code, 'token_signature');
    });

    test('leaves everything open to clients without a token, whatever their portal', async (t) => {
        for (const origin of ['http://localhost:3000', 'http://localhost:5173', `http://localhost:${server.port}`]) {
            const socket = await connected(t, server, { ...WEBSOCKET, extraHeaders: { origin } });
            assert.equal((await socket.emitWithAck('join:user', 'u7')).ok, true);
        }
        const { clients } = await data(server, 'GET', 'clients?room=user:u7');
        assert.deepEqual(clients.map(({ portal }) => portal).sort(), ['console', 'owner', 'student']);
        assert.equal((await server.emit('anything:new', { any: 1 }, 'user:u7')).recipients, 3);
    });

    test('shows events with their source and their latency', async (t) => {
        const socket = await connected(t, server, WEBSOCKET);
        const heard = received(socket, 'seat:availability');
        await socket.emitWithAck('join:library', 'l9');
        const from = await recording();
        const asked = data(server, 'GET', `tail?since=${from}&room=library:l9`);
        const seats = { libraryId: 'l9', availableSeats: 3 };
        assert.deepEqual((await server.post('/api/emit', { event: 'seat:availability', data: seats })).status, 200);
        const [event] = (await asked).events;
        assert.deepEqual(
            [event.event, event.rooms, event.recipients, event.args, event.source, event.volatile],
            ['seat:availability', ['library:l9'], 1, [seats], { plugin: 'http_emit' }, true],
        );
        assert.ok(event.latency >= 0 && event.latency < 10_000_000, event.latency);
        assert.ok(Date.parse(event.time) > Date.now() - 60_000);
        const emitted = await data(server, 'POST', 'emit', { event: 'seat:availability', data: seats });
        assert.equal(emitted.recipients, 1);
        await until('both events', () => heard.length === 2);
        const { events } = await data(server, 'GET', `tail?since=${from}&room=library:l9`);
        assert.deepEqual(events.map(({ source }) => source), [{ plugin: 'http_emit' }, { operator: true }]);
        assert.deepEqual(await refusal(server, 'POST', 'emit', {}, { event: 'seat:availability', data: { libraryId: 'l9', availableSeats: -1 } }), [422, 'schema_mismatch']);
    });

    test('disconnects one client, or a user', async (t) => {
        const [one, other] = [await as(t, { user: 'eve' }), await as(t, { user: 'eve' })];
        const gone = once(one, 'disconnect');
        assert.equal((await data(server, 'POST', 'kick', { client: one.id })).kicked, 1);
        assert.equal((await gone)[0], 'io server disconnect');
        assert.ok(other.connected);
        assert.equal((await data(server, 'POST', 'kick', { user: 'eve' })).kicked, 1);
        assert.equal((await data(server, 'POST', 'kick', { client: 'nobody' })).kicked, 0);
        assert.deepEqual(await refusal(server, 'POST', 'kick', {}, {}), [422, 'member_missing']);
        assert.deepEqual(await refusal(server, 'POST', 'kick', {}, { user: 'a', client: 'b' }), [422, 'member_missing']);
    });

    test('lists clients and rooms, the first of them', async (t) => {
        const socket = await connected(t, server, WEBSOCKET);
        await socket.emitWithAck('join:library', 'l3');
        const all = await data(server, 'GET', 'clients?limit=10000');
        assert.ok(all.clients.some(({ id, rooms }) => id === socket.id && rooms.includes('library:l3')));
        assert.equal((await data(server, 'GET', 'clients?limit=0')).clients.length, 0);
        assert.deepEqual((await data(server, 'GET', 'rooms?prefix=library:l3')).rooms, [{ namespace: '/', room: 'library:l3', members: 1 }]);
    });

    test('tells what forms are made of', async () => {
        const all = await data(server, 'GET', 'catalogue');
        assert.match(all.digest, /^[0-9a-f]{16}$/);
        assert.deepEqual([all.unknown, all.auth, all.mint, all.namespaces], ['allow', 'optional', true, ['/']]);
        assert.deepEqual(all.portals.map(({ name }) => name), ['owner', 'student', 'console']);
        assert.deepEqual(all.kinds.map(({ name }) => name), ['user', 'role', 'tenant', 'library']);
        assert.equal(all.events.length, 11);
        const pricing = all.events.find(({ name }) => name === 'pricing:updated');
        assert.deepEqual([pricing.rooms, pricing.arguments, pricing.description], [['library:{libraryId}'], ['libraryId'], 'New prices of a library']);
        assert.equal(pricing.schema.properties.newPrice.minimum, 0);
    });

    test('explains as `roomd explain` does', async () => {
        const token = await mint({ user: 'u1', role: 'student' });
        for (const [words, asked] of [
            [['--join', 'library:l1'], { join: 'library:l1' }],
            [['--join', 'book:l1'], { join: 'book:l1' }],
            [['--join', 'library:l1', '--origin', 'http://evil.example'], { join: 'library:l1', origin: 'http://evil.example' }],
            [['--event', 'seat:availability', '--data', '{"libraryId":"l1","availableSeats":-1}'], { event: 'seat:availability', data: { libraryId: 'l1', availableSeats: -1 } }],
            [['--event', 'notification', '--data', '{"title":"x"}', '--room', 'user:u1'], { event: 'notification', data: { title: 'x' }, rooms: ['user:u1'] }],
        ]) {
            const said = await call(['explain', '--json', '-c', server.file, ...words]).ended;
            assert.deepEqual(await data(server, 'POST', 'explain', asked), JSON.parse(said.out).data, words.join(' '));
        }
        // Only the daemon knows its own secret.
        assert.equal((await data(server, 'POST', 'explain', { join: 'library:l1', token })).yes, true);
        assert.equal((await data(server, 'POST', 'explain', { join: 'library:l1', token: 'x.y.z' })).code, 'token_malformed');
        assert.deepEqual(await refusal(server, 'POST', 'explain', {}, { join: 'library:l1', tokn: 'x' }), [422, 'unknown_member']);
    });

    test('starts and stops the generator', async () => {
        const generator = async (method, body) => JSON.parse((await ask(server, method, '/api/test/generator', {}, body)).text).data;
        assert.deepEqual(await generator('GET'), { running: false, rate: 0 });
        const before = await recording();
        assert.deepEqual(await generator('POST', { rate: 500 }), { running: true, rate: 500 });
        await until('events', async () => (await data(server, 'GET', 'stats')).emits > before + 20);
        const { events } = await data(server, 'GET', `tail?since=${before}`);
        assert.ok(events.every(({ source }) => source.plugin === 'test_event' || source.operator));
        assert.deepEqual(await generator('POST', { rate: 0 }), { running: false, rate: 0 });
        assert.deepEqual(await generator('GET'), { running: false, rate: 0 });
    });
});

describe('a console that has a key', () => {
    const digest = `sha256:${createHash('sha256').update(KEY).digest('hex')}`;
    const desk = (scope) => ({ keys: [{ name: 'desk', key: digest, scopes: [scope] }], console: { path: '/watch/' } });

    test('needs it for each call, and its page needs none', async (t) => {
        const server = await roomd(t, desk('admin'));
        const bearer = { Authorization: `Bearer ${KEY}` };
        const at = (where, headers) => ask(server, 'GET', `/watch/${where}`, headers).then(({ status }) => status);
        assert.equal(await at('', {}), 200);
        for (const where of ['stats', 'rooms', 'clients', 'plugins', 'catalogue', 'health', 'tail']) {
            assert.equal(await at(`api/${where}`, {}), 401, where);
            assert.equal(await at(`api/${where}`, { 'X-API-Key': 'guess' }), 401, where);
        }
        assert.equal(await at('api/stats', bearer), 200);
        // With a key the page may be reached by any name, behind a proxy too, but no other page may use it.
        assert.equal(await at('api/stats', { ...bearer, Host: 'console.example', Origin: 'https://console.example', 'X-Forwarded-For': '192.0.2.1' }), 200);
        assert.equal(await at('api/stats', { ...bearer, Origin: 'https://evil.example' }), 403);
        // Where no secret is generated, nothing signs tokens.
        assert.equal((await ask(server, 'POST', '/watch/api/mint', bearer, { user: 'u1' })).status, 405);
        assert.match(server.output, /asks for an API key of scope admin\./);
    });

    test('does not take one of another scope', async (t) => {
        const server = await roomd(t, desk('emit'));
        assert.equal((await ask(server, 'GET', '/watch/api/stats', { 'X-API-Key': KEY })).status, 403);
    });
});

test('without a console there is nothing at its path, and no line about it', async (t) => {
    const server = await roomd(t, (port) => settings(port));
    for (const where of ['/console/', '/console/api/stats']) assert.equal((await ask(server, 'GET', where)).status, 404);
    assert.doesNotMatch(server.output, /in a browser/);
});
