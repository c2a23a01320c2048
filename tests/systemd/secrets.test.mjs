// Secrets are rotated by a reload of the service, and no client notices.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { after, afterEach, before, test } from 'node:test';
import { connected } from '../e2e/support/clients.mjs';
import { source } from '../e2e/support/roomd.mjs';
import { token } from '../e2e/support/token.mjs';
import { until } from '../e2e/support/wait.mjs';
import { Machine, PORT, URL, emit, openssl } from './machine.mjs';

const SECURE = 3443;
const OLD = 'the old secret of the tests under systemd, long';
const NEW = 'the new secret of the tests under systemd, long';
const api_key = (secret) => `${secret}-emit`.replaceAll(/[ ,]/g, '-');
const private_to_roomd = { owner: 'roomd', mode: 0o400 };

let machine;
let folder;
before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-systemd-'));
    machine = await Machine.boot();
}, { timeout: 90_000 });
afterEach(() => machine.reset());
after(async () => {
    await machine?.end();
    rmSync(folder, { recursive: true, force: true });
});

// A certificate that names `name`, and its key, as texts.
function certificate(name) {
    const [key, cert] = ['key', 'cert'].map((what) => path.join(folder, `${name}.${what}`));
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

// The name in the certificate that is served.
const served = () =>
    new Promise((resolve, reject) => {
        const socket = tls.connect({ port: SECURE, host: '127.0.0.1', rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate().subject.CN);
            socket.destroy();
        });
        socket.on('error', reject);
    });

const config = (kind, changes = {}) => ({
    listen: [
        { address: `127.0.0.1:${PORT}` },
        { address: `127.0.0.1:${SECURE}`, tls: { certificate: `\${${kind}:tls.crt}`, key: `\${${kind}:tls.key}` } },
    ],
    auth: { mode: 'required', issuers: [{ issuer: 'studyspot', audience: 'roomd', algorithms: ['HS256'], key: `\${${kind}:jwt_key}` }] },
    catalogue: { unknown: 'allow' },
    rooms: { user: { join: 'auto', allow: [{ claim: 'sub', equals: '{id}' }] } },
    keys: [{ name: 'backend', key: `\${${kind}:emit_key}`, scopes: ['emit'] }],
    plugins: { load: [{ name: 'http_emit' }] },
    ...changes,
});

function write_secrets(secret, name, owner) {
    const { key, cert } = certificate(name);
    machine.write('/etc/roomd/jwt_key', `${secret} jwt\n`, owner);
    machine.write('/etc/roomd/emit_key', `${api_key(secret)}\n`, owner);
    machine.write('/etc/roomd/tls.crt', cert, owner);
    machine.write('/etc/roomd/tls.key', key, owner);
}

const signed = (secret, whole = `${secret} jwt`) => ({ auth: { token: token({}, { secret: whole }) }, transports: ['websocket'] });
const connects = (t, secret, whole) => connected(t, { url: URL }, signed(secret, whole)).then(() => true, () => false);
const emits = (secret) => emit('seat:free', {}, { key: api_key(secret), room: 'user:u1' });

// What a section of a page tells operators to type.
const commands = (page, heading) => {
    const section = readFileSync(path.join(source, 'docs', page), 'utf8').split(`### ${heading}\n`)[1].split(/^#/m)[0];
    return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text]) => text);
};

test('the commands in docs/operations.md change a JWT key and a TLS pair', async (t) => {
    write_secrets(OLD, 'old.example', private_to_roomd);
    machine.write('/etc/roomd/roomd.yaml', config('file'));
    await machine.systemctl('start', 'roomd');
    const [key, pair] = commands('operations.md', 'Secrets');
    await machine.must('sh', '-ec', key);
    assert.equal(await connects(t, OLD), false);
    const made = (await machine.must('cat', '/etc/roomd/jwt_key')).trim();
    assert.equal(await connects(t, undefined, made), true);

    const next = certificate('next.example');
    machine.write('/tmp/fullchain.pem', next.cert);
    machine.write('/tmp/privkey.pem', next.key);
    await machine.must('sh', '-ec', `cd /tmp\n${pair}`);
    assert.equal(await served(), 'next.example');
});

test('a JWT key, an emit key and a TLS pair are changed by a reload, and no client is dropped', async (t) => {
    write_secrets(OLD, 'old.example', private_to_roomd);
    machine.write('/etc/roomd/roomd.yaml', config('file'));
    await machine.systemctl('start', 'roomd');
    const client = await connected(t, { url: URL }, signed(OLD));
    const got = [];
    client.on('seat:free', (data) => got.push(data));
    let dropped = false;
    client.on('disconnect', () => (dropped = true));
    assert.equal(await served(), 'old.example');

    write_secrets(NEW, 'new.example', private_to_roomd);
    await machine.systemctl('reload', 'roomd');
    assert.equal(await served(), 'new.example');
    assert.deepEqual([await connects(t, OLD), await connects(t, NEW)], [false, true]);
    assert.deepEqual([await emits(OLD), await emits(NEW)], [401, 200]);
    await until('the event', () => got.length === 1);
    assert.equal(dropped, false);
});

test('a secret that the service may not read fails the reload, says what to do, and changes nothing', async (t) => {
    write_secrets(OLD, 'old.example', private_to_roomd);
    machine.write('/etc/roomd/roomd.yaml', config('file'));
    await machine.systemctl('start', 'roomd');
    machine.write('/etc/roomd/emit_key', `${api_key(NEW)}\n`, { mode: 0o600 });
    assert.equal((await machine.run('systemctl', 'reload', 'roomd')).code, 1);
    assert.match(await machine.journal(), /Permission denied: let the user that runs roomd read it: chown roomd \/etc\/roomd\/emit_key/);
    assert.equal(await emits(OLD), 200);
});

test('a reload says that credentials are those of the start, and a restart takes new ones', async (t) => {
    write_secrets(OLD, 'old.example', { mode: 0o600 });
    machine.write('/etc/roomd/roomd.yaml', config('credential'));
    const unit = ['jwt_key', 'emit_key', 'tls.crt', 'tls.key'].map((name) => `LoadCredential=${name}:/etc/roomd/${name}`);
    await machine.change('roomd.service', `[Service]\n${unit.join('\n')}\n`);
    await machine.systemctl('start', 'roomd');
    assert.equal(await served(), 'old.example');

    write_secrets(NEW, 'new.example', { mode: 0o600 });
    const { code, out } = await machine.run('roomd', 'reload');
    assert.equal(code, 0);
    const notice = 'not read again: the credentials tls.crt, tls.key, jwt_key, emit_key, which systemd copied when the service started: restart it to change one';
    assert.equal(out, `reloaded /etc/roomd/roomd.yaml\n  ${notice}\n`);
    await machine.systemctl('reload', 'roomd');
    assert.ok((await machine.journal()).includes('copied when the service started'));
    assert.deepEqual([await emits(OLD), await served()], [200, 'old.example']);

    await machine.systemctl('restart', 'roomd');
    assert.deepEqual([await emits(OLD), await emits(NEW), await served()], [401, 200, 'new.example']);
});

test('a credential that is added to the unit is missing until a restart, and the reload says so', async (t) => {
    write_secrets(OLD, 'old.example', private_to_roomd);
    machine.write('/etc/roomd/roomd.yaml', config('file'));
    await machine.systemctl('start', 'roomd');
    await machine.change('roomd.service', '[Service]\nLoadCredential=emit_key:/etc/roomd/emit_key\n');
    machine.write('/etc/roomd/roomd.yaml', config('file', { keys: [{ name: 'backend', key: '${credential:emit_key}', scopes: ['emit'] }] }));
    const { code, err } = await machine.run('roomd', 'reload');
    assert.equal(code, 3);
    assert.match(err, /name it in the unit's LoadCredential=, and restart the service: systemd gives credentials only then/);
    await machine.systemctl('restart', 'roomd');
    assert.equal(await emits(OLD), 200);
});
