// `roomd pg` on a real server: the schema is made, brought up, shown; what is dead comes back; and each
// way in which a database says no is told in a sentence.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connected, received } from './support/clients.mjs';
import { NEWEST, PASSWORD, databases, done, files, json, pg, psql, text } from './support/pg.mjs';
import { freePort, plugin, roomd, settings, source } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const server = await databases({ after });

// All that makes the schema what it is.
const SHAPE = `SELECT string_agg(d, E'\\n' ORDER BY d) FROM (
    SELECT pg_get_functiondef(oid) || coalesce(proacl::text, '') AS d FROM pg_proc WHERE pronamespace = 'roomd'::regnamespace
    UNION ALL SELECT pg_get_constraintdef(oid) || conname FROM pg_constraint WHERE connamespace = 'roomd'::regnamespace
    UNION ALL SELECT oid::regclass || coalesce(relacl::text, '') FROM pg_class WHERE relnamespace = 'roomd'::regnamespace) AS all_of_it`;
// As roomd of an earlier version left it.
const older = (dsn, version) => psql(dsn, `BEGIN; ${files.slice(0, version).map(text).join('\n')} COMMIT;`);

// ---- init --------------------------------------------------------------------------------------

test('init by an owner that may not make roles gives the rights to the roles that are named', async (t) => {
    await server.sql('DROP OWNED BY roomd_app, roomd_daemon; DROP ROLE roomd_app; DROP ROLE roomd_daemon');
    const named = ['--app', 'till', '--daemon', 'porter'];
    await server.sql('CREATE ROLE till LOGIN; CREATE ROLE porter LOGIN');
    const works = async (name) => {
        const [till, porter] = [server.dsn('till', name), server.dsn('porter', name)];
        assert.match(await psql(till, `SELECT roomd.emit('e', '{}')`), /^\d+$/);
        await assert.rejects(psql(till, 'SELECT roomd.sequence_batch()'), /permission denied/);
        assert.equal(await psql(porter, 'SELECT moved FROM roomd.sequence_batch()'), '1');
        assert.deepEqual((await json(['status', '--dsn', porter])).data.missing, []);
        await assert.rejects(psql(porter, 'DELETE FROM roomd.log'), /permission denied/);
    };
    // Nobody has made roomd_app and roomd_daemon.
    const none = await server.create('none', 'poor');
    assert.match(await done(['init', '--dsn', none, ...named]),
        /^127[^\n]*\n {2}roomd_app: till \(with its rights; the role itself is not there\)\n {2}roomd_daemon: porter \(with its rights; the role itself is not there\)\n$/);
    await works('none');
    const { roles } = (await json(['status', '--dsn', none])).data;
    assert.deepEqual(roles, { roomd_app: { there: false, members: ['till'] }, roomd_daemon: { there: false, members: ['porter'] } });
    await psql(none, 'REVOKE EXECUTE ON FUNCTION roomd.seen FROM porter'); // as if it were new
    assert.match(await done(['init', '--dsn', none]), /^127[^\n]* was there already/, 'and is not warned again');
    await works('none');
    const config = server.config('emitters.yaml', none, { events: { 'booking:new': { rooms: ['library:{id}'], schema: { type: 'object', properties: { id: { type: 'string' } } } } } });
    await done(['emitters', '-c', config, '--apply']);
    assert.match(await psql(server.dsn('till', 'none'), `SELECT roomd.emit_booking_new('{"id": "1"}'::text)`), /^\d+$/);
    // An administrator has made them, and given no membership; or has.
    await server.sql('CREATE ROLE roomd_app NOLOGIN; CREATE ROLE roomd_daemon NOLOGIN');
    const made = await server.create('made_before', 'poor');
    assert.match(await done(['init', '--dsn', made, ...named]), /^127[^\n]*\n {2}roomd_app: till\n {2}roomd_daemon: porter\n$/);
    await works('made_before');
    await server.sql('GRANT roomd_app TO till; GRANT roomd_daemon TO porter');
    const members = await server.create('members', 'poor');
    assert.match(await done(['init', '--dsn', members, ...named]), /^127[^\n]*\n {2}roomd_app: till\n {2}roomd_daemon: porter\n$/);
    await works('members');
    assert.equal(await psql(members, `SELECT count(*) FROM roomd.admitted('roomd_app')`), '0');
    for (const name of ['none', 'made_before', 'members']) await server.sql(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.sql('DROP ROLE till, porter');
});

test('init without the right to make roles makes all else, says what is missing, and makes up for it later', async () => {
    await server.sql('DROP OWNED BY roomd_app, roomd_daemon; DROP ROLE roomd_app; DROP ROLE roomd_daemon');
    const dsn = await server.create('poor', 'poor');
    const out = await done(['init', '--dsn', dsn]);
    assert.match(out, /^warning: the role "roomd_app" is not there, and "poor" may not create it\nwarning: the role "roomd_daemon"/);
    assert.match(out, /CREATE ROLE roomd_daemon NOLOGIN; {2}-- by an administrator; then roomd pg init again/);
    await server.sql('CREATE ROLE roomd_app NOLOGIN; CREATE ROLE roomd_daemon NOLOGIN; GRANT roomd_daemon TO desk');
    assert.match(await done(['init', '--dsn', dsn]), /was there already/);
    assert.equal((await json(['status', '--dsn', server.dsn('desk', 'poor')])).data.missing.length, 0);
    await server.sql('REVOKE roomd_daemon FROM desk');
});

test('init makes the schema once, grants the roles, and again changes no data', async () => {
    const dsn = await server.create('shop');
    const out = await done(['init', '--dsn', dsn, '--app', 'shop']);
    assert.match(out, new RegExp(`^127\\.0\\.0\\.1:\\d+/shop: the schema roomd is there now, at version ${NEWEST}; epoch [0-9a-f]{12}\n  roomd_app: shop\nto do:\n  GRANT roomd_daemon TO <the role that roomd connects as>;\n$`));
    await psql(server.dsn('shop', 'shop'), `SELECT roomd.emit('kept', '{}', key => 'kept')`);
    const before = await psql(dsn, `SELECT * FROM roomd.meta; SELECT id, event FROM roomd.outbox; ${SHAPE}`);
    const { data } = await json(['init', '--dsn', dsn, '--daemon', 'desk']);
    assert.deepEqual([data.created, data.version, data.superuser, data.roles], [false, NEWEST, false, { roomd_app: true, roomd_daemon: true }]);
    assert.equal(await psql(dsn, `SELECT * FROM roomd.meta; SELECT id, event FROM roomd.outbox; ${SHAPE}`), before);
    assert.match(await done(['init', '--dsn', dsn]), /was there already.*\n {2}roomd_app: shop\n {2}roomd_daemon: desk\n$/);
});

test('init prints with --dry-run what it would do, without a database and without a configuration', async () => {
    const made = await server.create('made'), piped = await server.create('piped');
    const nowhere = `postgresql://owner@127.0.0.1:${await freePort()}/none`;
    const sql = await done(['init', '--dry-run']);
    assert.equal(await done(['init', '--dry-run', '--dsn', nowhere]), sql);
    assert.equal((await json(['init', '--dry-run'])).data.sql, sql);
    await psql(piped, sql);
    await done(['init', '--dsn', made]);
    assert.equal(await psql(piped, SHAPE), await psql(made, SHAPE));
    const granted = await done(['init', '--dry-run', '--app', 'odd "role"', '--daemon', 'a', '--daemon', 'b']);
    assert.match(granted, /\nSELECT roomd\.admit\('roomd_app', 'odd "role"'\);\nSELECT roomd\.admit\('roomd_daemon', 'a'\);\nSELECT roomd\.admit\('roomd_daemon', 'b'\);\n\nCOMMIT;\n$/);
});

test('init is whole or not at all', async () => {
    const dsn = await server.create('whole');
    const said = await pg(['init', '--dsn', dsn, '--app', 'nobody there']);
    assert.equal(said.code, 1);
    assert.match(said.err, /^roomd: 127\.0\.0\.1:\d+\/whole: role "nobody there" does not exist\n {2}Create it first, or correct --app and --daemon\.\n$/);
    assert.equal(await psql(dsn, `SELECT to_regnamespace('roomd') IS NULL`), 't');
});

test('init as a superuser says what that means', async () => {
    await server.create('super');
    assert.match(await done(['init', '--dsn', server.dsn('postgres', 'super')]), /note: "postgres" is a superuser, .*better is the database's owner\n$/);
});

test('init gives up where others hold what it needs', async (t) => {
    const dsn = await server.create('held');
    await done(['init', '--dsn', dsn]);
    const holder = psql(dsn, 'BEGIN; LOCK TABLE roomd.idempotency; SELECT pg_sleep(30)').catch(() => {});
    t.after(async () => {
        await server.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'held' AND query LIKE '%pg_sleep%'`);
        await holder;
    });
    await until('the lock', async () => (await server.sql(`SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = 'held')`)) !== '0');
    const { code, error } = await json(['init', '--dsn', dsn]);
    assert.deepEqual([code, error.code], [1, 'command_unavailable']);
    assert.match(error.message, /lock timeout/);
});

// ---- migrate -----------------------------------------------------------------------------------

test('migrate brings an older schema up, keeps what is in it, and then has nothing to do', async () => {
    const dsn = await server.create('old'), fresh = await server.create('fresh');
    await older(dsn, 5);
    await psql(dsn, `SELECT roomd.emit('kept', '{"a":1}')`);
    for (const command of ['status', 'init']) {
        const { code, error } = await json([command, '--dsn', dsn]);
        assert.deepEqual([code, error.code], [1, 'command_unsupported']);
        assert.match(error.message, /the schema roomd has version 5, and this roomd brings \d+\n {2}run roomd pg migrate with this database$/);
    }
    const dry = await done(['migrate', '--dry-run', '--dsn', dsn]);
    assert.match(dry, new RegExp(`^-- roomd's schema from version 5 to ${NEWEST}\\.\n-- New: ${files.slice(5).join(', ')}; the others are run again\\.\nBEGIN;\n`));
    assert.equal(await psql(dsn, 'SELECT schema_version FROM roomd.meta'), '5');
    const { data } = await json(['migrate', '--dsn', dsn]);
    assert.deepEqual([data.from, data.to], [5, NEWEST]);
    await done(['init', '--dsn', fresh]);
    assert.equal(await psql(dsn, SHAPE), await psql(fresh, SHAPE));
    assert.equal(await psql(dsn, 'SELECT event, data FROM roomd.outbox'), 'kept|{"a": 1}');
    assert.match(await done(['migrate', '--dsn', dsn]), new RegExp(`: the schema roomd has version ${NEWEST}, the newest: nothing to do\n$`));
    assert.match(await done(['migrate', '--dry-run', '--dsn', dsn]), /^-- .*nothing to do\n$/);
});

test('migrate from version 8 writes the functions of attached tables anew', async () => {
    const dsn = await server.create('from_8'), fresh = await server.create('fresh_beside_8');
    const eight = readFileSync(path.join(source, 'tests/postgres/schema_8.sql'), 'utf8');
    await psql(dsn, `BEGIN; ${eight} COMMIT;`);
    await psql(dsn, `CREATE TABLE seats (id int PRIMARY KEY, u text);
        SELECT roomd.attach('seats', '{"u": "u"}', 'in', rooms => ARRAY['user:{u}'])`);
    const { data } = await json(['migrate', '--dsn', dsn]);
    assert.deepEqual([data.from, data.to], [8, NEWEST]);
    assert.equal(await psql(dsn, `INSERT INTO seats VALUES (1, 'auth0|7'); SELECT rooms, fault FROM roomd.outbox`), '{user:auth0|7}|');
    await psql(dsn, `SELECT roomd.detach('seats'); DROP TABLE seats`);
    await done(['init', '--dsn', fresh]);
    assert.equal(await psql(dsn, SHAPE), await psql(fresh, SHAPE));
});

test('migrate tells people from where to where, and its dry run does the same', async () => {
    const run = await server.create('run'), piped = await server.create('run_by_psql');
    await Promise.all([older(run, 6), older(piped, 6)]);
    await psql(piped, await done(['migrate', '--dry-run', '--dsn', piped]));
    assert.match(await done(['migrate', '--dsn', run]), new RegExp(`/run: the schema roomd went from version 6 to ${NEWEST} \\(${files.slice(6).join(', ')}\\)\n$`));
    assert.equal(await psql(piped, SHAPE), await psql(run, SHAPE));
});

test('a schema that is older and will do is shown, with what to run', async () => {
    const dsn = await server.create('will_do');
    await older(dsn, 6);
    assert.match(await done(['status', '--dsn', dsn]), new RegExp(`^schema {4}version 6; this roomd brings ${NEWEST}: run roomd pg migrate$`, 'm'));
});

test('a schema of a newer roomd is left alone by all', async () => {
    const dsn = await server.create('newer');
    await done(['init', '--dsn', dsn]);
    await psql(dsn, 'UPDATE roomd.meta SET schema_version = 1000');
    for (const command of ['init', 'migrate', 'status']) {
        const { code, error } = await json([command, '--dsn', dsn]);
        assert.deepEqual([code, error.code], [1, 'command_unsupported'], command);
        assert.match(error.message, /the schema roomd has version 1000, and this roomd knows \d+\n {2}use the roomd that made it, or a newer one/);
    }
    assert.equal(await psql(dsn, 'SELECT schema_version FROM roomd.meta'), '1000');
});

// ---- status ------------------------------------------------------------------------------------

describe('status', () => {
    const dsn = server.dsn('owner', 'shown');
    let day;
    before(async () => {
        await server.create('shown');
        await done(['init', '--dsn', dsn, '--app', 'shop', '--daemon', 'desk']);
        await psql(dsn, `SELECT roomd.emit('a', '1'), roomd.emit('b', '2'); SELECT roomd.sequence_batch(); SELECT roomd.emit('waits', '3');
            SELECT roomd.bury(epoch, 2, E'schema_mismatch: \\x1b[2J is no reason') FROM roomd.meta;
            SELECT roomd.seen('node:1', '1.0', epoch, 1, NULL) FROM roomd.meta;
            INSERT INTO roomd.node VALUES ('node:2', '1.0', 'another', 7, now() - interval '3 h')`);
        day = await psql(dsn, `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')`);
    });

    test('tells programs all there is, as the daemon\'s role', async () => {
        const { code, data } = await json(['status', '-c', server.config('desk.yaml', server.dsn('desk', 'shown'))]);
        assert.equal(code, 0);
        assert.deepEqual(data.schema, { version: NEWEST, known: NEWEST });
        assert.equal(`${data.epoch} ${data.last_seq} ${data.trimmed_seq}`, await psql(dsn, `SELECT epoch || ' 2 0' FROM roomd.meta`));
        assert.match(data.epoch_since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
        assert.equal(data.outbox.rows, 1);
        assert.deepEqual(data.lifecycle, { rows: 0, seconds: 0, daemons: 0 });
        assert.ok(data.outbox.seconds >= 0 && data.outbox.seconds < 60);
        assert.deepEqual([data.dead.rows, data.dead.newest[0].event], [1, 'b']);
        assert.ok(data.log.some((one) => one.day === day && one.bytes > 0));
        assert.deepEqual(data.nodes.map(({ node, behind }) => [node, behind]), [['node:1', 1], ['node:2', null]]);
        assert.ok(data.nodes[1].seconds > 10000);
        assert.deepEqual(data.roles.roomd_daemon, { there: true, members: ['desk'] });
        assert.deepEqual([data.missing, data.role], [[], 'desk']);
        assert.equal(data.server, await psql(dsn, `SELECT split_part(current_setting('server_version'), ' ', 1)`));
    });
    test('tells people the same, and nothing to their terminal', async () => {
        const out = await done(['status', '--dsn', server.dsn('desk', 'shown')]);
        for (const line of [/^database {2}127\.0\.0\.1:\d+\/shown, as "desk"$/m, /^outbox {4}1 row waits, the first for \d+ m?s$/m, /^log {7}up to 2$/m, /^lifecycle nothing waits$/m,
            new RegExp(`^  ${day}  \\d+ KiB$`, 'm'), /^dead {6}1 event; roomd pg replay lists them$/m, /^ {2}1 {2}b {2}schema_mismatch: \?\[2J is no reason$/m,
            /^ {2}node:1 {2}1 row behind, seen \d+ m?s ago$/m, /^ {2}node:2 {2}in an older epoch, seen 3 h ago$/m, /^rights {4}all that a daemon needs$/m])
            assert.match(out, line);
    });
    test('names the rights that are missing, and leaves out what may not be seen', async () => {
        await psql(dsn, 'GRANT USAGE ON SCHEMA roomd TO stranger; GRANT SELECT ON roomd.meta TO stranger');
        const { code, data } = await json(['status', '--dsn', server.dsn('stranger', 'shown')]);
        assert.equal(code, 0);
        assert.ok(data.missing.includes('EXECUTE on roomd.seen') && data.missing.includes('SELECT on roomd.log') && data.missing.length === 7);
        assert.ok(!('dead' in data) && !('outbox' in data) && !('nodes' in data) && !('lifecycle' in data));
        assert.match(await done(['status', '--dsn', server.dsn('stranger', 'shown')]), /^rights {4}not all that a daemon needs; GRANT roomd_daemon gives:\n {2}EXECUTE on/m);
    });
    test('says to a role that may see nothing what it lacks', async () => {
        const { code, error } = await json(['status', '--dsn', server.dsn('shop', 'shown')]);
        assert.deepEqual([code, error.code], [1, 'command_denied']);
        assert.match(error.message, /the role "shop" may not read the schema roomd\n {2}GRANT roomd_daemon to it, or connect as the schema's owner, "owner"$/);
    });
});

// ---- replay ------------------------------------------------------------------------------------

test('what died for want of an entry in the catalogue reaches its client when it is there and replayed', async (t) => {
    const owner = await server.create('risen');
    await done(['init', '--dsn', owner, '--daemon', 'desk']);
    const dsn = server.dsn('desk', 'risen');
    const config = (port, events) => {
        const out = settings(port, { events, catalogue: { unknown: 'refuse' } });
        out.plugins.load.push({ name: 'postgres', dsn });
        return out;
    };
    const daemon = await roomd(t, (port) => config(port, { other: { rooms: ['library:{id}'] } }));
    const socket = await connected(t, daemon, { transports: ['websocket'] });
    const got = received(socket, 'news');
    await socket.emitWithAck('join:library', '1');
    const where = ['-c', daemon.file];
    assert.equal(await done(['replay', ...where]), 'nothing is dead\n');
    await until('the daemon', async () => (await psql(owner, 'SELECT count(*) FROM roomd.node')) === '1');
    await psql(owner, `SELECT roomd.emit('news', '{"id":"1","n":1}'); SELECT roomd.emit('news', '{"id":"1","n":2}'); SELECT roomd.emit('gossip', '{}')`);
    await until('the dead', async () => (await json(['replay', ...where])).data.total === 3);

    const listed = await done(['replay', ...where, '--limit', '2']);
    assert.match(listed, /^ {7}3 {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}gossip {2}event_unknown: .*\n {7}2 .* news {4}event_unknown: .*\nthe newest 2 of 3; --limit shows more\n$/);
    daemon.write(config(daemon.port, { news: { rooms: ['library:{id}'] } }));
    daemon.process.kill('SIGHUP');
    await until('the reload', () => /configuration reloaded|reloaded/.test(daemon.output));
    assert.equal(await done(['replay', '2', ...where]), '1 event was put back into the outbox\n');
    await until('the event', () => got.length === 1);
    const said = await json(['replay', '2', '1', '77', ...where]);
    assert.deepEqual([said.code, said.error], [1, { code: 'command_gone', message: '1 event was put back into the outbox; not dead: 2, 77' }]);
    await until('the other', () => got.length === 2);
    assert.deepEqual(got, [{ id: '1', n: 2 }, { id: '1', n: 1 }]);
    assert.equal(await done(['replay', '--event', 'nothing', ...where]), 'nothing of "nothing" is dead\n');
    assert.deepEqual((await json(['replay', '--event', 'gossip', ...where])).data, { replayed: 1 });
    await until('it to die again', async () => (await json(['replay', ...where])).data.dead[0]?.event === 'gossip');
    assert.equal(await done(['replay', '--all', ...where]), '1 event was put back into the outbox\n');
});

test('dead events are listed even when they are not UTF-8', async () => {
    for (const [encoding, broken] of [['SQL_ASCII', `left('Gr\u00fc\u00dfe', 3)`], ['WIN1252', `'a' || chr(129)`]]) {
        await server.sql(`CREATE DATABASE in_${encoding} OWNER owner TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`);
        const dsn = server.dsn('owner', `in_${encoding.toLowerCase()}`);
        await done(['init', '--dsn', dsn]);
        await psql(dsn, `INSERT INTO roomd.dead (reason, outbox_id, event, created_at) VALUES ('odd: ' || ${broken}, 1, ${broken}, now()), ('plain: so', 2, 'e', now())`);
        const { code, data } = await json(['replay', '--dsn', dsn]);
        assert.deepEqual([code, data.total, data.dead[0].event], [0, 2, 'e']);
        assert.match(data.dead[1].reason, /^odd: (Gr|a)\ufffd$/);
        assert.match(await done(['status', '--dsn', dsn]), /^dead {6}2 events/m);
    }
});

// ---- each way to say no ------------------------------------------------------------------------

const closed = await freePort();
describe('a database that says no, or is not there', { concurrency: 4 }, () => {
    before(() => server.create('empty'));
    const guarded = (password) => `postgresql://guarded:${password}@127.0.0.1:${server.port}/empty`;
    const DRY = ['init --dry-run'];
    const all = ['init', 'status', 'migrate', 'replay'];
    const cases = [
        ['no server', `postgresql://owner@127.0.0.1:${closed}/app`, all, 'command_unavailable', /127\.0\.0\.1:\d+\/app: connection to server .*Connection refused.*\n {2}start PostgreSQL, or correct host and port in dsn$/],
        ['no such host', 'postgresql://owner@nowhere.invalid/app', ['status'], 'command_unavailable', /^nowhere\.invalid\/app: could not translate host name/],
        ['a wrong password', guarded('wrong'), all, 'command_denied', /password authentication failed for user "guarded"\n {2}correct user and password in dsn$/],
        ['no password', `postgresql://guarded@127.0.0.1:${server.port}/empty`, ['status'], 'command_denied', /no password supplied\n {2}put the password into dsn$/],
        ['no such role', server.dsn('nobody'), all, 'command_denied', /role "nobody" does not exist\n {2}create the role, or correct the user in dsn$/],
        ['no such database', server.dsn('owner', 'nowhere'), all, 'command_denied', /database "nowhere" does not exist\n {2}create the database/],
        ['no right to make a schema', server.dsn('stranger', 'empty'), ['init'], 'command_denied', /permission denied for database empty\n {2}Connect as the owner of the database, or GRANT CREATE ON DATABASE empty TO stranger\.$/],
        ['no schema', server.dsn('owner', 'empty'), ['status', 'migrate', 'replay'], 'command_gone', /\/empty: the schema roomd is not there\n {2}run roomd pg init with this database$/],
        ['another\'s schema', server.dsn('postgres', 'poor'), ['init'], 'command_failed', /the schema "roomd" belongs to "poor", and this is "postgres"\n {2}Connect as poor, or SET ROLE poor\.$/],
    ];
    for (const [about, dsn, commands, code, expected] of cases)
        for (const command of commands)
            test(`${command}: ${about}`, async () => {
                const said = await json([command, '--dsn', dsn]);
                assert.deepEqual([said.code, said.error?.code], [1, code], JSON.stringify(said));
                assert.match(said.error.message, expected);
                const people = await pg([command, '--dsn', dsn]);
                assert.deepEqual([people.code, people.out, people.err], [1, '', `roomd: ${said.error.message}\n`]);
            });
    test('the right password lets in, from a file, standard input and the configuration', async () => {
        const dsn = guarded(PASSWORD);
        const config = server.config('guarded.yaml', `\${file:${server.file('guarded.dsn', `${dsn}\n`)}}`);
        for (const [words, options] of [[['--dsn-file', server.file('other.dsn', `${dsn}\n`)]], [['--dsn', '-'], { input: `${dsn}\n` }], [['-c', config]]]) {
            const said = await pg(['status', ...words], options);
            assert.equal(said.code, 1);
            assert.match(said.err, /the schema roomd is not there/);
        }
    });
    test('an invalid dsn is refused, by its place, and never repeated', async () => {
        for (const dsn of [`pasword=${PASSWORD}`, `postgresql://u:${PASSWORD}%@h/`]) {
            for (const command of [...all, ...DRY]) {
                const typed = await pg([...command.split(' '), '--dsn', dsn]);
                assert.deepEqual([typed.code, typed.out], [2, '']);
                assert.match(typed.err, /^roomd: dsn is not a connection string/);
            }
            const configured = await json(['status', '-c', server.config('bad.yaml', dsn)]);
            assert.deepEqual([configured.code, configured.error.code], [3, 'configuration_invalid']);
            assert.match(configured.error.message, /bad\.yaml:\d+:\d+: dsn is not a connection string/);
        }
    });
});

test('a server that does not answer is given up', async (t) => {
    await server.tell('freeze');
    t.after(() => server.tell('thaw'));
    const { code, error } = await json(['status', '--dsn', `${server.dsn()}?connect_timeout=2`]);
    assert.deepEqual([code, error.code], [1, 'command_unavailable']);
    assert.match(error.message, /timeout expired/);
});

describe('a configuration', { concurrency: 4 }, () => {
    test('without the plugin is told, and is enough beside a dsn', async () => {
        const config = settings(3999);
        const where = server.file('without.yaml', config);
        const { code, error } = await json(['status', '-c', where]);
        assert.deepEqual([code, error.code], [3, 'plugin_missing']);
        assert.match(error.message, /without\.yaml: plugins\.load has no plugin "postgres"/);
        await done(['status', '-c', where, '--dsn', server.dsn('postgres')]);
    });
    test('whose secrets are for the daemon alone is enough beside a dsn', async () => {
        const where = server.config('secret.yaml', '${credential:pg_dsn}');
        const { code, error } = await json(['status', '-c', where]);
        assert.equal(code, 3);
        assert.match(error.message, /secret\.yaml:\d+:\d+: "\$\{credential:pg_dsn\}" cannot be read\n(.*\n)*--dsn or --dsn-file names a database without it$/);
        await done(['status', '-c', where, '--dsn', server.dsn('postgres')]);
    });
    test('with several says which there are', async () => {
        const config = settings(3999);
        const load = ['north', 'south'].map((instance) => ({ name: 'postgres', instance, dsn: server.dsn() }));
        const where = server.file('two.yaml', { ...config, plugins: { ...config.plugins, load } });
        const { code, error } = await json(['status', '-c', where]);
        assert.deepEqual([code, error.code, error.message], [2, 'usage', 'choose one with --instance: north, south']);
        await done(['status', '-c', where, '--instance', 'south']);
        assert.equal((await json(['status', '-c', where, '--instance', 'west', '--dsn', server.dsn()])).code, 2);
    });
    test('whose plugin is not there, or is another, is told', async () => {
        const config = settings(3999);
        const bad = (file) => server.file('bad-plugin.yaml', { ...config, plugins: { load: [{ name: 'postgres', dsn: server.dsn(), file }] } });
        for (const file of [plugin('http_emit'), '/nowhere.so']) {
            assert.equal((await json(['status', '-c', bad(file)])).error.code, 'configuration_invalid');
            assert.equal((await json(['status', '-c', bad(file), '--dsn', server.dsn()])).error.code, 'plugin_invalid');
        }
    });
});
