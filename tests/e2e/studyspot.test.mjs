// conf/studyspot.yaml as it is shipped: each event from HTTP to the clients it concerns, and to no
// other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { connected } from './support/clients.mjs';
import { build, roomd, source } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { tick, until } from './support/wait.mjs';

const KEY = 'a key of the end-to-end tests';
// What a test must change: where it listens, where plugins lie, and where secrets come from.
const shipped = (port) =>
    readFileSync(path.join(source, 'conf/studyspot.yaml'), 'utf8')
        .replace('127.0.0.1:3001', `127.0.0.1:${port}`)
        .replaceAll('schemas/', path.join(source, 'conf/schemas/'))
        .replace('${credential:jwt_key}', '${env:STUDYSPOT_JWT}')
        .replace('${credential:emit_key}', '${env:STUDYSPOT_KEY}')
        .replace('plugins:\n', `plugins:\n  directory: ${path.join(build, 'plugins')}\n`);
const server = await roomd({ after }, shipped, { STUDYSPOT_JWT: SECRET, STUDYSPOT_KEY: KEY.replaceAll(' ', '-') });

const emit = async (event, data, more = {}) => {
    const answer = await server.post('/api/emit', { event, data, ...more }, { Authorization: `Bearer ${KEY.replaceAll(' ', '-')}` });
    return { status: answer.status, ...(await answer.json()) };
};

const people = {
    student: { sub: 'u1', role: 'student', tenantId: 'none' },
    neighbour: { sub: 'u2', role: 'student', tenantId: 'none' },
    owner: { sub: 'o1', role: 'library_owner', tenantId: 't1', libraryIds: ['lib1'] },
    desk: { sub: 'd1', role: 'front_desk', tenantId: 'x', libraryIds: ['lib1'] },
    rival: { sub: 'o2', role: 'library_owner', tenantId: 't3', libraryIds: [] },
    stranger: { sub: 's1', role: 'staff', tenantId: 't2', libraryIds: ['lib2'] },
};

const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'lib1', tenantId: 't1', seatId: 's7', status: 'confirmed',
    startTime: '2026-11-25T09:00:00.000Z', endTime: '2026-11-25T11:00:00.000Z', totalPrice: 4.5, currency: 'EUR' };
const library = { libraryId: 'lib1', tenantId: 't1', name: 'Reading room', totalSeats: 40, opensAt: '08:00', closesAt: '22:00' };
const pricing = { libraryId: 'lib1', tenantId: 't1', oldPrice: 2, newPrice: 2.5, currency: 'EUR', unit: 'hour' };
const seats = { libraryId: 'lib1', totalSeats: 40, availableSeats: 3 };

// event: data, who receives it.  The neighbour looks at lib2; owner and desk at lib1; the rival owns
// another library.
const EVENTS = {
    'booking:created': [booking, ['student', 'owner', 'desk']],
    'booking:updated': [booking, ['student', 'owner', 'desk']],
    'booking:cancelled': [{ ...booking, status: 'cancelled' }, ['student', 'owner', 'desk']],
    'booking:checkin': [{ ...booking, status: 'checked_in' }, ['student', 'owner', 'desk']],
    'booking:checkout': [{ ...booking, status: 'completed' }, ['student', 'owner', 'desk']],
    'library:created': [library, ['owner', 'desk', 'rival']],
    'library:updated': [library, ['owner', 'desk', 'rival']],
    'library:deleted': [library, ['owner', 'desk', 'rival']],
    'pricing:updated': [pricing, ['owner', 'desk']],
    'seat:availability': [seats, ['owner', 'desk']],
    notification: [{ userId: 'u1', title: 'Your booking starts in 30 minutes' }, ['student']],
};

test('each of the eleven events reaches those it concerns, once, and nobody else', async (t) => {
    const sockets = {};
    for (const [who, claims] of Object.entries(people)) {
        const socket = await connected(t, server, { auth: { token: token(claims) } });
        socket.seen = [];
        socket.onAny((event, data) => socket.seen.push([event, data]));
        sockets[who] = socket;
    }
    for (const [who, id] of [['neighbour', 'lib2'], ['owner', 'lib1'], ['desk', 'lib1'], ['stranger', 'lib2']])
        assert.equal((await sockets[who].emitWithAck('join:library', id)).ok, true, who);
    assert.equal((await sockets.stranger.emitWithAck('join:library', 'lib1')).ok, false);

    const wanted = Object.fromEntries(Object.keys(people).map((who) => [who, []]));
    for (const [event, [data, to, more]] of Object.entries(EVENTS)) {
        const answer = await emit(event, data, more);
        assert.equal(answer.status, 200, JSON.stringify(answer));
        assert.equal(answer.data.recipients, to.length, event);
        for (const who of to) wanted[who].push([event, data]);
    }
    await until('the events', () => Object.keys(people).every((who) => sockets[who].seen.length >= wanted[who].length));
    await tick(100);
    for (const who of Object.keys(people)) assert.deepEqual(sockets[who].seen, wanted[who], who);
});

test('what breaks the contract is refused at the source, with the place', async () => {
    const refused = async (event, data, more) => {
        const answer = await emit(event, data, more);
        return [answer.status, answer.error?.code, answer.error?.pointer];
    };
    assert.deepEqual(await refused('booking:create', booking), [422, 'event_unknown', '/event']);
    assert.deepEqual(await refused('booking:created', { ...booking, userId: undefined }), [422, 'schema_mismatch', '/data/userId']);
    assert.deepEqual(await refused('booking:created', { ...booking, startTime: 'soon' }), [422, 'schema_mismatch', '/data/startTime']);
    assert.deepEqual(await refused('booking:created', { ...booking, userId: 'role staff' }), [422, 'room_field_invalid', '/data/userId']);
    assert.deepEqual(await refused('seat:availability', { ...seats, availableSeats: -1 }), [422, 'schema_mismatch', '/data/availableSeats']);
    assert.deepEqual(await refused('pricing:updated', { ...pricing, newPrice: '2.5' }), [422, 'schema_mismatch', '/data/newPrice']);
    assert.deepEqual(await refused('notification', { title: 'to nobody' }), [422, 'room_field_missing', '/data/userId']);
    const long = { ...booking, startTime: 'x'.repeat(900_000) };
    assert.deepEqual(await refused('booking:created', long), [422, 'schema_mismatch', '/data/startTime']);
});

test('explicit rooms replace the catalogue\'s, and the schema holds all the same', async (t) => {
    const socket = await connected(t, server, { auth: { token: token(people.student) } });
    const seen = [];
    socket.onAny((event) => seen.push(event));
    assert.equal((await emit('booking:created', booking, { room: 'role:student' })).data.recipients, 1);
    assert.equal((await emit('booking:created', { bookingId: 1 }, { room: 'role:student' })).status, 422);
    await until('the event', () => seen.length === 1);
});
