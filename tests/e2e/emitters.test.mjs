// `roomd pg emitters`: a row of a table becomes an event as the catalogue wants it, for real clients.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connected } from './support/clients.mjs';
import { databases, done, json, pg, psql } from './support/pg.mjs';
import { Roomd, build, freePort, settings, source } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const server = await databases({ after });

// The tables of an application that never heard of roomd: other names, numbers as ids, more columns.
const TABLES = `
    CREATE TABLE bookings (booking_id bigint, user_id int, library_id text, tenant_id uuid, seat_id int, status text,
        start_time timestamptz, total_price numeric(10, 2), currency char(3), card_number text);
    INSERT INTO bookings VALUES (7, 1, 'lib1', '7b6a1f6e-3c9c-4f0e-8a55-0d6c3f1d2a10', NULL, 'confirmed', '2026-11-25T09:00:00Z', 4.5, 'EUR', '4111');
    CREATE TABLE libraries ("libraryId" text, tenant_id uuid, name text, total_seats int, opens_at text);
    INSERT INTO libraries VALUES ('lib1', '7b6a1f6e-3c9c-4f0e-8a55-0d6c3f1d2a10', 'Reading room', 40, '08:00');
    CREATE TABLE prices (library_id text, old_price numeric, new_price numeric, currency text, unit text);
    INSERT INTO prices VALUES ('lib1', NULL, 2.5, 'EUR', 'hour');
    CREATE TABLE seats (library_id text, total_seats int, available_seats int);
    INSERT INTO seats VALUES ('lib1', 40, 3);
    CREATE TABLE notes (id bigint, user_id int, title text, read boolean);
    INSERT INTO notes VALUES (5, 1, 'Your booking starts in 30 minutes', false);
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop;`;
const TENANT = '7b6a1f6e-3c9c-4f0e-8a55-0d6c3f1d2a10';
const booking = { bookingId: 7, userId: 1, libraryId: 'lib1', tenantId: TENANT, status: 'confirmed',
    startTime: '2026-11-25T09:00:00+00:00', totalPrice: 4.5, currency: 'EUR' };
const library = { libraryId: 'lib1', tenantId: TENANT, name: 'Reading room', totalSeats: 40, opensAt: '08:00' };
const EVENTS = {
    'booking:created': ['bookings', booking], 'booking:updated': ['bookings', booking], 'booking:cancelled': ['bookings', booking],
    'booking:checkin': ['bookings', booking], 'booking:checkout': ['bookings', booking],
    'library:created': ['libraries', library], 'library:updated': ['libraries', library], 'library:deleted': ['libraries', library],
    'pricing:updated': ['prices', { libraryId: 'lib1', newPrice: 2.5, currency: 'EUR', unit: 'hour' }],
    'seat:availability': ['seats', { libraryId: 'lib1', totalSeats: 40, availableSeats: 3 }],
    notification: ['notes', { id: 5, userId: 1, title: 'Your booking starts in 30 minutes', read: false }],
};
const named = (event) => `roomd.emit_${event.replace(':', '_')}`;

// conf/studyspot.yaml as it is shipped, and beside it what a package of the plugin would bring.
const ENV = { STUDYSPOT_JWT: SECRET, STUDYSPOT_KEY: 'a-key-of-the-end-to-end-tests' };
function studyspot(port, dsn) {
    const folder = path.join(server.folder, `studyspot-${port}`);
    mkdirSync(path.join(folder, 'conf.d'), { recursive: true });
    cpSync(path.join(source, 'conf/schemas'), path.join(folder, 'schemas'), { recursive: true });
    writeFileSync(path.join(folder, 'roomd.yaml'), readFileSync(path.join(source, 'conf/studyspot.yaml'), 'utf8')
        .replace('127.0.0.1:3001', `127.0.0.1:${port}`)
        .replace('${credential:jwt_key}', '${env:STUDYSPOT_JWT}')
        .replace('${credential:emit_key}', '${env:STUDYSPOT_KEY}')
        .replace('plugins:\n', `plugins:\n  directory: ${path.join(build, 'plugins')}\n`));
    writeFileSync(path.join(folder, 'conf.d/postgres.yaml'), `plugins: { load: [ { name: postgres, dsn: "${dsn}" } ] }\n`);
    return path.join(folder, 'roomd.yaml');
}

const owner = server.dsn('owner', 'app'), shop = server.dsn('shop', 'app');
let config, daemon;
before(async () => {
    await server.create('app');
    await done(['init', '--dsn', owner, '--app', 'shop', '--daemon', 'desk']);
    await psql(owner, TABLES);
    const port = await freePort();
    config = studyspot(port, server.dsn('desk', 'app'));
    daemon = new Roomd(port, '', ENV);
    daemon.file = config;
    await daemon.start();
});
after(async () => assert.equal(await daemon.stop(), 0, daemon.output));

// What the last emit has put into the outbox, or the log.
const last = async (database = owner) => JSON.parse(await psql(database, `SELECT data FROM (
    SELECT outbox_id AS id, data FROM roomd.log UNION ALL SELECT id, data FROM roomd.outbox) e ORDER BY id DESC LIMIT 1`));
const refused = (promise) => promise.then(() => 'taken', (error) => error.stderr);

test('a row of each table reaches clients as its event, by one SELECT of the application', async (t) => {
    const { code, data } = await json(['emitters', '--apply', '-c', config, '--dsn', owner], { env: ENV });
    assert.equal(code, 0);
    assert.deepEqual(data.functions.map((one) => one.function), Object.keys(EVENTS).map(named));
    const socket = await connected(t, daemon, { auth: { token: token({ sub: '1', role: 'student', tenantId: TENANT }) } });
    const seen = {};
    socket.onAny((event, value) => (seen[event] = value));
    assert.equal((await socket.emitWithAck('join:library', 'lib1')).ok, true);
    await until('the daemon', async () => (await psql(owner, 'SELECT count(*) FROM roomd.node')) === '1');
    for (const [event, [from]] of Object.entries(EVENTS))
        assert.match(await psql(shop, `SELECT ${named(event)}(r) FROM ${from} r`), /^\d+$/);
    await until('all events', async () => Object.keys(seen).length === Object.keys(EVENTS).length || assert.equal(await psql(owner, 'SELECT reason FROM roomd.dead'), ''));
    assert.deepEqual(seen, Object.fromEntries(Object.entries(EVENTS).map(([event, [, value]]) => [event, value])));
});

test('what is printed is what is applied, and psql takes it', async () => {
    const dsn = await server.create('piped');
    await done(['init', '--dsn', dsn]);
    const sql = await done(['emitters', '-c', config], { env: ENV });
    await psql(dsn, sql);
    const functions = `SELECT string_agg(pg_get_functiondef(oid) || proacl::text || obj_description(oid), '' ORDER BY oid::regprocedure::text)
        FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace AND proname LIKE 'emit\\_%'`;
    assert.equal(await psql(dsn, functions), await psql(owner, functions));
    assert.equal((await json(['emitters', '-c', config], { env: ENV })).data.sql, sql);
});

describe('an emitter', () => {
    const emit = named('booking:created');
    test('takes a row of a query, a record, and JSON', async () => {
        const columns = `booking_id, user_id AS "userId", library_id, tenant_id, status`;
        const small = { bookingId: 7, userId: 1, libraryId: 'lib1', tenantId: TENANT, status: 'confirmed' };
        for (const sql of [
            `SELECT ${emit}(b) FROM (SELECT ${columns} FROM bookings) b`,
            `WITH b AS (SELECT ${columns} FROM bookings) SELECT ${emit}(b) FROM b`,
            `DO $$ DECLARE r record; BEGIN SELECT ${columns} INTO r FROM bookings; PERFORM ${emit}(r); END $$`,
            `SELECT ${emit}('${JSON.stringify({ ...small, more: 1 })}')`,
            `SELECT ${emit}('${JSON.stringify(small)}'::jsonb)`,
            `PREPARE p AS SELECT ${emit}($1); EXECUTE p('${JSON.stringify(small)}')`,
        ]) {
            await psql(shop, sql);
            assert.deepEqual(await last(), small, sql);
        }
    });
    test('says which column it looked for, and sends nothing', async () => {
        const says = async (sql, expected) => assert.match(await refused(psql(shop, sql)), expected);
        await says(`SELECT ${emit}(b) FROM (SELECT booking_id, NULL AS "userId", NULL AS library_id, status FROM bookings) b`,
            /ERROR: {2}roomd\.emit_booking_created: the column "userId" is null; the column "library_id" is null; there is no column "tenantId" and no "tenant_id"\nDETAIL: {2}member_missing/);
        await says(`SELECT ${emit}('{}')`, /no column "status"/);
        await says(`SELECT ${emit}(7)`, /roomd\.emit_booking_created: give it a row, or a JSON object/);
        await says(`SELECT ${emit}(b) FROM (SELECT 1) x LEFT JOIN bookings b ON false`, /give it a row/);
        await says(`SELECT ${emit}('[]'), 1`, /give it a row/);
        await says(`SELECT ${named('notification')}('{"title":"to nobody"}')`, /no column "userId" and no "user_id"/);
        await psql(shop, `DO $$ BEGIN PERFORM ${emit}('{}'); EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$`);
    });
    test('hands key and ttl on', async () => {
        const call = (more) => psql(shop, `SELECT ${emit}(b, ${more}) FROM bookings b`);
        assert.match(await call(`'once'`), /^\d+$/);
        assert.equal(await call(`key => 'once'`), '');
        assert.match(await refused(call(`ttl => '-1 h'`)), /ttl is not above zero/);
    });
    test('works with the rights of who calls it', async () => {
        await psql(owner, 'GRANT SELECT ON bookings TO stranger');
        assert.match(await refused(psql(server.dsn('stranger', 'app'), `SELECT ${emit}(b) FROM bookings b`)), /permission denied for schema roomd/);
        assert.equal(await psql(owner, `SELECT count(*) FROM pg_proc WHERE proname LIKE 'emit\\_%' AND prosecdef`), '0');
        assert.equal(await psql(owner, `SELECT has_function_privilege('stranger', 'roomd.emit_booking_created(text, text, interval)', 'EXECUTE')`), 'f');
    });
});

describe('emitters of a catalogue', () => {
    const library = { join: 'request', allow: 'all' };
    const catalogue = (name, events) => server.config(name, server.dsn('desk', 'other'), { events, rooms: { library } });
    const apply = (where) => pg(['emitters', '--apply', '-c', where, '--dsn', server.dsn('owner', 'other')]);
    const functions = () => psql(server.dsn('owner', 'other'), `SELECT string_agg(DISTINCT proname, ' ' ORDER BY proname)
        FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace AND proname LIKE 'emit\\_%'`);
    before(() => server.create('other'));

    test('are not made where the schema is not there, in no way', async () => {
        const where = catalogue('none.yaml', { a: {} });
        const said = await json(['emitters', '--apply', '-c', where, '--dsn', server.dsn('owner', 'other')]);
        assert.deepEqual([said.code, said.error.code], [1, 'command_gone']);
        assert.match(said.error.message, /the schema roomd is not there\n {2}run roomd pg init with this database$/);
        const sql = await done(['emitters', '-c', where]);
        const printed = await refused(psql(server.dsn('owner', 'other'), sql));
        assert.match(printed, /ERROR: {2}the schema "roomd" is not there\nHINT: {2}Run roomd pg init/);
        assert.equal(await psql(server.dsn('owner', 'other'), `SELECT to_regnamespace('roomd') IS NULL`), 't');
        await done(['init', '--dsn', server.dsn('owner', 'other'), '--daemon', 'desk']);
    });
    test('go with their events, and leave others\' functions alone', async () => {
        await psql(server.dsn('owner', 'other'), `CREATE FUNCTION roomd.emit_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION roomd.emit_mine() IS 'mine'`);
        await apply(catalogue('two.yaml', { 'seat:taken': {}, "it's": {} }));
        assert.equal(await functions(), 'emit_it_s emit_mine emit_seat_taken');
        const said = await apply(catalogue('one.yaml', { "it's": {}, 'seat.taken': {} })); // the same function now, for another event
        assert.equal(said.code, 0, said.err);
        assert.match(said.out, /^notice: the function roomd\.emit_seat_taken\(anyelement,text,interval\) goes, as its event did\n/);
        await apply(catalogue('less.yaml', { "it's": {} }));
        assert.equal(await functions(), 'emit_it_s emit_mine');
        await apply(catalogue('empty.yaml', {}));
        assert.equal(await functions(), 'emit_mine');
    });
    test('take all of the row where the schema names nothing, and what rooms need beside it', async () => {
        await apply(catalogue('open.yaml', { open: {}, led: { rooms: ['library:{libraryId}'] }, none: { schema: { additionalProperties: false } } }));
        const send = async (call) => (await psql(server.dsn('owner', 'other'), `SELECT roomd.${call}`), last(server.dsn('owner', 'other')));
        assert.deepEqual(await send(`emit_open(r) FROM (SELECT 1 AS a, NULL AS b, ARRAY[1] AS c) r`), { a: 1, b: null, c: [1] });
        assert.deepEqual(await send(`emit_led(r) FROM (SELECT 'x' AS library_id, 2 AS d) r`), { library_id: 'x', libraryId: 'x', d: 2 });
        assert.deepEqual(await send(`emit_none('{"a":1}')`), {});
    });
    test('make text of numbers where the schema wants text, keep what is nested, and null where it is a value', async () => {
        const properties = { id: { type: 'string' }, either: { type: ['string', 'integer'] }, gone: { type: ['string', 'null'] }, left: { type: 'string' }, nestedOnes: { type: 'object' } };
        await apply(catalogue('types.yaml', { types: { schema: { type: 'object', required: ['id', 'gone'], properties } } }));
        await psql(server.dsn('owner', 'other'), `SELECT roomd.emit_types(r) FROM (SELECT 9007199254740993 AS id, 7 AS either, NULL AS gone, NULL AS "left",
            '{"some_id": 1}'::jsonb AS nested_ones, 'x' AS other) r`);
        assert.deepEqual(await last(server.dsn('owner', 'other')), { id: '9007199254740993', either: 7, gone: null, nestedOnes: { some_id: 1 } });
    });
    test('that would have one name are an error of the configuration', async () => {
        const { code, error } = await json(['emitters', '-c', catalogue('clash.yaml', { 'a:b': {}, 'a.b': {} })]);
        assert.deepEqual([code, error.code], [3, 'configuration_invalid']);
        assert.match(error.message, /^the events "a:b" and "a\.b" would both be the function emit_a_b\n/);
    });
    test('are printed without the plugin in the configuration, and made by the owner alone', async () => {
        const where = server.file('bare.yaml', settings(3999, { events: { a: {} } }));
        assert.match(await done(['emitters', '-c', where]), /roomd\.emit_a\(source anyelement/);
        assert.equal((await json(['emitters', '--apply', '-c', where])).error.code, 'plugin_missing');
        const said = await json(['emitters', '--apply', '-c', where, '--dsn', server.dsn('desk', 'other')]);
        assert.deepEqual([said.code, said.error.code], [1, 'command_denied']);
    });
});
