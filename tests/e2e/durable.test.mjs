// Durable events: answered when PostgreSQL has them, sent by every daemon, once.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { connected, received } from './support/clients.mjs';
import { connectedToDatabase, postgres } from './support/postgres.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const database = await postgres({ after });
await database.sql('CREATE ROLE daemon LOGIN IN ROLE roomd_daemon');
const quick = { probe: '500ms', answer_timeout: '2s', retry_max: '300ms' };
const digest = (key) => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const bearer = (key) => ({ Authorization: `Bearer ${key}` });

const events = {
    'seat:availability': {
        rooms: ['library:{libraryId}'],
        schema: { type: 'object', required: ['libraryId', 'free'], properties: { free: { type: 'number', minimum: 0 } } },
    },
    note: { rooms: ['library:1'] },
};
const keys = [
    { name: 'shop', key: digest('shop-key'), scopes: ['emit'], broadcast: true },
    { name: 'desk', key: digest('desk-key'), scopes: ['emit'], events: ['seat:*', 'note'], rooms: ['library:*'] },
    { name: 'booking', key: digest('booking-key'), scopes: ['emit'], durable: true },
];

function config(section = {}, changes = {}) {
    return (port) => {
        const all = settings(port, { events, keys, catalogue: { unknown: 'refuse' }, admin: { socket: 'admin.sock' }, namespaces: [{ name: '/desk' }], ...changes });
        all.plugins.load.push({ name: 'postgres', dsn: database.dsn('daemon'), ...quick, ...section });
        return all;
    };
}
const stored = () => database.sql('SELECT (SELECT count(*) FROM roomd.outbox) + (SELECT last_seq FROM roomd.meta)').then(Number);
async function post(server, body, key = 'shop-key', where = '/api/emit') {
    const answer = await server.post(where, body, bearer(key));
    return { status: answer.status, retry: answer.headers.get('retry-after'), text: await answer.text(), get body() { return JSON.parse(this.text); } };
}
const note = (n, more = {}) => ({ event: 'note', data: { n }, durable: true, ...more });
async function inLibrary(t, server, event = 'note') {
    const socket = await connected(t, server, { transports: ['websocket'] });
    const got = received(socket, event);
    await socket.emitWithAck('join:library', '1');
    return got;
}

const [one, two] = await Promise.all([roomd({ after }, config()), roomd({ after }, config())]);
await Promise.all([one, two].map(connectedToDatabase));

test('202 names the row in the outbox, and both daemons send it', async (t) => {
    const got = await Promise.all([one, two].map((server) => inLibrary(t, server)));
    const { status, body } = await post(one, note(1));
    assert.equal(status, 202);
    assert.deepEqual({ ...body.data, id: undefined, timestamp: undefined },
        { message: 'Event stored', event: 'note', rooms: ['library:1'], durable: true, id: undefined, timestamp: undefined });
    assert.match(body.data.id, /^\d+$/);
    await until('both', () => got.every((list) => list.length === 1));
    assert.equal(await database.sql(`SELECT count(*) FROM roomd.log WHERE outbox_id = ${body.data.id}`), '1');
});

test('clients get the text that the backend wrote', async (t) => {
    const socket = await connected(t, two, { transports: ['websocket'] });
    await socket.emitWithAck('join:library', '1');
    const raw = [];
    socket.io.engine.on('message', (text) => raw.push(text));
    const data = '{"z":1.0, "a" :1e2,"a":[ ],"n":12345678901234567890,"u":"\\u0000\\u00e9"}';
    assert.equal((await post(one, `{"event":"note","data":${data},"durable":true}`)).status, 202);
    await until('the event', () => raw.length);
    assert.equal(raw[0], `2["note",${data}]`);
});

test('namespace, exceptions and broadcasts come along', async (t) => {
    const desk = received(await connected(t, two, { transports: ['websocket'] }, '/desk'), 'note');
    const there = await inLibrary(t, two);
    await post(one, { event: 'note', data: 1, broadcast: true, namespace: '/desk', volatile: true, durable: true });
    await post(one, { event: 'note', data: 2, rooms: ['library:1'], except: ['library:1'], durable: true });
    await post(one, { event: 'note', data: 3, broadcast: true, durable: true });
    await until('the last', () => there.length);
    assert.deepEqual([desk, there], [[1], [3]]);
    assert.equal(await database.sql(`SELECT namespace || volatile || broadcast FROM roomd.log WHERE namespace IS NOT NULL`), '/desktruetrue');
});

test('what is refused is refused before it is stored', async () => {
    const before = await stored();
    const refused = async (body, key) => {
        const { status, body: said } = await post(one, body, key);
        return [status, said.error.code, said.error.pointer];
    };
    assert.deepEqual(await refused({ event: 'seat:availability', data: { libraryId: '1', free: -1 }, durable: true }), [422, 'schema_mismatch', '/data/free']);
    assert.deepEqual(await refused({ event: 'other', data: 1, durable: true }), [422, 'event_unknown', '/event']);
    assert.deepEqual(await refused(note(1, { room: 'user:1' }), 'desk-key'), [403, 'room_denied', '/room']);
    assert.deepEqual(await refused(note(1, { broadcast: true }), 'desk-key'), [403, 'broadcast_denied', '/broadcast']);
    assert.deepEqual(await refused(note(1, { room: 'no room' })), [422, 'room_invalid', '/room']);
    assert.deepEqual(await refused(note(1, { durable: 1 })), [422, 'wrong_type', '/durable']);
    assert.equal(await stored(), before);
});

test('a key is its API key\'s own, and a repeat is stored once', async (t) => {
    const got = await inLibrary(t, two);
    const first = await post(one, note('a', { key: 'k1' }));
    const again = await post(two, note('a', { key: 'k1' }));
    assert.deepEqual([again.status, again.body.data.id, again.body.data.duplicate], [202, first.body.data.id, true]);
    const other = await post(one, note('b', { key: 'k1' }));
    assert.deepEqual([other.status, other.body.error.code, other.body.error.pointer], [409, 'idempotency_conflict', '/key']);
    assert.equal((await post(one, note('c', { key: 'k1' }), 'desk-key')).body.data.duplicate, undefined);
    assert.equal(await database.sql(`SELECT roomd.emit('note', '{"n":"d"}', key => 'k1') IS NOT NULL`), 't');
    await post(one, note('end'));
    await until('the end', () => got.some(({ n }) => n === 'end'));
    assert.deepEqual(got.map(({ n }) => n), ['a', 'c', 'd', 'end']);
});

test('the default of a key, and an event that says otherwise', async () => {
    const { durable: _, ...plain } = note(1);
    assert.equal((await post(one, plain, 'booking-key')).status, 202);
    const now = await post(one, { ...plain, durable: false }, 'booking-key');
    assert.deepEqual([now.status, now.body.data.recipients], [200, 0]);
    assert.equal((await post(one, plain)).status, 200);
});

test('batches: each event by itself, or all together', async (t) => {
    const batch = (events, more) => post(one, { events, ...more }, 'shop-key', '/api/emit/batch');
    const mixed = await batch([note(1), note(2, { durable: false }), note(3, { room: 'no room' })]);
    assert.equal(mixed.status, 200);
    assert.deepEqual(mixed.body.data.results.map((r) => [r.success, r.durable, r.recipients]), [[true, true, undefined], [true, undefined, 0], [false, undefined, undefined]]);
    assert.equal((await batch([note(1), note(2)])).status, 202);
    const before = await stored();
    const together = await batch([note(1), note(2, { durable: false })], { atomic: true });
    assert.deepEqual([together.status, together.body.error.code], [422, 'durable_mixed']);
    const conflict = await batch([note(8, { key: 'fresh' }), note(9, { key: 'k1' })], { atomic: true });
    assert.deepEqual([conflict.status, conflict.body.error.code, conflict.body.error.pointer], [409, 'idempotency_conflict', '/events/1/key']);
    assert.equal(await stored(), before);
    const good = await batch([note(8, { key: 'fresh' }), note(9, { key: 'fresh2' })], { atomic: true });
    assert.equal(good.status, 202);
    assert.deepEqual(good.body.data.results.map(({ duplicate }) => duplicate), [undefined, undefined]);
    assert.equal(await stored(), before + 2);
    const empty = await roomd(t, { events, catalogue: { unknown: 'refuse' } });
    const none = await empty.post('/api/emit', note(1));
    assert.deepEqual([none.status, (await none.json()).error.code], [422, 'durable_unavailable']);
});

test('one event that the database does not take leaves the others alone', async () => {
    await database.sql(`CREATE FUNCTION public.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.raw::text ~ 'poison' THEN RAISE EXCEPTION 'bad' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON roomd.outbox FOR EACH ROW EXECUTE FUNCTION public.poison()`);
    const said = await post(one, { events: [note(1), note('poison'), note(3)] }, 'shop-key', '/api/emit/batch');
    await database.sql('DROP TRIGGER poison ON roomd.outbox');
    assert.deepEqual(said.body.data.results.map((r) => r.error?.code), [undefined, 'not_storable', undefined]);
});

test('a daemon killed right after its answer loses nothing, and nothing comes twice', async (t) => {
    const got = await inLibrary(t, two);
    const killed = await roomd(t, config());
    killed.killed = true;
    const ids = [];
    for (let round = 0; round < 3; ++round) {
        await connectedToDatabase(killed);
        const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(killed, note(round * 20 + i, { key: `r${round}.${i}` }))));
        await killed.kill();
        for (const { status, body } of answers) {
            assert.equal(status, 202);
            ids.push(body.data.id);
        }
        killed.code = undefined;
        await killed.start();
        // Whoever heard no answer asks again.
        const again = await post(killed, note(round * 20, { key: `r${round}.0` }));
        assert.deepEqual([again.status, again.body.data.duplicate], [202, true]);
    }
    killed.killed = false;
    assert.equal(new Set(ids).size, 60);
    await post(two, note('end'));
    await until('the end', () => got.some(({ n }) => n === 'end'));
    assert.deepEqual(got.slice(0, -1).map(({ n }) => n).sort((a, b) => a - b), Array.from({ length: 60 }, (_, i) => i));
});

test('roomd.kick() sends a user away with the commit, in order with its events, everywhere', async (t) => {
    await database.sql('CREATE ROLE shop LOGIN IN ROLE roomd_app');
    const users = { auth: IDENTITY.auth, rooms: { ...IDENTITY.rooms, library: { join: 'request', allow: 'all' } } };
    const daemons = await Promise.all([roomd(t, config({}, users), ENV), roomd(t, config({}, users), ENV)]);
    await Promise.all(daemons.map(connectedToDatabase));
    const seen = { ann: [], bob: [] };
    const open = async (who, server) => {
        const socket = await connected(t, server, { auth: { token: token({ sub: who }) }, transports: ['websocket'] });
        socket.on('note', (n) => seen[who].push(n));
        socket.on('disconnect', (why) => seen[who].push(why));
        await socket.emitWithAck('join:library', '1');
    };
    const around = (kick, a, b) => database.sql(`BEGIN; SELECT roomd.emit('note', '${a}'); SELECT ${kick}; SELECT roomd.emit('note', '${b}'); COMMIT`, 'shop');
    await Promise.all([open('ann', daemons[0]), open('ann', daemons[1]), open('bob', daemons[1])]);
    await assert.rejects(around(`roomd.kick('ann')`, 0, 0), /permission denied for function kick/);
    await database.sql('GRANT EXECUTE ON FUNCTION roomd.kick TO shop');
    await assert.rejects(around(`roomd.kick('')`, 0, 0), /a user has 1 to 1024 bytes/);
    await database.sql(`BEGIN; SELECT roomd.kick('ann'); ROLLBACK`, 'shop');
    await database.sql('GRANT EXECUTE ON FUNCTION roomd.join, roomd.leave TO shop');
    const joined = (room, n) => database.sql(`SELECT roomd.emit('note', '${n}', rooms => ARRAY['${room}'])`, 'shop');
    await assert.rejects(around(`roomd.join('bob', 'a b')`, 0, 0), /room/);
    await assert.rejects(around(`roomd.join('bob', NULL)`, 0, 0), /name a room/);
    await around(`roomd.join('bob', 'library:2')`, 7, 7);
    await joined('library:2', 8);
    await around(`roomd.leave('bob', 'library:2')`, 7, 7);
    await joined('library:2', 9);
    await around('1', 7, 7);
    await until('bob', () => seen.bob.filter((n) => n === 7).length === 6);
    assert.deepEqual([seen.ann.includes(8), seen.bob.includes(8), seen.bob.includes(9)], [false, true, false]);
    await until('ann', () => seen.ann.length === 12);
    for (const list of Object.values(seen)) list.length = 0;
    await around(`roomd.kick('ann')`, 1, 2);
    await until('all', () => seen.bob.length === 2 && seen.ann.length === 4);
    assert.deepEqual([seen.ann.sort(), seen.bob], [[1, 1, 'io server disconnect', 'io server disconnect'], [1, 2]]);
    await around(`roomd.kick('bob', come_back => true)`, 3, 4);
    await until('bob', () => seen.bob.length === 4);
    assert.deepEqual(seen.bob.slice(2), [3, 'transport close']);
});

test('without PostgreSQL: 503 and when to come again, and then it goes on', async (t) => {
    const got = await inLibrary(t, two);
    await database.tell('stop fast');
    const away = await until('503', async () => {
        const said = await post(one, note('lost'));
        return said.status === 503 && said.body.error.code === 'store_unavailable' && said;
    });
    assert.equal(away.retry, '1');
    await database.tell('start');
    const back = await until('202', async () => {
        const said = await post(one, note('back', { key: 'back' }));
        return said.status === 202 && said;
    });
    assert.equal(back.status, 202);
    await until('the event', () => got.length);
    assert.deepEqual(got, [{ n: 'back' }]);
});

test('a server that does not answer: it may have been stored, and the same key stores it once', async (t) => {
    const got = await inLibrary(t, two);
    await post(one, note('first'));
    await database.tell('freeze');
    const answers = await Promise.all([post(one, note('frozen', { key: 'frozen' })), post(one, note('next', { key: 'next' }))]);
    await database.tell('thaw');
    assert.deepEqual(answers.map(({ status }) => status), [503, 503]);
    assert.ok(answers.some(({ body }) => body.error.code === 'store_unsure'));
    for (const n of ['frozen', 'next'])
        await until(n, async () => (await post(one, note(n, { key: n }))).status === 202);
    await until('the events', () => got.length === 3);
    await post(one, note('end'));
    await until('the end', () => got.length === 4);
    assert.deepEqual(got.map(({ n }) => n).sort(), ['end', 'first', 'frozen', 'next']);
});
