// Events that clients emit to rooms: `client_events` of the YAML.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { MODES, connected, received } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { tick, until } from './support/wait.mjs';

const config = (port) => ({
    ...settings(port),
    auth: { mode: 'required', issuers: [{ issuer: 'studyspot', audience: 'roomd', algorithms: ['HS256'], key: '${env:CLIENT_EVENTS_KEY}' }] },
    rooms: {
        library: { allow: [{ claim: 'role', in: ['student', 'staff'] }] },
        role: { join: 'auto', allow: [{ claim: 'role', equals: '{id}' }] },
    },
    client_events: {
        typing: { rooms: ['library'] },
        glance: { rooms: ['library'], volatile: true },
        'desk:call': {
            rooms: ['library'],
            allow: [{ claim: 'role', in: ['staff'] }],
            schema: { type: 'object', required: ['seat'], properties: { seat: { type: 'integer' } } },
        },
    },
});
const server = await roomd({ after }, config, { CLIENT_EVENTS_KEY: SECRET });
const enter = async (t, mode, claims, library) => {
    const socket = await connected(t, server, { ...MODES[mode], auth: { token: token(claims) } });
    if (library) assert.equal((await socket.emitWithAck('join:library', library)).ok, true);
    return socket;
};

for (const mode of Object.keys(MODES))
    describe(mode, () => {
        test('reach the others of the room, with the daemon\'s word on who sent them', async (t) => {
            const ann = await enter(t, mode, { sub: 'ann', role: 'staff' }, 'one');
            const bob = await enter(t, mode, { sub: 'bob', role: 'student' }, 'one');
            const eve = await enter(t, mode, { sub: 'eve', role: 'student' }, 'two');
            const seen = { ann: [], bob: [], eve: [] };
            for (const [name, socket] of Object.entries({ ann, bob, eve }))
                socket.onAny((...event) => seen[name].push(event));
            const answer = await bob.emitWithAck('typing', 'library:one', { user: 'ann', text: 'é' });
            assert.deepEqual(answer, { ok: true, recipients: 1 });
            await until('ann to see it', () => seen.ann.length === 1);
            assert.deepEqual(seen.ann, [['typing', 'library:one', { user: 'ann', text: 'é' }, { user: 'bob' }]]);
            assert.deepEqual(await ann.emitWithAck('desk:call', 'library:one', { seat: 7 }), { ok: true, recipients: 1 });
            await until('bob to see it', () => seen.bob.length === 1);
            ann.emit('typing', 'library:one', Buffer.from([1, 2, 3]));
            await until('bob to see bytes', () => seen.bob.length === 2);
            assert.deepEqual([...seen.bob[1][2]], [1, 2, 3]);
            if (mode !== 'websocket only') return; // a volatile event may be dropped between two polls
            assert.deepEqual(await ann.emitWithAck('glance', 'library:one', 1), { ok: true, recipients: 1 });
            await until('bob to see it', () => seen.bob.length === 3);

            const refused = async (socket, ...event) => (await socket.emitWithAck(...event)).error?.code;
            assert.equal(await refused(eve, 'typing', 'library:one', 1), 'room_denied');
            assert.equal(await refused(bob, 'typing', 'role:student', 1), 'room_denied');
            assert.equal(await refused(bob, 'typing', ['library:one'], 1), 'room_invalid');
            assert.equal(await refused(bob, 'desk:call', 'library:one', { seat: 7 }), 'event_denied');
            assert.equal(await refused(ann, 'desk:call', 'library:one', { seat: '7' }), 'schema_mismatch');
            assert.equal(await refused(bob, 'typing', 'library:one', 1, { user: 'ann' }), 'arguments_invalid');
            const told = received(eve, 'emit:error');
            eve.emit('typing', 'library:one', 1);
            await until('the refusal', () => told.length === 1);
            assert.deepEqual(told[0], { event: 'typing', room: 'library:one', code: 'room_denied', message: 'you are not in this room', pointer: '/room' });
            await tick(50);
            assert.equal(seen.ann.length, 1);
            assert.equal(seen.eve.filter(([name]) => name !== 'emit:error').length, 0);
        });
    });

test('a name that is not configured reaches nobody', async (t) => {
    const ann = await enter(t, 'websocket only', { sub: 'ann', role: 'staff' }, 'one');
    const bob = await enter(t, 'websocket only', { sub: 'bob', role: 'student' }, 'one');
    const seen = [];
    bob.onAny((...event) => seen.push(event));
    for (const name of ['booking:created', 'Typing', 'typing ', 'typing\u0000', 'desk']) ann.emit(name, 'library:one', 1);
    await ann.emitWithAck('typing', 'library:one', 'last');
    await until('the last', () => seen.length > 0);
    assert.deepEqual(seen.map(([, , data]) => data), ['last']);
});

test('a client that comes back joins all its rooms again, at the limit of rooms', async (t) => {
    const limited = await roomd(t, (port) => ({ ...settings(port), limits: { events_per_second: 50, rooms_per_client: 100 } }));
    const socket = await connected(t, limited, { reconnection: false });
    const warned = received(socket, 'rate:warning');
    const joins = Array.from({ length: 100 }, (_, i) => socket.emitWithAck('join:library', `l${i}`));
    assert.equal((await Promise.all(joins)).filter((answer) => answer.ok).length, 100);
    socket.emit('anything', 1);
    assert.equal((await socket.emitWithAck('join:library', 'l0')).ok, true);
    assert.deepEqual(warned, []); // none of it had to wait
});
