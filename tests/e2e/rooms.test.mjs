// What portals do: connect, join, leave, receive - over each transport.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { MODES, client, connected, received, settled, transport } from './support/clients.mjs';
import { roomd } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const server = await roomd({ after }, { namespaces: ['/desk', '/tenant-*'] });
const KINDS = ['user', 'role', 'tenant', 'library'];
let unique = 0;
const fresh = (word) => `${word}-${process.pid}-${++unique}`;

for (const [mode, options] of Object.entries(MODES)) {
    describe(mode, () => {
        // Polling means polling from the first to the last request.
        const done = (socket) => {
            if (mode === 'polling only') assert.equal(transport(socket), 'polling');
            else assert.equal(transport(socket), 'websocket');
            assert.equal(socket.upgrades ?? 0, mode === 'polling that upgrades' ? 1 : 0);
        };
        const connect = async (t, namespace) => {
            const socket = client(t, server, options, namespace);
            socket.io.on('open', () => socket.io.engine.on('upgrade', () => (socket.upgrades = (socket.upgrades ?? 0) + 1)));
            await once(socket, 'connect');
            return settled(mode, socket);
        };

        for (const kind of KINDS) {
            test(`join:${kind} with an ack brings the room's events, leave:${kind} ends them`, async (t) => {
                const socket = await connect(t);
                const id = fresh(kind);
                const room = `${kind}:${id}`;
                const seen = received(socket, 'seat:availability');

                assert.deepEqual(await socket.emitWithAck(`join:${kind}`, id), { ok: true, room, members: 1 });
                assert.equal((await server.emit('seat:availability', { free: 3 }, room)).recipients, 1);
                await until('the event', () => seen.length);
                const left = await socket.emitWithAck(`leave:${kind}`, id);
                assert.equal(left.ok, true);
                assert.equal(left.room, room);
                assert.equal((await server.emit('seat:availability', { free: 2 }, room)).recipients, 0);

                assert.deepEqual(seen, [{ free: 3 }]);
                done(socket);
            });

            test(`join:${kind} without an ack joins all the same`, async (t) => {
                const socket = await connect(t);
                const id = fresh(kind);
                const room = `${kind}:${id}`;
                const seen = received(socket, 'seat:availability');

                socket.emit(`join:${kind}`, id);
                await until('the room', async () => (await server.stats()).activeRooms.includes(room));
                await server.emit('seat:availability', { free: 1 }, room);
                await until('the event', () => seen.length);
                socket.emit(`leave:${kind}`, id);
                await until('no room', async () => !(await server.stats()).activeRooms.includes(room));

                assert.deepEqual(seen, [{ free: 1 }]);
                done(socket);
            });
        }

        test('join and leave take a whole room name', async (t) => {
            const socket = await connect(t);
            const room = `library:${fresh('whole')}`;
            assert.deepEqual(await socket.emitWithAck('join', room), { ok: true, room, members: 1 });
            assert.equal((await socket.emitWithAck('leave', room)).ok, true);
            done(socket);
        });

        test('an event to rooms that overlap comes once', async (t) => {
            const [ann, bob] = [await connect(t), await connect(t)];
            const [a, b, c] = ['library', 'tenant', 'role'].map((kind) => `${kind}:${fresh('overlap')}`);
            const [anns, bobs] = [received(ann, 'library:updated'), received(bob, 'library:updated')];
            for (const room of [a, b, c]) assert.equal((await ann.emitWithAck('join', room)).ok, true);
            assert.equal((await bob.emitWithAck('join', b)).members, 2);

            assert.equal((await server.emit('library:updated', { n: 1 }, [a, b, c])).recipients, 2);
            assert.equal((await server.emit('library:updated', { n: 2 }, [a, b, b], { except: [c] })).recipients, 1);
            await server.emit('library:updated', { n: 3 }, [c, b, a]);
            await until('the last event', () => anns.at(-1)?.n === 3 && bobs.at(-1)?.n === 3);

            assert.deepEqual(anns.map((e) => e.n), [1, 3]);
            assert.deepEqual(bobs.map((e) => e.n), [1, 2, 3]);
            done(ann);
        });

        test('events keep their order', async (t) => {
            const socket = await connect(t);
            const room = `library:${fresh('order')}`;
            const seen = received(socket, 'pricing:updated');
            await socket.emitWithAck('join', room);
            for (let n = 0; n < 100; n += 10) {
                const events = Array.from({ length: 10 }, (_, i) => ({ event: 'pricing:updated', data: { n: n + i }, room }));
                assert.equal((await server.post('/api/emit/batch', { events })).status, 200);
            }
            await until('all events', () => seen.length >= 100);
            assert.deepEqual(seen.map((e) => e.n), Array.from({ length: 100 }, (_, i) => i));
            done(socket);
        });

        test('two namespaces share a connection and nothing else', async (t) => {
            const home = await connect(t);
            const desk = home.io.socket('/desk');
            const tenant = home.io.socket('/tenant-7');
            await Promise.all([once(desk, 'connect'), once(tenant, 'connect')]);
            assert.equal(desk.io.engine.id, home.io.engine.id);
            const seen = [home, desk, tenant].map((socket) => received(socket, 'notification'));

            for (const [namespace, n] of [['/', 1], ['/desk', 2], ['/tenant-7', 3]])
                await server.emit('notification', { n }, undefined, { broadcast: true, namespace });
            await until('all three', () => seen.every((list) => list.length));

            assert.deepEqual(seen, [[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
            done(home);
        });

        test('a namespace nobody configured is refused as Node does', async (t) => {
            const socket = client(t, server, options, '/nowhere');
            const [error] = await once(socket, 'connect_error');
            assert.equal(error.message, 'Invalid namespace');
            assert.equal(error.data, undefined);
        });

        test('a client that disconnects is gone from its rooms', async (t) => {
            const socket = await connect(t);
            const room = `user:${fresh('gone')}`;
            await socket.emitWithAck('join', room);
            socket.disconnect();
            await until('the room to be empty', async () => !(await server.stats()).activeRooms.includes(room));
        });

        test('text of all scripts arrives as it was', async (t) => {
            const socket = await connect(t);
            const room = `user:${fresh('text')}`;
            const seen = received(socket, 'notification');
            await socket.emitWithAck('join', room);
            const text = 'nul \u0000, rs \u001e, ü, 漢字, 😀, "quoted\\", \u2028';
            await server.emit('notification', { text }, room);
            await until('the event', () => seen.length);
            assert.deepEqual(seen, [{ text }]);
            done(socket);
        });
    });
}

describe('rooms', () => {
    test('joining twice is one membership', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const room = `library:${fresh('twice')}`;
        await socket.emitWithAck('join', room);
        assert.deepEqual(await socket.emitWithAck('join', room), { ok: true, room, members: 1 });
    });

    test('an integer id counts as its text', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        assert.equal((await socket.emitWithAck('join:user', 4711)).room, 'user:4711');
    });

    for (const bad of ['', 'a b', 'a\u0000', 'x'.repeat(256), ['a'], { a: 1 }, null, true, 1.5, 'аnn', 'a*b', '{a}', '<a>']) {
        test(`the room id ${JSON.stringify(bad).slice(0, 20)} is refused, not repaired`, async (t) => {
            const socket = await connected(t, server, MODES['websocket only']);
            const answer = await socket.emitWithAck('join:user', bad);
            assert.equal(answer.ok, false);
            assert.match(answer.error.code, /^room_/);
            assert.ok(answer.error.message.length > 0);
        });
    }

    test('a refused join without an ack says so in join:error', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const answer = once(socket, 'join:error');
        socket.emit('join:user', 'not a room');
        const [error] = await answer;
        assert.match(error.code, /^room_/);
        assert.ok(error.message);
    });

    test('a room kind the configuration does not name is refused', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        const answer = await socket.emitWithAck('join', 'cellar:1');
        assert.equal(answer.ok, false);
    });

    test('a client may be in as many rooms as the limit says, and no more', async (t) => {
        const socket = await connected(t, server, MODES['websocket only']);
        for (let n = 0; n < 100; ++n) assert.equal((await socket.emitWithAck('join:library', `limit-${n}`)).ok, true);
        assert.equal((await socket.emitWithAck('join:library', 'limit-100')).ok, false);
        await socket.emitWithAck('leave:library', 'limit-0');
        assert.equal((await socket.emitWithAck('join:library', 'limit-100')).ok, true);
    });
});
