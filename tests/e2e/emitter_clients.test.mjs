// What the emitters for Node, Python and PHP do to clients, with a real daemon and real clients.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connected, received } from './support/clients.mjs';
import { examples } from './support/emitter_examples.mjs';
import { built, clients } from './support/emitter_node.mjs';
import { build, roomd } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const KEY = 'a-key-for-clients';
const server = await roomd({ after }, {
    ...IDENTITY,
    namespaces: ['/desk'],
    keys: [{ name: 'backend', key: `sha256:${createHash('sha256').update(KEY).digest('hex')}`, scopes: ['rooms', 'kick', 'presence'], rooms: ['library:*', 'user:*'] }],
    plugins: { directory: `${build}/plugins`, load: [{ name: 'http_clients' }] },
}, ENV);
const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-emit-clients-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const come = (t, sub, namespace = '/') => connected(t, server, { transports: ['websocket'], auth: { token: token({ sub }) } }, namespace);

// How each language runs a program, and writes what all of them do: a line of JSON for each step.
const ODD = String.raw`CORP\ann`;
const LANGUAGES = {
    node: {
        command: [process.execPath, 'mjs'],
        program: `import { createClients, EmitRefused } from 'roomd-emit';
            const clients = createClients();
            const say = (value) => console.log(JSON.stringify(value));
            say(await clients.join(ODD, ['library:1', 'library:2']));
            say(await clients.leave({ client: process.env.ID }, 'library:2'));
            say(await clients.join({ room: 'library:1' }, 'library:3', { namespace: '/desk' }));
            const { count, members, next } = await clients.members('library:1', { limit: 1 });
            const more = await clients.members('library:1', { limit: 1, after: next });
            say([count, members.map((one) => one.user), more.members.map((one) => one.user)]);
            say([await clients.online(ODD), await clients.online('nobody'), [...await clients.online([...Array.from({ length: 2000 }, (_, i) => 'n' + i), ODD, 'u2'])].sort()]);
            const user = await clients.user(ODD);
            say([user.online, user.count, user.clients.map((one) => one.rooms.length).sort()]);
            try { await clients.join('u2', ['library:1', 'staff:1']); } catch (error) { say([error instanceof EmitRefused, error.code, error.pointer, error.status]); }
            say([await clients.kick({ room: 'library:1' }, { reason: 'closed' }), await clients.kick(ODD)]);
            clients.close();`,
    },
    python: {
        command: ['python3', 'py'],
        program: `
import json, os
from roomd_emit import Clients, EmitRefused
clients = Clients()
say = lambda value: print(json.dumps(value, separators=(",", ":")))
say(clients.join(ODD, ["library:1", "library:2"])._asdict())
say(clients.leave(client=os.environ["ID"], rooms="library:2")._asdict())
say(clients.join(room="library:1", rooms="library:3", namespace="/desk")._asdict())
page = clients.members("library:1", limit=1)
more = clients.members("library:1", limit=1, after=page.next)
say([page.count, [one["user"] for one in page.members], [one["user"] for one in more.members]])
say([clients.online(ODD), clients.online("nobody"), sorted(clients.online([*map(str, range(2000)), ODD, "u2"]))])
user = clients.user(ODD)
say([user.online, user.count, sorted(len(one["rooms"]) for one in user.clients)])
try:
    clients.join("u2", ["library:1", "staff:1"])
except EmitRefused as error:
    say([True, error.code, error.pointer, error.status])
say([clients.kick(room="library:1", reason="closed"), clients.kick(ODD)])
`,
    },
    asyncio: {
        command: ['python3', 'py'],
        program: `
import asyncio, json, os
from roomd_emit import AsyncClients, EmitRefused
say = lambda value: print(json.dumps(value, separators=(",", ":")))
async def main():
    clients = AsyncClients()
    say((await clients.join(ODD, ["library:1", "library:2"]))._asdict())
    say((await clients.leave(client=os.environ["ID"], rooms="library:2"))._asdict())
    say((await clients.join(room="library:1", rooms="library:3", namespace="/desk"))._asdict())
    page = await clients.members("library:1", limit=1)
    more = await clients.members("library:1", limit=1, after=page.next)
    say([page.count, [one["user"] for one in page.members], [one["user"] for one in more.members]])
    say([await clients.online(ODD), await clients.online("nobody"), sorted(await clients.online([*map(str, range(2000)), ODD, "u2"]))])
    user = await clients.user(ODD)
    say([user.online, user.count, sorted(len(one["rooms"]) for one in user.clients)])
    try:
        await clients.join("u2", ["library:1", "staff:1"])
    except EmitRefused as error:
        say([True, error.code, error.pointer, error.status])
    say([await clients.kick(room="library:1", reason="closed"), await clients.kick(ODD)])
    clients.close()
asyncio.run(main())
`,
    },
    php: {
        command: ['php', 'php'],
        program: `<?php require 'Roomd.php';
            $clients = new Roomd\\Clients(timeout: 10);
            $say = function ($value) { echo json_encode($value, JSON_UNESCAPED_SLASHES), "\\n"; };
            $users = fn ($page) => array_column($page['members'], 'user');
            $sorted = function ($list) { sort($list); return $list; };
            $say($clients->join(ODD, ['library:1', 'library:2']));
            $say($clients->leave(client: getenv('ID'), rooms: 'library:2'));
            $say($clients->join(room: 'library:1', rooms: 'library:3', namespace: '/desk'));
            $page = $clients->members('library:1', limit: 1);
            $more = $clients->members('library:1', limit: 1, after: $page['next']);
            $say([$page['count'], $users($page), $users($more)]);
            $say([$clients->online(ODD), $clients->online('nobody'), $sorted($clients->online([...array_map('strval', range(1, 2000)), ODD, 'u2']))]);
            $user = $clients->user(ODD);
            $say([$user['online'], $user['count'], $sorted(array_map(fn ($one) => count($one['rooms']), $user['clients']))]);
            try { $clients->join('u2', ['library:1', 'staff:1']); } catch (Roomd\\EmitRefused $e) { $say([true, $e->reason, $e->pointer, $e->status]); }
            $say([$clients->kick(room: 'library:1', reason: 'closed'), $clients->kick(ODD)]);`,
    },
};

let modules;
before(async () => {
    modules = await built();
    cpSync(path.join(clients, 'php/Roomd.php'), path.join(folder, 'Roomd.php'));
});
let count = 0;
async function run([command, extension], program, env) {
    const place = command === process.execPath ? modules : folder;
    const file = path.join(place, `clients${process.pid}-${++count}.${extension}`);
    writeFileSync(file, program);
    const { stdout } = await promisify(execFile)(command, [file], {
        cwd: place,
        env: { ...process.env, PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1', ROOMD_URL: server.url, ROOMD_KEY: KEY, ...env },
    }).catch((error) => assert.fail(`${error.stdout}${error.stderr}`));
    return stdout;
}
const written = { node: JSON.stringify(ODD), python: JSON.stringify(ODD), asyncio: JSON.stringify(ODD), php: `'${ODD}'` };

for (const [language, { command, program }] of Object.entries(LANGUAGES)) {
    describe(language, () => {
        test('does everything that the daemon can do', async (t) => {
            const [ann, second, desk] = [await come(t, ODD), await come(t, ODD), await come(t, ODD, '/desk')];
            const gone = [ann, second, desk].map((socket) => received(socket, 'disconnect'));
            const left = received(second, 'room:left');
            const out = await run(command, program.replaceAll('ODD', written[language]), { ID: second.id });
            assert.deepEqual(out.trim().split('\n').map(JSON.parse), [
                { clients: 2, moved: 2, full: 0 },
                { clients: 1, moved: 1, full: 0 },
                { clients: 0, moved: 0, full: 0 }, // nobody of /desk is in that room
                [2, [ODD], [ODD]],
                [true, false, [ODD]],
                [true, 3, [1, 2, 3]],
                [true, 'room_denied', '/to/1', 403],
                [2, 1], // the desk
            ]);
            await until('all to be gone', () => gone.every((list) => list.length));
            assert.deepEqual(left, [{ room: 'library:2', reason: 'backend' }]);
        });
    });
}

describe('the READMEs', () => {
    for (const [language, out] of [['node', "1 1 u1\ntrue Set(1) { 'u1' }\n1\n1\n"], ['python', "1 1 u1\nTrue {'u1'}\n1\n1\n"], ['php', '1 1 u1\n[true,["u1"]]\n1\n1\n']]) {
        test(`what that of ${language} shows happens`, async (t) => {
            const u1 = await come(t, 'u1');
            const { command } = LANGUAGES[language];
            assert.equal(await run(command, examples(language)[`clients.${command[1]}`], {}), out);
            await until('u1 to be gone', () => !u1.connected);
        });
    }
});

// What becomes of calls when the daemon does not answer as it should.
describe('faults', () => {
    const programs = {
        node: (call, first) => `import { createClients } from 'roomd-emit';
            const clients = createClients({ url: process.env.FAULTY, timeout: 300, deadline: 2500 });
            ${first && `await clients.${first};`}
            try { console.log(JSON.stringify(await clients.${call})); } catch (error) { console.log(error.constructor.name, error.code); }
            clients.close();`,
        python: (call, first) => `
import json, os
from roomd_emit import Clients, RoomdError
clients = Clients(os.environ["FAULTY"], timeout=0.3, deadline=2.5)
${first && `clients.${first}`}
try:
    print(json.dumps(clients.${call}))
except RoomdError as error:
    print(type(error).__name__, error.code)
`,
        php: (call, first) => `<?php require 'Roomd.php';
            $clients = new Roomd\\Clients(getenv('FAULTY'), timeout: 2.5);
            ${first && `$clients->${first};`}
            try { echo json_encode($clients->${call}), "\\n"; } catch (Roomd\\RoomdError $e) { echo substr(get_class($e), 6), ' ', $e->reason, "\\n"; }`,
    };
    const cases = {
        'a 503 is tried again': [['busy', 'good'], "kick('u1')", '1', 2],
        'a kick that was perhaps heard is not said again': [['cut', 'good'], "kick('u1')", 'EmitDropped deadline', 1],
        'nor one that a proxy has no answer to': [['gateway', 'good'], "kick('u1')", 'EmitDropped deadline', 1],
        'a question that a proxy lost is said again': [['gateway', 'good'], "online('u1')", 'true', 2],
        'nor over a connection that was kept': [['good', 'cut', 'good'], "kick('u1')", 'EmitDropped deadline', 2, "online('u1')"],
        'a question is': [['cut', 'good'], "online('u1')", 'true', 2],
        'an answer of somebody else': [['foreign'], "online('u1')", 'EmitDropped answer_invalid', 1],
    };
    const answers = { good: [200, '{"success":true,"data":{"clients":1,"online":["u1"]}}'], foreign: [200, '<html>'], busy: [503, '{"success":false,"error":{"code":"overloaded"}}'], gateway: [502, '<html>'] };
    for (const [name, [script, call, expected, requests, first = '']] of Object.entries(cases)) {
        for (const language of ['node', 'python', 'php']) {
            test(`${language}: ${name}`, async (t) => {
                const left = [...script];
                let heard = 0;
                const faulty = http.createServer((request, response) => {
                    ++heard;
                    const [status, body] = answers[left.shift()] ?? [];
                    if (!status) return request.socket.destroy();
                    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
                });
                await new Promise((done) => faulty.listen(0, '127.0.0.1', done));
                t.after(() => faulty.close());
                const out = await run(LANGUAGES[language].command, programs[language](call, first), { FAULTY: `http://127.0.0.1:${faulty.address().port}` });
                assert.deepEqual([out.trim(), heard], [expected, requests]);
            });
        }
    }
});

describe('fakes', () => {
    const programs = {
        node: `import { FakeClients } from 'roomd-emit';
            const clients = new FakeClients();
            clients.rooms['library:1'] = ['ann', 'bob'];
            clients.users.add('cid');
            await clients.join('ann', 'library:2');
            await clients.kick({ room: 'library:1' }, { reason: 'closed' });
            console.log(JSON.stringify([clients.done, [...await clients.online(['ann', 'cid', 'dan'])], (await clients.members('library:1')).count, (await clients.user('bob')).clients[0].rooms]));`,
        python: `
import json
from roomd_emit import FakeClients
clients = FakeClients()
clients.rooms["library:1"] = ["ann", "bob"]
clients.users.add("cid")
clients.join("ann", "library:2")
clients.kick(room="library:1", reason="closed")
print(json.dumps([clients.done, sorted(clients.online(["ann", "cid", "dan"])), clients.members("library:1").count, clients.user("bob").clients[0]["rooms"]]))
`,
        php: `<?php require 'Roomd.php';
            $clients = new Roomd\\FakeClients();
            $clients->rooms['library:1'] = ['ann', 'bob'];
            $clients->users[] = 'cid';
            $clients->join('ann', 'library:2');
            $clients->kick(room: 'library:1', reason: 'closed');
            echo json_encode([$clients->done, $clients->online(['ann', 'cid', 'dan']), $clients->members('library:1')['count'], $clients->user('bob')['clients'][0]['rooms']]);`,
    };
    for (const [language, program] of Object.entries(programs)) {
        test(language, async () => {
            assert.deepEqual(JSON.parse(await run(LANGUAGES[language].command, program, {})), [
                [{ call: 'join', user: 'ann', rooms: ['library:2'] }, { call: 'kick', room: 'library:1', reason: 'closed' }],
                ['ann', 'cid'], 2, ['library:1'],
            ]);
        });
    }
});
