// roomd_emit, the emitter for Python: its own tests, and each example of its README.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { examples } from './support/emitter_examples.mjs';
import { clients } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';

const run = promisify(execFile);
const here = path.join(clients, 'python');
const env = { ...process.env, PYTHONPATH: path.join(here, 'src'), PYTHONDONTWRITEBYTECODE: '1' };

for (const name of ['test_http', 'test_emit', 'test_process', 'test_typed', 'test_clients']) {
    test(`its ${name}`, async (t) => {
        const { stderr } = await run('python3', ['-X', 'dev', '-m', 'unittest', name], { cwd: path.join(here, 'tests'), env })
            .catch((error) => assert.fail(error.stderr));
        const [, ran] = /^Ran (\d+) tests/m.exec(stderr);
        t.diagnostic(`${ran} tests`);
        assert.ok(Number(ran) > 1, stderr);
    });
}

describe('the README', () => {
    test('its examples run', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ event, data }) => event === 'notification' && data.title !== 'Hello' && { code: 'event_denied', pointer: '/event' };
        const place = mkdtempSync(path.join(os.tmpdir(), 'roomd-emit-python-'));
        t.after(() => rmSync(place, { recursive: true, force: true }));
        const page = examples('python');
        page['emit.py'] = page['emit.py'].replace('http://127.0.0.1:3001', daemon.url);
        page['db.py'] = `
class Connection:
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def cursor(self): return self
    def execute(self, *asked): print(*asked)
connection = Connection()`;
        for (const [name, text] of Object.entries(page)) writeFileSync(path.join(place, name), text);
        const start = async (file) => (await run('python3', ['-S', file], { cwd: place, env: { ...env, ROOMD_URL: daemon.url, ROOMD_KEY: 'a-key' } })).stdout;
        await start('emit.py');
        assert.equal(daemon.requests[0].headers.authorization, 'Bearer the-key');
        await start('targets.py');
        assert.deepEqual(daemon.sent.map(({ key, data, event, ...target }) => target), [{}, { rooms: ['library:l1'], except: ['role:staff'] }, { volatile: true },
            { rooms: ['library:l1', 'role:staff'], namespace: '/desk' }, { broadcast: true }]);
        assert.equal(await start('confirmed.py'), 'event_denied /event\n');
        assert.equal(await start('twin.py'), '1\n');
        assert.match(await start('transaction.py'), /INSERT[^]*SELECT roomd\.emit\(%s, %s::jsonb, rooms => %s::text\[\]\)/);
        daemon.sent.length = 0;
        await start('backend.py');
        assert.deepEqual(daemon.sent.map(({ event }) => event), ['booking:created', 'pricing:updated', 'booking:created']);
        await start('test_backend.py');
    });
});
