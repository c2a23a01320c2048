// Verbs and client_events in other namespaces, and events that nobody handles.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import parser from 'socket.io-msgpack-parser';
import { MODES, client, connected, received, settled } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { once, until } from './support/wait.mjs';

const config = (port) => ({
    ...settings(port),
    auth: { mode: 'required', issuers: [{ issuer: 'studyspot', audience: 'roomd', algorithms: ['HS256'], key: '${env:VERBS_KEY}' }] },
    namespaces: ['/desk', { name: '/tenant-*', verbs: false }],
    rooms: {
        user: { join: 'auto', allow: [{ claim: 'sub', equals: '{id}' }] },
        library: { allow: [{ claim: 'role', in: ['student', 'staff'] }], max_members: 2 },
    },
    client_events: { typing: { rooms: ['library'] } },
});
const server = await roomd({ after }, config, { VERBS_KEY: SECRET });
let unique = 0;
const fresh = () => `v${process.pid}-${++unique}`;
const enter = (t, mode, namespace, claims = {}) =>
    connected(t, server, { ...MODES[mode], auth: { token: token({ sub: fresh(), role: 'student', ...claims }) } }, namespace);
// Fails when no answer comes.
const ask = (socket, event, ...args) => socket.timeout(5000).emitWithAck(event, ...args);
const unhandled = async () =>
    Number(/^roomd_events_unhandled_total (\S+)/m.exec(await (await server.get('/metrics')).text())[1]);
const unknown = ({ ok, error }) => assert.deepEqual([ok, error.code, typeof error.message], [false, 'unknown_event', 'string']);

for (const mode of Object.keys(MODES))
    describe(mode, () => {
        test('a verb joins the room of its namespace, and only that', async (t) => {
            const [desk, home] = [await enter(t, mode, '/desk'), await enter(t, mode, '/')];
            await settled(mode, desk);
            const id = fresh();
            const room = `library:${id}`;
            const [there, here] = [received(desk, 'seat:availability'), received(home, 'seat:availability')];
            assert.deepEqual(await ask(desk, 'join:library', id), { ok: true, room, members: 1 });
            assert.deepEqual(await ask(home, 'join', room), { ok: true, room, members: 1 });

            assert.equal((await server.emit('seat:availability', { n: 1 }, room, { namespace: '/desk' })).recipients, 1);
            assert.equal((await server.emit('seat:availability', { n: 2 }, room)).recipients, 1);
            await until('both events', () => there.length && here.length);
            assert.deepEqual([there, here], [[{ n: 1 }], [{ n: 2 }]]);

            assert.deepEqual(await ask(desk, 'leave:library', id), { ok: true, room, members: 0 });
            assert.equal((await server.emit('seat:availability', { n: 3 }, room, { namespace: '/desk' })).recipients, 0);
            assert.equal((await server.emit('seat:availability', { n: 4 }, room)).recipients, 1);
        });

        test('a refusal comes in the namespace of the wish', async (t) => {
            const desk = await enter(t, mode, '/desk', { role: 'visitor' });
            const other = desk.io.socket('/', { auth: desk.auth });
            await once(other, 'connect');
            assert.equal((await ask(desk, 'join:library', 'x')).error.code, 'room_denied');
            assert.equal((await ask(desk, 'join:cellar', 'x')).error.code, 'room_unknown_kind');
            assert.equal((await ask(desk, 'join:library', 'a b')).error.code, 'room_invalid');
            const elsewhere = received(other, 'join:error');
            const told = once(desk, 'join:error');
            desk.emit('join:library', 'x');
            assert.equal((await told)[0].code, 'room_denied');
            assert.equal((await ask(other, 'join:library', 'x')).ok, false); // an answer behind anything else
            assert.deepEqual(elsewhere, []);
        });

        test('a client event reaches the room in the sender\'s namespace', async (t) => {
            const [ann, bob] = [await enter(t, mode, '/desk', { sub: 'ann' }), await enter(t, mode, '/desk')];
            const home = await enter(t, mode, '/');
            const id = fresh();
            for (const socket of [ann, bob, home]) assert.equal((await ask(socket, 'join:library', id)).ok, true);
            const [seen, elsewhere] = [received(bob, 'typing'), received(home, 'typing')];
            assert.deepEqual(await ask(ann, 'typing', `library:${id}`, { at: 1 }), { ok: true, recipients: 1 });
            await until('it', () => seen.length);
            assert.deepEqual(seen, [[`library:${id}`, { at: 1 }, { user: 'ann' }]]);
            assert.equal((await ask(home, 'leave:library', id)).ok, true);
            assert.deepEqual(elsewhere, []);
        });

        test('an event that nobody handles is answered in each namespace, and counted', async (t) => {
            const before = await unhandled();
            for (const namespace of ['/', '/desk', '/tenant-1']) {
                const socket = await enter(t, mode, namespace);
                unknown(await ask(socket, 'no:such', { a: 1 }));
                unknown(await ask(socket, 'no:such', Buffer.from('abc')));
                unknown(await ask(socket, 'join:error', 'library:1'));
            }
            assert.equal((await unhandled()) - before, 9);
        });

        test('without verbs a namespace has automatic rooms, and asks for none', async (t) => {
            const sub = fresh();
            const socket = await enter(t, mode, '/tenant-1', { sub });
            unknown(await ask(socket, 'join:library', 'x'));
            unknown(await ask(socket, 'leave', 'library:x'));
            unknown(await ask(socket, 'typing', 'library:x', 1));
            assert.equal((await server.emit('hello', 1, `user:${sub}`, { namespace: '/tenant-1' })).recipients, 1);
            assert.equal((await server.emit('hello', 1, 'library:x', { namespace: '/tenant-1' })).recipients, 0);
        });
    });

test('each namespace counts the members of its room', async (t) => {
    const id = fresh();
    for (const namespace of ['/', '/desk']) {
        const three = [];
        for (let n = 0; n < 3; ++n) three.push(await enter(t, 'websocket only', namespace));
        const said = [];
        for (const socket of three) said.push((await ask(socket, 'join:library', id)).error?.code);
        assert.deepEqual(said, [undefined, undefined, 'room_full']);
    }
});

test('a client of another parser is refused, and its emitWithAck ends', async (t) => {
    const socket = client(t, server, { ...MODES['polling only'], parser, auth: { token: token({ sub: 'ann' }) } }, '/desk');
    const asked = assert.rejects(socket.timeout(2000).emitWithAck('join:library', 'x'), /timed out/);
    const [error] = await once(socket, 'connect_error');
    assert.equal(error.data.code, 'parser_unknown');
    await asked;
});
