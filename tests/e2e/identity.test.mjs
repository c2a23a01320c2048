// Who one is, what one may join by it, and what no spelling, transport or race gets past.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { MODES, client, connected, received } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { parse } from './support/metrics.mjs';
import { ENV, IDENTITY, now, token } from './support/token.mjs';
import { once, tick, until } from './support/wait.mjs';

const student = { sub: 'u1', role: 'student', tenantId: 't1', libraryIds: ['lib1', 'lib2'] };
const server = await roomd({ after }, { ...IDENTITY, namespaces: ['/desk'] }, ENV);
const as = (claims, options = {}) => ({ ...options, auth: { token: token({ ...student, ...claims }) } });

async function refusal(t, options) {
    const socket = client(t, server, options);
    socket.on('connect', () => socket.emit('in'));
    const [error] = await once(socket, 'connect_error');
    return { message: error.message, ...error.data };
}

// How many are in a room: an emit that nobody would notice.
const members = async (room) => (await server.emit('probe', null, room)).recipients;

for (const [mode, options] of Object.entries(MODES)) {
    describe(mode, () => {
        test('a token brings the rooms of its claims, in every namespace', async (t) => {
            const sub = `u-${mode.replaceAll(' ', '-')}`;
            const socket = await connected(t, server, as({ sub }, options));
            const desk = await connected(t, server, as({ sub }, options), '/desk');
            const seen = received(socket, 'hello');
            const there = received(desk, 'hello');
            await server.emit('hello', 1, [`user:${sub}`, 'role:student', 'tenant:t1']);
            await server.emit('hello', 2, `user:${sub}`, { namespace: '/desk' });
            await until('the events', () => seen.length && there.length);
            assert.deepEqual([seen, there], [[1], [2]]);
        });

        test('a library that the token names is joined, another is refused', async (t) => {
            const socket = await connected(t, server, as({}, options));
            const good = await socket.emitWithAck('join:library', 'lib2');
            const bad = await socket.emitWithAck('join:library', 'lib3');
            assert.deepEqual([good.ok, bad.ok, bad.error.code], [true, false, 'room_denied']);
        });
    });
}

test('the token may come as Authorization: Bearer; the one in CONNECT goes before it', async (t) => {
    const extraHeaders = { Authorization: `Bearer ${token({ ...student, sub: 'header' })}` };
    await connected(t, server, { extraHeaders });
    assert.equal(await members('user:header'), 1);
    const both = await connected(t, server, { extraHeaders, ...as({ sub: 'packet' }) });
    assert.equal(await members('user:packet'), 1);
    assert.equal(await members('user:header'), 1);
    both.close();
    const bad = await refusal(t, { extraHeaders, auth: { token: 'nonsense' } });
    assert.equal(bad.code, 'token_malformed');
});

describe('tokens that are refused', () => {
    const header = (more) => ({ header: { alg: 'HS256', ...more } });
    const cases = {
        'none at all': [undefined, 'token_missing'],
        'a number': [7, 'token_malformed'],
        'an object': [{ token: 'x' }, 'token_malformed'],
        'two parts': ['a.b', 'token_malformed'],
        expired: [token({ exp: now() - 120 }), 'token_expired'],
        'not yet': [token({ nbf: now() + 600 }), 'token_not_yet'],
        'another issuer': [token({ iss: 'other' }), 'token_issuer'],
        'another audience': [token({ aud: 'other' }), 'token_audience'],
        'another secret': [token({}, { secret: 'x'.repeat(40) }), 'token_signature'],
        'alg none': [token({}, header({ alg: 'none' })), 'token_algorithm'],
        'alg HS512': [token({}, { header: { alg: 'HS512' }, hash: 'sha512' }), 'token_algorithm'],
        'without exp': [token({ exp: undefined }), 'token_claims'],
        'exp as text': [token({ exp: String(now() + 600) }), 'token_claims'],
        'a list as payload': [token({}, { raw: [1] }), 'token_malformed'],
    };
    for (const [name, [text, code]] of Object.entries(cases))
        test(name, async (t) => {
            const error = await refusal(t, { auth: text === undefined ? {} : { token: text } });
            assert.equal(error.code, code, JSON.stringify(error));
            assert.equal(typeof error.retryable, 'boolean');
        });
});

test('a token that expires closes the transport, and the client comes back with a new one', async (t) => {
    const tokens = [];
    const socket = client(t, server, {
        reconnection: true,
        reconnectionDelay: 50,
        reconnectionDelayMax: 100,
        auth: (give) => {
            const exp = tokens.length === 0 ? now() - 29 : now() + 600; // the leeway is 30 s
            tokens.push(exp);
            give({ token: token({ ...student, sub: 'short', exp }) });
        },
    });
    await once(socket, 'connect');
    const [reason] = await once(socket, 'disconnect');
    assert.equal(reason, 'transport close');
    await once(socket, 'connect');
    assert.equal(tokens.length, 2);
    assert.equal(await members('user:short'), 1);
});

// Every way in which a student tried to get where he may not be.  Each costs an answer at most.
describe('a student cannot enter what is not his', () => {
    const elsewhere = ['role:staff', 'role:library_owner', 'user:u2', 'tenant:t2', 'library:lib9'];
    const spellings = [
        ['join:role', 'staff'], ['join', 'role:staff'], ['join:role', ['staff']], ['join:role', { id: 'staff' }],
        ['join:role', { toString: 'staff' }], ['join:role', 'staff\u0000'], ['join:role', '\u0000staff'],
        ['join:role', 'student\u0000staff'], ['join:role', ' staff'], ['join:role', 'staff '], ['join:role', 'staff\n'],
        ['join:role', 'STAFF'], ['join:role', 'Staff'], ['join:role', 'st\u0430ff'], ['join:role', '\uff53taff'],
        ['join:role', 'sta\ufb00'], ['join:role', 'staff\u200b'], ['join:role', 'role:staff'], ['join:role', '../staff'],
        ['join:role', 'student,staff'], ['join:role', 'student staff'], ['join:role', '*'], ['join:role', 'sta*'],
        ['join:role', '{id}'], ['join:role', '%73taff'], ['join:role', 'staf'], ['join:role', 'staffs'], ['join:role', ''],
        ['join:role', null], ['join:role', true], ['join:role', 0], ['join:role', 1e400], ['join:role', 'student', 'staff'],
        ['join:role'], ['join', ['role:staff']], ['join', 'role::staff'], ['join', 'role:staff:'], ['join', 'Role:staff'],
        ['join', ' role:staff'], ['join', 'role :staff'], ['join', 'role:%73taff'], ['join', 'role:student,role:staff'],
        ['join', { room: 'role:staff' }], ['join', 'role'], ['join', ':staff'], ['join:role:staff'], ['join:', 'role:staff'],
        ['JOIN:role', 'staff'], ['join:Role', 'staff'], ['join:role ', 'staff'], ['join:user', 'u2'], ['join:user', 'u1 '],
        ['join:user', 2], ['join:user', ['u1', 'u2']], ['join', 'user:u2'], ['join:tenant', 't2'], ['join:tenant', ['t1', 't2']],
        ['join', 'tenant:T1'], ['join:library', 'lib9'], ['join:library', ['lib1', 'lib9']], ['join:library', 'lib1,lib9'],
        ['join:library', 'lib'], ['join:library', 'LIB1'], ['join', 'library:lib9'], ['leave', 'role:staff'],
    ];
    for (const [mode, options] of Object.entries(MODES))
        test(`${spellings.length} spellings over ${mode}`, async (t) => {
            const socket = await connected(t, server, as({}, options));
            const strays = received(socket, 'secret');
            let granted = 0;
            for (const [verb, ...args] of spellings) {
                socket.emit(verb, ...args);
                const answer = await Promise.race([socket.timeout(300).emitWithAck(verb, ...args).catch(() => null), tick(400)]);
                if (answer?.ok && verb !== 'leave') granted += 1;
            }
            assert.equal(granted, 0);
            for (const room of elsewhere) assert.equal((await server.emit('secret', room, room)).recipients, 0);
            assert.equal(await members('role:student'), 1);
            assert.deepEqual(strays, []);
        });

    const claims = {
        'a list in a text': { role: 'student,staff' },
        'an object': { role: { staff: true } },
        'a list of lists': { role: [['staff']] },
        'another case': { role: 'Staff' },
        'white space': { role: ' staff ' },
        'a NUL behind it': { role: 'staff\u0000' },
        'a look-alike': { role: 'st\u0430ff' },
        'another claim of a like name': { Role: 'staff', roles: 'staff', 'role ': 'staff' },
        'a nested claim': { data: { role: 'staff' } },
        'a boolean': { role: true, staff: true },
    };
    for (const [name, changed] of Object.entries(claims))
        test(`a role claim that is ${name} is not the role staff`, async (t) => {
            const socket = await connected(t, server, as({ role: 'none', ...changed }));
            const answer = await socket.emitWithAck('join:role', 'staff');
            assert.equal(answer.ok, false);
            assert.equal(await members('role:staff'), 0);
        });

    test('with the first member of a doubled claim', async (t) => {
        const raw = `{"iss":"studyspot","aud":"roomd","sub":"u1","exp":${now() + 600},"role":"staff","role":"student"}`;
        const error = await refusal(t, { auth: { token: token({}, { raw }) } });
        assert.equal(error.code, 'token_malformed');
    });

    test('by what the CONNECT packet says beside the token', async (t) => {
        const auth = { ...as({}).auth, role: 'staff', claims: { role: 'staff' }, user: 'u2', rooms: ['role:staff'] };
        await connected(t, server, { auth });
        for (const room of elsewhere) assert.equal(await members(room), 0);
    });

    test('by a second CONNECT with another token on the same session', async (t) => {
        const socket = await connected(t, server, as({ sub: 'twice' }));
        socket.io.engine.write(`40${JSON.stringify({ token: token({ ...student, sub: 'u2', role: 'staff' }) })}`);
        await tick(100);
        assert.equal(await members('role:staff'), 0);
    });
});

test('optional: without a token a client has no identity; a bad token is refused, not ignored', async (t) => {
    const open = await roomd(t, { ...IDENTITY, auth: { ...IDENTITY.auth, mode: 'optional' } }, ENV);
    const socket = client(t, open);
    await once(socket, 'connect');
    assert.equal((await socket.emitWithAck('join:role', 'student')).error.code, 'room_denied');
    const bad = client(t, open, { auth: { token: token({ exp: 1 }) } });
    const [error] = await once(bad, 'connect_error');
    assert.equal(error.data.code, 'token_expired');
});

test('a portal may be for some roles only, and is counted', async (t) => {
    const portals = [
        { name: 'owner', origins: ['http://owner.test'], roles: ['library_owner', 'staff'] },
        { name: 'student', origins: ['http://student.test'] },
    ];
    const narrow = await roomd(t, { ...IDENTITY, portals }, ENV);
    const from = (origin, claims) => client(t, narrow, { ...as(claims), transports: ['websocket'], extraHeaders: { Origin: origin } });
    const [error] = await once(from('http://owner.test', {}), 'connect_error');
    assert.equal(error.data.code, 'portal_role');
    await once(from('http://owner.test', { role: ['student', 'staff'] }), 'connect');
    const other = from('http://student.test', {});
    await once(other, 'connect');
    await other.emitWithAck('join:library', 'lib1');
    await other.emitWithAck('join:library', 'lib9');
    const { sum } = parse(await (await narrow.get('/metrics')).text());
    const count = (name, portal) => sum(`roomd_${name}_total`, { portal });
    assert.deepEqual(
        ['connects', 'connects_refused', 'joins', 'joins_refused'].map((name) => [count(name, 'owner'), count(name, 'student')]),
        [[1, 1], [1, 0], [4, 4], [0, 1]],
    );
});

test('limits.per_user bounds the connections of one user', async (t) => {
    const few = await roomd(t, { ...IDENTITY, limits: { ...settings(0).limits, per_user: 2 } }, ENV);
    for (let i = 0; i < 2; ++i) await once(client(t, few, as({})), 'connect');
    const [error] = await once(client(t, few, as({})), 'connect_error');
    assert.deepEqual(error.data, { code: 'too_many_connections', retryable: true });
    await once(client(t, few, as({ sub: 'u2' })), 'connect');
});
