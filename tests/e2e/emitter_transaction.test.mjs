// The emitters inside a transaction: what they ask is what the schema of roomd has.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { built, clients } from './support/emitter_node.mjs';
import { databases, done, psql } from './support/pg.mjs';

const TRACE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const expected = [
    { event: 'booking:created', data: { bookingId: 'b1', text: "it's ü" }, rooms: null, except: null, trace: null },
    { event: 'news', data: [1], rooms: ['library:l1', 'user:u1'], except: ['role:staff'], trace: TRACE },
];
const PHP = spawnSync('php', ['--version']).status === 0;

const ends = [];
const run = promisify(execFile);
const [server, folder, python, php] = await Promise.all([databases({ after: (end) => ends.push(end) }), built(), askPython(), askPhp()]);
const { createEmitter } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
const owner = server.dsn('owner', 'app');
const client = new pg.Client(server.dsn('shop', 'app'));

before(async () => {
    await server.create('app');
    await done(['init', '--dsn', owner, '--app', 'shop', '--daemon', 'desk']);
    await client.connect();
});
after(async () => {
    await client.end(); // ahead of the server
    for (const end of ends) await end();
});

const outbox = async () => JSON.parse(await psql(owner, `SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY id), '[]') FROM roomd.outbox o`));
const members = (row) => ({ event: row.event, data: row.data, rooms: row.rooms, except: row.except_rooms, trace: row.traceparent });

test('Node: with the commit, and not with a rollback', async () => {
    const live = createEmitter({ url: 'http://127.0.0.1:1', development: true });
    await client.query('BEGIN');
    const id = await live.in(client).emit('booking:created', expected[0].data);
    await live.in(client).to('library:l1', 'user:u1').except('role:staff').emit('news', [1], { traceparent: TRACE });
    assert.deepEqual(await outbox(), []);
    await client.query('COMMIT');
    const rows = await outbox();
    assert.deepEqual(rows.map(members), expected);
    assert.equal(String(rows[0].id), id);
    await client.query('BEGIN');
    await live.in(client).emit('booking:created', {});
    await client.query('ROLLBACK');
    await assert.rejects(live.in(client).emit('disconnect', {}), { code: '22023' }); // the database's own word
    assert.equal((await outbox()).length, 2);
    await psql(owner, 'DELETE FROM roomd.outbox');
});

// The clients' SQL goes through the driver that is here: its placeholders are $1, $2, ...
async function asked(statements) {
    for (const [sql, values] of statements) {
        let n = 0;
        await client.query(sql.replace(/%s|\?/g, () => `$${++n}`), values);
    }
    assert.deepEqual((await outbox()).map(members), expected);
    await psql(owner, 'DELETE FROM roomd.outbox');
}

test('Python', () => asked(python));
test('PHP', { skip: !PHP && 'no php here: apt-get install php-cli' }, () => asked(php));

// ---- the statements with their values, as the clients give them to a driver

async function askPython() {
    const { stdout } = await run('python3', ['-c', `
import json, roomd_emit
class Cursor(list):
    def execute(self, sql, values): self.append([sql, values])
cursor = Cursor()
live = roomd_emit.Emitter("http://127.0.0.1:1").in_(cursor)
live.emit("booking:created", ${JSON.stringify(expected[0].data)})
live.to("library:l1", "user:u1").except_("role:staff").emit("news", [1], traceparent="${TRACE}")
print(json.dumps(cursor))`], { env: { ...process.env, PYTHONPATH: path.join(clients, 'python/src'), PYTHONDONTWRITEBYTECODE: '1' } });
    return JSON.parse(stdout);
}

async function askPhp() {
    if (!PHP) return [];
    const { stdout } = await run('php', ['-r', `
        require ${JSON.stringify(path.join(clients, 'php/Roomd.php'))};
        final class Asked extends PDOStatement {
            public string $sql;
            public function execute(?array $params = null): bool { global $all; $all[] = [$this->sql, $params]; return true; }
        }
        $database = new class extends PDO {
            public function __construct() {}
            public function prepare(string $sql, array $options = []): PDOStatement|false { $one = new Asked(); $one->sql = $sql; return $one; }
        };
        $live = (new Roomd\\Emitter('http://127.0.0.1:1'))->in($database);
        $live->emit('booking:created', ${"['bookingId' => 'b1', 'text' => \"it's ü\"]"});
        $live->to('library:l1', 'user:u1')->except('role:staff')->emit('news', [1], traceparent: '${TRACE}');
        echo json_encode($all);`]);
    return JSON.parse(stdout);
}
