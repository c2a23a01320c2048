// The units as they are shipped: what systemd says of them, and who may do what under them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Machine, URL } from './machine.mjs';

let machine;
before(async () => (machine = await Machine.boot()), { timeout: 90_000 });
after(() => machine?.end());

const MOST_EXPOSED = 1.5;

test('systemd finds no fault in the units', async () => {
    const { code, out, err } = await machine.run('systemd-analyze', 'verify', 'roomd.service', 'roomd.socket');
    assert.deepEqual({ code, out, err }, { code: 0, out: '', err: '' });
});

test(`systemd rates the exposure at ${MOST_EXPOSED} or less`, async () => {
    const { out } = await machine.run('systemd-analyze', '--no-pager', 'security', 'roomd.service');
    const rated = Number(/Overall exposure level for roomd.service: ([\d.]+)/.exec(out)?.[1] ?? assert.fail(out));
    assert.ok(rated <= MOST_EXPOSED, out);
});

test('a Unix socket of mode 0660 is for the members of the group, who cannot read secrets', async (t) => {
    t.after(() => machine.reset());
    const secret = { owner: 'roomd', mode: 0o400 };
    machine.write('/etc/roomd/jwt_key', 'a secret of the tests under systemd, long enough\n', secret);
    machine.write('/etc/roomd/roomd.yaml', {
        listen: [{ address: 'unix:/run/roomd/emit.sock', mode: '0660' }],
        auth: { mode: 'required', issuers: [{ algorithms: ['HS256'], key: '${file:jwt_key}' }] },
        catalogue: { unknown: 'allow' },
        plugins: { load: [{ name: 'http_emit' }] },
        admin: { mode: '0660' },
    });
    await machine.must('useradd', '--system', '--groups', 'roomd', 'backend');
    await machine.must('useradd', '--system', 'stranger');
    await machine.systemctl('start', 'roomd');
    assert.equal(await machine.must('stat', '--format=%U:%G %a', '/run/roomd/emit.sock'), 'roomd:roomd 660');
    const as = (user, ...words) => machine.run('setpriv', `--reuid=${user}`, '--init-groups', `--regid=${user}`, ...words);
    const emits = (user) => as(user, 'roomd', 'stats');
    assert.equal((await emits('backend')).code, 0);
    assert.match((await emits('stranger')).err, /permission denied/);
    const reads = await as('backend', 'cat', '/etc/roomd/jwt_key');
    assert.match(reads.err, /Permission denied/);
});
