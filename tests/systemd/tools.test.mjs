// Commands beside the running service, whose secrets are systemd's credentials.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { token } from '../e2e/support/token.mjs';
import { Machine, PORT } from './machine.mjs';

const SECRET = 'a secret of the tests under systemd, long enough';
const ORIGIN = 'https://app.example.com';
const NOT_CHECKED = /warning: not checked: the secrets jwt_key, emit_key, which only the running service and root beside it can read/;
const signed = token({}, { secret: SECRET });

let machine;
before(async () => {
    machine = await Machine.boot();
    const secret = { mode: 0o600 };
    machine.write('/etc/roomd/jwt_key', `${SECRET}\n`, secret);
    machine.write('/etc/roomd/emit_key', 'an-emit-key-of-these-tests\n', secret);
    machine.write('/etc/roomd/roomd.yaml', {
        listen: [{ address: `127.0.0.1:${PORT}` }],
        portals: [{ name: 'app', origins: [ORIGIN] }],
        auth: { mode: 'required', issuers: [{ issuer: 'studyspot', audience: 'roomd', algorithms: ['HS256'], key: '${credential:jwt_key}' }] },
        catalogue: { unknown: 'allow' },
        keys: [{ name: 'backend', key: '${credential:emit_key}', scopes: ['emit'] }],
        plugins: { load: [{ name: 'http_emit' }] },
    });
    await machine.change('roomd.service', '[Service]\nLoadCredential=jwt_key:/etc/roomd/jwt_key\nLoadCredential=emit_key:/etc/roomd/emit_key\n');
    await machine.must('useradd', '--system', '--groups', 'roomd', 'watcher');
    await machine.systemctl('start', 'roomd');
}, { timeout: 90_000 });
after(() => machine?.end());

const as_watcher = (...words) => machine.run('setpriv', '--reuid=watcher', '--regid=watcher', '--init-groups', 'roomd', ...words);

test('root needs to know no paths: all is checked as the service reads it', async () => {
    assert.deepEqual(await machine.run('roomd', 'check'), { code: 0, out: '/etc/roomd/roomd.yaml: good\n', err: '' });
    assert.match(await machine.must('roomd', 'check', '--diff'), /the daemon runs exactly this configuration/);
    assert.match(await machine.must('roomd', 'cors', 'test', ORIGIN), /app/);
    assert.match(await machine.must('roomd', 'token', 'verify', signed), /u1/);
    assert.match(await machine.must('roomd', 'config', 'show'), /key: "?\$\{credential:jwt_key\}/);
    const other = await machine.run('roomd', 'token', 'verify', token({}, { secret: 'another secret, which is long enough too' }));
    assert.match(other.err, /token_/);
});

test('others are told in one line what is not checked, and get the answers that need no secret', async () => {
    const checked = await as_watcher('check');
    assert.equal(checked.code, 0);
    assert.match(checked.err, NOT_CHECKED);
    assert.equal(checked.err.trim().split('\n').length, 1);
    assert.equal((await as_watcher('cors', 'test', ORIGIN)).code, 0);
    assert.equal((await as_watcher('config', 'show')).code, 0);
    assert.equal((await as_watcher('explain', '--event', 'a', '--room', 'b')).err, '');
    const verified = await as_watcher('token', 'verify', signed);
    assert.equal(verified.code, 3);
    assert.match(verified.err, /^roomd: the keys of issuers cannot be read here: run this as root beside the running service/);
});

test('a secret in a file of the service alone is not checked by others either', async () => {
    machine.write('/etc/roomd/jwt_key', `${SECRET}\n`, { owner: 'roomd', mode: 0o400 });
    const file = '/etc/roomd/files.yaml';
    machine.write(file, {
        auth: { mode: 'required', issuers: [{ algorithms: ['HS256'], key: '${file:jwt_key}' }] },
        catalogue: { unknown: 'allow' },
    });
    const { code, err } = await as_watcher('check', '--config', file);
    assert.equal(code, 0);
    assert.match(err, /not checked: the secrets jwt_key, which/);
});

test('where the service does not run, root is told the same', async () => {
    await machine.systemctl('stop', 'roomd');
    const { code, err } = await machine.run('roomd', 'check');
    assert.equal(code, 0);
    assert.match(err, NOT_CHECKED);
});
