// What the webhook plugin tells, kept as rows of roomd.lifecycle until the backend has it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { request } from './support/admin.mjs';
import { Backend } from './support/backend.mjs';
import { connected } from './support/clients.mjs';
import { metric as ofDatabase, postgres } from './support/postgres.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const SECRET = 'a secret of the tests, 0123456789';
const websocket = { transports: ['websocket'] };
const database = await postgres({ after });
await database.sql('CREATE ROLE daemon LOGIN IN ROLE roomd_daemon');

// A daemon of this node, with a database, that tells this backend; by an instance of its own, so that no two tests share rows.
async function daemon(t, backend, node, changes = {}, before = []) {
    const instance = node.split('-')[0];
    return roomd(t, (port) => {
        const config = settings(port, { admin: { socket: 'admin.sock' }, drain: '200ms' });
        config.plugins.load.push(
            { name: 'webhook', instance, secrets: [SECRET], url: backend.url('/events'), node, events: ['seen:*'], lifecycle: true,
                batch: { wait: '10ms', events: 20 }, retry_max: '200ms', away: '300ms', flush: '1s', ...changes },
            ...before,
            { name: 'postgres', dsn: database.dsn('daemon'), probe: '500ms', answer_timeout: '2s', retry_max: '300ms' });
        return config;
    });
}
async function backendOf(t) {
    const backend = await new Backend(SECRET).start();
    t.after(() => backend.stop());
    return backend;
}
const metric = async (server, name) => Number((await (await server.get('/metrics')).text())
    .match(new RegExp(`^roomd_plugin_webhook_${name}\\{[^}]*\\} (.*)$`, 'm'))?.[1]);
const kept = (server, n) => until(`${n} entries to be kept`, async () => (await metric(server, 'kept_total')) >= n);
const rows = async (instance) => Number(await database.sql(`SELECT count(*) FROM roomd.lifecycle WHERE plugin = '${instance}'`));
const emptied = (instance) => until('the table to be empty', async () => (await rows(instance)) === 0);
const why = async (server, instance) => JSON.parse((await request(`${server.folder}/admin.sock`, 'GET', '/health')).body)
    .data.parts?.find(({ name }) => name === instance)?.why ?? '';

// Clients come, say something and go: so many entries.
async function visitors(server, many, words = 'seen:n') {
    const sockets = await Promise.all(Array.from({ length: many }, () => connected({ after }, server, websocket)));
    for (const socket of sockets) await socket.emitWithAck(words, socket.id);
    for (const socket of sockets) socket.close();
    return 3 * many;
}

// The entries of each epoch, in the order in which the epochs came first; what came again is left out, as a backend does.
function epochs(backend) {
    const out = new Map();
    for (const { epoch, node, events } of backend.batches) {
        const entries = out.get(epoch) ?? Object.assign([], { node, again: 0 });
        out.set(epoch, entries);
        for (const entry of events) {
            if (entry.n > (entries.at(-1)?.n ?? 0)) entries.push(entry);
            else ++entries.again;
        }
    }
    return [...out.values()];
}
// Each number once, in order, from 1 on.
function whole(entries) {
    assert.deepEqual(entries.map(({ n }) => n), entries.map((_, i) => i + 1));
    assert.equal(entries[0].type, 'start');
    return entries;
}

test('a daemon killed while the backend is away loses nothing that was kept, and its next run tells it first', async (t) => {
    const backend = await backendOf(t);
    const { port } = backend;
    await backend.stop();
    const server = await daemon(t, backend, 'killed-1');
    server.killed = true;
    const first = 1 + await visitors(server, 8);
    await kept(server, first);
    await server.kill();
    server.code = undefined;
    await server.start();
    server.killed = false;
    const second = 1 + await visitors(server, 4);
    await kept(server, second);
    assert.ok((await rows('killed')) >= 2);
    await backend.start(port);
    await backend.told('both', () => epochs(backend).at(1)?.length === second);
    const both = epochs(backend);
    assert.deepEqual(both.map((entries) => whole(entries).length), [first, second]);
    for (const [entries, clients] of [[both[0], 8], [both[1], 4]]) {
        for (const type of ['connect', 'event', 'disconnect']) assert.equal(entries.filter((entry) => entry.type === type).length, clients);
        assert.equal(entries.again, 0);
    }
    const firsts = backend.batches.findLastIndex(({ epoch }) => epoch === backend.batches[0].epoch);
    assert.ok(backend.batches.slice(firsts + 1).every(({ epoch }) => epoch === backend.batches.at(-1).epoch), 'the epochs are mixed');
    assert.equal(backend.most_under_way, 1);
    assert.equal(backend.unverified, 0);
    await emptied('killed');
    // One that stops in good order while the backend is away tells it later, too.
    await backend.stop();
    await kept(server, second + await visitors(server, 2));
    await server.kill('SIGTERM');
    assert.equal(server.code, 0);
    server.code = undefined;
    await backend.start(port);
    await server.start();
    await backend.told('the third', () => epochs(backend).length === 3);
    assert.deepEqual(whole(epochs(backend)[1]).slice(-7).map(({ type }) => type).sort(),
        ['connect', 'connect', 'disconnect', 'disconnect', 'event', 'event', 'stop']);
    assert.equal(epochs(backend)[1].at(-1).type, 'stop');
    await emptied('killed');
});

test('while PostgreSQL is away entries wait in memory, and all of them come in order', async (t) => {
    const backend = await backendOf(t);
    const server = await daemon(t, backend, 'away-1');
    const socket = await connected(t, server, websocket);
    for (let i = 0; i < 10; ++i) await socket.emitWithAck('seen:n', i);
    await backend.told('ten', () => backend.of('event').length === 10);
    await database.tell('stop fast');
    for (let i = 10; i < 60; ++i) socket.emit('seen:n', i);
    await until('the health to say so', async () => /^lifecycle: .*PostgreSQL/.test(await why(server, 'away')));
    assert.ok((await metric(server, 'queue_bytes')) > 0);
    await database.tell('start');
    await backend.told('all', () => epochs(backend)[0].filter(({ type }) => type === 'event').length === 60);
    const entries = whole(epochs(backend)[0]);
    assert.deepEqual(entries.filter(({ type }) => type === 'event').map(({ args }) => args[0]), Array.from({ length: 60 }, (_, i) => i));
    assert.equal(await metric(server, 'dropped_total'), 0);
    await emptied('away');
    await until('the health to be good', async () => (await why(server, 'away')) === '');
    assert.ok((await ofDatabase(server, 'lifecycle_removed_total')) > 0);
});

test('what the backend refuses stands there as a gap, which it is told of', async (t) => {
    const backend = await backendOf(t);
    let refused = 0;
    backend.answers['/events'] = ({ events }) => (events.some(({ event }) => event === 'seen:poison') ? (++refused, 422) : 204);
    const server = await daemon(t, backend, 'refused-1', { refusals: 2 });
    const socket = await connected(t, server, websocket);
    await backend.told('the client', () => backend.of('connect').length);
    await socket.emitWithAck('seen:poison');
    await backend.told('the gap', () => backend.of('gap').length);
    await socket.emitWithAck('seen:good');
    await backend.told('what is behind it', () => backend.of('event').length);
    assert.equal(refused, 2);
    assert.deepEqual(backend.of('gap'), [{ from: 3, to: 3, overflow: false, refused: 422 }]);
    whole(epochs(backend)[0]);
    assert.equal(await metric(server, 'dropped_total'), 1);
    await emptied('refused');
});

test('rows of a daemon that does not come back are told by another one, and two of one name tell each once', async (t) => {
    const backend = await backendOf(t);
    const { port } = backend;
    await backend.stop();
    const [one, two] = await Promise.all(['pair-1', 'pair-2'].map((node) => daemon(t, backend, node)));
    const mine = 1 + await visitors(one, 3);
    await kept(one, mine);
    await kept(two, 1 + await visitors(two, 2));
    one.killed = true;
    await one.kill();
    await backend.start(port);
    await backend.told('its own', () => epochs(backend)[0]?.length === 7);
    assert.equal(epochs(backend).length, 1, 'the other one may come back');
    await database.sql(`UPDATE roomd.lifecycle_node SET until = clock_timestamp() - interval '1 s' WHERE node = 'pair-1'`);
    await backend.told('the other\'s', () => epochs(backend)[1]?.length === mine);
    assert.deepEqual(epochs(backend).map((entries) => [entries.node, whole(entries).length]), [['pair-2', 7], ['pair-1', mine]]);
    const again = await daemon(t, backend, 'pair-2');
    await two.logs(/another daemon of this node's name sends what this one keeps/);
    const before = backend.entries.length;
    await visitors(two, 2);
    await backend.told('what it kept', () => backend.entries.length === before + 6);
    await visitors(again, 1);
    await emptied('pair');
    assert.deepEqual(epochs(backend).map(({ again }) => again), [0, 0, 0]);
    for (const entries of epochs(backend)) whole(entries);
});

test('a reload switches it on and off, and nothing is lost or mixed up', async (t) => {
    const backend = await backendOf(t);
    const { port } = backend;
    const server = await daemon(t, backend, 'switched-1', { lifecycle: false });
    const socket = await connected(t, server, websocket);
    let last = -1;
    const say = async (many) => {
        for (let i = 0; i < many; ++i) await socket.emitWithAck('seen:n', ++last);
    };
    const reload = async (change) => {
        const config = JSON.parse(readFileSync(server.file, 'utf8'));
        change(config.plugins.load.find(({ name }) => name === 'webhook'));
        server.write(config);
        server.output = '';
        server.process.kill('SIGHUP');
        await server.logs(/configuration reloaded/);
    };
    await say(5);
    await backend.told('five', () => backend.of('event').length === 5);
    await backend.stop();
    await say(5);
    await reload((section) => (section.lifecycle = true));
    await say(30);
    await until('rows', async () => (await metric(server, 'kept_total')) >= 30);
    await reload((section) => (section.lifecycle = false));
    await say(30);
    assert.ok((await rows('switched')) > 0);
    await backend.start(port);
    await backend.told('all', () => backend.of('event').some(({ args }) => args[0] === last));
    await emptied('switched');
    await say(5);
    await backend.told('the last', () => backend.of('event').some(({ args }) => args[0] === last));
    const entries = whole(epochs(backend)[0]);
    assert.deepEqual(entries.filter(({ type }) => type === 'event').map(({ args }) => args[0]), Array.from({ length: last + 1 }, (_, i) => i));
    assert.equal(await metric(server, 'dropped_total'), 0);
    // Where nothing can keep anything the health says what to do, and what waits goes once it is off.
    await reload((section) => (section.lifecycle = true));
    const config = JSON.parse(readFileSync(server.file, 'utf8'));
    config.plugins.load.pop();
    server.write(config);
    server.output = '';
    server.process.kill('SIGHUP');
    await server.logs(/configuration reloaded/);
    await say(3);
    await until('the health to say so', async () => /lifecycle: this daemon can keep nothing: it needs the plugin postgres with outbox/.test(await why(server, 'switched')));
    await reload((section) => (section.lifecycle = false));
    await backend.told('all', () => backend.of('event').some(({ args }) => args[0] === last));
    whole(epochs(backend)[0]);
});
