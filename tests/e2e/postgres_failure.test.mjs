// What goes wrong around a database, one at a time: it is told, it takes nothing else with it, and what was committed comes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { connected, received } from './support/clients.mjs';
import { PgBouncer, ailing, connectedToDatabase, metric, pgbouncer, postgres } from './support/postgres.mjs';
import { roomd, settings, short } from './support/roomd.mjs';
import { tick, until } from './support/wait.mjs';

const database = await postgres({ after });
await database.sql('CREATE ROLE daemon LOGIN; GRANT roomd_daemon TO daemon');
const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
after(() => rmSync(folder, { recursive: true }));
const test_ = (name, body, program = true) => test(name, { skip: !program }, body);

const quick = { connect_timeout: '1s', probe: '500ms', answer_timeout: '1s', retry_max: '300ms' };
function withPlugin({ required = false, ...section } = {}) {
    return (port) => {
        const config = settings(port);
        config.admin = { socket: 'admin.sock' };
        config.plugins.load.push({ name: 'postgres', required, dsn: database.dsn('daemon'), ...quick, ...section });
        return config;
    };
}
async function reloaded(server, section) {
    const seen = server.output.length;
    server.write(withPlugin(section)(server.port));
    process.kill(server.pid, 'SIGHUP');
    await until('the reload', () => server.output.slice(seen).includes('configuration reloaded'));
}
// A client in library:a, and what comes there.
async function listening(t, server) {
    const socket = await connected(t, server, { transports: ['websocket'] });
    const got = received(socket, 'seat');
    await socket.emitWithAck('join:library', 'a');
    return got;
}
const emit = (...numbers) => database.sql(numbers.map((n) => `SELECT roomd.emit('seat', '${n}', '{library:a}')`).join(';'));
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
const told = (server, what) => until(`/health to tell ${what}`, async () => what.test((await ailing(server)) ?? ''));

async function empty() {
    await until('the outbox to be empty', async () => (await database.sql('SELECT count(*) FROM roomd.outbox')) === '0');
}

test_('a password that was changed is told, comes with a reload, and is in no log', async (t) => {
    await database.hba('host all postgres 127.0.0.1/32 trust', 'host all all 127.0.0.1/32 scram-sha-256');
    t.after(() => database.hba());
    const file = path.join(folder, 'dsn');
    const change = async (password, both = true) => {
        await database.sql(`ALTER ROLE daemon PASSWORD '${password}'`);
        if (both) writeFileSync(file, database.dsn(`daemon:${password}`));
    };
    const section = { dsn: '${file:' + file + '}' };
    await change('password-1');
    const server = await roomd(t, withPlugin(section));
    const got = await listening(t, server);
    await connectedToDatabase(server);

    // In time: the old connection is replaced, and nobody notices.
    await change('password-2');
    await reloaded(server, section);
    await emit(1);
    await until('the first event', () => got.length === 1);

    // Too late.
    await change('password-3', false);
    await database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'daemon'");
    await told(server, /^down: outbox: .*password authentication failed/);
    await emit(2);
    await server.emit('seat', 'over HTTP', 'library:a');
    await change('password-3');
    await reloaded(server, section);
    await emit(3);
    await until('the other events', () => got.length === 4);
    assert.deepEqual(got, [1, 'over HTTP', 2, 3]);
    await connectedToDatabase(server);
    await server.logs(/correct user and password in dsn, then reload/);
    assert.doesNotMatch(server.output, /password-\d/);
});

test_('a server that has no connection left is told as such, and used as soon as it has', async (t) => {
    await database.sql('CREATE ROLE greedy LOGIN');
    await database.sql('ALTER SYSTEM SET max_connections = 8');
    await database.tell('restart');
    t.after(async () => {
        await database.sql('ALTER SYSTEM RESET max_connections');
        await database.tell('restart');
    });
    const hogs = new Set();
    let over = false;
    const hog = () => {
        if (over) return;
        const child = spawn('psql', ['-X', database.dsn('greedy'), '-c', 'SELECT pg_sleep(300)'], { stdio: 'ignore' });
        child.on('exit', () => hogs.delete(child) && hog()); // refused: while we look there is one less
        hogs.add(child);
    };
    t.after(() => {
        over = true;
        hogs.forEach((child) => child.kill());
    });
    upTo(5).forEach(hog);
    const sleeping = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'greedy'";
    await until('all to be taken', async () => (await database.sql(sleeping)) === '5');
    const server = await roomd(t, withPlugin());
    const got = await listening(t, server);
    await told(server, /^degraded: outbox: .*(remaining connection slots|too many clients)/);
    await server.logs(/raise max_connections, or connect through a pooler/);
    await emit(1);
    over = true;
    await database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'greedy'");
    await connectedToDatabase(server);
    await until('the event', () => got.length);
    assert.deepEqual(got, [1]);
});

test_('a server that hangs is given up, and goes on where it was', async (t) => {
    const server = await roomd(t, withPlugin());
    const got = await listening(t, server);
    await connectedToDatabase(server);
    let last = 0;
    for (const round of [1, 2]) {
        const numbers = upTo(200).map((n) => last + n);
        last += 200;
        await emit(...numbers);
        await database.tell('freeze');
        await told(server, /^degraded: outbox: .*no answer within 1\.0 s/);
        const answered = (await server.emit('other', round, 'library:a')).recipients;
        assert.equal(answered, 1);
        await database.tell('thaw');
        await emit(++last);
        await connectedToDatabase(server);
    }
    await until('all events', () => got.length >= last);
    await empty();
    await tick(300);
    assert.deepEqual(got, upTo(last));
    assert.equal(await metric(server, 'epochs_total'), 0);
});

test_('/ready waits for a database that is required', async (t) => {
    await database.tell('stop fast');
    const ready = async (server) => (await server.get('/ready')).status;
    const server = await roomd(t, withPlugin({})); // it serves on
    await told(server, /^degraded: outbox: .*Connection refused/);
    await reloaded(server, { required: true });
    assert.equal(await ready(server), 503);
    await database.tell('start');
    await connectedToDatabase(server);
    assert.equal(await ready(server), 200);

    await database.tell('stop fast');
    await told(server, /^degraded/);
    assert.equal(await ready(server), 503);
    await database.tell('start');
    await connectedToDatabase(server);

    // Time alone does not mend this.
    await reloaded(server, { required: true, dsn: database.dsn('nobody-knows') });
    await told(server, /^down: outbox: .*role "nobody-knows" does not exist/);
    const answer = await server.get('/ready');
    assert.equal(answer.status, 503);
    assert.match((await answer.json()).error.message, /Required plugins are not up: postgres/);
    await reloaded(server, { required: true });
    await connectedToDatabase(server);
    assert.equal(await ready(server), 200);
});

test_('rows that cannot be sent are dead with their reasons, and the others go on in their order', async (t) => {
    const server = await roomd(t, (port) => {
        const config = withPlugin()(port);
        config.limits.max_emit = '2KB';
        config.events = { seat: {}, tidy: { schema: { type: 'object', required: ['id'] } } };
        config.catalogue = { unknown: 'refuse' };
        return config;
    });
    const got = await listening(t, server);
    await connectedToDatabase(server);
    await database.sql('TRUNCATE roomd.dead');
    // By hand, in one transaction: what emit() would not have let in, and what only the daemon can tell.
    const poison = [
        ["'connect'", "'0'", "'{library:a}'", /event_invalid.*reserved/],
        ["'seat'", 'NULL', "'{library:a}'", /member_missing/],
        ["'seat'", "'0'", "'{library:not a room}'", /room_invalid/],
        ["'tidy'", "'{}'", "'{library:a}'", /schema_mismatch/],
        ["'unheard'", "'0'", "'{library:a}'", /event_unknown/],
        ["'seat'", "to_jsonb(repeat('x', 5000))", "'{library:a}'", /emit_too_big/],
    ];
    await database.sql('BEGIN;' + poison.map(([event, data, rooms], i) =>
        `SELECT roomd.emit('seat', '${i + 1}', '{library:a}'); INSERT INTO roomd.outbox (event, data, rooms) VALUES (${event}, ${data}, ${rooms});`,
    ).join('') + 'COMMIT');
    await emit(poison.length + 1);
    await until('the good ones', () => got.length > poison.length);
    const dead = async () => (await database.sql('SELECT reason FROM roomd.dead ORDER BY outbox_id')).split('\n');
    await until('the dead', async () => (await dead()).length === poison.length);
    (await dead()).forEach((reason, i) => assert.match(reason, poison[i][3]));
    await empty();
    assert.deepEqual(got, upTo(poison.length + 1));
    assert.equal(await metric(server, 'dead_total'), poison.length);
    assert.equal(await ailing(server), undefined);
});

test_('what is emitted over HTTP is not held up by a hundred thousand rows, and these cost no memory', async (t) => {
    const rows = short ? 10000 : 100000;
    const server = await roomd(t, withPlugin());
    const socket = await connected(t, server, { transports: ['websocket'] });
    await socket.emitWithAck('join:library', 'live');
    await socket.emitWithAck('join:library', 'a');
    await connectedToDatabase(server);
    const came = received(socket, 'seat');
    // From before the POST to the client, in milliseconds, until `over`.
    const delays = async (over) => {
        const all = [];
        for (let n = 0; !(await over(n)); ++n) {
            const began = performance.now();
            const here = new Promise((done) => socket.once('live', () => done(performance.now() - began)));
            await server.emit('live', n, 'library:live');
            all.push(await here);
            await tick(5);
        }
        return all.sort((a, b) => a - b);
    };
    const at = (sorted, part) => sorted[Math.floor((sorted.length - 1) * part)];
    const memory = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) / 1024;

    const idle = await delays((n) => n >= 200);
    const before = memory();
    await database.sql(`SELECT count(roomd.emit('seat', to_jsonb(n), CASE WHEN n % 100 = 0 THEN '{library:a}' ELSE '{library:b}' END::text[]))
        FROM generate_series(1, ${rows}) n`);
    const began = Date.now();
    const busy = await delays(async (n) => n % 20 === 0 && (await metric(server, 'dispatched_total')) >= rows);
    const took = Date.now() - began;
    await until('the last one', () => came.length === rows / 100);
    assert.deepEqual(came, upTo(rows / 100).map((n) => n * 100));
    const show = (sorted) => `${at(sorted, 0.5).toFixed(1)} / ${at(sorted, 0.99).toFixed(1)} ms`;
    t.diagnostic(`${rows} rows in ${took} ms; p50 / p99 of ${idle.length} idle ${show(idle)}, of ${busy.length} meanwhile ${show(busy)}; ` +
        `${before.toFixed(0)} MiB before, ${memory().toFixed(0)} MiB at most`);
    if (short) return; // neither the time nor the memory of an instrumented binary means anything
    assert.ok(at(busy, 0.99) < Math.max(10 * at(idle, 0.99), 150), 'live events were late');
    assert.ok(memory() - before < 32, 'the rows were held in memory');
});

test_('through PgBouncer in transaction mode nothing is lost, also when it is restarted', async (t) => {
    const pooler = await pgbouncer(t, database);
    const pooled = `postgresql://daemon@127.0.0.1:${pooler.port}/postgres`;
    const server = await roomd(t, withPlugin({ dsn: pooled, outbox: {} }));
    const got = await listening(t, server);
    await connectedToDatabase(server);
    await emit(1, 2, 3);
    await until('the events, by polling', () => got.length === 3);
    const channels = () => database.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'");
    assert.equal(await channels(), '0', 'a pooler was asked to LISTEN');

    let last = 3;
    for (const signal of ['SIGKILL', 'SIGTERM']) {
        await pooler.stop(signal);
        await told(server, /^degraded: outbox: /);
        await emit(++last);
        await pooler.start();
        await connectedToDatabase(server);
        await emit(++last);
        await until('what waited', () => got.length === last);
    }
    // The server itself goes, behind the pooler.
    await database.tell('restart immediate');
    await emit(++last);
    await until('what came after', () => got.length === last);
    assert.deepEqual(got, upTo(last));
}, PgBouncer.program);

test_('behind PgBouncer listen_dsn hears what is notified, and wakes the outbox', async (t) => {
    const pooler = await pgbouncer(t, database);
    const server = await roomd(t, withPlugin({
        dsn: `postgresql://daemon@127.0.0.1:${pooler.port}/postgres`,
        listen_dsn: database.dsn('daemon'),
        listen: { channels: { seats: { event: 'seat', rooms: ['library:{library}'] } } },
        outbox: { idle: '60s' },
    }));
    const got = await listening(t, server);
    await connectedToDatabase(server);
    await database.sql(`NOTIFY seats, '{"library":"a"}'`);
    await until('the notification', () => got.length === 1);
    await tick(1500); // at rest
    const began = Date.now();
    await emit(1);
    await until('the event', () => got.length === 2);
    assert.ok(Date.now() - began < 10000, 'it was polled for');
    await pooler.stop();
    await database.sql(`NOTIFY seats, '{"library":"a","second":true}'`);
    await until('the other notification', () => got.length === 3);
    assert.match(await ailing(server), /^degraded: outbox/);
    await pooler.start();
    await emit(2);
    await until('the other event', () => got.length === 4);
    assert.deepEqual(got, [{ library: 'a' }, 1, { library: 'a', second: true }, 2]);
}, PgBouncer.program);

// A certificate for localhost, by an authority of its own: the folder of both.
function certificate(name) {
    const at = (file) => path.join(folder, `${name}.${file}`);
    const openssl = (...words) => execFileSync('openssl', words, { stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca'), '-days', '2', '-subj', `/CN=${name}`);
    openssl('req', ...key, '-keyout', at('key'), '-out', at('csr'), '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost');
    openssl('x509', '-req', '-in', at('csr'), '-CA', at('ca'), '-CAkey', at('ca.key'), '-CAcreateserial', '-copy_extensions', 'copy',
        '-days', '2', '-out', at('crt'));
    return { ca: at('ca'), key: readFileSync(at('key'), 'utf8'), crt: readFileSync(at('crt'), 'utf8') };
}

test_('verify-full takes the right authority and name, and says of others what is wrong', async (t) => {
    const ours = certificate('ours'), other = certificate('other');
    const put = (file, text) => database.sql(`COPY (SELECT unnest(string_to_array('${text.trim()}', E'\\n'))) TO PROGRAM 'umask 077; cat > ${file}'`);
    await put('server.key', ours.key);
    await put('server.crt', ours.crt);
    const reload = async (...lines) => {
        for (const line of lines) await database.sql(line);
        await database.sql('SELECT pg_reload_conf()');
    };
    await reload('ALTER SYSTEM SET ssl = on');
    await until('TLS', async () => (await database.sql('SHOW ssl')) === 'on');
    await database.hba('host all postgres 127.0.0.1/32 trust', 'hostssl all all 127.0.0.1/32 trust');
    t.after(async () => {
        await database.hba();
        await reload('ALTER SYSTEM RESET ssl');
    });
    const dsn = (host, ca, mode = 'verify-full') => `postgresql://daemon@${host}:${database.port}/postgres?sslmode=${mode}&sslrootcert=${ca}`;
    const server = await roomd(t, withPlugin({ dsn: dsn('localhost', ours.ca) }));
    const got = await listening(t, server);
    await connectedToDatabase(server);
    const encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE usename = 'daemon'";
    assert.equal(await database.sql(encrypted), 't');
    await emit(1);
    await until('the event', () => got.length === 1);

    const bad = [
        [dsn('localhost', other.ca), /certificate verify failed/],
        [dsn('127.0.0.1', ours.ca), /server certificate for "localhost".* does not match host name "127\.0\.0\.1"/],
        [dsn('localhost', path.join(folder, 'none.ca')), /root certificate file ".*none\.ca" does not exist/],
        [dsn('localhost', ours.ca, 'disable'), /no pg_hba\.conf entry/],
    ];
    for (const [which, why] of bad) {
        await reloaded(server, { dsn: which });
        await told(server, new RegExp(`^down: outbox: .*${why.source}`));
    }
    await server.logs(/correct sslmode, sslrootcert or the server's certificate/);
    await emit(2);
    await reloaded(server, { dsn: dsn('localhost', ours.ca) });
    await connectedToDatabase(server);
    await until('the other event', () => got.length === 2);
    assert.deepEqual(got, [1, 2]);
});
