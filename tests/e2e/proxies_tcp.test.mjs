// Real proxies in TCP mode, which say by the PROXY protocol whose connection it is; and proxies that speak TLS, are
// restarted, and mix clients in their pools of connections.  All configured as docs/proxies.md says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { request as admin } from './support/admin.mjs';
import { MODES, client, connected, received, settled, transport } from './support/clients.mjs';
import { KEY, POLLING, certificate } from './support/front.mjs';
import { JSON_BODY, Wire, ask, get, post } from './support/http.mjs';
import { blocks } from './support/pages.mjs';
import { PROXIES, TCP_PROXIES, proxied } from './support/proxies.mjs';
import { freePort, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

// `server.port` is asked directly, `server.behind.port` is what the proxy connects to.
async function daemon(t, { behind = {}, ...changes } = {}) {
    const port = await freePort();
    const server = await roomd(t, (direct) => settings(direct, {
        listen: [{ address: `127.0.0.1:${direct}` }, { address: `127.0.0.1:${port}`, ...behind }],
        trusted_proxies: ['127.0.0.1'],
        admin: { socket: 'admin.sock' },
        plugins: { ...settings(direct).plugins, load: [{ name: 'http_emit' }] },
        ...changes,
    }), { ROOMD_TEST_KEY: KEY });
    server.admin = `${server.folder}/admin.sock`;
    server.behind = { port };
    return server;
}
const taking = { behind: { proxy_protocol: true } };

const members = async (server, room) =>
    JSON.parse((await admin(server.admin, 'GET', `/admin/clients?room=${room}`)).body).data.clients;
const counter = async (server, name) => {
    const { body } = await admin(server.admin, 'GET', '/metrics');
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)[1]);
};
const keyed = { keys: [{ name: 'backend', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit'], broadcast: true }] };
const emit = (server, event, more) =>
    server.post('/api/emit', { event, data: null, ...more }, { Authorization: `Bearer ${KEY}` });

// Opens a polling session from this address and joins the room.
async function joins(t, port, from, room, ...fields) {
    const opened = await ask(t, port, get(POLLING, ...fields), { from });
    assert.equal(opened.status, 200, opened.body);
    const where = `${POLLING}&sid=${JSON.parse(opened.body.slice(1)).sid}`;
    for (const packet of ['40', `42["join:library","${room}"]`])
        assert.equal((await ask(t, port, post(where, packet, ...fields), { from })).status, 200);
    return where;
}

// A client behind a proxy that is restarted under it: it is back, and its first connection is gone.
async function comes_back(t, proxy, server) {
    const socket = client(t, proxy, { ...MODES['websocket only'], reconnection: true, reconnectionDelay: 50 });
    let connects = 0;
    socket.on('connect', () => connects++);
    await until('the connection', () => connects === 1);
    await proxy.restart();
    await until('the next one', () => connects === 2);
    await until('the first to be gone', async () => (await counter(server, 'roomd_clients')) === 1);
    return socket;
}

describe('in TCP mode', { concurrency: TCP_PROXIES.length }, () => {
    for (const kind of TCP_PROXIES) {
        describe(kind, () => {
            for (const [mode, options] of Object.entries(MODES)) {
                test(`the stock client: ${mode}`, async (t) => {
                    const server = await daemon(t, { ...taking, ...keyed });
                    const proxy = await proxied(t, kind, [server.behind]);
                    const socket = await settled(mode, await connected(t, proxy, options));
                    const seen = received(socket, 'notification');
                    assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
                    for (const size of [1, 100_000])
                        await emit(server, 'notification', { data: 'x'.repeat(size), room: 'library:1' });
                    await until('both events', () => seen.length === 2);
                    assert.deepEqual(seen.map((text) => text.length), [1, 100_000]);
                });
            }

            test('clients have their own addresses, whatever they claim', async (t) => {
                const server = await daemon(t, taking);
                const proxy = await proxied(t, kind, [server.behind]);
                const claims = [[], ['X-Forwarded-For: 203.0.113.9'], ['Forwarded: for=203.0.113.9'], ['X-Real-IP: 203.0.113.9']];
                for (const [i, claim] of claims.entries()) {
                    await joins(t, proxy.port, `127.0.0.${i + 5}`, i, ...claim);
                    assert.deepEqual((await members(server, `library:${i}`)).map(({ address }) => address), [`127.0.0.${i + 5}`]);
                }
                assert.equal(await counter(server, 'roomd_refused_proxy_total'), 0);
            });

            // Without the rule that nothing behind a header is local, all of this machine's strangers could emit.
            test('what needs no key on this machine needs one through the proxy', async (t) => {
                const server = await daemon(t, taking);
                const proxy = await proxied(t, kind, [server.behind]);
                const event = post('/api/emit', '{"event":"e","data":1,"broadcast":true}', JSON_BODY);
                const near = { from: '127.0.0.9' }; // this machine, and not the proxy
                assert.equal((await ask(t, server.port, event, near)).status, 200);
                assert.equal((await ask(t, server.port, get('/metrics'), near)).status, 200);
                for (const from of ['127.0.0.1', '127.0.0.5']) {
                    const answer = await ask(t, proxy.port, event, { from });
                    assert.equal(answer.status, 401, answer.body);
                    assert.equal((await ask(t, proxy.port, get('/metrics'), { from })).status, 401);
                }
            });

            test('websockets over TLS that roomd ends itself', async (t) => {
                const server = await daemon(t, { behind: { proxy_protocol: true, tls: certificate(t) } });
                const proxy = await proxied(t, kind, [server.behind]);
                const socket = await connected(t, { url: `https://127.0.0.1:${proxy.port}` },
                    { ...MODES['websocket only'], rejectUnauthorized: false });
                assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
                assert.deepEqual((await members(server, 'library:1')).map(({ address }) => address), ['127.0.0.1']);
                const wire = new Wire(t, proxy.port, { secure: true, from: '127.0.0.5' }).send(get('/health'));
                assert.equal((await wire.answer()).status, 200);
            });

            test('a proxy that is restarted is served again, and its clients come back', async (t) => {
                const server = await daemon(t, taking);
                const proxy = await proxied(t, kind, [server.behind]);
                await comes_back(t, proxy, server);
                assert.doesNotMatch(server.output, /was refused/); // checks of whether the port is open are no fault
            });
        });
    }
});

test('a listener that takes the PROXY protocol serves nobody but proxies, and says whom it refused', async (t) => {
    const server = await daemon(t, taking);
    for (const [from, bytes] of [
        ['127.0.0.9', 'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n' + get('/health')], // spoofed
        ['127.0.0.1', get('/health')], ['127.0.0.1', 'PROXY TCP4 localhost 127.0.0.1 1 2\r\n' + get('/health')],
    ]) {
        for (let i = 0; i < 3; i++) {
            const wire = new Wire(t, server.behind.port, { from }).send(bytes);
            await wire.ends();
        }
    }
    await server.logs(/not from a proxy that is trusted/);
    await server.logs(/no valid PROXY header/);
    assert.equal(server.output.match(/was refused/g).length, 2, server.output);
    assert.equal(await counter(server, 'roomd_refused_proxy_total'), 9);
    const stray = await ask(t, server.port, 'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n' + get('/health'));
    assert.equal(stray.status, 400);
    await server.logs(/proxy_protocol: true/);
});

describe('in HTTP mode', { concurrency: PROXIES.length }, () => {
    for (const kind of PROXIES) {
        describe(kind, () => {
            for (const mode of ['websocket only', 'polling that upgrades']) {
                test(`over TLS: ${mode}`, async (t) => {
                    const server = await daemon(t);
                    const proxy = await proxied(t, kind, [server.behind], undefined, certificate(t));
                    const socket = await settled(mode, await connected(t, proxy, { ...MODES[mode], rejectUnauthorized: false }));
                    assert.equal(transport(socket), 'websocket');
                    assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
                    assert.deepEqual((await members(server, 'library:1')).map(({ address }) => address), ['127.0.0.1']);
                });
            }

            test('a proxy that is restarted is served again, and its clients come back', async (t) => {
                const server = await daemon(t);
                const proxy = await proxied(t, kind, [server.behind]);
                const socket = await comes_back(t, proxy, server);
                assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
            });

            test('clients that share its kept connections are not taken for each other', async (t) => {
                const server = await daemon(t);
                const change = (page) => page.replace('backend roomd\n', 'backend roomd\n    http-reuse always\n');
                const proxy = await proxied(t, kind, [server.behind], change);
                const visitors = Array.from({ length: 12 }, (_, i) => {
                    const from = `127.0.0.${i + 20}`;
                    return { from, wire: new Wire(t, proxy.port, { from }) };
                });
                const before = await counter(server, 'roomd_accepted_total');
                const says = async ({ wire }, bytes) => {
                    const answer = await wire.send(bytes).answer();
                    assert.equal(answer.status, 200, answer.body);
                    return answer.body;
                };
                // One after the other, so that each request finds connections that others have used.
                for (let round = 0; round < 3; round++) {
                    for (const one of visitors) {
                        const { sid } = JSON.parse((await says(one, get(POLLING))).slice(1));
                        one.where = `${POLLING}&sid=${sid}`;
                    }
                    for (const one of visitors) await says(one, post(one.where, '40'));
                    for (const one of visitors) await says(one, post(one.where, `42["join:library","${one.from}-${round}"]`));
                    for (const { from } of visitors)
                        assert.deepEqual((await members(server, `library:${from}-${round}`)).map(({ address }) => address), [from]);
                }
                const accepted = (await counter(server, 'roomd_accepted_total')) - before;
                assert.ok(accepted < visitors.length * 3, `${accepted} connections: nothing was shared`);
            });
        });
    }
});

test('what the page shows for Envoy is YAML', () => {
    const pages = blocks('docs/proxies.md').filter(({ language }) => language === 'envoy');
    assert.equal(pages.length, 2);
    for (const { text } of pages) {
        const read = execFileSync('python3', ['-c', 'import sys, yaml, json; print(json.dumps(yaml.safe_load(sys.stdin)))'], { input: text });
        const { static_resources: { listeners, clusters } } = JSON.parse(read);
        const [filter] = listeners[0].filter_chains[0].filters;
        assert.match(filter.typed_config['@type'], /\.v3\.(HttpConnectionManager|TcpProxy)$/);
        assert.equal(clusters[0].load_assignment.cluster_name, clusters[0].name);
    }
});
