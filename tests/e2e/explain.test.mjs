// `roomd explain` says what the running daemon does: the same questions to both.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { emitted, explained, joined, told } from './support/explain.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, now, token } from './support/token.mjs';

const lists = (claim) => [{ claim, contains: '{id}' }];
const ROOMS = {
    ...IDENTITY.rooms,
    open: { join: 'request', allow: 'all' },
    internal: { join: 'never' },
    asked: { join: 'request' },
    desk: { join: 'auto', allow: lists('desks'), max_per_client: 1 },
    shelf: { join: 'auto', allow: lists('shelves') },
};
const PORTALS = [
    { name: 'owner', origins: ['http://owner.test'], roles: ['library_owner', 'staff'] },
    { name: 'student', origins: ['http://*.student.test'] },
];
const SEAT = { type: 'object', required: ['seats'], properties: { seats: { type: 'integer', minimum: 0 } } };
const EVENTS = {
    seat: { rooms: ['library:{libraryId}'], schema: SEAT },
    many: { rooms: ['library:{libraries}', 'role:staff'] },
    plain: {},
    checked: { schema: SEAT },
};

async function daemon(changes) {
    const server = await roomd({ after }, (port) =>
        settings(port, {
            rooms: ROOMS, portals: PORTALS, events: EVENTS, namespaces: ['/desk', { name: '/team-*', verbs: false }], admin: { socket: 'admin.sock' },
            ...changes,
        }), ENV);
    server.admin = path.join(server.folder, 'admin.sock');
    return server;
}
const limits = { events_per_second: 0, rooms_per_client: 6, max_emit: '2KB' };
const required = await daemon({ auth: IDENTITY.auth, catalogue: { unknown: 'refuse' }, limits });
const optional = await daemon({ auth: { ...IDENTITY.auth, mode: 'optional' }, cors: { missing_origin: 'refuse' } });
const none = await daemon({});

const claims = { role: 'student', tenantId: 't1', libraryIds: ['lib1', 7] };
const student = (more) => ({ token: token({ ...claims, ...more }) });
const from = (origin, who = student()) => ({ origin, ...who });
const at = (namespace) => ({ namespace, ...student() });
const shelves = student({ shelves: [1, 2, 3, 4, 5] }); // with user, role and tenant more than rooms_per_client

// daemon, who, room, what happens
const JOINS = [
    [required, student(), 'user:u1', 'auto'],
    [required, student(), 'user:u2', 'room_denied'],
    [required, student(), 'role:student', 'auto'],
    [required, student({ role: ['visitor', 'staff'] }), 'role:staff', 'auto'],
    [required, student(), 'tenant:t2', 'room_denied'],
    [required, student({ sub: 42 }), 'user:42', 'auto'],
    [required, student(), 'library:lib1', 'yes'],
    [required, student(), 'library:7', 'yes'],
    [required, student(), 'library:lib3', 'room_denied'],
    [required, student(), 'library:LIB1', 'room_denied'],
    [required, student(), 'open:1', 'yes'],
    [required, student(), 'internal:1', 'room_denied'],
    [required, student(), 'asked:1', 'room_denied'],
    [required, student(), 'nokind:1', 'room_unknown_kind'],
    [required, student(), 'plain', 'room_unknown_kind'],
    [required, student(), 'library:a b', 'room_invalid'],
    [required, student(), 'library:', 'room_invalid'],
    [required, student(), `library:${'a'.repeat(256)}`, 'room_invalid'],
    [required, {}, 'open:1', 'token_missing'],
    [required, { token: '' }, 'open:1', 'token_missing'],
    [required, { token: 'a.b' }, 'open:1', 'token_malformed'],
    [required, student({ exp: now() - 120 }), 'open:1', 'token_expired'],
    [required, student({ exp: now() - 5 }), 'user:u1', 'auto'], // within the leeway
    [required, student({ nbf: now() + 600 }), 'open:1', 'token_not_yet'],
    [required, student({ aud: 'other' }), 'open:1', 'token_audience'],
    [required, { token: token(claims, { secret: 'x'.repeat(40) }) }, 'open:1', 'token_signature'],
    [required, { token: token(claims, { header: { alg: 'none' } }) }, 'open:1', 'token_algorithm'],
    [required, from('http://owner.test'), 'user:u1', 'portal_role'],
    [required, from('http://owner.test', student({ role: 'staff' })), 'role:staff', 'auto'],
    [required, from('http://a.student.test'), 'open:1', 'yes'],
    [required, from('http://student.test'), 'open:1', 'origin_refused'],
    [required, from('http://evil.test', {}), 'open:1', 'origin_refused'],
    [required, at('/desk'), 'user:u1', 'auto'],
    [required, at('/team-9'), 'user:u1', 'auto'],
    [required, at('/desk'), 'open:1', 'yes'],
    [required, at('/desk'), 'library:other', 'room_denied'],
    [required, at('/team-9'), 'open:1', 'unknown_event'],
    [required, at('/nowhere'), 'user:u1', 'namespace_unknown'],
    [required, student({ desks: ['a', 'b'] }), 'desk:a', 'auto'],
    [required, student({ desks: ['a', 'b'] }), 'desk:b', 'too_many_rooms'],
    [required, shelves, 'shelf:3', 'auto'],
    [required, shelves, 'shelf:4', 'too_many_rooms'],
    [required, shelves, 'open:1', 'too_many_rooms'],
    [optional, from('http://a.student.test', {}), 'open:1', 'yes'],
    [optional, from('http://a.student.test', {}), 'user:u1', 'room_denied'],
    [optional, from('http://a.student.test'), 'user:u1', 'auto'],
    [optional, from('http://owner.test', {}), 'open:1', 'portal_role'],
    [optional, from('http://a.student.test', { token: 'x' }), 'open:1', 'token_malformed'],
    [optional, student(), 'open:1', 'origin_refused'], // cors.missing_origin
    [none, student(), 'user:u1', 'room_denied'], // nobody looks at the token
    [none, {}, 'open:1', 'yes'],
    [none, { token: 'x' }, 'open:1', 'yes'],
];

describe('a join is explained as it happens', { concurrency: 8 }, () => {
    const names = new Map([[required, 'required'], [optional, 'optional'], [none, 'none']]);
    const words = ({ token: text, origin, namespace }) => [
        ...(text === undefined ? [] : ['--token', text]),
        ...(origin === undefined ? [] : ['--origin', origin]),
        ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ];
    for (const [server, who, room, expected] of JOINS)
        test(`auth ${names.get(server)}, ${room.slice(0, 40)}: ${expected}`, async (t) => {
            const said = await explained(server, '--join', room, ...words(who));
            assert.equal(said.yes ? (said.automatic ? 'auto' : 'yes') : said.code, expected, said.why);
            assert.equal(said.exit, said.yes ? 0 : 1);
            assert.equal(await joined(t, server, room, who), expected);
        });
});

const nested = (depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
// daemon, event, data, what happens; where it is sent to
const EMITS = [
    [required, 'seat', { libraryId: 'l1', seats: 3 }, ['library:l1']],
    [required, 'seat', { libraryId: 7, seats: 0 }, ['library:7']],
    [required, 'seat', { libraryId: 'l1', seats: -1 }, 'schema_mismatch'],
    [required, 'seat', { libraryId: 'l1' }, 'schema_mismatch'],
    [required, 'seat', 'l1', 'schema_mismatch'],
    [required, 'seat', null, 'schema_mismatch'],
    [required, 'seat', { seats: 3 }, 'room_field_missing'],
    [required, 'seat', { libraryId: 'a b', seats: 3 }, 'room_field_invalid'],
    [required, 'seat', { seats: 3 }, ['open:1'], { rooms: ['open:1'] }],
    [required, 'seat', {}, 'schema_mismatch', { rooms: ['open:1'] }],
    [required, 'many', { libraries: ['a', 'b', 'a'] }, ['library:a', 'library:b', 'role:staff']],
    [required, 'many', { libraries: [] }, ['role:staff']],
    [required, 'many', { libraries: [{}] }, 'room_field_invalid'],
    [required, 'plain', 1, 'no_target'],
    [required, 'plain', 1, ['library:1', 'x'], { rooms: ['library:1', 'x'] }],
    [required, 'plain', 1, 'room_invalid', { rooms: ['library:1', 'a b'] }],
    [required, 'plain', 1, [], { broadcast: true }],
    [required, 'plain', 1, 'two_targets', { broadcast: true, rooms: ['open:1'] }],
    [required, 'plain', 1, ['open:1'], { rooms: ['open:1'], namespace: '/desk' }],
    [required, 'plain', 1, 'namespace_unknown', { rooms: ['open:1'], namespace: '/nowhere' }],
    [required, 'plain', 'x'.repeat(3000), 'emit_too_big', { rooms: ['open:1'] }],
    [required, 'checked', { seats: 1 }, 'no_target'],
    [required, 'saet', {}, 'event_unknown'],
    [required, 'saet', {}, 'event_unknown', { rooms: ['open:1'] }],
    [required, 'connect', {}, 'event_unknown'],
    [none, 'saet', {}, 'no_target'],
    [none, 'saet', {}, ['open:1'], { rooms: ['open:1'] }],
    [none, 'connect', {}, 'event_invalid', { rooms: ['open:1'] }],
    [none, 'x'.repeat(300), {}, 'event_invalid', { rooms: ['open:1'] }],
    [none, 'saet', nested(126), ['open:1'], { rooms: ['open:1'] }],
];

describe('an emit is explained as it is answered', { concurrency: 8 }, () => {
    for (const [server, event, data, expected, to = {}] of EMITS)
        test(`${event.slice(0, 20)} ${JSON.stringify(data).slice(0, 30)} ${JSON.stringify(to)}: ${expected}`, async () => {
            const words = (to.rooms ?? []).flatMap((room) => ['--room', room]);
            if (to.broadcast) words.push('--broadcast');
            if (to.namespace) words.push('--namespace', to.namespace);
            const said = await explained(server, '--event', event, '--data', JSON.stringify(data), ...words);
            assert.deepEqual(said.yes ? said.rooms : said.code, expected, said.why);
            assert.equal(said.exit, said.yes ? 0 : 1);
            assert.deepEqual(await emitted(server, { event, data, ...to }), expected);
        });
});

describe('explain in words', () => {
    const say = (server, ...words) => told(server, ['explain', ...words]);

    test('names the rule that admits, and of each rule why it does not', async () => {
        const good = await say(required, '--token', student().token, '--join', 'library:lib1');
        assert.equal(good.out, 'admitted: rule 1: claim "libraryIds" must hold "lib1"\n');
        const bad = await say(required, '--token', student().token, '--join', 'library:9');
        assert.equal(bad.out, 'refused: no rule holds\n  rule 1: claim "libraryIds" is "lib1", "7", must hold "9"\n');
        const auto = await say(required, '--token', student().token, '--join', 'user:u1');
        assert.match(auto.out, /^admitted: rule 1: .*\n {2}in it from the start/);
    });
    test('says what to do about a refusal', async () => {
        const cases = [
            [['--join', 'libary:1', '--token', student().token], /did you mean "library"\?/],
            [['--join', 'asked:1', '--token', student().token], /only a plugin can admit/],
            [['--join', 'open:1', '--token', token({ exp: 1 })], /expired .*ago\n {2}get a new one/],
            [['--join', 'open:1', ...['--token', student().token, '--origin', 'http://owner.test']],
                /portal "owner" is for the role "library_owner" or "staff", and the client's is "student"/],
            [['--event', 'saet'], /did you mean "seat"\?/],
        ];
        for (const [words, expected] of cases) {
            const { code, out } = await say(required, ...words);
            assert.equal(code, 1);
            assert.match(out, expected);
        }
        assert.match((await say(none, '--join', 'open:1', '--token', 'x')).out, /the token is ignored/);
    });
    test('points at the line of the schema that refuses', async () => {
        const { out } = await say(required, '--event', 'seat', '--data', '{"seats":-1}');
        assert.match(out, /^schema: seat\.schema:\d+:\d+ refuses \/data\/seats\n/);
        assert.match(out, /\nrefused: schema_mismatch: \/data\/seats .*minimum/);
    });
    test('reads the token or the data from standard input', async () => {
        const who = await told(required, ['explain', '--join', 'user:u1', '--token', '-'], { input: `${student().token}\r\n` });
        assert.equal(who.code, 0, who.out);
        const what = await told(required, ['explain', '--event', 'seat', '--data', '-'], { input: '{"libraryId":"l1",\n"seats":1}\n' });
        assert.match(what.out, /\ntaken: to library:l1\n$/);
    });
    test('needs one question, with data that is JSON', async () => {
        for (const words of [[], ['--join', 'a:1', '--event', 'seat'], ['--event', 'seat', '--data', 'x'], ['--event', 'seat', '--data', '']]) {
            const { code, err } = await say(required, ...words);
            assert.equal(code, 2, words.join(' '));
            assert.match(err, /^roomd: (give either --join|DATA is not valid)/);
        }
        assert.deepEqual(await explained(required), { exit: 2, error: 'usage' });
        const nul = await told(required, ['explain', '--event', 'seat', '--data', '-'], { input: Buffer.from([0x22, 0, 0xff, 0x22]) });
        assert.equal(nul.code, 2);
    });
    test('prints nothing that controls a terminal', async () => {
        for (const words of [['--join', 'user:\u001b[2J', '--token', student().token], ['--event', '\u001b[2J'], ['--event', 'plain', '--room', '\u001b[2J']])
            assert.ok(!(await say(required, ...words)).out.includes('\u001b'));
    });
});
