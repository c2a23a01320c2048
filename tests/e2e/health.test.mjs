// `roomd health` against real daemons, wherever they can be asked; and the variables that stand above the configuration.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { administered, ask, call } from './support/admin.mjs';
import { freePort, roomd, settings } from './support/roomd.mjs';
import { until, within } from './support/wait.mjs';

const health = (words, options) => within('roomd health', call(['health', ...words], options).ended);
const at = (server, ...words) => health(['--config', server.file, ...words]);

test('over the admin socket of the configuration: healthy, ready, and for programs', async (t) => {
    const server = await administered(t);
    assert.deepEqual(await ask(server, 'health').then(({ code, out, err }) => [code, out, err]), [0, 'healthy\n', '']);
    assert.deepEqual(await at(server, '--ready').then(({ code, out }) => [code, out]), [0, 'ready\n']);
    const { code, out } = await at(server, '--json');
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).data.status, 'healthy');
});

test('without one its listeners are asked, a Unix socket and TLS too', async (t) => {
    const server = await roomd(t);
    assert.deepEqual(await at(server).then(({ code, out }) => [code, out]), [0, 'healthy\n']);
    assert.equal((await health(['--url', `${server.url}/`, '--ready'])).out, 'ready\n');

    const unix = await roomd(t, (port) => ({ ...settings(port), listen: [{ address: `unix:/tmp/roomd-health-${process.pid}.sock` }, { address: `127.0.0.1:${port}` }] }));
    assert.equal((await at(unix)).out, 'healthy\n');

    const tls_port = await freePort();
    const secure = await roomd(t, (port) => {
        const [key, certificate] = ['key', 'cert'].map((name) => `/tmp/roomd-health-${process.pid}.${name}`);
        t.after(() => [key, certificate].forEach((file) => rmSync(file)));
        execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=elsewhere.example', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
        return { ...settings(port), listen: [{ address: `127.0.0.1:${tls_port}`, tls: { certificate, key } }, { address: `127.0.0.1:${port}` }] };
    });
    assert.equal((await at(secure)).out, 'healthy\n');
    const stranger = await health(['--url', `https://127.0.0.1:${tls_port}`]);
    assert.equal(stranger.code, 1, 'elsewhere a certificate is checked');
    assert.match(stranger.err, /certificate/);
});

test('a daemon that is told to stop is not ready, in its drain not healthy, and gone afterwards', async (t) => {
    const server = await administered(t, { drain_delay: '1h' });
    server.process.kill('SIGTERM');
    await until('/ready to say so', async () => (await at(server, '--ready')).code === 1);
    assert.equal((await at(server, '--ready')).err, 'roomd: The daemon is stopping.\n');
    assert.equal((await at(server)).code, 0);
    server.killed = true;
    await server.kill();
    const gone = await at(server);
    assert.equal(gone.code, 1);
    assert.match(gone.err, /nothing listens on .*admin\.sock.*; http:\/\/127\.0\.0\.1:\d+\/health: /);
});

test('a daemon that hangs is unhealthy when the time is over', async (t) => {
    const server = await administered(t);
    server.process.kill('SIGSTOP');
    t.after(() => server.process.kill('SIGCONT'));
    const from = Date.now();
    const { code, err } = await at(server, '--timeout', '1');
    server.process.kill('SIGCONT');
    assert.equal(code, 1);
    assert.match(err, /no answer within 1 s/);
    assert.ok(Date.now() - from < 4000);
});

test('variables stand above the file, at the start and after a reload, and say so', async (t) => {
    const server = await roomd(t, (port) => ({ ...settings(port), service: { name: 'file' }, admin: { socket: 'admin.sock' } }), { ROOMD_NAME: 'environment', ROOMD_LISTN: '0.0.0.0:1' });
    server.admin = path.join(server.folder, 'admin.sock');
    const name = async () => (await (await server.get('/health')).json()).data.service;
    assert.equal(await name(), 'environment');
    await server.logs(/\$ROOMD_LISTN: warning: this variable has no effect.*did you mean ROOMD_LISTEN/s);
    await server.logs(/stands above the configuration.*ROOMD_NAME/);
    writeFileSync(server.file, readFileSync(server.file, 'utf8').replace('"file"', '"changed"'));
    assert.equal((await ask(server, 'reload')).code, 0);
    assert.equal(await name(), 'environment');
    assert.match((await ask(server, 'config', 'show', '--running')).out, /^ +name: environment +# \$ROOMD_NAME$/m);
    const env = { ROOMD_NAME: 'environment' };
    assert.match((await call(['check', '--config', server.file], { env }).ended).out, /: good\n\$ROOMD_NAME sets service\.name\n$/);
    assert.deepEqual(JSON.parse((await call(['check', '--config', server.file, '--json'], { env }).ended).out).data.environment, ['ROOMD_NAME']);
    assert.match((await call(['check'], { env: { ROOMD_CONFIG: server.file } }).ended).out, new RegExp(`^${server.file}: good$`, 'm'));
});
