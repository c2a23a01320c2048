// What backends do to clients over HTTP, seen by real clients: rooms, kick and presence.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { MODES, client, connected, received } from './support/clients.mjs';
import { build, roomd } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const BACKEND = 'a-key-for-everything', LIBRARY = 'a-key-for-libraries', VIEWER = 'a-key-that-looks-on';
const digest = (key) => `sha256:${createHash('sha256').update(key).digest('hex')}`;
const PORTAL = 'http://portal.example:3000';

const server = await roomd({ after }, {
    ...IDENTITY,
    namespaces: ['/desk'],
    portals: [{ name: 'student', origins: [PORTAL] }],
    keys: [
        { name: 'backend', key: digest(BACKEND), scopes: ['rooms', 'kick', 'presence', 'emit'] },
        { name: 'library', key: digest(LIBRARY), scopes: ['rooms', 'kick', 'presence'], rooms: ['library:*'] },
        { name: 'viewer', key: digest(VIEWER), scopes: ['presence'] },
    ],
    limits: { events_per_second: 0, rooms_per_client: 10 },
    plugins: {
        directory: `${build}/plugins`,
        load: [{ name: 'http_emit' }, { name: 'http_clients' }],
    },
}, ENV);

const key = (name) => ({ Authorization: `Bearer ${name}` });
const post = async (path, body, by = BACKEND) => {
    const answer = await server.post(`/api/${path}`, body, key(by));
    return { status: answer.status, ...(await answer.json()) };
};
const get = async (path, by = BACKEND) => {
    const answer = await server.get(`/api/presence/${path}`, { headers: key(by) });
    return { status: answer.status, ...(await answer.json()) };
};
const done = async (path, body) => {
    const answer = await post(path, body);
    assert.equal(answer.status, 200, JSON.stringify(answer));
    return answer.data;
};
const refused = ({ status, error }) => `${status} ${error.code} ${error.pointer ?? ''}`.trim();

// A client of this user.
const come = (t, sub, mode = 'websocket only', namespace = '/', more = {}) =>
    connected(t, server, { ...MODES[mode], auth: { token: token({ sub }) }, ...more }, namespace);
const emit = (room, data) => post('emit', { event: 'news', data, room }).then(({ data }) => data.recipients);

const ODD = ['auth0|5f7c8ec7c33c6c004bbafe82', 'CORP\\ann', 'urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66',
    "o'brien+news@example.org", 'ann_gmail.com#EXT#@corp.onmicrosoft.com', 'CORP/ann', '100%', 'a?b=c&d'];

for (const mode of ['websocket only', 'polling only']) {
    describe(`${mode}:`, () => {
        test('the clients of a user join and leave, and hear what is sent there', async (t) => {
            const [phone, laptop] = [await come(t, 'ann', mode), await come(t, 'ann')];
            const bob = await come(t, 'bob', mode);
            const desk = await come(t, 'ann', mode, '/desk');
            const news = [phone, laptop, bob, desk].map((socket) => received(socket, 'news'));
            const left = received(phone, 'room:left');
            const room = `hall:${mode.split(' ')[0]}`; // of no kind that is configured

            let said = await done('rooms/join', { user: 'ann', to: [room, 'library:7'] });
            assert.deepEqual({ ...said, timestamp: 0 }, { message: 'Clients joined', clients: 2, moved: 2, full: 0,
                rooms: [room, 'library:7'], timestamp: 0 });
            said = await done('rooms/join', { user: 'ann', to: room });
            assert.deepEqual([said.clients, said.moved], [2, 0]); // they are there
            assert.equal(await emit(room, 1), 2);
            await until('the news', () => news[0].length && news[1].length);

            said = await done('rooms/leave', { client: phone.id, from: room });
            assert.deepEqual([said.message, said.clients, said.moved], ['Clients left', 1, 1]);
            await until('the notice', () => left.length);
            assert.deepEqual(left, [{ room, reason: 'backend' }]);
            assert.equal(await emit(room, 2), 1);

            said = await done('rooms/join', { room, to: 'library:8' }); // whoever is in it
            assert.deepEqual([said.clients, said.moved], [1, 1]);
            said = await done('rooms/join', { user: 'ann', to: room, namespace: '/desk' });
            assert.equal(said.moved, 1);
            assert.equal((await post('emit', { event: 'news', data: 3, room, namespace: '/desk' })).data.recipients, 1);
            await until('the news at the desk', () => news[3].length);
            assert.deepEqual(news, [[1], [1, 2], [], [3]]);
            assert.equal((await done('rooms/leave', { user: 'nobody', from: room })).clients, 0);
        });

        test('a user, a room and a single client are disconnected', async (t) => {
            const left = (socket) => received(socket, 'disconnect');
            const [ann, desk] = [await come(t, 'ann', mode), await come(t, 'ann', mode, '/desk')];
            const [bob, cid, dan] = [await come(t, 'bob', mode), await come(t, 'cid', mode), await come(t, 'dan', mode)];
            const [annLeft, deskLeft, bobLeft, cidLeft, danLeft] = [ann, desk, bob, cid, dan].map(left);

            assert.equal((await done('kick', { user: 'ann', namespace: '/desk' })).clients, 1);
            await until('the desk to leave', () => deskLeft.length);
            assert.ok(ann.connected);
            assert.equal((await done('kick', { user: 'ann', reason: 'signed out' })).clients, 1);
            await until('ann to leave', () => annLeft.length);
            assert.equal(annLeft[0][0] ?? annLeft[0], 'io server disconnect');

            await done('rooms/join', { user: 'bob', to: 'hall' });
            await done('rooms/join', { client: cid.id, to: 'hall' });
            assert.equal((await done('kick', { room: 'hall' })).clients, 2);
            await until('bob and cid to leave', () => bobLeft.length && cidLeft.length);
            assert.ok(dan.connected);
            assert.equal((await done('kick', { client: dan.id, close: true })).clients, 1);
            await until('dan to leave', () => danLeft.length);
            assert.match(danLeft[0][0] ?? danLeft[0], /^transport (close|error)$/); // and may come back
            assert.equal((await done('kick', { user: 'dan' })).clients, 0);
        });
    });
}

test('closed clients come back by themselves, disconnected ones do not', async (t) => {
    const back = await come(t, 'eve', 'websocket only', '/', { reconnection: true, reconnectionDelay: 10 });
    const first = back.id;
    await done('kick', { user: 'eve', close: true });
    await until('eve to come back', () => back.connected && back.id !== first);
});

describe('presence', () => {
    test('a user is online with each of its clients', async (t) => {
        const ann = await come(t, 'ann', 'polling only', '/', { extraHeaders: { Origin: PORTAL } });
        const desk = await come(t, 'ann', 'websocket only', '/desk');
        const { data } = await get('users/ann');
        assert.deepEqual([data.user, data.online, data.count, data.local], ['ann', true, 2, true]);
        const by = Object.fromEntries(data.clients.map((one) => [one.id, one]));
        assert.deepEqual(by[ann.id], { id: ann.id, namespace: '/', portal: 'student', transport: 'polling', rooms: ['user:ann'] });
        assert.deepEqual(by[desk.id], { id: desk.id, namespace: '/desk', transport: 'websocket', rooms: ['user:ann'] });
        assert.deepEqual((await get('users/ann?namespace=/desk')).data.clients.map(({ id }) => id), [desk.id]);
        assert.deepEqual((await get('users/nobody')).data.clients, []);
        ann.close();
        desk.close();
        await until('ann to be offline', async () => !(await get('users/ann')).data.online);
    });

    test('users are named as other systems name them, in paths and in bodies', async (t) => {
        for (const user of ODD) await come(t, user);
        for (const user of ODD) {
            const { status, data } = await get(`users/${encodeURIComponent(user)}`);
            assert.equal(status, 200, user);
            assert.deepEqual([data.user, data.online, data.clients[0].rooms], [user, true, [`user:${user}`]]);
            const room = await get(`rooms/${encodeURIComponent(`user:${user}`)}`);
            assert.deepEqual(room.data.members.map((member) => member.user), [user]);
            assert.equal((await done('rooms/join', { user, to: 'odd' })).moved, 1);
        }
        // No other spelling.
        for (const user of ['corp\\ann', 'CORP/Ann', 'auth0%7C5f7c8ec7c33c6c004bbafe82', ' CORP\\ann'])
            assert.equal((await get(`users/${encodeURIComponent(user)}`)).data.online, false, user);
        const { data } = await post('presence/online', { users: [...ODD, 'corp\\ann', 'nobody', ODD[0]] });
        assert.deepEqual([data.online, data.local], [ODD, true]);
        assert.equal((await done('kick', { room: 'odd' })).clients, ODD.length);
        assert.deepEqual((await post('presence/online', { users: ODD })).data.online, []);
        const longest = '\\u0061'.repeat(1024); // as some libraries write them
        const most = await post('presence/online', `{"users":[${Array(1000).fill(`"${longest}"`)}]}`);
        assert.deepEqual([most.status, most.data?.online], [200, []]);
    });

    test('the members of a room come page by page', async (t) => {
        const all = [];
        for (let i = 0; i < 5; ++i) all.push(await come(t, `member${i}`));
        for (const one of all) await done('rooms/join', { client: one.id, to: 'library:paged' });
        const seen = [];
        for (let after = ''; after !== undefined; ) {
            const { data } = await get(`rooms/library:paged?limit=2${after && `&after=${after}`}`);
            assert.deepEqual([data.room, data.namespace, data.count, data.local], ['library:paged', '/', 5, true]);
            assert.ok(data.members.length <= 2);
            seen.push(...data.members);
            after = data.next;
        }
        seen.sort((a, b) => a.user.localeCompare(b.user));
        assert.deepEqual(seen, all.map((one, i) => ({ id: one.id, user: `member${i}` })));
        const { data: empty } = await get('rooms/library:nobody');
        assert.deepEqual([empty.count, empty.members], [0, []]);
        assert.equal((await get('rooms/library:paged?namespace=/desk')).data.count, 0);
    });
});

describe('what a key may', () => {
    test('each path takes its scope', async () => {
        assert.equal(refused(await post('rooms/join', { user: 'u', to: 'a' }, VIEWER)), '403 key_scope');
        assert.equal(refused(await post('kick', { user: 'u' }, VIEWER)), '403 key_scope');
        assert.equal((await get('users/u', VIEWER)).status, 200);
        assert.equal(refused(await get('users/u', 'no-such-key')), '401 key_unknown');
        const bare = await server.post('/api/kick', { user: 'u' });
        assert.equal(bare.status, 401);
    });

    test('a key that lists rooms names no others, and sees no others', async (t) => {
        const ann = await come(t, 'keyed');
        assert.equal((await post('rooms/join', { user: 'keyed', to: ['library:1', 'library:2'] }, LIBRARY)).status, 200);
        assert.equal(refused(await post('rooms/join', { user: 'keyed', to: ['library:1', 'staff:1'] }, LIBRARY)), '403 room_denied /to/1');
        assert.equal(refused(await post('rooms/leave', { user: 'keyed', from: 'user:keyed' }, LIBRARY)), '403 room_denied /from');
        assert.equal(refused(await post('rooms/join', { room: 'user:keyed', to: 'library:1' }, LIBRARY)), '403 room_denied /room');
        assert.equal(refused(await post('kick', { room: 'user:keyed' }, LIBRARY)), '403 room_denied /room');
        assert.equal(refused(await get('rooms/user:keyed', LIBRARY)), '403 room_denied');
        assert.equal((await get('rooms/library:1', LIBRARY)).data.count, 1);
        assert.deepEqual((await get('users/keyed', LIBRARY)).data.clients[0].rooms.sort(), ['library:1', 'library:2']);
        assert.ok(ann.connected);
        assert.equal((await post('kick', { room: 'library:2' }, LIBRARY)).data.clients, 1);
    });
});

describe('what cannot be meant', () => {
    const examples = {
        'no JSON': ['rooms/join', '{"user":', '400 json_malformed'],
        'nobody': ['rooms/join', { to: 'a' }, '422 no_target'],
        'two': ['kick', { user: 'u', room: 'a' }, '422 two_targets'],
        'a number': ['rooms/join', { user: 7, to: 'a' }, '422 wrong_type /user'],
        'another member': ['rooms/join', { user: 'u', rooms: ['a'] }, '422 unknown_member /rooms'],
        'no room': ['rooms/join', { user: 'u' }, '422 member_missing /to'],
        'a name with a blank': ['rooms/join', { user: 'u', to: ['a', 'li brary:7'] }, '422 room_invalid /to/1'],
        'a pattern': ['kick', { room: 'library:*' }, '422 room_invalid /room'],
        'a namespace that is not there': ['kick', { user: 'u', namespace: '/nowhere' }, '422 namespace_unknown /namespace'],
        'every namespace': ['kick', { user: 'u', namespace: '*' }, '422 namespace_unknown /namespace'],
        'too many users': ['presence/online', { users: Array(1001).fill('u') }, '413 too_many_users /users'],
        'users of another type': ['presence/online', { users: ['u', null] }, '422 wrong_type /users/1'],
    };
    for (const [name, [path, body, expected]] of Object.entries(examples))
        test(name, async () => assert.equal(refused(await post(path, body)), expected));

    test('paths and queries that lead nowhere', async () => {
        for (const path of ['users/', 'users/a/b', 'users/%', 'users/a%00', 'rooms/', 'nothing'])
            assert.equal(refused(await get(path)), '404 not_found', path);
        assert.equal(refused(await get('rooms/a?limit=0')), '422 parameter_invalid');
        assert.equal(refused(await get('users/a?lmit=1')), '422 parameter_unknown');
        assert.equal(refused(await get('rooms/a%20b')), '422 room_invalid');
        assert.equal((await server.get('/api/kick', { headers: key(BACKEND) })).status, 405);
        assert.equal((await server.get('/api/%70resence/users/a', { headers: key(BACKEND) })).status, 404);
        assert.equal((await server.post('/api/kick', '{}', { ...key(BACKEND), 'Content-Type': 'text/plain' })).status, 415);
    });
});

test('a client that would have too many rooms joins none of them', async (t) => {
    await come(t, 'full');
    const many = Array.from({ length: 8 }, (_, i) => `r:${i}`);
    assert.equal((await done('rooms/join', { user: 'full', to: many })).moved, 1); // nine, with user:full
    const said = await done('rooms/join', { user: 'full', to: ['s:1', 's:2'] });
    assert.deepEqual([said.clients, said.moved, said.full], [1, 0, 1]);
    assert.equal((await done('rooms/join', { user: 'full', to: ['s:1', 'r:1'] })).moved, 1);
});
