// Native apps, whose Origin is the server's own address, and pages that have it by DNS rebinding.
import assert from 'node:assert/strict';
import http from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import WebSocket from 'ws';
import { call } from './support/admin.mjs';
import { MODES, connected } from './support/clients.mjs';
import { roomd, settings, source } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';

// The status of a polling handshake and of a websocket's, as a browser or an app would send them.
const poll = (server, host, origin) =>
    new Promise((done, failed) => {
        const headers = { Host: host, Origin: origin };
        http.get({ port: server.port, host: '127.0.0.1', path: '/socket.io/?EIO=4&transport=polling', headers }, (answer) => {
            answer.resume();
            done(answer.statusCode);
        }).on('error', failed);
    });
const upgrade = (server, host, origin) =>
    new Promise((done) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`, { origin, headers: { Host: host } });
        socket.on('unexpected-response', (_, answer) => done(answer.statusCode));
        socket.on('open', () => {
            socket.terminate();
            done(101);
        });
    });
const both = async (...asked) => [await poll(...asked), await upgrade(...asked)];

describe('a page that has the server\'s address by DNS rebinding', () => {
    test('is refused by the development configuration', async (t) => {
        const shipped = readFileSync(path.join(source, 'conf/roomd.dev.yaml'), 'utf8');
        const server = await roomd(t, (port) => shipped.replaceAll('3001', port));
        const { port } = server;
        for (const host of [`evil.example:${port}`, `localhost.evil.example:${port}`])
            assert.deepEqual(await both(server, host, `http://${host}`), [403, 403]);
        assert.deepEqual(await both(server, `localhost:${port}`, `http://localhost:${port}`), [200, 101]);
    });

    test('is refused where hosts are named, and these are let in', async (t) => {
        const server = await roomd(t, (port) => settings(port, { cors: { own_origin: 'allow', own_hosts: [`127.0.0.1:${port}`, 'api.example.com'] } }));
        const own = `127.0.0.1:${server.port}`;
        assert.deepEqual(await both(server, `evil.example:${server.port}`, `http://evil.example:${server.port}`), [403, 403]);
        for (const scheme of ['http', 'ws']) assert.deepEqual(await both(server, own, `${scheme}://${own}`), [200, 101]);
        // Behind a proxy that ends TLS.
        for (const scheme of ['https', 'wss']) assert.deepEqual(await both(server, 'api.example.com', `${scheme}://api.example.com`), [200, 101]);
        assert.deepEqual(await both(server, own, 'http://api.example.com'), [403, 403]);
    });

    test('finds no daemon that lets in any host without tokens', async (t) => {
        const server = await roomd(t, (port) => settings(port));
        const file = path.join(server.folder, 'any_host.yaml');
        writeFileSync(file, 'auth: { mode: none }\ncors: { own_origin: allow }\n');
        const said = await call(['check', '--config', file]).ended;
        assert.equal(said.code, 3);
        assert.match(said.err + said.out, /DNS rebinding/);
        assert.deepEqual(await both(server, `127.0.0.1:${server.port}`, `http://127.0.0.1:${server.port}`), [403, 403]);
    });
});

describe('an app that names the server as its origin', () => {
    for (const [mode, options] of Object.entries(MODES))
        test(`connects with its token: ${mode}`, async (t) => {
            const server = await roomd(t, (port) => ({ ...settings(port), ...IDENTITY, cors: { own_origin: 'allow' } }), ENV);
            const extraHeaders = { Origin: server.url };
            const socket = await connected(t, server, { ...options, extraHeaders, auth: { token: token({ sub: 'ann' }) } });
            assert.ok(socket.connected);
            await assert.rejects(connected(t, server, { ...options, extraHeaders }), ({ data }) => data.code === 'token_missing');
            await assert.rejects(connected(t, server, { ...options, extraHeaders: { Origin: 'http://other.example' } }));
        });
});

test('schemes of app frameworks are origins of portals', async (t) => {
    const origins = ['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'file://', 'chrome-extension://abcdefghijklmnop'];
    const server = await roomd(t, (port) => settings(port, { portals: [{ name: 'app', origins }] }));
    for (const origin of origins) assert.deepEqual(await both(server, `127.0.0.1:${server.port}`, origin), [200, 101], origin);
    for (const origin of ['capacitor://evil', 'tauri://localhost.evil', 'file:///etc', 'null'])
        assert.deepEqual(await both(server, `127.0.0.1:${server.port}`, origin), [403, 403], origin);
});
