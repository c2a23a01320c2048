// A daemon whose front is tried with bytes by hand: plain and TLS, a portal, keys, short deadlines where a test waits for them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { get } from './http.mjs';
import { freePort, roomd, settings } from './roomd.mjs';

export const PORTAL = 'https://portal.example';
export const KEY = 'a-key-for-the-front-that-is-long-enough';
export const AUTHORIZED = `Authorization: Bearer ${KEY}`;
export const POLLING = '/socket.io/?EIO=4&transport=polling';
export const WEBSOCKET = '/socket.io/?EIO=4&transport=websocket';
export const EMIT = JSON.stringify({ event: 'notification', data: 'x', room: 'user:a' });

// Files of a certificate for this machine that it has signed itself.
export function certificate(t) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-front-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const files = { certificate: path.join(folder, 'crt'), key: path.join(folder, 'key') };
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
        '-days', '2',
        '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-out', files.certificate, '-keyout', files.key], { stdio: 'ignore' });
    return files;
}

// `server.port` is plain, `server.secure` speaks TLS.
export async function front(t, { limits = {}, ...changes } = {}) {
    const secure = await freePort();
    const server = await roomd(t, (port) => settings(port, {
        listen: [{ address: `127.0.0.1:${port}` }, { address: `127.0.0.1:${secure}`, tls: certificate(t) }],
        portals: [{ name: 'portal', origins: [PORTAL] }],
        keys: [{ name: 'backend', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit'] }],
        limits: { events_per_second: 0, ...limits },
        plugins: { ...settings(port).plugins, load: [{ name: 'http_emit', path: '/api/emit' }] },
        ...changes,
    }), { ROOMD_TEST_KEY: KEY });
    server.secure = secure;
    return server;
}
export const ports = (server) => [['plain', server.port, {}], ['TLS', server.secure, { secure: true }]];

// Whether `answer` is a refusal as all are: a body for programs, and never more than it says.
export function refusal(answer, status, what) {
    assert.equal(answer.status, status, `${what}: ${answer.line} ${answer.body}`);
    assert.match(answer.line, /^HTTP\/1\.1 /, what);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/, what);
    const body = JSON.parse(answer.body);
    assert.equal(body.success, false, what);
    assert.match(body.error.code, /^[a-z_]+$/, what);
    assert.equal(typeof body.error.message, 'string', what);
    return body.error;
}

export const shares = (answer) => answer.headers['access-control-allow-origin'];

// The connection does what the answer says: it is closed, or serves on.
export async function goesOn(wire, answer, what) {
    if (/\bclose\b/i.test(answer.headers.connection ?? '')) return wire.ends();
    const next = await wire.send(get('/health')).answer();
    return assert.equal(next.status, 200, what);
}
