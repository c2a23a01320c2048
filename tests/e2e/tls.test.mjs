// TLS: certificates by name, what is offered, reloads that drop nobody, and what is told of expiry.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import tls from 'node:tls';
import { call } from './support/admin.mjs';
import { MODES, connected } from './support/clients.mjs';
import { freePort, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

// A self-signed certificate for these names; made again it has another serial.
class Pair {
    constructor(folder, name, names, days = 30, key = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']) {
        Object.assign(this, { names, days, kind: key, certificate: `${folder}/${name}.crt`, key: `${folder}/${name}.key` });
        this.make();
    }
    make() {
        execFileSync('openssl', ['req', '-x509', '-newkey', ...this.kind, '-nodes', '-days', String(this.days),
            '-subj', `/CN=${this.names[0]}`, '-addext', `subjectAltName=${this.names.map((name) => `DNS:${name}`).join(',')}`,
            '-out', this.certificate, '-keyout', this.key], { stdio: 'ignore' });
        this.serial = execFileSync('openssl', ['x509', '-noout', '-serial', '-in', this.certificate]).toString().trim().split('=')[1];
    }
    get files() {
        return { certificate: this.certificate, key: this.key };
    }
}

function pairs(t) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-tls-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return (...words) => new Pair(folder, ...words);
}

// What a client meets that asks for this name: {serial, protocol, cipher}; it throws what OpenSSL says.
const meets = (port, servername, options = {}) => new Promise((done, failed) => {
    const socket = tls.connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false, ...options }, () => {
        done({ serial: socket.getPeerCertificate().serialNumber, protocol: socket.getProtocol(), cipher: socket.getCipher().name });
        socket.destroy();
    });
    socket.on('error', failed);
});

// `tlsOf(server)` gives what listen[].tls says; `server.reloads(changes)` writes another and reloads.
async function daemon(t, section) {
    const secure = await freePort();
    const config = (port, tls) => settings(port, { plugins: { load: [] },
        listen: [{ address: `127.0.0.1:${port}` }, { address: `127.0.0.1:${secure}`, tls }] });
    const server = await roomd(t, (port) => config(port, section));
    server.secure = secure;
    server.says = (tls) => server.write(JSON.stringify(config(server.port, tls)));
    server.reloads = async (tls) => {
        if (tls) server.says(tls);
        const from = server.output.length;
        server.process.kill('SIGHUP');
        await until('the reload', () => /configuration (not )?reloaded/.test(server.output.slice(from)));
        return server.output.slice(from);
    };
    return server;
}

test('the certificate is the one whose name is asked for', async (t) => {
    const pair = pairs(t);
    const first = pair('first', ['first.example']), exact = pair('exact', ['live.one.example', 'other.example']);
    const wild = pair('wild', ['*.one.example']);
    const rsa = pair('rsa', ['rsa.example'], 30, ['rsa:2048']);
    const server = await daemon(t, { ...first.files, certificates: [wild.files, exact.files, rsa.files] });
    for (const [name, wanted] of [['first.example', first], ['live.one.example', exact], ['other.example', exact],
        ['OTHER.example', exact], ['a.one.example', wild], ['one.example', first], ['a.b.one.example', first],
        ['nobody.example', first], ['', first], ['rsa.example', rsa], ['x-live.one.example', wild]])
        assert.equal((await meets(server.secure, name)).serial, wanted.serial, name);
});

test('a reload replaces and adds certificates, and drops no client', async (t) => {
    const pair = pairs(t);
    const first = pair('first', ['first.example']), second = pair('second', ['second.example']);
    const server = await daemon(t, { ...first.files, certificates: [second.files] });
    const socket = await connected(t, { url: `https://127.0.0.1:${server.secure}` }, { ...MODES['websocket only'], rejectUnauthorized: false });
    for (const one of [first, second]) one.make();
    assert.doesNotMatch(await server.reloads(), /restart/);
    assert.equal((await meets(server.secure, 'first.example')).serial, first.serial);
    assert.equal((await meets(server.secure, 'second.example')).serial, second.serial);
    const third = pair('third', ['third.example']);
    assert.doesNotMatch(await server.reloads({ ...first.files, certificates: [second.files, third.files], min_version: 'TLSv1.3' }), /restart/);
    assert.equal((await meets(server.secure, 'third.example')).serial, third.serial);
    await assert.rejects(meets(server.secure, 'third.example', { maxVersion: 'TLSv1.2' }));
    // One of them broken: nothing of it counts.
    const before = first.serial;
    first.make();
    execFileSync('cp', [second.key, third.key]);
    assert.match(await server.reloads(), /configuration not reloaded.*third\.key.*mismatch/s);
    assert.equal((await meets(server.secure, 'first.example')).serial, before);
    assert.equal((await meets(server.secure, 'third.example')).serial, third.serial);
    assert.equal((await socket.emitWithAck('join:library', '1')).ok, true);
    assert.equal(socket.connected, true);
});

test('versions and ciphers are those that are configured, and modern without', async (t) => {
    const pair = pairs(t)('one', ['one.example']);
    const server = await daemon(t, pair.files);
    const offered = (port, options) => meets(port, 'one.example', options);
    assert.equal((await offered(server.secure)).protocol, 'TLSv1.3');
    assert.equal((await offered(server.secure, { maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    await assert.rejects(offered(server.secure, old));
    await assert.rejects(offered(server.secure, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA' })); // CBC
    await server.reloads({ ...pair.files, ciphers: ['ECDHE-ECDSA-CHACHA20-POLY1305'], cipher_suites: ['TLS_AES_256_GCM_SHA384'] });
    assert.equal((await offered(server.secure, { maxVersion: 'TLSv1.2' })).cipher, 'ECDHE-ECDSA-CHACHA20-POLY1305');
    assert.equal((await offered(server.secure)).cipher, 'TLS_AES_256_GCM_SHA384');
    await assert.rejects(offered(server.secure, { ciphers: 'TLS_AES_128_GCM_SHA256' }));
});

test('when certificates expire is told by check, the log and a metric', async (t) => {
    const pair = pairs(t);
    const long = pair('long', ['long.example'], 90), soon = pair('soon', ['soon.example'], 3);
    const server = await daemon(t, { ...long.files, certificates: [soon.files] });
    await server.logs(/certificate \S+soon\.crt expires on .* in [23] days/);
    assert.doesNotMatch(server.output, /long\.crt expires/);
    const { code, err } = await call(['check', '--config', server.file]).ended;
    assert.equal(code, 0);
    assert.match(err, /certificate \S+soon\.crt expires on/);
    const text = await (await server.get('/metrics')).text();
    for (const [index, days] of [[0, 90], [1, 3]]) {
        const line = new RegExp(`^roomd_certificate_expiry_timestamp_seconds{listener="127.0.0.1:${server.secure}",certificate="${index}"} (\\d+)`, 'm').exec(text);
        assert.ok(line, text);
        assert.ok(Math.abs(Number(line[1]) - Date.now() / 1000 - days * 86400) < 120, line[0]);
    }
});

test('what OpenSSL does not know, or could not keep secret, is a fault with its name', async (t) => {
    const pair = pairs(t);
    const one = pair('one', ['one.example']);
    const server = await daemon(t, one.files);
    for (const [more, told] of [
        [{ ciphers: ['AES-OF-TOMORROW'] }, /knows no cipher "AES-OF-TOMORROW" for TLS 1\.2/],
        [{ ciphers: ['HIGH:!aNULL'] }, /knows no cipher "HIGH:!aNULL"/], [{ ciphers: ['TLS_AES_128_GCM_SHA256'] }, /knows no cipher/],
        [{ ciphers: ['ECDHE-ECDSA-NULL-SHA'] }, /does not encrypt|knows no cipher/], [{ ciphers: [] }, /ciphers" is empty/],
        [{ cipher_suites: ['TLS_NONE'] }, /knows no suite "TLS_NONE"/], [{ min_version: 'TLSv1.1' }, /invalid value "TLSv1\.1"/],
        [{ certificates: [{ certificate: one.certificate }] }, /"listen\[1\]\.tls\.certificates\[0\]\.key" is missing/],
        [{ certificates: [{ certificate: one.certificate, key: '/nowhere/key' }] }, /\/nowhere\/key/],
    ]) {
        server.says({ ...one.files, ...more });
        const { code, err } = await call(['check', '--config', server.file]).ended;
        assert.equal(code, 3, JSON.stringify(more));
        assert.match(err, told);
    }
});
