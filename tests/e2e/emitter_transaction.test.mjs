// The emitters inside a transaction, each over a driver of its language: what they ask is what the schema of roomd has.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { built, clients } from './support/emitter_node.mjs';
import { python } from './support/page_postgres.mjs';
import { databases, done, psql } from './support/pg.mjs';
import { binary, source } from './support/roomd.mjs';

const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const plain = [
    { event: 'booking:created', data: { bookingId: 'b1', text: "it's ü" }, rooms: null, except: null, trace: null },
    { event: 'news', data: [1], rooms: ['library:l1', 'user:u1'], except: ['role:staff'], trace: TRACE },
];
// What generated code emits.  Nothing in it is a placeholder, or ends a text.
const ANN = 'user:CORP\\ann';
const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'l1', tenantId: 't1', status: 'confirmed', seatId: "it's ü? \\ 100%s :a $1 {}" };
const typed = [
    { event: 'booking:created', data: booking, rooms: null, except: null, trace: null },
    { event: 'pricing:updated', data: { libraryId: 'l1', newPrice: 2.5, currency: 'EUR' }, rooms: ['library:l1', ANN], except: ['role:staff'], trace: TRACE },
];
const has = (program, ...words) => spawnSync(program, words).status === 0;
const lacks = (...packages) => `no ${packages.join(' ')} here: apt-get install ${packages.join(' ')}`;

const ends = [];
const run = promisify(execFile);
const [server, folder] = await Promise.all([databases({ after: (end) => ends.push(end) }), built()]);
const { createEmitter } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
const owner = server.dsn('owner', 'app');
const shop = server.dsn('shop', 'app');
const client = new pg.Client(shop);
const here = mkdtempSync(path.join(os.tmpdir(), 'roomd-transaction-'));

before(async () => {
    await server.create('app');
    await done(['init', '--dsn', owner, '--app', 'shop', '--daemon', 'desk']);
    await client.connect();
    for (const [language, name] of [['python', 'realtime.py'], ['php', 'realtime.php']])
        writeFileSync(path.join(here, name), (await run(binary, ['catalogue', 'emitter', language, '--config', path.join(source, 'conf/studyspot.yaml')])).stdout);
    copyFileSync(path.join(clients, 'php/Roomd.php'), path.join(here, 'Roomd.php'));
});
after(async () => {
    await client.end(); // ahead of the server
    for (const end of ends) await end();
    rmSync(here, { recursive: true, force: true });
});

const outbox = async () => JSON.parse(await psql(owner, `SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY id), '[]') FROM roomd.outbox o`));
const members = (row) => ({ event: row.event, data: row.data, rooms: row.rooms, except: row.except_rooms, trace: row.traceparent });
// What was emitted so far, which is then gone.
async function emitted() {
    const rows = (await outbox()).map(members);
    await psql(owner, 'DELETE FROM roomd.outbox');
    return rows;
}

test('Node: with the commit, and not with a rollback', async () => {
    const live = createEmitter({ url: 'http://127.0.0.1:1', development: true });
    await client.query('BEGIN');
    const id = await live.in(client).emit('booking:created', plain[0].data);
    await live.in(client).to('library:l1', 'user:u1').except('role:staff').emit('news', [1], { traceparent: TRACE });
    assert.deepEqual(await outbox(), []);
    await client.query('COMMIT');
    const rows = await outbox();
    assert.deepEqual(rows.map(members), plain);
    assert.equal(String(rows[0].id), id);
    await client.query('BEGIN');
    await live.in(client).emit('booking:created', {});
    await client.query('ROLLBACK');
    await assert.rejects(live.in(client).emit('disconnect', {}), { code: '22023' }); // the database's own word
    assert.deepEqual(await emitted(), plain);
});

// Each program commits one transaction, rolls another one back, and prints what the database says to an event that it does not take.
// All that was emitted is then in the outbox, and nothing was before the commit.
const SAID = ['0 before', 'refused 22023', 'not_in_transaction', 'schema_mismatch /data/status'];

describe('Python', () => {
    const head = `
import asyncio, json, sys
from realtime import AsyncRealtime, Realtime, live
from roomd_emit import EmitRefused
dsn, owner, trace = sys.argv[1:4]
booking = json.loads(sys.argv[4])
plan, wrong = {"newPrice": 2.5, "currency": "EUR"}, {**booking, "status": "gone"}
def told(why): print(f"{why.code} {why.pointer or ''}".strip())
def refusals(*calls):
    for call in calls:
        try: call()
        except EmitRefused as why: told(why)
`;
    const program = (driver, code) => `${driver}
connection, other = psycopg.connect(dsn), psycopg.connect(owner)
cursor, look = connection.cursor(), other.cursor()
inside = live.in_(cursor)
inside.booking_created(booking)
inside.to("library:l1", ${JSON.stringify(ANN)}).except_("role:staff").pricing_updated("l1", plan, traceparent=trace)
look.execute("SELECT count(*) FROM roomd.outbox")
print(look.fetchone()[0], "before")
connection.commit()
inside.booking_created(booking)
connection.rollback()
try: inside.emit("disconnect", {})
except psycopg.Error as why: print("refused", ${code})
connection.rollback()
refusals(lambda: inside.booking_created.confirmed(booking), lambda: inside.booking_created(wrong))
connection.commit()`;
    const twin = `import psycopg
async def main():
    live = AsyncRealtime()
    other = await psycopg.AsyncConnection.connect(owner)
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        inside = live.in_(connection.cursor())
        await inside.booking_created(booking)
        await inside.to("library:l1", ${JSON.stringify(ANN)}).except_("role:staff").pricing_updated("l1", plan, traceparent=trace)
        print((await (await other.execute("SELECT count(*) FROM roomd.outbox")).fetchone())[0], "before")
        await connection.commit()
        await inside.booking_created(booking)
        await connection.rollback()
        try: await inside.emit("disconnect", {})
        except psycopg.Error as why: print("refused", why.sqlstate)
        await connection.rollback()
        for call, data in ((inside.booking_created.confirmed, booking), (inside.booking_created, wrong)):
            try: await call(data)
            except EmitRefused as why: told(why)
    await other.close()
asyncio.run(main())`;
    const programs = {
        psycopg2: ['python3-psycopg2', 'psycopg2', program('import psycopg2 as psycopg', 'why.pgcode')],
        psycopg: ['python3-psycopg', 'psycopg', program('import psycopg', 'why.sqlstate')],
        'psycopg, with asyncio': ['python3-psycopg', 'psycopg', twin],
    };
    for (const [name, [needs, module, code]] of Object.entries(programs)) {
        test(name, { skip: !has(python, '-c', `import ${module}`) && lacks(needs) }, async () => {
            const { stdout } = await run(python, ['-c', head + code, shop, owner, TRACE, JSON.stringify(booking)], { cwd: here,
                env: { ...process.env, ROOMD_ENV: 'development', PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' } });
            assert.deepEqual(stdout.trim().split('\n'), SAID);
            assert.deepEqual(await emitted(), typed);
        });
    }
});

describe('PHP', { skip: !has('php', '-r', 'exit((int) !extension_loaded("pdo_pgsql"));') && lacks('php-cli', 'php-pgsql') }, () => {
    // What a pooler wants is written into the query by PDO itself.
    for (const [name, emulated] of [['prepared by the server', false], ['prepared by PDO', true]]) {
        test(name, async () => {
            writeFileSync(path.join(here, 'backend.php'), `<?php
                declare(strict_types=1);
                error_reporting(E_ALL);
                require __DIR__ . '/realtime.php';
                [, $port, $trace, $json] = $argv;
                $booking = json_decode($json, true);
                $open = fn (string $user) => new PDO("pgsql:host=127.0.0.1;port=$port;dbname=app;user=$user", options: [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_EMULATE_PREPARES => ${emulated}]);
                [$database, $other] = [$open('shop'), $open('owner')];
                $inside = Realtime::live()->in($database);
                $database->beginTransaction();
                $inside->bookingCreated($booking);
                $inside->to('library:l1', ${JSON.stringify(ANN)})->except('role:staff')->pricingUpdated('l1', ['newPrice' => 2.5, 'currency' => 'EUR'], traceparent: $trace);
                echo $other->query('SELECT count(*) FROM roomd.outbox')->fetchColumn(), " before\n";
                $database->commit();
                $database->beginTransaction();
                $inside->bookingCreated($booking);
                $database->rollBack();
                try { $inside->emit('disconnect', new stdClass); } catch (PDOException $why) { echo 'refused ', $why->getCode(), "\n"; }
                try { $inside->bookingCreatedConfirmed($booking); } catch (Roomd\\EmitRefused $why) { echo "$why->reason\n"; }
                try { $inside->pricingUpdated(['l1'], []); } catch (TypeError) { echo "no text\n"; }`);
            const { stdout, stderr } = await run('php', ['-d', 'display_errors=stderr', 'backend.php', String(server.port), TRACE, JSON.stringify(booking)], { cwd: here });
            assert.deepEqual([stdout.trim().split('\n'), stderr], [[...SAID.slice(0, 3), 'no text'], '']);
            assert.deepEqual(await emitted(), typed);
        });
    }
});
