// What is promised of the outbox, under everything that goes wrong at once: twenty writers, a quarter of whose transactions
// is rolled back, two daemons that are killed, and a PostgreSQL that is.  What a daemon says of its place when a client
// comes and when it goes, together with the log's rows, says exactly which events that client has to have, and in which order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { io } from 'socket.io-client';
import { MODES } from './support/clients.mjs';
import { Life, difference, due } from './support/oracle.mjs';
import { metric, postgres } from './support/postgres.mjs';
import { roomd, settings, short, source } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { DEADLINE, tick, until, within } from './support/wait.mjs';

const EVENTS = short ? 5000 : 50000;
const STEPS = short ? ['kill one', 'restart', 'kill two'] :
    ['kill one', 'restart', 'kill two', 'kill one', 'restart', 'kill two', 'restart and kill one'];
const BURST = 1000; // events of one transaction, at each step
const LATE = 3 * DEADLINE;

const config = (database, node) => (port) => {
    const config = settings(port, {
        auth: IDENTITY.auth,
        rooms: { user: IDENTITY.rooms.user, library: { ...IDENTITY.rooms.library, join: 'auto' } },
        log: { level: 'debug', format: 'json' },
    });
    config.plugins.load.push({ name: 'postgres', dsn: database.dsn('daemon'), retry_max: '500ms', outbox: { node } });
    return config;
};

// A daemon on one port through all its lives.
class Daemon {
    constructor(name, server, database) {
        Object.assign(this, { name, server, database, least: 0, lives: [] });
    }
    get life() {
        return new Life(this.server.output);
    }
    // How far it has sent the log; undefined: it has not begun.
    async sent() {
        const sent = await metric(this.server, 'dispatched_total');
        const [from] = this.life.from;
        return from && from.seq + sent;
    }
    async kill(clients) {
        // What it has sent by now its clients get: it stands in their lines before the mark.
        const sent = await this.sent();
        const there = clients.filter((client) => client.daemon === this && client.socket.connected);
        await mark(there);
        const ids = there.map((client) => client.socket.id);
        this.server.killed = true;
        await this.server.kill();
        this.lives.push(Object.assign(this.life, { killed: true, least: this.least, sent, ids }));
        this.server.killed = false;
        this.server.code = undefined;
        this.least = Number(await this.database.sql('SELECT last_seq FROM roomd.meta').catch(() => 0));
        await this.server.start();
    }
}

// Waits until each of them has all that was sent to it before this.
async function mark(clients) {
    await Promise.all(clients.map(async (client) => {
        const what = client.marked + 1;
        await client.daemon.server.emit('mark', what, `user:${client.name}`);
        await until(`${client.name} to be told`, () => client.marked === what, LATE);
    }));
}

// A client of the stock library that comes back whenever it was cut, with a record of each of its connections.
class Client {
    constructor(t, name, libraries, options, daemons) {
        Object.assign(this, { name, daemons, mine: new Set(libraries.map((id) => `library:${id}`)), records: new Map(), marked: 0 });
        const auth = { token: token({ sub: name, libraryIds: libraries.map(String) }) };
        this.socket = io(daemons[0].server.url, { ...options, auth, forceNew: true, reconnectionDelay: 100, reconnectionDelayMax: 300 });
        t.after(() => this.socket.close());
        this.socket.on('connect', () => this.record());
        this.socket.on('tick', ({ n }) => this.record().came.push(n));
        this.socket.on('mark', (what) => (this.marked = what));
        this.socket.on('disconnect', (reason) => {
            this.records.get(this.id).reason = reason;
            this.daemons = [...this.daemons.slice(1), this.daemons[0]];
            this.socket.io.uri = this.daemon.server.url;
        });
    }
    get daemon() {
        return this.daemons[0];
    }
    record() {
        this.id = this.socket.id;
        if (!this.records.has(this.id)) this.records.set(this.id, { id: this.id, daemon: this.daemon, came: [] });
        return this.records.get(this.id);
    }
}

function writing(t, database) {
    const child = spawn('python3', [path.join(source, 'tests/e2e/support/writers.py'), database.dsn('app'), EVENTS],
        { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => child.kill());
    const run = { inserted: 0, upto: (n) => child.stdin.write(`upto ${n}\n`) };
    run.ended = new Promise((done, failed) => {
        child.on('close', (code) => failed(new Error(`the writers ended with ${code}`)));
        readline.createInterface({ input: child.stdout }).on('line', (line) => {
            if (line.startsWith('{')) done(JSON.parse(line));
            else run.inserted = Number(line.split(' ')[1]);
        });
    });
    run.ended.catch(() => {});
    return run;
}

// More than a batch at once.  Numbers that no writer has, and that rise.
async function burst(database, step) {
    const numbers = Array.from({ length: BURST }, (_, i) => step * BURST + i + 0.5);
    await database.sql(`SELECT count(roomd.emit('tick', jsonb_build_object('n', i + ${step * BURST - 0.5}), ARRAY['library:' || i % 5]))
        FROM generate_series(1, ${BURST}) i`, 'app');
    return numbers;
}

async function rows(database) {
    const text = await database.sql(`SELECT seq, data->>'n', array_to_string(rooms, ' '), array_to_string(except_rooms, ' ')
        FROM roomd.log ORDER BY seq`);
    const names = (list) => list.split(' ').filter(Boolean);
    return text.split('\n').map((line) => {
        const [seq, n, rooms, except] = line.split('|');
        return { seq: Number(seq), n: Number(n), rooms: names(rooms), except: names(except) };
    });
}

test('a committed event is sent once and in its place, whichever process is killed', async (t) => {
    const database = await postgres(t);
    await database.sql(`CREATE ROLE app LOGIN; GRANT roomd_app TO app; CREATE ROLE daemon LOGIN; GRANT roomd_daemon TO daemon;
        CREATE TABLE written (first bigint PRIMARY KEY); GRANT INSERT, SELECT ON written TO app`);
    const epoch = await database.sql('SELECT epoch FROM roomd.meta');
    const [one, two] = await Promise.all(['one', 'two'].map(async (name) => new Daemon(name, await roomd(t, config(database, name), ENV), database)));
    const ways = Object.values(MODES);
    const clients = [
        new Client(t, 'ann', [0], ways[0], [one]),
        new Client(t, 'bob', [1, 2], ways[1], [one]),
        new Client(t, 'cleo', [0, 1, 2, 3, 4], ways[0], [two]),
        new Client(t, 'dan', [2, 3], ways[2], [two]),
        new Client(t, 'eve', [0, 4], ways[2], [one, two]), // comes back to the other one each time
    ];
    const all = () => until('all clients', () => clients.every(({ socket }) => socket.connected), LATE);
    await all();

    // ---- the writers write, and things happen
    const began = Date.now();
    const chunk = EVENTS / (STEPS.length + 1);
    const writers = writing(t, database), bursts = [];
    for (const [i, step] of STEPS.entries()) {
        writers.upto(Math.ceil((i + 2) * chunk)); // so that they are at it while it happens
        await until(`event ${(i + 1) * chunk}`, () => writers.inserted >= (i + 1) * chunk, 6 * LATE);
        bursts.push(...(await burst(database, i)));
        const restart = step.includes('restart') && database.tell('restart immediate');
        if (restart) await tick(100);
        if (step.includes('kill')) await (step.includes('one') ? one : two).kill(clients);
        await restart;
        await all();
    }
    const told = await within('the writers', writers.ended, 6 * LATE);
    bursts.push(...(await burst(database, STEPS.length)));
    assert.deepEqual(told.wrong, []);
    const wrote = Date.now();

    // ---- everything has come, and they go one by one
    const last = async () => Number(await database.sql('SELECT CASE WHEN NOT EXISTS (SELECT FROM roomd.outbox) THEN last_seq END FROM roomd.meta'));
    await until('the outbox to be empty', last, LATE);
    const end = await last();
    for (const daemon of [one, two]) // what is not sent then is told below
        await until(`${daemon.name} to be at the end`, async () => (await daemon.sent()) === end, LATE).catch(() => {});
    await mark(clients);
    const sent = Date.now();
    for (const { socket, daemon } of clients) {
        const { id } = socket;
        socket.disconnect();
        await until('the daemon to see it', () => daemon.life.left.has(id));
    }
    for (const daemon of [one, two]) {
        for (const name of ['missing_total', 'expired_total', 'dead_total', 'epochs_total'])
            assert.equal(await metric(daemon.server, name), 0, `${name} of ${daemon.name}`);
        daemon.lives.push(Object.assign(daemon.life, { least: daemon.least, sent: await daemon.sent() }));
    }

    // ---- the log is what was committed
    const log = await rows(database);
    assert.deepEqual([log[0].seq, log.at(-1).seq, log.length], [1, end, end], 'the log has a gap');
    assert.deepEqual(log.map(({ n }) => n).sort((a, b) => a - b), [...told.committed, ...bursts].sort((a, b) => a - b), 'the log is what was committed');
    assert.equal(await database.sql('SELECT count(*) FROM roomd.dead'), '0');
    assert.equal(await database.sql('SELECT epoch FROM roomd.meta'), epoch);
    const overtaken = Number(await database.sql(`SELECT count(*) FROM (SELECT outbox_id < max(outbox_id) OVER (ORDER BY seq) AS late
        FROM roomd.log) l WHERE late`));
    assert.ok(overtaken > 0, 'no slow commit was overtaken: this tested nothing');
    const latest = new Map();
    for (const { seq, n } of log) {
        assert.ok(n > (latest.get(n % 20) ?? -1), `event ${n} at ${seq} stands behind a later one of its writer`);
        latest.set(n % 20, n);
    }

    // ---- each life of each daemon goes on where the log ended, and cut nobody off
    const lives = [one, two].flatMap((daemon) => daemon.lives);
    for (const { name, lives } of [one, two]) {
        for (const [i, life] of lives.entries()) {
            assert.equal(life.from.length, 1, `${name} has begun in its life ${i} at ${JSON.stringify(life.from)}`);
            assert.deepEqual([...new Set(life.epochs)], [epoch]);
            const least = Math.max(life.least, lives[i - 1]?.sent ?? 0);
            assert.ok(life.from[0].seq >= least, `life ${i} of ${name} begins at ${life.from[0].seq}, and the log's end was ${least}`);
            assert.ok(!life.lost.some((why) => why.startsWith('no answer')), `${name} has not heard of the server's end in its life ${i}`);
            const reasons = [...life.left.values()].map(({ reason }) => reason);
            assert.deepEqual(reasons, reasons.map(() => 'client namespace disconnect'), `${name} has lost clients in its life ${i}`);
            assert.equal(reasons.length, life.killed ? 0 : life.came.size);
        }
    }

    // ---- each connection of each client brought what the daemon's places say
    let connections = 0, events = 0, again = 0, unsent = 0;
    for (const { name, mine, records } of clients) {
        const faults = [];
        let before = { seq: 0 };
        for (const { id, daemon, came, reason } of records.values()) {
            const life = lives.find((life) => life.came.has(id));
            const first = life.first(id), whole = life.left.get(id)?.at.seq;
            const owed = due(log, mine, first, whole);
            const fault = difference(came, owed, !life.killed);
            if (fault) faults.push(`${name}, connection ${id} to ${daemon.name} from ${first} to ${whole}: ${fault}`);
            const least = life.ids?.includes(id) ? due(owed, mine, first, life.sent).length : 0;
            if (came.length < least) faults.push(`${name}, connection ${id}: ${came.length} events, ${least} were sent before the kill`);
            if (!life.killed && whole !== end) faults.push(`${name} has left at ${whole}, and the end is ${end}`);
            const behind = due(log, mine, first, before.seq).length;
            // Another daemon may be behind the one that a client had before: only that is not a fault.
            if (behind && daemon === before.daemon) faults.push(`${name} was sent ${behind} events again by ${daemon.name}`);
            if (before.daemon) assert.match(before.reason, /^transport (close|error)$/);
            again += behind;
            unsent += due(log, mine, before.seq, first).length;
            before = { daemon, reason, seq: came.length ? owed[came.length - 1]?.seq : Math.max(first, before.seq) };
            connections++;
            events += came.length;
        }
        assert.deepEqual(faults, []);
    }
    for (const { name, lives } of [one, two]) assert.equal(lives.at(-1).sent, end, `dispatched_total of ${name}`);
    const spent = (from, to) => `${((to - from) / 1000).toFixed(1)} s`;
    t.diagnostic(`${told.inserted} events in ${told.transactions} transactions and ${bursts.length} in ${STEPS.length + 1}, written in ${spent(began, wrote)}, the last sent ` +
        `${spent(wrote, sent)} later: ${end} committed, ${told.rolled_back} transactions rolled back or cut, ${told.unknown} not answered ` +
        `(${told.unknown_committed} of them committed), ${overtaken} events overtaken`);
    t.diagnostic(`${STEPS.length} steps, ${connections} connections of ${clients.length} clients, ${events} events received, ` +
        `${unsent} passed while nobody was there, ${again} sent again by another daemon`);
});
