// Real proxies in front, configured as docs/proxies.md says: whom they speak for, and that nothing slips past them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { request as admin } from './support/admin.mjs';
import { MODES, connected, received, settled, transport } from './support/clients.mjs';
import { upgrade } from './support/frames.mjs';
import { JSON_BODY, Wire, ask, get, post } from './support/http.mjs';
import { PROXIES, proxied } from './support/proxies.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { smuggled } from './support/smuggling.mjs';
import { until } from './support/wait.mjs';

const KEY = 'a-key-that-the-backend-has';
const AUTHORIZED = `Authorization: Bearer ${KEY}`;
const POLLING = '/socket.io/?EIO=4&transport=polling';

// A daemon that trusts what is in front of it, and whose backend comes with a key.
async function daemon(t, limits = {}) {
    const server = await roomd(t, (port) => settings(port, {
        trusted_proxies: ['127.0.0.1'],
        keys: [{ name: 'backend', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit', 'metrics'], broadcast: true }],
        limits: { events_per_second: 0, ...limits },
        admin: { socket: 'admin.sock' },
        plugins: { ...settings(port).plugins, load: [{ name: 'http_emit' }] },
    }), { ROOMD_TEST_KEY: KEY });
    server.admin = `${server.folder}/admin.sock`;
    return server;
}
const emit = (server, event, more) =>
    server.post('/api/emit', { event, data: null, ...more }, { Authorization: `Bearer ${KEY}` });

const counter = async (server, name) => {
    const { body } = await admin(server.admin, 'GET', '/metrics');
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)[1]);
};

const requests = (server) => counter(server, 'roomd_http_requests_total');

// `tries` at a time.
async function each(list, tries, body) {
    const rest = [...list];
    await Promise.all(Array.from({ length: tries }, async () => {
        while (rest.length) await body(rest.shift());
    }));
}

// What other visitors get meanwhile: always what they asked for, at once.
async function others(t, proxy, count) {
    for (let i = 0; i < count; i++) {
        const { status, body } = await ask(t, proxy.port, get('/health', 'Connection: close'));
        assert.equal(status, 200, body);
        assert.equal(JSON.parse(body).success, true);
    }
}

// Most of the time is waiting for what must not come: all kinds at once.
describe('in front', { concurrency: PROXIES.length }, () => {
    for (const kind of PROXIES) {
        describe(`behind ${kind}`, () => {
            for (const [mode, options] of Object.entries(MODES)) {
                test(`the stock client: ${mode}`, async (t) => {
                    const server = await daemon(t);
                    const proxy = await proxied(t, kind, [server]);
                    const socket = await settled(mode, await connected(t, proxy, options));
                    const seen = received(socket, 'notification');
                    assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
                    for (const size of [1, 100_000]) {
                        const answer = await emit(server, 'notification', { data: 'x'.repeat(size), room: 'library:1' });
                        assert.equal((await answer.json()).data.recipients, 1);
                    }
                    await until('both events', () => seen.length === 2);
                    assert.deepEqual(seen.map((text) => text.length), [1, 100_000]);
                    assert.equal(transport(socket), mode === 'polling only' ? 'polling' : 'websocket');
                });
            }

            test('nobody can pretend to be another', async (t) => {
                const server = await daemon(t, { per_address: 2 }); // which this machine is not held to, 203.0.113.9 is
                const proxy = await proxied(t, kind, [server]);
                const claims = [
                    ['X-Forwarded-For: 203.0.113.9'], ['x-forwarded-for:203.0.113.9, 203.0.113.9'],
                    ['X-Forwarded-For: 203.0.113.9', 'X-Forwarded-For: 203.0.113.9'],
                    ['X-A: b', 'X-Forwarded-For: 203.0.113.9'], ['X-Forwarded-For: 203.0.113.9', 'X-A: b'],
                    ['X-Forwarded-For: 203.0.113.9', 'X: b'], ['X-Forwarded-For: 203.0.113.9', 'X-Forwarded: b'],
                    ['X-Forwarded-For: 203.0.113.9', 'Connection: close, X-Forwarded-For'],
                    ['X_Forwarded_For: 203.0.113.9'], ['X-Real-IP: 203.0.113.9'], ['Forwarded: for=203.0.113.9'],
                    ['X-Forwarded-For: 203.0.113.9', 'User: 7'], ['X-Forwarded-For: 203.0.113.9', 'Content: c'],
                ];
                for (const [i, claim] of claims.entries()) {
                    const from = { from: '127.0.0.5' };
                    const opened = await ask(t, proxy.port, get(POLLING, ...claim), from);
                    assert.equal(opened.status, 200, `${claim}: ${opened.body}`);
                    const where = `${POLLING}&sid=${JSON.parse(opened.body.slice(1)).sid}`;
                    for (const packet of ['40', `42["join:library","${i}"]`])
                        assert.equal((await ask(t, proxy.port, post(where, packet, ...claim), from)).status, 200);
                    const { body } = await admin(server.admin, 'GET', `/admin/clients?room=library:${i}`);
                    assert.deepEqual(JSON.parse(body).data.clients.map(({ address }) => address), ['127.0.0.5'], String(claim));
                }
            });

            // The attacker even has the key: what the proxy has not seen must still not be done.
            test('no request reaches the daemon that the proxy has not seen', async (t) => {
                const server = await daemon(t);
                const proxy = await proxied(t, kind, [server],
                    (page) => page.replace('backend roomd\n', 'backend roomd\n    http-reuse always\n'));
                const witness = await connected(t, server, MODES['websocket only']);
                const seen = received(witness, 'smuggled');
                const fence = received(witness, 'fence');
                const hidden = post('/api/emit', '{"event":"smuggled","data":1,"broadcast":true}', JSON_BODY, AUTHORIZED) +
                    get('/metrics', AUTHORIZED);
                const first = await requests(server);
                const own = await requests(server) - first; // whether asking counts itself
                let asked = 1;
                const forms = smuggled(hidden);
                await each(forms, 30, async ({ name, pieces }) => {
                    const wire = new Wire(t, proxy.port);
                    for (const piece of pieces) {
                        wire.send(piece);
                        // The answer to this piece, or the time in which there would have been one.
                        await until(name, () => wire.seen.length > 0 || wire.over, 500).catch(() => {});
                    }
                    await others(t, proxy, 1);
                    await until(name, () => wire.over, 300).catch(() => {}); // another answer would come now
                    assert.ok(!wire.seen.includes('roomd_'), `${name}: metrics came out`);
                    wire.socket.destroy();
                });
                await others(t, proxy, 20);
                const reached = async () => await requests(server) - first - own * ++asked;
                let came;
                await until('the log to tell all', async () => (came = await reached()) <= proxy.passed())
                    .catch(() => assert.fail(`${came} requests reached the daemon, ${kind} has passed ${proxy.passed()}`));
                assert.ok(came >= forms.length / 4, `only ${came} requests reached the daemon`);
                assert.equal((await emit(server, 'fence', { broadcast: true })).status, 200);
                await until('the fence', () => fence.length);
                assert.deepEqual(seen, []);
            });

            test('a path that is not passed on stays closed, however it is spelled', async (t) => {
                const server = await daemon(t);
                const closed = { nginx: ['location / {\n        return 404;',
                    'location ^~ /metrics { return 403; }\n    location / { proxy_pass http://roomd;'],
                    HAProxy: ['http-request return status 404 unless { path_beg /socket.io/ } or { path /health }',
                        'http-request deny if { path_beg /metrics }'],
                    Caddy: ['@open path /socket.io/* /health\n', '@open not path /metrics /metrics/*\n'] };
                const all = await proxied(t, kind, [server], (page) => page.replace(...closed[kind])); // all but one path
                const few = await proxied(t, kind, [server]);
                assert.equal((await ask(t, all.port, get('/ready'))).status, 200); // the rest is passed on
                assert.equal((await ask(t, server.port, get('/metrics', AUTHORIZED))).status, 200);
                const spelled = [
                    '/metrics', '/metrics/', '//metrics', '/%6detrics', '/metric%73', '/./metrics', '/x/../metrics',
                    '/socket.io/../metrics', '/socket.io/..%2fmetrics', '/socket.io/%2e%2e/metrics',
                    '/socket.io/.%2e/metrics', '/socket.io//metrics', '/health/../metrics', '/metrics;x', '/metrics%00',
                    '/metrics%20', '/METRICS', 'http://localhost/metrics', 'http://localhost//metrics',
                    'http://localhost/%6detrics', '/metrics?a', '/metrics%3fa', '/metrics%2f', '/.//metrics', '/%2fmetrics',
                    '/%2e/metrics', '*',
                ];
                for (const proxy of [all, few]) {
                    for (const target of spelled) {
                        const wire = new Wire(t, proxy.port).send(get(target, 'Connection: close', AUTHORIZED));
                        const { status, body } = await wire.answer();
                        assert.ok(status >= 400 && status < 500, `${target}: ${status}`);
                        assert.ok(!body.includes('roomd_'), target);
                    }
                }
            });

            test('a malformed request is answered, and nobody else notices', async (t) => {
                const server = await daemon(t);
                const proxy = await proxied(t, kind, [server]);
                for (const [name, [bytes, statuses]] of Object.entries(WRONG)) {
                    const { status } = await ask(t, proxy.port, bytes);
                    assert.ok(statuses.includes(status), `${name}: ${status}`);
                    await others(t, proxy, 3);
                }
            });
        });
    }
});

// What real visitors send, and others; what they may be answered: never that the daemon is down.
const WRONG = {
    'cookies of 8,200 bytes': [get(POLLING, `Cookie: a=${'x'.repeat(8200)}`), [200]],
    'cookies of 15 kB': [get(POLLING, ...['a', 'b', 'c'].map((name) => `Cookie: ${name}=${'x'.repeat(5000)}`)), [200]],
    'cookies of 60 kB': [get(POLLING, ...Array.from({ length: 60 }, (_, i) => `Cookie: c${i}=${'x'.repeat(1000)}`)),
        [400, 431]],
    '%00 in the query': [get(`${POLLING}&a=%00`), [200, 400]],
    '%0A in the query': [get(`${POLLING}&a=%0A`), [200]],
    'a bare % in the query': [get(`${POLLING}&a=100%`), [200, 400]],
    '150 parameters': [get(`${POLLING}${'&a=1'.repeat(150)}`), [200]],
    'a header X-Auth': [get('/health', 'X-Auth: t'), [200]],
    'a header User': [get('/health', 'User: 7'), [200]],
    'a header Content': [get('/health', 'Content: c'), [200]],
    'a header Sec': [get('/health', 'Sec: c'), [200]],
    '60 headers': [get('/health', ...Array.from({ length: 60 }, (_, i) => `X-H${i}: v`)), [200]],
    'a header in UTF-8': [get('/health', Buffer.from('X-Name: Müller €').toString('latin1')), [200]],
    'a GET with a body': [get('/health', 'Content-Length: 3') + 'abc', [200, 400]],
    'an unknown method': ['FOO /health HTTP/1.1\r\nHost: localhost\r\n\r\n', [400, 405, 501]],
    'a PATCH': ['PATCH /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n', [405]],
    'an odd Expect': [get('/health', 'Expect: a miracle'), [200, 400, 417]],
    'a websocket of another version': [get('/socket.io/?EIO=4&transport=websocket', 'Connection: Upgrade', 'Upgrade: websocket',
        'Sec-WebSocket-Version: 7', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='), [400, 426]],
    'h2c': [get('/health', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
        [200, 400]],
    'an upload that is too large': [post(`${POLLING}&sid=none`, 'x'.repeat(1_500_000)), [400, 413]],
};

test('one visitor never makes nginx drop the daemons for the others', async (t) => {
    const daemons = [await daemon(t), await daemon(t)];
    const proxy = await proxied(t, 'nginx', daemons);
    for (const [name, [bytes, statuses]] of Object.entries(WRONG)) {
        const { status } = await ask(t, proxy.port, bytes);
        assert.ok(statuses.includes(status), `${name}: ${status}`);
        const { status: theirs } = await ask(t, proxy.port, get(POLLING));
        assert.equal(theirs, 200, `${name}: nginx has given up both daemons`);
    }
    const requests = await Promise.all(daemons.map((server) => counter(server, 'roomd_bad_requests_total')));
    assert.ok(Math.max(...requests) > 0, 'the daemons refused nothing');
});

test('nginx that speaks HTTP/1.0 to the daemon is named as the cause, to the visitor and in the log', async (t) => {
    const server = await daemon(t);
    const proxy = await proxied(t, 'nginx', [server], (page) => page.replaceAll(/ +proxy_http_version.*\n/g, ''));
    const started = server.output.length;
    const { status, body } = await ask(t, proxy.port, upgrade());
    assert.equal(status, 400);
    assert.match(body, /HTTP\/1\.[01]/);
    await until('the line', () => /HTTP\/1\.[01]/.test(server.output.slice(started)));
    const socket = await connected(t, proxy, MODES['polling that upgrades']); // which goes on polling
    assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
    assert.equal(transport(socket), 'polling');
});
