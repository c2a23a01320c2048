// What a listener serves (listen[].serves): the rest is answered as an unknown path, and checks at the start follow it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './support/admin.mjs';
import { upgrade } from './support/frames.mjs';
import { AUTHORIZED, KEY, POLLING, PORTAL, WEBSOCKET, shares } from './support/front.mjs';
import { JSON_BODY, ask, get, post, request } from './support/http.mjs';
import { freePort, roomd, settings } from './support/roomd.mjs';

const OPERATOR = 'a-key-for-operators-that-is-long-enough';
const AS_OPERATOR = `Authorization: Bearer ${OPERATOR}`;
const ENV = { ROOMD_TEST_KEY: KEY, ROOMD_TEST_OPERATOR: OPERATOR };
const EVENT = '{"event":"notification","data":1,"broadcast":true}';
const keys = [{ name: 'backend', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit', 'metrics'], broadcast: true },
    { name: 'operator', key: '${env:ROOMD_TEST_OPERATOR}', scopes: ['admin'] }];

// A kind, what it has, and how that is asked for with the right to.
const SERVED = {
    clients: [['the Socket.IO path', get(POLLING)], ['its bundle', get('/socket.io/socket.io.min.js')],
        ['a preflight', request('OPTIONS', POLLING, `Origin: ${PORTAL}`)], ['a websocket', upgrade(WEBSOCKET)]],
    api: [['a plugin', post('/api/emit', EVENT, JSON_BODY, AUTHORIZED)], ['the console', get('/console/')],
        ['its API', get('/console/api/stats', AS_OPERATOR)]],
    health: [['/health', get('/health')], ['/ready', get('/ready')]],
    metrics: [['/metrics', get('/metrics', AUTHORIZED)]],
    admin: [['/admin/', get('/admin/stats', AS_OPERATOR)], ['an action', post('/admin/kick', '{"user":"a"}', JSON_BODY, AS_OPERATOR)],
        ['the console', get('/console/')]],
};

async function daemon(t, listeners, more = {}) {
    const ports = {};
    for (const kind of Object.keys(listeners)) ports[kind] = await freePort();
    const server = await roomd(t, (port) => settings(port, {
        listen: [{ address: `127.0.0.1:${port}` },
            ...Object.entries(listeners).map(([kind, serves]) => ({ address: `127.0.0.1:${ports[kind]}`, serves }))],
        portals: [{ name: 'portal', origins: [PORTAL] }],
        keys, console: { path: '/console/' }, admin: { socket: 'admin.sock' },
        plugins: { ...settings(port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] },
        ...more,
    }), ENV);
    return Object.assign(server, { ports });
}

test('a listener serves its kinds, and answers the rest as an unknown path', async (t) => {
    const kinds = Object.keys(SERVED);
    const server = await daemon(t, Object.fromEntries(kinds.map((kind) => [kind, [kind]])));
    const names = { api: ['the console'], admin: ['the console'] };
    for (const on of kinds) {
        const unknown = await ask(t, server.ports[on], get('/nothing/here'));
        assert.equal(unknown.status, 404);
        for (const [kind, asked] of Object.entries(SERVED)) {
            for (const [name, bytes] of asked) {
                const what = `${name} on a listener of ${on}`;
                const { status, body } = await ask(t, server.ports[on], bytes);
                if (kind === on || names[on]?.includes(name) || (on === 'admin' && name === 'its API')) {
                    assert.ok(status < 400, `${what}: ${status} ${body}`);
                } else {
                    assert.equal(status, 404, `${what}: ${status} ${body}`);
                    if (name !== 'a websocket') assert.equal(body, unknown.body, what); // nothing tells it apart
                }
            }
        }
    }
    for (const [kind, asked] of Object.entries(SERVED)) // without serves: as ever
        for (const [name, bytes] of asked)
            assert.equal((await ask(t, server.port, bytes)).status < 400, kind !== 'admin' || name === 'the console', `${kind}: ${name}`);
});

test('/admin/ on a port is for keys of that scope alone, and for no page', async (t) => {
    const server = await daemon(t, { both: ['api', 'admin'] });
    const port = server.ports.both;
    const status = async (...fields) => (await ask(t, port, get('/admin/stats', ...fields))).status;
    assert.equal(await status(), 401); // this machine, by a loopback name: still
    assert.equal(await status(AUTHORIZED), 403); // of another scope
    assert.equal(await status('X-API-Key: none-of-ours'), 401);
    assert.equal(await status(AS_OPERATOR), 200);
    assert.equal(await status(AS_OPERATOR, `Origin: ${PORTAL}`), 403);
    assert.equal(await status(AS_OPERATOR, 'Sec-Fetch-Site: cross-site'), 403);
    const emitted = await ask(t, port, post('/admin/emit', EVENT, JSON_BODY, AS_OPERATOR));
    assert.equal(emitted.status, 200, emitted.body);
    assert.equal((await ask(t, port, post('/admin/emit', EVENT, JSON_BODY))).status, 401);
    assert.equal((await ask(t, port, get('/admin/config', AS_OPERATOR))).status, 200);
    assert.equal(shares(await ask(t, port, get('/nothing', `Origin: ${PORTAL}`))), PORTAL);
});

// The file is written beside a daemon's, for `roomd check`.
async function checked(t, listen, more = {}) {
    const server = await roomd(t, (port) => settings(port, {
        plugins: { ...settings(port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] } }), ENV);
    server.write({ ...settings(server.port, { listen,
        plugins: { ...settings(server.port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] } }), ...more });
    const { code, out, err } = await call(['check', '--config', server.file], { env: { ...process.env, ...ENV } }).ended;
    return { code, text: out + err };
}

test('a guarded plugin without a key may be loaded where only others can be reached from outside', async (t) => {
    const near = { address: '127.0.0.1:0' }, far = { address: '0.0.0.0:0' };
    const plugin = /can be reached by other machines/;
    assert.match((await checked(t, [near, far])).text, plugin);
    assert.match((await checked(t, [near, { ...far, serves: ['clients', 'api'] }])).text, plugin);
    const good = await checked(t, [near, { ...far, serves: ['clients', 'health'] }]);
    assert.equal(good.code, 0, good.text);
    const lone = await checked(t, [{ ...near, serves: ['metrics'] }]);
    assert.equal(lone.code, 0, lone.text);
    assert.match(lone.text, /no listener serves clients/);
});

test('the same at the start', async (t) => {
    const far = await freePort();
    const server = await roomd(t, (port) => settings(port, {
        listen: [{ address: `127.0.0.1:${port}` }, { address: `0.0.0.0:${far}`, serves: ['clients'] }],
        plugins: { ...settings(port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] },
    }));
    assert.equal((await server.post('/api/emit', EVENT)).status, 200);
    assert.equal((await ask(t, far, post('/api/emit', EVENT, JSON_BODY))).status, 404);
    assert.equal((await ask(t, far, get(POLLING))).status, 200);
});

test('faults of what a listener serves are named with what to do', async (t) => {
    const at = (serves) => [{ address: '127.0.0.1:0', serves }];
    for (const [listen, told] of [
        [at(['clients', 'admin']), /serves admin, and there is no key with scope "admin"/],
        [at(['client']), /"listen\[0\]\.serves\[0\]": invalid value "client"/], [at([]), /"listen\[0\]\.serves" is empty/],
        [[{ address: '127.0.0.1:0', proxy_protocol: true }], /takes the PROXY protocol, and there are no trusted_proxies/],
    ]) {
        const { code, text } = await checked(t, listen);
        assert.equal(code, 3, text);
        assert.match(text, told);
    }
    const good = await checked(t, at(['clients', 'admin']), { keys });
    assert.equal(good.code, 0, good.text);
});

test('a change of what is served needs a restart, and a reload says so', async (t) => {
    const server = await daemon(t, { more: ['health'] });
    const port = server.ports.more;
    server.write(JSON.stringify(settings(server.port, {
        listen: [{ address: `127.0.0.1:${server.port}` }, { address: `127.0.0.1:${port}`, serves: ['health', 'metrics'] }],
        portals: [{ name: 'portal', origins: [PORTAL] }], keys, console: { path: '/console/' }, admin: { socket: 'admin.sock' },
        plugins: { ...settings(server.port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] },
    })));
    server.process.kill('SIGHUP');
    await server.logs(/need a restart.*listen/);
    assert.equal((await ask(t, port, get('/metrics', AUTHORIZED))).status, 404);
});
