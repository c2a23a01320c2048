// What `roomd catalogue emitter` makes of names that a language or another name of the module gets in the way of.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { built, clients } from './support/emitter_node.mjs';
import { binary, source } from './support/roomd.mjs';

const run = promisify(execFile);
const tsc = path.join(source, 'tests/e2e/node_modules/typescript/bin/tsc');
// Each of these names once broke a module, or was lost.
const events = (more = '') => `auth: { mode: none }
events:
  "?>": {}
  then: {}
  event: {}
  cast: {}
  mro: {}
  R: { schema: { type: string } }
  "a:bc": { schema: { type: string } }
  typed: { schema: { type: object, properties: { dict: { type: object, properties: { a: { type: string } } } } } }
  seats: { arguments: [library_id, libraryId], schema: { type: object, properties: { library_id: { type: integer }, libraryId: {}, "7": {} } } }
${more}`;
const seats = { 7: 'x', library_id: 3, libraryId: 'l' };

// A folder with the module in the file `name`.
async function written(t, language, name, config, within = os.tmpdir()) {
    const here = mkdtempSync(path.join(within, 'roomd-names-'));
    t.after(() => rmSync(here, { recursive: true, force: true }));
    writeFileSync(path.join(here, 'roomd.yaml'), config);
    const { stdout } = await run(binary, ['catalogue', 'emitter', language, '--config', path.join(here, 'roomd.yaml')]);
    writeFileSync(path.join(here, name), stdout);
    return here;
}

test('Python calls each event by a name that is free', async (t) => {
    const here = await written(t, 'python', 'realtime.py', events('  abc: { schema: { type: integer } }'));
    writeFileSync(path.join(here, 'backend.py'), `
import json
from roomd_emit import EmitRefused, Fake
from realtime import live
seen = Fake()
live.use(seen)
for call in [live.then_event, live.event_event, live.cast_event, live.mro_event, live.r]:
    call("x")
live.typed_event({"dict": {"a": "x"}})
live.a_bc("x")
live.abc(1)
try:
    live.a_bc(1)
except EmitRefused as why:
    print(json.dumps(why.pointer))
live.seats(3, "l", {"7": "x"})
print(json.dumps([[one.event, one.data] for one in seen.emitted]))`);
    const env = { ...process.env, PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1', ROOMD_ENV: 'development' };
    const { stdout } = await run('python3', ['backend.py'], { cwd: here, env });
    const [pointer, seen] = stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(pointer, '/data');
    assert.deepEqual(seen, [...['then', 'event', 'cast', 'mro', 'R'].map((event) => [event, 'x']), ['typed', { dict: { a: 'x' } }],
        ['a:bc', 'x'], ['abc', 1], ['seats', seats]]);
});

test('PHP takes two arguments of one name, a member 7, and 3.0 as an integer',
    { skip: spawnSync('php', ['--version']).status !== 0 && 'no php here: apt-get install php-cli' }, async (t) => {
        const here = await written(t, 'php', 'realtime.php', events());
        copyFileSync(path.join(clients, 'php/Roomd.php'), path.join(here, 'Roomd.php'));
        writeFileSync(path.join(here, 'backend.php'), `<?php
declare(strict_types=1);
require 'realtime.php';
$seen = new Roomd\\Fake();
Realtime::live()->use($seen)->seats(3.0, 'l', ['7' => 'x']);
echo json_encode($seen->data('seats')[0]);`);
        const { stdout } = await run('php', ['backend.php'], { cwd: here });
        assert.deepEqual(JSON.parse(stdout), seats);
    });

test('TypeScript awaits its module as it awaits any object', async (t) => {
    const here = await written(t, 'ts', 'realtime.ts', events(), await built());
    writeFileSync(path.join(here, 'package.json'), '{"type":"module"}');
    const types = ['--typeRoots', path.join(source, 'tests/e2e/node_modules/@types'), '--types', 'node'];
    await run(process.execPath, [tsc, '--module', 'NodeNext', '--target', 'ES2022', '--strict', ...types, 'realtime.ts'], { cwd: here })
        .catch((error) => assert.fail(error.stdout));
    // One with a method `then` is called, and the program waits for what never comes.
    writeFileSync(path.join(here, 'backend.js'), "import { live } from './realtime.js';\nconsole.log((await live) === live);");
    const { stdout } = await run(process.execPath, ['backend.js'], { cwd: here });
    assert.equal(stdout, 'true\n');
});
