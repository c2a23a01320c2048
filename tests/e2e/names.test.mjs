// Rooms of users as other systems call them: in each place that a name comes through.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { ask, call } from './support/admin.mjs';
import { MODES, client, connected, received } from './support/clients.mjs';
import { connectedToDatabase, postgres } from './support/postgres.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { once, until } from './support/wait.mjs';

const database = await postgres({ after });
const KEY = 'roomd_a_key_of_the_end_to_end_tests';
const AUTH = { mode: 'required', issuers: [{ issuer: 'studyspot', audience: 'roomd', algorithms: ['HS256'], key: '${env:NAMES_KEY}' }] };
const ROOMS = {
    user: { join: 'auto', allow: [{ claim: 'sub', equals: '{id}' }] },
    library: { allow: 'all' },
};
const server = await roomd({ after }, (port) => {
    const config = settings(port, {
        auth: AUTH,
        rooms: ROOMS,
        events: { 'booking:created': { rooms: ['user:{userId}'] } },
        client_events: { typing: { rooms: ['library'] } },
        admin: { socket: 'admin.sock' },
        keys: [{ name: 'auth0', key: '${env:NAMES_API_KEY}', scopes: ['emit'], rooms: ['user:auth0|*'] }],
    });
    config.plugins.load.push({ name: 'postgres', dsn: database.dsn(), probe: '500ms', outbox: {} });
    return config;
}, { NAMES_KEY: SECRET, NAMES_API_KEY: KEY });
server.admin = path.join(server.folder, 'admin.sock');
await connectedToDatabase(server);

const NAMES = [
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'CORP\\ann',
    'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66',
    "o'brien+news@example.org",
    'ann_gmail.com#EXT#@corp.onmicrosoft.com',
    'did:web:example.org%3A3000?a=b&c=d',
    'x'.repeat(255),
];
const enter = (t, sub, mode = 'websocket only') => connected(t, server, { ...MODES[mode], auth: { token: token({ sub }) } });
const emit = async (body, key) => {
    const headers = { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) };
    return (await fetch(server.url + '/api/emit', { method: 'POST', headers, body: JSON.stringify(body) })).json();
};

for (const name of NAMES)
    describe(name.slice(0, 60), () => {
        const room = `user:${name}`;

        for (const mode of Object.keys(MODES))
            test(`is the room of who is called so, over HTTP, by the catalogue and from SQL: ${mode}`, async (t) => {
                const socket = await enter(t, name, mode);
                const other = await enter(t, 'nobody', mode);
                const seen = received(socket, 'booking:created');
                const elsewhere = received(other, 'booking:created');
                const by_room = await emit({ event: 'booking:created', room, data: { userId: 'nobody-else', n: 1 } }, KEY);
                const by_data = await emit({ event: 'booking:created', data: { userId: name, n: 2 } }, KEY);
                if (name.startsWith('auth0|')) {
                    assert.deepEqual([by_room.data.rooms, by_room.data.recipients], [[room], 1]);
                    assert.deepEqual([by_data.data.rooms, by_data.data.recipients], [[room], 1]);
                } else {
                    assert.deepEqual([by_room.error.code, by_data.error.code], ['room_denied', 'room_denied']);
                    for (const n of [1, 2]) await ask(server, 'emit', 'booking:created', `{"n":${n}}`, '--room', room);
                }
                const quoted = `'${room.replaceAll("'", "''")}'`;
                await database.sql(`SELECT roomd.emit('booking:created', '{"n":3}', ARRAY[${quoted}])`);
                await database.sql(`SELECT roomd.emit('booking:created', jsonb_build_object('n', 4, 'userId', substr(${quoted}, 6)))`);
                await until('all four', () => seen.length === 4);
                assert.deepEqual(seen.map(({ n }) => n), [1, 2, 3, 4]);
                assert.deepEqual(elsewhere, []);
            });

        test('is told by the command line as it is', async (t) => {
            await enter(t, name);
            const words = ['--json', '--limit', '10'];
            const rooms = JSON.parse((await ask(server, 'rooms', room, ...words)).out).data.rooms;
            assert.deepEqual(rooms, [{ namespace: '/', room, members: 1 }]);
            const clients = JSON.parse((await ask(server, 'clients', room, ...words)).out).data.clients;
            assert.deepEqual(clients.map(({ user, rooms }) => [user, rooms]), [[name, [room]]]);
            assert.equal((await ask(server, 'kick', name)).code, 0);
        });

        test('is joined and left, and emitted to by clients', async (t) => {
            const [ann, bob] = [await enter(t, 'ann'), await enter(t, 'bob')];
            const library = `library:${name}`;
            assert.deepEqual(await ann.emitWithAck('join:library', name), { ok: true, room: library, members: 1 });
            assert.deepEqual(await bob.emitWithAck('join', library), { ok: true, room: library, members: 2 });
            const seen = received(bob, 'typing');
            assert.deepEqual(await ann.emitWithAck('typing', library, 1), { ok: true, recipients: 1 });
            await until('it', () => seen.length);
            assert.deepEqual(seen, [[library, 1, { user: 'ann' }]]);
            assert.deepEqual(await ann.emitWithAck('leave:library', name), { ok: true, room: library, members: 1 });
        });
    });

test('another spelling is another room', async (t) => {
    const socket = await enter(t, 'CORP\\ann');
    const seen = received(socket, 'booking:created');
    for (const other of ['CORP/ann', 'corp\\ann', 'CORP%5Cann', 'CORP\\\\ann', 'user:CORP\\ann'])
        assert.match((await ask(server, 'emit', 'booking:created', '1', '--room', `user:${other}`)).out, / 0 clients/);
    await ask(server, 'emit', 'booking:created', '2', '--room', 'user:CORP\\ann');
    await until('the one', () => seen.length);
    assert.deepEqual(seen, [2]);
});

test('explain says that a claim gives no room', async () => {
    const words = ['explain', '--config', server.file, '--join', 'user:u1', '--token', token({ sub: 'ann smith' })];
    const said = await call(words, { env: server.env }).ended;
    assert.equal(said.code, 1);
    assert.match(said.out + said.err, /the claim "sub" is "ann smith", which gives no room \(join: auto\)/);
});

// A server for each: the line comes once in a minute.
for (const sub of ['ann smith', 'Käthe', 'a*', '{id}', 'x'.repeat(256), 12345678901234567890])
    test(`a claim that gives no room is told to the client, and counted: ${String(sub).slice(0, 20)}`, async (t) => {
        const own = await roomd(t, (port) => settings(port, { auth: AUTH, rooms: { user: ROOMS.user } }), { NAMES_KEY: SECRET });
        const unformed = async () => Number((await (await own.get('/metrics')).text()).match(/^roomd_rooms_unformed_total (\d+)/m)[1]);
        const lines = () => own.output.match(/automatic rooms cannot be formed.*/g) ?? [];
        assert.deepEqual([await unformed(), lines()], [0, []]);
        const socket = client(t, own, { auth: { token: token({ sub }) } });
        const [{ kind, claim, code, message }] = await once(socket, 'room:refused');
        assert.deepEqual([kind, claim, code], ['user', 'sub', 'room_invalid']);
        assert.match(message, /a room id is 1 to 255 visible ASCII characters/);
        assert.equal(await unformed(), 1);
        await until('the line', () => lines().length);
        assert.match(lines()[0], /rooms=1 kind=user claim=sub /);
        assert.equal(lines().length, 1);
    });
