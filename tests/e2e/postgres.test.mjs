// Events from PostgreSQL, as the real client sees them: the catalogue holds, and a database that is
// away takes nothing else with it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { connected, received } from './support/clients.mjs';
import { connectedToDatabase, health, metric, postgres } from './support/postgres.mjs';
import { binary, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const database = await postgres({ after });
const quick = { probe: '500ms', answer_timeout: '1s', retry_max: '300ms' };

const events = {
    'seat:availability': {
        rooms: ['library:{libraryId}'],
        schema: { type: 'object', required: ['libraryId', 'free'], properties: { free: { type: 'integer', minimum: 0 } } },
    },
};

function withPlugin(section) {
    return (port) => {
        const config = settings(port, { events, catalogue: { unknown: 'refuse' } });
        config.admin = { socket: 'admin.sock' };
        config.plugins.load.push({ name: 'postgres', dsn: database.dsn(), ...quick, ...section });
        return config;
    };
}

async function inLibrary(t, server) {
    const socket = await connected(t, server, { transports: ['websocket'] });
    const got = received(socket, 'seat:availability');
    await socket.emitWithAck('join:library', '1');
    return got;
}

test('a notification is held to the catalogue, which chooses its rooms', async (t) => {
    const server = await roomd(t, withPlugin({ listen: { channels: { seats: { event: 'seat:availability' } } } }));
    const got = await inLibrary(t, server);
    await connectedToDatabase(server);
    await database.sql(`NOTIFY seats, '{"libraryId":"1","free":-1}'; NOTIFY seats, '{"free":2}';
        NOTIFY seats, '{"libraryId":"2","free":3}'; NOTIFY seats, '{"libraryId":"1","free":4}'`);
    await until('the event', () => got.length);
    assert.deepEqual(got, [{ libraryId: '1', free: 4 }]);
    assert.equal(await metric(server, 'notifications_refused_total'), 2);
});

test('a database that is away at start is told in /health, and the rest serves', async (t) => {
    await database.tell('stop fast');
    t.after(() => database.tell('start'));
    const server = await roomd(t, withPlugin({ listen: { channels: { seats: { event: 'seat:availability' } } } }));
    const got = await inLibrary(t, server);
    assert.match(JSON.stringify(await health(server)), /degraded.*(refused|connecting)/);
    assert.equal((await server.get('/ready')).status, 200);
    await server.emit('seat:availability', { libraryId: '1', free: 1 }, 'library:1');
    await database.tell('start');
    await connectedToDatabase(server);
    await database.sql(`NOTIFY seats, '{"libraryId":"1","free":2}'`);
    await until('both events', () => got.length === 2);
});

test('an event of the outbox goes to the rooms of the catalogue, one that does not fit is dead', async (t) => {
    const server = await roomd(t, withPlugin({}));
    const got = await inLibrary(t, server);
    await connectedToDatabase(server);
    await database.sql(`SELECT roomd.emit('seat:availability', '{"libraryId":"1","free":"many"}')`);
    await database.sql(`SELECT roomd.emit('seat:availability', '{"libraryId":"1","free":7}')`);
    await until('the event', () => got.length);
    assert.deepEqual(got, [{ libraryId: '1', free: 7 }]);
    await until('the dead', async () => (await database.sql('SELECT count(*) FROM roomd.dead')) === '1');
    assert.match(await database.sql('SELECT reason FROM roomd.dead'), /schema_mismatch: .*integer.*\/free/);
});

test('roomd check tells what is wrong in the section, with its place', async (t) => {
    const server = await roomd(t, withPlugin({ listen: { channels: { seats: {} } } }));
    const bad = withPlugin({ dsn: 'hots=secret-place', listen: { channels: { seats: { event: 'a:{b' } } }, probe: 'soon' })(1);
    server.write(bad);
    let said = '';
    try {
        execFileSync(binary, ['check', '--config', server.file], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
        said = error.stdout + error.stderr;
    }
    assert.match(said, /roomd\.yaml:\d+:\d+.*dsn is not a connection string/);
    assert.match(said, /a brace is not closed/);
    assert.match(said, /probe is a whole number and a unit/);
    assert.doesNotMatch(said, /secret-place/);
});
