// `roomd catalogue`: what it writes for backends and portals compiles, refuses a wrong payload, and goes where the catalogue says.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { built, clients } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';
import { python } from './support/page_postgres.mjs';
import { binary, build, roomd, settings, source } from './support/roomd.mjs';
import { SECRET } from './support/token.mjs';
import { until } from './support/wait.mjs';

const run = promisify(execFile);
const studyspot = path.join(source, 'conf/studyspot.yaml');
const tsc = path.join(source, 'tests/e2e/node_modules/typescript/bin/tsc');
const events = ['booking:cancelled', 'booking:checkin', 'booking:checkout', 'booking:created', 'booking:updated', 'library:created', 'library:deleted',
    'library:updated', 'notification', 'pricing:updated', 'seat:availability'];
const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'l1', tenantId: 't1', status: 'confirmed' };
const emitted = [
    { event: 'booking:created', data: booking, rooms: ['user:u1', 'library:l1', 'tenant:t1'] },
    { event: 'pricing:updated', data: { newPrice: 2.5, currency: 'EUR', libraryId: 'l1' }, rooms: ['library:l1'] },
];

// What `roomd catalogue ...` does.
async function catalogue(words, config = studyspot) {
    return run(binary, ['catalogue', ...words, '--config', config], { maxBuffer: 1 << 26 })
        .then(({ stdout, stderr }) => ({ out: stdout, err: stderr, code: 0 }), ({ stdout, stderr, code }) => ({ out: stdout, err: stderr, code }));
}
async function made(...words) {
    const { out, err, code } = await catalogue(words);
    assert.deepEqual([err, code], ['', 0]);
    return out;
}
function place(t) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-catalogue-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}
const KEY = 'a-key-of-the-end-to-end-tests';
// The shipped configuration, at another place and with secrets of its own.
const daemon = (t) => roomd(t, (port) => readFileSync(studyspot, 'utf8')
    .replace('127.0.0.1:3001', `127.0.0.1:${port}`)
    .replaceAll('schemas/', path.join(source, 'conf/schemas/'))
    .replace('${credential:jwt_key}', '${env:STUDYSPOT_JWT}')
    .replace('${credential:emit_key}', '${env:STUDYSPOT_KEY}')
    .replace('plugins:\n', `plugins:\n  directory: ${path.join(build, 'plugins')}\n`), { STUDYSPOT_JWT: SECRET, STUDYSPOT_KEY: KEY });
const to = (server, env = {}) => ({ ...process.env, NODE_ENV: '', ROOMD_URL: server.url, ROOMD_KEY: KEY, ...env });
// Where emitters send: that daemon, or what stands in for one that takes no key in an event of a batch.
async function receiver(t) {
    const server = await daemon(t);
    const events = [{ event: 'notification', data: { userId: 'probe', title: 'probe' }, key: 'probe' }];
    const answer = await server.post('/api/emit/batch', { events }, { Authorization: `Bearer ${KEY}` });
    if (answer.status === 200) return { url: server.url, rooms: emitted[0].rooms, recipients: 0 };
    const other = await StandIn.open(t);
    t.diagnostic('with a stand-in: this daemon refuses `key` in an event of a batch');
    return { url: other.url, rooms: ['of:catalogue'], recipients: 1 };
}

describe('the module for TypeScript', () => {
    let folder, module;
    before(async () => {
        folder = await built();
        module = await made('emitter', 'ts');
    });
    // A project that has the emitter and the generated module.
    function project(t, files) {
        const here = mkdtempSync(path.join(folder, 'generated-'));
        t.after(() => rmSync(here, { recursive: true, force: true }));
        symlinkSync(path.join(source, 'tests/e2e/node_modules/@types'), path.join(here, 'types'));
        writeFileSync(path.join(here, 'package.json'), '{"type":"module"}');
        writeFileSync(path.join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'NodeNext', target: 'ES2022', strict: true,
            exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, declaration: true, typeRoots: ['./types'], types: ['node'], outDir: 'out',
            rootDir: '.' }, include: ['*.ts'] }));
        for (const [name, text] of Object.entries({ 'realtime.ts': module, ...files })) writeFileSync(path.join(here, name), text);
        return here;
    }
    const compiled = (here) => run(process.execPath, [tsc, '-p', here]).then(() => '', ({ stdout }) => stdout);
    const backend = `
        import { emitBookingCreated, emitPricingUpdated, live, type Booking } from './realtime.js';
        const booking: Booking = ${JSON.stringify(booking)};
        emitBookingCreated(booking);
        emitPricingUpdated('l1', { newPrice: 2.5, currency: 'EUR' });
        const { recipients } = await live.bookingCreated.confirmed(booking);
        live.to('library:l1').except('role:staff').emit('seat:availability', { libraryId: 'l1', availableSeats: 3 });
        live.to('library:l1').seatAvailability({ libraryId: 1, availableSeats: 3 });
        await live.flush();
        console.log(recipients);`;

    test('has a call for each event, compiles, and sends', async (t) => {
        const all = events.map((name) => name.split(':').map((word) => word[0].toUpperCase() + word.slice(1)).join(''));
        const here = project(t, { 'backend.ts': backend, 'all.ts': `import { ${all.map((name) => `emit${name}`).join(', ')} } from './realtime.js';
            export const all = [${all.map((name) => `emit${name}`).join(', ')}];`,
            'inside.ts': `import { live } from './realtime.js';
            const tx = { query: async () => ({ rows: [{ id: 1 }] }) };
            export const id: string = await live.in(tx).bookingCreated(${JSON.stringify(booking)});` });
        assert.equal(await compiled(here), '');
        const server = await receiver(t);
        const { stdout } = await run(process.execPath, ['out/backend.js'], { cwd: here, env: to(server) });
        assert.equal(stdout, `${server.recipients}\n`);
    });

    test('a wrong payload does not compile', async (t) => {
        const wrong = [
            `emitBookingCreated({ ...booking, bookingId: true });`,
            `emitBookingCreated({ ...booking, status: 'gone' });`,
            `emitBookingCreated({ ...booking, seat: 4 });`,
            `emitBookingCreated({ bookingId: 'b1' });`,
            `emitBookingCreated(undefined);`,
            `emitPricingUpdated({ libraryId: 'l1', newPrice: 1, currency: 'EUR' });`,
            `emitPricingUpdated(true, { newPrice: 1, currency: 'EUR' });`,
            `emitPricingUpdated('l1', { newPrice: '1', currency: 'EUR' });`,
            `emitPricingUpdated('l1', { currency: 'EUR' });`,
            `live.emit('booking:craeted', booking);`,
            `live.to('library:l1').emit('pricing:updated', booking);`,
            `void live.bookingCreated.confirmed({});`,
            `live.bookingCreated(booking, { romos: 'x' });`,
        ];
        const head = `import { emitBookingCreated, emitPricingUpdated, live } from './realtime.js';
            const booking = ${JSON.stringify(booking)} as const;`;
        const text = wrong.map((line) => `// @ts-expect-error\n${line}`).join('\n');
        assert.equal(await compiled(project(t, { 'wrong.ts': `${head}\n${text}\nexport { booking };` })), '');
        // ... and it is the payload that is wrong, not the head.
        const bad = await compiled(project(t, { 'wrong.ts': `${head}\n${wrong[1]}\nexport { booking };` }));
        assert.match(bad, /wrong\.ts\(3,\d+\): error TS2322: .*"gone"/);
    });

    test('an emitter warns once of a daemon with another catalogue', async (t) => {
        const here = project(t, { 'warned.ts': `
            import { emitBookingCreated, live } from './realtime.js';
            emitBookingCreated(${JSON.stringify(booking)});
            process.on('SIGTERM', () => process.exit());
            setInterval(() => emitBookingCreated(${JSON.stringify(booking)}), 300);
            export { live };` });
        assert.equal(await compiled(here), '');
        const [, digest] = /catalogue: '([\da-f]{16})'/.exec(module);
        for (const told of [digest, '0000000000000000']) {
            const server = await StandIn.open(t);
            server.health = { catalogue: told };
            const child = execFile(process.execPath, ['out/warned.js'], { cwd: here, env: to(server) });
            let err = '';
            child.stderr.on('data', (piece) => (err += piece));
            t.after(() => child.kill('SIGKILL'));
            await until('it to ask /health, and to send on', () => server.asked > 0 && server.requests.length > 12);
            child.kill('SIGTERM');
            await new Promise((done) => child.on('close', done));
            assert.equal(err.match(/the daemon has the catalogue 0000000000000000/g)?.length ?? 0, told === digest ? 0 : 1, err);
            assert.equal(server.asked, 1);
        }
    });
});

describe('the types for socket.io-client', () => {
    test('compile in a portal, and a wrong payload does not', async (t) => {
        const here = place(t);
        symlinkSync(path.join(source, 'tests/e2e/node_modules'), path.join(here, 'node_modules'));
        writeFileSync(path.join(here, 'roomd.yaml'), `auth: { mode: none }
rooms: { library: { allow: all }, internal: { join: never } }
events: { news: {}, seats: { schema: { type: object, required: [free], properties: { free: { type: integer } } } } }
client_events: { typing: { rooms: [library], schema: { type: boolean } }, wave: { rooms: [library] } }`);
        const { out, code, err } = await catalogue(['types'], path.join(here, 'roomd.yaml'));
        assert.equal(code, 0, err);
        writeFileSync(path.join(here, 'events.ts'), out);
        writeFileSync(path.join(here, 'portal.ts'), `
            import { io, type Socket } from 'socket.io-client';
            import type { ClientToServerEvents, ServerToClientEvents } from './events.js';
            const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io('http://localhost:1');
            socket.on('seats', ({ free }) => { const n: number = free; void n; });
            socket.on('typing', (room, data, from) => { const x: [\`library:\${string}\`, boolean, string | null] = [room, data, from.user]; void x; });
            socket.on('join:error', ({ code }) => console.log(code));
            socket.on('room:left', ({ room }) => console.log(room));
            socket.on('rate:warning', ({ message }) => console.log(message));
            socket.on('emit:error', ({ pointer }) => console.log(pointer));
            const answer = await socket.emitWithAck('join:library', 'l1');
            if (answer.ok) { const n: number = answer.members; void n; } else { const c: string = answer.error.code; void c; }
            socket.emit('typing', 'library:l1', true);
            socket.emit('typing', 'library:l1', true, (said) => console.log(said.ok && said.recipients));
            socket.emit('wave', 'library:l1');
            const withTime = await socket.timeout(1000).emitWithAck('leave', 'library:l1');
            void withTime.ok;
            // @ts-expect-error no such event
            socket.on('saets', () => undefined);
            // @ts-expect-error another type
            socket.on('seats', ({ free }) => { const n: string = free; void n; });
            // @ts-expect-error a room of another kind
            socket.emit('typing', 'user:u1', true);
            // @ts-expect-error another type
            socket.emit('typing', 'library:l1', 'yes');
            // @ts-expect-error nobody may ask for these rooms
            await socket.emitWithAck('join:internal', 'x');
            // @ts-expect-error an id is text or a number
            await socket.emitWithAck('join:library', true);
            // @ts-expect-error backends emit it
            socket.emit('seats', { free: 1 });`);
        writeFileSync(path.join(here, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'NodeNext', target: 'ES2022', strict: true, noEmit: true,
            skipLibCheck: true, lib: ['ES2022', 'DOM'] }, include: ['*.ts'] }));
        writeFileSync(path.join(here, 'package.json'), '{"type":"module"}');
        await run(process.execPath, [tsc, '-p', here]).catch((error) => assert.fail(error.stdout));
    });
});

test('the module for Python compiles, sends, and its fake knows the rooms', async (t) => {
    const here = place(t);
    const env = { PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' };
    writeFileSync(path.join(here, 'realtime.py'), await made('emitter', 'python'));
    writeFileSync(path.join(here, 'backend.py'), `
import json, sys
from realtime import Booking, AsyncRealtime, emit_booking_created, emit_pricing_updated, live
from roomd_emit import Fake, EmitRefused
booking: Booking = json.loads(sys.argv[1])
emit_booking_created(booking)
emit_pricing_updated("l1", {"newPrice": 2.5, "currency": "EUR"})
print(json.dumps(live.booking_created.confirmed(booking).rooms))
live.flush()
seen = Fake()
live.use(seen)
emit_booking_created(booking)
emit_pricing_updated("l1", {"newPrice": 2.5, "currency": "EUR"})
print(json.dumps([{"event": one.event, "data": one.data, "rooms": one.rooms} for one in seen.emitted]))
try:
    live.booking_created({**booking, "status": "gone"})
except EmitRefused as why:
    print(why.pointer)
AsyncRealtime()`);
    await run('python3', ['-m', 'py_compile', 'realtime.py'], { cwd: here });
    const server = await receiver(t);
    const { stdout } = await run('python3', ['backend.py', JSON.stringify(booking)], { cwd: here, env: to(server, env) });
    const [rooms, seen, pointer] = stdout.trim().split('\n');
    assert.deepEqual(JSON.parse(rooms), server.rooms);
    assert.deepEqual(JSON.parse(seen), emitted);
    assert.equal(pointer, '/data/status');
});

const skip = spawnSync('php', ['--version']).status !== 0 && 'no php here: apt-get install php-cli';
test('a checker takes the module for Python, and refuses a wrong payload', { skip: spawnSync(python, ['-m', 'mypy', '--version']).status !== 0 && 'no mypy here: apt-get install mypy' }, async (t) => {
    const here = place(t);
    writeFileSync(path.join(here, 'realtime.py'), await made('emitter', 'python'));
    writeFileSync(path.join(here, 'backend.py'), `from realtime import AsyncRealtime, Booking, emit_booking_created, emit_pricing_updated, live
booking: Booking = ${JSON.stringify(booking)}
count: int = live.booking_created.confirmed(booking).recipients
async def main() -> int: return (await AsyncRealtime().booking_created.confirmed(booking)).recipients
emit_pricing_updated("l1", {"newPrice": 2.5, "currency": "EUR"})
live.to("library:l1").emit("notification", 1)
emit_booking_created({"bookingId": "b1"})  # wrong
emit_pricing_updated("l1", {"newPrice": "2.5", "currency": "EUR"})  # wrong
emit_pricing_updated({"libraryId": "l1", "newPrice": 2.5, "currency": "EUR"})  # wrong
live.booking_craeted(booking)  # wrong
`);
    const words = ['-m', 'mypy', '--strict', '--follow-imports=silent', '--cache-dir', here, 'realtime.py', 'backend.py'];
    const said = await run(python, words, { cwd: here, env: { ...process.env, MYPYPATH: path.join(clients, 'python/src') } }).then(() => 'nothing', ({ stdout }) => stdout);
    assert.deepEqual([...new Set(said.match(/^\w+\.py:\d+(?=: error:)/gm))], [7, 8, 9, 10].map((line) => `backend.py:${line}`), said);
});

test('the file for PHP passes php -l, and sends', { skip }, async (t) => {
    const here = place(t);
    copyFileSync(path.join(clients, 'php/Roomd.php'), path.join(here, 'Roomd.php'));
    writeFileSync(path.join(here, 'realtime.php'), await made('emitter', 'php'));
    await run('php', ['-l', 'realtime.php'], { cwd: here });
    writeFileSync(path.join(here, 'backend.php'), `<?php
require 'realtime.php';
$booking = json_decode($argv[1], true);
$live = Realtime::live();
$live->bookingCreated($booking);
$live->to('library:l1')->pricingUpdated('l1', ['newPrice' => 2.5, 'currency' => 'EUR']);
echo json_encode($live->bookingCreatedConfirmed($booking)->rooms), "\\n";
$seen = new Roomd\\Fake();
$live->use($seen);
$live->pricingUpdated('l1', ['newPrice' => 2.5, 'currency' => 'EUR']);
echo json_encode($seen->data('pricing:updated')[0]), "\\n";`);
    const server = await receiver(t);
    const { stdout } = await run('php', ['backend.php', JSON.stringify(booking)], { cwd: here, env: to(server) });
    const [rooms, data] = stdout.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(rooms, server.rooms);
    assert.deepEqual(data, emitted[1].data);
});

describe('modules know the catalogue that they were made from', () => {
    const files = {
        python: ['realtime.py', 'python3', `from realtime import live\nlive.notification.confirmed({"userId": "u1", "title": "Hello"})\nlive.notification.confirmed({"userId": "u1", "title": "Again"})`],
        php: ['realtime.php', 'php', `<?php declare(strict_types=1); require 'realtime.php'; $live = new Realtime(timeout: 20);
            foreach (['Hello', 'Again'] as $title) $live->notificationConfirmed(['userId' => 'u1', 'title' => $title]);`],
    };
    for (const [language, [name, program, code]] of Object.entries(files)) {
        test(`${language}: another one of the daemon is warned of once, after a file of an older version too`, { skip: language === 'php' && skip }, async (t) => {
            const here = place(t);
            copyFileSync(path.join(clients, 'php/Roomd.php'), path.join(here, 'Roomd.php'));
            const module = await made('emitter', language);
            const [, digest] = /Digest of the catalogue: ([\da-f]{16})/.exec(module);
            assert.equal(module.split(digest).length - 1, 2, 'the digest is in the heading and a value');
            writeFileSync(path.join(here, `backend.${language}`), code);
            const said = async (text, told) => {
                const server = await StandIn.open(t);
                server.health = { catalogue: told };
                writeFileSync(path.join(here, name), text);
                const { stderr } = await run(program, [`backend.${language}`], { cwd: here,
                    env: to(server, { PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' }) });
                assert.equal(server.sent.length, 2);
                return [server.asked, stderr.match(/the daemon has the catalogue 0000000000000000/g)?.length ?? 0];
            };
            assert.deepEqual(await said(module, digest), [1, 0]);
            assert.deepEqual(await said(module, '0000000000000000'), [1, 1]);
            // As versions before wrote it: without the value.
            const older = module.replace(/^_CATALOGUE.*\n/m, '').replaceAll('_catalogue = _CATALOGUE', 'pass').replace(/^ *public const CATALOGUE.*\n/m, '');
            assert.equal(older.split(digest).length - 1, 1);
            assert.deepEqual(await said(older, '0000000000000000'), [0, 0]);
            assert.equal((await catalogue(['emitter', language, '--check', path.join(here, name)])).code, 0);
        });
    }
});

test('the AsyncAPI document says what is sent where', async () => {
    const document = JSON.parse(await made('asyncapi'));
    assert.equal(document.asyncapi, '3.0.0');
    assert.deepEqual(Object.values(document.components.messages).map(({ name }) => name).sort(), events);
    // Each reference leads somewhere.
    let references = 0;
    const look = (value) => {
        if (typeof value !== 'object' || value === null) return;
        if (typeof value.$ref === 'string') {
            ++references;
            const at = value.$ref.slice(2).split('/').reduce((found, name) => found?.[name], document);
            assert.ok(at, value.$ref);
        }
        Object.values(value).forEach(look);
    };
    look(document);
    assert.ok(references > 50);
    const channel = Object.values(document.channels).find(({ address }) => address === 'library:{libraryId}');
    assert.deepEqual(Object.keys(channel.parameters), ['libraryId']);
    assert.ok('seat.availability' in channel.messages);
    for (const operation of Object.values(document.operations)) assert.equal(operation.action, 'send');
});

describe('--check', () => {
    test('takes a file of the same catalogue, and says what to do with a stale one', async (t) => {
        const here = place(t);
        for (const words of [['emitter', 'ts'], ['emitter', 'python'], ['emitter', 'php'], ['types'], ['asyncapi']]) {
            const file = path.join(here, words.join('.'));
            const text = await made(...words);
            writeFileSync(file, text);
            assert.deepEqual(await catalogue([...words, '--check', file]), { out: `${file}: up to date\n`, err: '', code: 0 });
            writeFileSync(file, text.replaceAll(/\b[\da-f]{16}\b/g, '0123456789abcdef'));
            const stale = await catalogue([...words, '--check', file]);
            assert.equal(stale.code, 1);
            assert.ok(stale.err.includes(`is stale`) && stale.err.includes(`roomd catalogue ${words.join(' ')} --config ${studyspot} > ${file}`), stale.err);
        }
        const other = await catalogue(['types', '--check', path.join(here, 'emitter.ts')]);
        assert.equal(other.code, 1);
        assert.match(other.err, /is not a file that `roomd catalogue types` made/);
        assert.equal((await catalogue(['types', '--check', path.join(here, 'nowhere.ts')])).code, 1);
    });

    test('looks at what the catalogue means: the order of the YAML is not that', async (t) => {
        const here = place(t);
        const file = path.join(here, 'roomd.yaml');
        const yaml = (events) => writeFileSync(file, `auth: { mode: none }\nrooms: { a: { allow: all } }\nevents: { ${events} }`);
        yaml('seats: { rooms: ["a:{b}"], schema: { type: object, properties: { b: {}, c: {} } } }, news: {}');
        const { out } = await catalogue(['emitter', 'ts'], file);
        writeFileSync(path.join(here, 'realtime.ts'), out);
        yaml('news: {}, seats: { schema: { properties: { c: {}, b: {} }, type: object }, rooms: ["a:{b}"] }');
        assert.equal((await catalogue(['emitter', 'ts', '--check', path.join(here, 'realtime.ts')], file)).code, 0);
        for (const changed of ['news: {}', 'news: {}, seats: {}', 'news: { volatile: true }, seats: { rooms: ["a:{b}"], schema: { type: object, properties: { b: {}, c: {} } } }']) {
            yaml(changed);
            assert.equal((await catalogue(['emitter', 'ts', '--check', path.join(here, 'realtime.ts')], file)).code, 1, changed);
        }
    });

    test('looks at what types are called', async (t) => {
        const here = place(t);
        const file = path.join(here, 'roomd.yaml');
        const named = (name) => {
            writeFileSync(path.join(here, name), '{"type":"object"}');
            writeFileSync(file, `auth: { mode: none }\nevents: { seats: { schema: ${name} } }`);
        };
        for (const words of [['emitter', 'ts'], ['emitter', 'python'], ['emitter', 'php'], ['types'], ['asyncapi']]) {
            const written = path.join(here, words.join('.'));
            named('one.json');
            writeFileSync(written, (await catalogue(words, file)).out);
            assert.equal((await catalogue([...words, '--check', written], file)).code, 0, words.join(' '));
            named('two.json');
            const { code, err } = await catalogue([...words, '--check', written], file);
            assert.equal(code, 1, words.join(' '));
            assert.match(err, /is stale/);
        }
    });

    test('/health and /ready tell the digest, also after a reload', async (t) => {
        const module = await made('emitter', 'ts');
        const [, digest] = /Digest of the catalogue: ([\da-f]{16})/.exec(module);
        const server = await daemon(t);
        const told = async () => (await (await server.get('/health')).json()).data.catalogue;
        assert.equal(await told(), digest);
        assert.equal((await (await server.get('/ready')).json()).data.catalogue, digest);
        server.write(settings(server.port, { events: { other: {} } }));
        server.process.kill('SIGHUP');
        await until('the reload', async () => (await told()) !== digest);
    });
});

test('two events with one call are refused by name', async (t) => {
    const file = path.join(place(t), 'roomd.yaml');
    writeFileSync(file, 'auth: { mode: none }\nevents: { "seat:map": {}, seatMap: {} }');
    const { code, err } = await catalogue(['emitter', 'ts'], file);
    assert.equal(code, 3);
    assert.match(err, /the events "seatMap" and "seat:map" would both get the call seatMap: rename one of them|the events "seat:map" and "seatMap"/);
});
