// /metrics: what docs/metrics.md says is there, and what a daemon does is counted under the right labels.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { client, connected } from './support/clients.mjs';
import { certificate } from './support/front.mjs';
import { roomd, settings, source } from './support/roomd.mjs';
import { parse } from './support/metrics.mjs';
import { until } from './support/wait.mjs';

const read = (file) => readFileSync(path.join(source, file), 'utf8');
const KEY = 'a-key-that-may-emit-a-little-and-more';
const scrape = async (server) => parse(await (await server.get('/metrics')).text());
const documented = [...read('docs/metrics.md').matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));

// A daemon with everything that has metrics of its own: nothing answers at the other ends.
const everything = (port) => settings(port, {
    portals: [{ name: 'student', origins: ['https://student.test'] }],
    auth: { mode: 'optional', issuers: [{ issuer: 'provider', algorithms: ['RS256'], jwks_url: 'http://127.0.0.1:9/keys' }] },
    rooms: { library: { join: 'request', allow: 'all' }, staff: { join: 'request', allow: [{ claim: 'role', in: ['staff'] }] } },
    events: { known: {} },
    keys: [{ name: 'crm', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit', 'metrics'], rate: 1, burst: 3, broadcast: true }],
});
const started = (t, changes = (config) => config) =>
    roomd(t, (port) => changes(everything(port)), { ROOMD_TEST_KEY: KEY });
const AUTHORIZED = { headers: { Authorization: `Bearer ${KEY}` } };
const authorized = async (server) => parse(await (await server.get('/metrics', AUTHORIZED)).text());

test('the page lists every metric, and no other; promtool finds nothing to say', async (t) => {
    const jwk = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
    const provider = http.createServer((_, answer) => answer.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: [jwk] })));
    await new Promise((done) => provider.listen(0, '127.0.0.1', done));
    t.after(() => provider.close());
    const server = await started(t, (config) => {
        config.plugins.load.push({ name: 'http_clients' });
        config.listen.push({ address: '127.0.0.1:0', tls: certificate(t) });
        config.auth.issuers[0].jwks_url = `http://127.0.0.1:${provider.address().port}/keys`;
        return config;
    });
    const socket = await connected(t, server, { extraHeaders: { Origin: 'https://student.test' }, transports: ['websocket'] });
    await socket.emitWithAck('join:library', 'l1');
    await socket.emitWithAck('join:staff', 's1');
    await client(t, server, { auth: { token: 'no token' }, extraHeaders: { Origin: 'https://student.test' } });
    for (let i = 0; i < 5; ++i) await server.post('/api/emit', { event: 'known', data: 1, broadcast: true }, { Authorization: `Bearer ${KEY}` });
    socket.disconnect();
    const text = await until('all to be counted', async () => {
        const page = await (await server.get('/metrics', AUTHORIZED)).text();
        return /roomd_disconnects_total\{/.test(page) && /roomd_connects_refused_total\{/.test(page) && /roomd_issuer_keys_age/.test(page) && page;
    });
    const shown = Object.keys(parse(text).families);
    const ofPlugins = readdirSync(path.join(source, 'plugins'), { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap(({ name: plugin }) => readdirSync(path.join(source, 'plugins', plugin))
        .filter((file) => /\.[ch]pp$/.test(file)).flatMap((file) => [...read(`plugins/${plugin}/${file}`)
            .matchAll(/(?:counter|gauge|histogram)\(\s*"(\w+)"/g)].map(([, name]) => `roomd_plugin_${plugin}_${name}`)));
    assert.ok(ofPlugins.length > 30);
    assert.deepEqual([...new Set([...shown, ...ofPlugins])].sort(), [...documented].sort());
    const { families } = parse(text);
    assert.ok(Object.values(families).every(({ help }) => help), 'each has a help');
    const promtool = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (promtool.error) return t.diagnostic('promtool is not installed');
    assert.equal(promtool.status, 0, promtool.stdout + promtool.stderr);
    assert.equal(promtool.stdout + promtool.stderr, '');
});

test('what clients and backends do is counted, with labels that they cannot choose', async (t) => {
    const server = await started(t);
    const origin = { extraHeaders: { Origin: 'https://student.test' } };
    const sockets = [await connected(t, server, { ...origin, transports: ['websocket'] }), await connected(t, server, { ...origin, transports: ['polling'], upgrade: false }),
        await connected(t, server)];
    await sockets[0].emitWithAck('join:library', 'l1');
    await sockets[0].emitWithAck('join:staff', 's1');
    await sockets[0].emitWithAck('join', 'evil"} 1:x');
    const emit = (event) => server.post('/api/emit', { event, data: 1, room: 'library:l1' }, { Authorization: `Bearer ${KEY}` });
    assert.equal((await emit('known')).status, 200);
    assert.equal((await emit('chosen"by\nthe backend')).status, 200);
    assert.equal((await server.get('/nothing/at/all')).status, 404);
    const now = await authorized(server);
    const of = (name, labels) => now.of(name, labels);
    assert.equal(of('roomd_portal_clients', { portal: 'student', transport: 'websocket' }), 1);
    assert.equal(of('roomd_portal_clients', { portal: 'student', transport: 'polling' }), 1);
    assert.equal(now.sum('roomd_portal_clients', { portal: 'none' }), 1);
    assert.equal(now.sum('roomd_connects_total'), 3);
    assert.equal(of('roomd_joins_total', { kind: 'library', portal: 'student' }), 1);
    assert.equal(of('roomd_joins_refused_total', { kind: 'staff', code: 'room_denied', portal: 'student' }), 1);
    assert.equal(of('roomd_joins_refused_total', { kind: 'other', code: 'room_invalid', portal: 'student' }), 1);
    assert.equal(of('roomd_rooms_by_kind', { kind: 'library' }), 1);
    assert.equal(of('roomd_emits_by_event_total', { event: 'known' }), 1);
    assert.equal(of('roomd_emits_by_event_total', { event: 'other' }), 1);
    assert.equal(of('roomd_emits_by_source_total', { source: 'http_emit' }), 2);
    assert.equal(of('roomd_emits_by_key_total', { key: 'crm' }), 2);
    assert.equal(of('roomd_http_answers_total', { method: 'POST', route: '/api/emit', status: '200' }), 2);
    assert.equal(of('roomd_http_answers_total', { route: 'none', status: '404' }), 1);
    assert.ok(of('roomd_http_answers_total', { route: 'socket.io', status: '101' }) >= 1);
    assert.equal(of('roomd_emit_flush_seconds_count', {}), 2);
    assert.equal(of('roomd_handshake_seconds_count', {}), 3);
    assert.ok(now.sum('roomd_plugin_call_seconds_count', { instance: 'http_emit', hook: 'request' }) >= 2);
    assert.ok(of('process_open_fds', {}) > 3);
    assert.ok(of('process_resident_memory_bytes', {}) > 1e6);
    assert.ok(Math.abs(of('process_start_time_seconds', {}) - Date.now() / 1000) < 120);
    assert.equal(now.sum('roomd_build_info'), 1);
    assert.ok(!/evil|chosen/.test(now.text));
    for (const socket of sockets) socket.disconnect();
    await until('them to be gone', async () => (await authorized(server)).sum('roomd_portal_clients') === 0);
    assert.equal((await authorized(server)).sum('roomd_disconnects_total', { reason: 'client namespace disconnect' }), 3);
});

test('the time of pings is measured, and the loop is watched', async (t) => {
    const server = await started(t, (config) => ({ ...config, socketio: { ping_interval: '300ms', ping_timeout: '2s' } }));
    await connected(t, server, { transports: ['websocket'] });
    const now = await until('some pings', async () => {
        const page = await authorized(server);
        return page.of('roomd_ping_seconds_count', {}) >= 3 && page;
    });
    assert.ok(now.of('roomd_ping_seconds_sum', {}) < 3);
    assert.ok(now.of('roomd_loop_lag_seconds_count', {}) > 3);
});

test('a reload says whether it was good, and names that are gone have no samples', async (t) => {
    const server = await started(t);
    await connected(t, server, { extraHeaders: { Origin: 'https://student.test' } });
    const emitted = await server.post('/api/emit', { event: 'known', data: 1, broadcast: true }, { Authorization: `Bearer ${KEY}` });
    assert.equal(emitted.status, 200);
    const before = await authorized(server);
    assert.equal(before.of('roomd_config_last_reload_successful', {}), 1);
    server.write('nothing: [');
    server.process.kill('SIGHUP');
    await until('the reload to be refused', async () => (await authorized(server)).of('roomd_reloads_total', { result: 'refused' }) === 1);
    assert.equal((await authorized(server)).of('roomd_config_last_reload_successful', {}), 0);
    const config = everything(server.port);
    delete config.portals;
    config.events = { another: {} };
    config.keys[0].name = 'renamed';
    server.write(config);
    server.process.kill('SIGHUP');
    const after = await until('the reload', async () => {
        const page = await authorized(server);
        return page.of('roomd_reloads_total', { result: 'applied' }) === 1 && page;
    });
    assert.equal(after.of('roomd_config_last_reload_successful', {}), 1);
    assert.ok(after.of('roomd_config_last_reload_success_timestamp_seconds', {}) > before.of('roomd_config_last_reload_success_timestamp_seconds', {}));
    assert.equal(after.of('roomd_emits_by_event_total', { event: 'known' }), undefined);
    assert.equal(after.of('roomd_emits_by_key_total', { key: 'crm' }), undefined);
    assert.ok(!/portal="student"/.test(after.text) || after.sum('roomd_connects_total', { portal: 'student' }) === 0);
});

test('many who ask at once all get the page', async (t) => {
    const server = await started(t);
    const pages = await Promise.all(Array.from({ length: 20 }, () => authorized(server)));
    assert.ok(pages.every((page) => page.sum('roomd_build_info') === 1));
});
