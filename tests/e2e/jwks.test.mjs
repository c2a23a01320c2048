// Keys by URL: a provider as providers are, with its rotations, failures and bad answers, and a daemon that lives with it.
import assert from 'node:assert/strict';
import { createPrivateKey, createSign, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { describe, test } from 'node:test';
import { call, request } from './support/admin.mjs';
import { client, connected } from './support/clients.mjs';
import { certificate } from './support/front.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { IDENTITY, now } from './support/token.mjs';
import { once, until } from './support/wait.mjs';

// Keys of an issuer, by their ids.
class Signer {
    constructor(...ids) {
        this.keys = new Map(ids.map((id) => [id, generateKeyPairSync('ec', { namedCurve: 'P-256' })]));
    }

    public(id) {
        return { ...this.keys.get(id).publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'ES256' };
    }

    private(id) {
        return { ...this.keys.get(id).privateKey.export({ format: 'jwk' }), kid: id };
    }

    set(...ids) {
        return JSON.stringify({ keys: ids.map((id) => this.public(id)) });
    }

    token(id, claims = {}) {
        const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const text = `${part({ alg: 'ES256', kid: id })}.${part({ iss: 'provider', aud: 'roomd', sub: 'u1', exp: now() + 600, ...claims })}`;
        const key = createPrivateKey({ key: this.keys.get(id).privateKey.export({ format: 'jwk' }), format: 'jwk' });
        const signature = createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' });
        return `${text}.${signature.toString('base64url')}`;
    }
}

// An identity provider whose answers a test chooses: a set, or a function of the response.
class Provider {
    constructor(answer) {
        this.answer = answer;
        this.asked = 0;
        this.urls = [];
        this.server = http.createServer((req, res) => {
            ++this.asked;
            this.urls.push(req.url);
            if (typeof this.answer === 'function') return this.answer(res);
            res.setHeader('Cache-Control', 'public, max-age=3600');
            res.end(this.answer);
        });
    }

    async start(port = 0) {
        await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
        this.port = this.server.address().port;
        this.url = `http://127.0.0.1:${this.port}/jwks.json`;
        return this;
    }

    stop() {
        this.server.closeAllConnections();
        return new Promise((done) => this.server.close(done));
    }
}

async function provider(t, answer) {
    const it = await new Provider(answer).start();
    t.after(() => it.stop());
    return it;
}

const auth = (url, more = {}) => ({
    ...IDENTITY.auth,
    cache: 'cache',
    issuers: [{ issuer: 'provider', audience: 'roomd', algorithms: ['ES256'], jwks_url: url }],
    ...more,
});
const config = (url, more) => (port) => ({
    ...settings(port, { ...IDENTITY, auth: auth(url, more), log: { level: 'debug' } }),
    admin: { socket: 'admin.sock' },
});
const daemon = (t, url, more) => roomd(t, config(url, more));

async function refusal(t, server, token) {
    const socket = client(t, server, { auth: { token } });
    const [error] = await once(socket, 'connect_error');
    socket.close();
    return error.data;
}
const enters = async (t, server, token) => (await connected(t, server, { auth: { token } })).close();

async function health(server) {
    const { body } = await request(path.join(server.folder, 'admin.sock'), 'GET', '/health');
    const { status, parts } = JSON.parse(body).data;
    return { status, part: parts?.find(({ name }) => name === 'issuer provider') };
}
const well = (server) => until('the keys', async () => (await health(server)).status === 'healthy');
const ill = (server, why) => until(`/health to say ${why}`, async () => why.test((await health(server)).part?.why ?? ''));
const metrics = async (server) => (await server.get('/metrics')).text();
const copies = (server) => readdirSync(path.join(server.folder, 'cache'));

describe('a provider that answers', () => {
    test('its keys are fetched and kept on disk, and not again for every token that names another', async (t) => {
        const signer = new Signer('a', 'b');
        const id = await provider(t, signer.set('a'));
        const server = await daemon(t, `${id.url}?apikey=hunter2`);
        await well(server);
        await enters(t, server, signer.token('a'));
        assert.equal(id.asked, 1);
        const [copy] = copies(server);
        assert.match(copy, /^keys-[0-9a-f]{32}\.jwks$/);
        assert.equal(statSync(path.join(server.folder, 'cache', copy)).mode & 0o777, 0o600);
        assert.match(await metrics(server), /roomd_issuer_key_fetches_total\{issuer="provider"\} 1/);
        const asked = JSON.stringify({ join: 'library:l1', token: signer.token('a', { libraryIds: ['l1'] }) });
        const explained = await request(path.join(server.folder, 'admin.sock'), 'POST', '/admin/explain', asked, { 'Content-Type': 'application/json' });
        assert.equal(JSON.parse(explained.body).data?.yes, true, explained.body);
        assert.match(await metrics(server), /roomd_issuer_keys_age_seconds\{issuer="provider"\} \d/);

        // Within the same minute it is not fetched again: a stranger cannot make us ask for each token.
        id.answer = signer.set('b');
        for (let i = 0; i < 5; ++i)
            assert.deepEqual(await refusal(t, server, signer.token('b')), { code: 'token_key_unknown', retryable: true });
        assert.equal(id.asked, 1);
        assert.equal(server.output.includes('hunter2'), false);
        assert.equal((await health(server)).status, 'healthy');
    });

    // Begun with a fresh copy, the daemon has not asked within the last minute.
    test('a token with a new key makes it fetch the set once, and is accepted after that', async (t) => {
        const signer = new Signer('a', 'b', 'c');
        const id = await provider(t, signer.set('a'));
        const server = await daemon(t, id.url);
        await well(server);
        await server.kill('SIGTERM');
        server.code = undefined;
        await server.start();
        await enters(t, server, signer.token('a'));
        assert.equal(id.asked, 1);
        id.answer = signer.set('a', 'b');
        assert.deepEqual(await refusal(t, server, signer.token('b')), { code: 'token_key_unknown', retryable: true });
        await until('the set', () => id.asked === 2);
        await server.logs(/keys of an issuer fetched/);
        await enters(t, server, signer.token('b'));
        await enters(t, server, signer.token('a'));
        for (let i = 0; i < 5; ++i) assert.equal((await refusal(t, server, signer.token('c'))).code, 'token_key_unknown');
        assert.equal(id.asked, 2);
    });

    test('a key that has vanished lets nobody in any more, not even a token that was accepted', async (t) => {
        const signer = new Signer('a', 'b');
        const id = await provider(t, signer.set('a'));
        const server = await daemon(t, id.url);
        await well(server);
        const old = signer.token('a');
        await enters(t, server, old);
        await enters(t, server, old);
        id.answer = signer.set('b');
        // Another folder for copies makes it fetch at once.
        server.write(config(id.url, { cache: 'other' })(server.port));
        server.process.kill('SIGHUP');
        await until('the new set', () => id.asked === 2);
        await until('the old key to be gone', async () => (await refusal(t, server, old).catch(() => ({}))).code === 'token_key_unknown');
        await enters(t, server, signer.token('b'));
    });

    test('a reload keeps the keys of a URL that has not changed, and a new URL is fetched', async (t) => {
        const signer = new Signer('a', 'b');
        const id = await provider(t, signer.set('a'));
        const second = await provider(t, signer.set('b'));
        const server = await daemon(t, id.url);
        await well(server);
        await id.stop();
        server.write(config(id.url, { leeway: '7s' })(server.port));
        server.process.kill('SIGHUP');
        await server.logs(/configuration reloaded/);
        await enters(t, server, signer.token('a'));
        assert.equal(id.asked, 1);

        server.write(config(second.url)(server.port));
        server.process.kill('SIGHUP');
        await until('the second provider', () => second.asked === 1);
        await well(server);
        await enters(t, server, signer.token('b'));
        assert.equal((await refusal(t, server, signer.token('a'))).code, 'token_key_unknown');
    });
});

describe('a provider that is away', () => {
    test('at the start without a copy: refused for now, degraded, and it recovers by itself', async (t) => {
        const signer = new Signer('a');
        const id = await new Provider(signer.set('a')).start();
        await id.stop();
        const server = await daemon(t, id.url);
        await ill(server, /cannot be fetched: .*(connect|refused)/i);
        assert.equal((await health(server)).part.status, 'down');
        assert.equal((await server.get('/ready')).status, 200);
        assert.deepEqual(await refusal(t, server, signer.token('a')), { code: 'keys_unavailable', retryable: true });
        const back = await new Provider(signer.set('a')).start(id.port);
        t.after(() => back.stop());
        await well(server); // after the pause of five seconds
        await enters(t, server, signer.token('a'));
        await server.logs(/can be fetched again/);
        assert.equal(server.output.match(/keys of an issuer cannot be fetched/g).length, 1);
    });

    test('at the start with a copy: its keys are used; roomd token verify uses it too', async (t) => {
        const signer = new Signer('a');
        const id = await provider(t, signer.set('a'));
        const server = await daemon(t, id.url);
        await well(server);
        await id.stop();
        await server.kill('SIGTERM');
        const good = signer.token('a');
        const verified = await call(['token', 'verify', good, '--config', server.file]).ended;
        assert.equal(verified.code, 0, verified.err);
        assert.match(verified.err, /checked with the keys at http:.* as the daemon had them at 20/);
        server.code = undefined;
        await server.start();
        await enters(t, server, good);
        assert.equal((await health(server)).status, 'healthy'); // it is still fresh
    });

    test('a damaged copy is set aside with one line', async (t) => {
        const signer = new Signer('a');
        const id = await provider(t, signer.set('a'));
        const server = await daemon(t, id.url);
        await well(server);
        await id.stop();
        await server.kill('SIGTERM');
        const [name] = copies(server);
        const file = path.join(server.folder, 'cache', name);
        writeFileSync(file, readFileSync(file, 'utf8').replace('"kty"', '"ktz"'));
        const verified = await call(['token', 'verify', signer.token('a'), '--config', server.file]).ended;
        assert.equal(verified.code, 1);
        assert.match(verified.err, /not known here: there is no copy in .*cache that can be used: it is not as it was written/);
        assert.match(verified.err, /keys_unavailable/);
        server.code = undefined;
        await server.start();
        await server.logs(/damaged copy of an issuer's keys set aside/);
        assert.equal(existsSync(file), false);
        assert.deepEqual(copies(server), [`${name}.damaged`]);
        assert.equal((await refusal(t, server, signer.token('a'))).code, 'keys_unavailable');
    });
});

test('what is no usable set is refused, and the old one stays', async (t) => {
    const signer = new Signer('a', 'b');
    const id = await provider(t, signer.set('a'));
    const server = await daemon(t, id.url);
    await well(server);
    let turn = 0;
    const bad = {
        'an oversized answer': ['x'.repeat(300 << 10), /larger than 262144 bytes/],
        'an endless answer': [(res) => { const more = () => { while (res.write('x'.repeat(65536))); }; res.on('drain', more); more(); }, /larger than/],
        'a redirect': [(res) => res.writeHead(302, { Location: 'https://evil.example/jwks' }).end(), /redirect \(302\)/],
        'an error': [(res) => res.writeHead(500).end(signer.set('b')), /answers 500/],
        garbage: ['<html>maintenance</html>', /JSON/],
        'a private key in the set': [JSON.stringify({ keys: [signer.public('b'), signer.private('b')] }), /could sign/],
        'a secret in the set': [JSON.stringify({ keys: [signer.public('b'), { kty: 'oct', k: 'c2VjcmV0', kid: 's' }] }), /could sign/],
        'no key at all': ['{"keys":[]}', /no signature key/],
        'keys for other algorithms': [JSON.stringify({ keys: [generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })] }), /issuer's algorithms/],
        'a cut connection': [(res) => { res.writeHead(200, { 'Content-Length': 1000 }); res.write('{'); setImmediate(() => res.destroy()); }, /./],
    };
    for (const [what, [answer, why]] of Object.entries(bad)) {
        await t.test(what, async (t) => {
            id.answer = answer;
            server.write(config(id.url, { cache: `cache${++turn}` })(server.port)); // fetches at once
            server.process.kill('SIGHUP');
            await ill(server, why);
            assert.match((await health(server)).part.why, /; those of 20.* are used$/);
            await enters(t, server, signer.token('a'));
            assert.equal(existsSync(path.join(server.folder, `cache${turn}`)), false);
        });
    }
    id.answer = signer.set('b');
    server.write(config(id.url)(server.port));
    server.process.kill('SIGHUP');
    await well(server);
    await enters(t, server, signer.token('b'));
});

test('a provider that hangs holds up neither clients nor reload nor end', async (t) => {
    const signer = new Signer('a');
    let asked = 0;
    const id = await provider(t, () => ++asked);
    const server = await daemon(t, id.url, { mode: 'optional' });
    await until('the fetch', () => asked > 0);
    const socket = await connected(t, server, {});
    const began = performance.now();
    for (let i = 0; i < 50; ++i) assert.equal((await server.get('/ready')).status, 200);
    assert.ok(performance.now() - began < 5000);
    assert.equal((await refusal(t, server, signer.token('a'))).code, 'keys_unavailable');
    const other = await provider(t, signer.set('a'));
    server.write(config(other.url, { mode: 'optional' })(server.port));
    server.process.kill('SIGHUP');
    await well(server);
    await enters(t, server, signer.token('a'));
    assert.ok(socket.connected);
    server.write(config(id.url, { mode: 'optional' })(server.port));
    server.process.kill('SIGHUP');
    await until('the fetch', () => asked > 1);
    const end = performance.now();
    assert.equal(await server.kill('SIGTERM'), 0);
    assert.ok(performance.now() - end < 8000, 'the end waits for the provider');
});

test('a certificate that nobody vouches for is refused', async (t) => {
    const made = certificate(t);
    const tls = https.createServer({ key: readFileSync(made.key), cert: readFileSync(made.certificate) }, (req, res) => res.end());
    await new Promise((done) => tls.listen(0, '127.0.0.1', done));
    t.after(() => tls.close());
    const server = await daemon(t, `https://127.0.0.1:${tls.address().port}/jwks`);
    await ill(server, /certificate/i);
});

test('roomd check needs no network, and says what it did not check', async (t) => {
    const server = await daemon(t, 'http://127.0.0.1:9/jwks');
    const { code, err, out } = await call(['check', '--config', server.file]).ended;
    assert.equal(code, 0, err);
    assert.equal(err.match(/not checked: the keys at http:\/\/127\.0\.0\.1:9\/jwks, which the daemon fetches/g).length, 1);
    assert.match(out, /good/);
});
