// A reload changes what may be, and disturbs nobody whom it does not concern.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, connected, received } from './support/clients.mjs';
import { roomd, settings, short } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { once, tick, until } from './support/wait.mjs';

const count = (text, word) => text.split(word).length - 1;

// SIGHUP, and the wait for its outcome in the log.
async function reload(server, config) {
    const seen = server.output.length;
    server.write(config);
    process.kill(server.pid, 'SIGHUP');
    await until('the reload', () => /configuration (not )?reloaded/.test(server.output.slice(seen)));
}

test('a crowd loses nothing while the configuration is reloaded ten times a second', async (t) => {
    const people = short ? 100 : 1000;
    const seconds = short ? 2 : 6;
    const server = await roomd(t, { log: { level: 'notice' } });
    const sockets = [];
    let gone = 0;
    for (let i = 0; i < people; ++i) {
        const socket = client(t, server, { transports: ['websocket'] });
        socket.seen = received(socket, 'tick');
        socket.on('disconnect', () => ++gone);
        sockets.push(socket);
    }
    await until('everyone', () => sockets.every((socket) => socket.connected));
    await Promise.all(sockets.map((socket) => socket.emitWithAck('join:library', 'all')));

    const config = (i) => {
        const changed = settings(server.port, { log: { level: 'notice' } });
        changed.rooms[`kind${i}`] = { join: 'request', allow: 'all' };
        changed.portals = [{ name: `portal${i}`, origins: [`https://p${i}.example.com`] }];
        changed.limits = { ...changed.limits, rooms_per_client: 100 + (i % 7) };
        if (i % 10 === 9) changed.rooms.library = { join: 'sometimes' }; // a fault: nothing changes
        return changed;
    };
    const end = Date.now() + seconds * 1000;
    let emitted = 0;
    const traffic = (async () => {
        while (Date.now() < end) {
            assert.equal((await server.emit('tick', emitted, 'library:all')).recipients, people);
            ++emitted;
            await tick(20);
        }
    })();
    let asked = 0;
    while (Date.now() < end) {
        server.write(config(asked++));
        process.kill(server.pid, 'SIGHUP');
        await tick(100);
    }
    await traffic;
    const all = Array.from({ length: emitted }, (_, i) => i);
    await until('all events', () => sockets.every((socket) => socket.seen.length >= emitted));
    for (const socket of sockets) assert.deepEqual(socket.seen, all);
    assert.equal(gone, 0);
    const taken = count(server.output, 'configuration reloaded');
    assert.ok(taken >= asked / 2, `${taken} of ${asked} reloads`);
    assert.ok(count(server.output, 'configuration not reloaded') > 0);
});

test('changed rules put out those who may no longer stay, and let in those who belong', async (t) => {
    const server = await roomd(t, IDENTITY, ENV);
    const config = (rooms) => settings(server.port, { ...IDENTITY, rooms: { ...IDENTITY.rooms, ...rooms } });
    const auth = { token: token({ role: 'student', tenantId: 't1', libraryIds: ['lib1'] }) };
    const socket = await connected(t, server, { auth });
    const left = received(socket, 'room:left');
    await socket.emitWithAck('join:library', 'lib1');
    const members = async (room) => (await server.emit('probe', null, room)).recipients;

    await reload(server, config({ library: { join: 'request', allow: [{ claim: 'role', in: ['staff'] }] } }));
    await until('room:left', () => left.length);
    assert.deepEqual(left, [{ room: 'library:lib1', reason: 'policy' }]);
    assert.equal(await members('library:lib1'), 0);
    assert.equal(await members('role:student'), 1);

    await reload(server, config({ library: { join: 'auto', allow: [{ claim: 'libraryIds', contains: '{id}' }] } }));
    assert.equal(await members('library:lib1'), 1);

    await reload(server, config({ tenant: undefined }));
    await until('room:left', () => left.length === 2);
    assert.deepEqual(left[1], { room: 'tenant:t1', reason: 'policy' });
    assert.equal(socket.connected, true);
});

test('a broken file changes nothing and says where', async (t) => {
    const server = await roomd(t);
    const socket = await connected(t, server);
    await reload(server, 'listen: []\nrooms: { library: { join: perhaps } }\nportal: []\n');
    assert.match(server.output, /roomd\.yaml:2:\d+: .*perhaps/);
    assert.match(server.output, /roomd\.yaml:3:\d+: .*portal/);
    assert.equal((await socket.emitWithAck('join:library', 'x')).ok, true);
});

test('a portal that is taken away takes its clients along; others stay', async (t) => {
    const portal = (name) => ({ name, origins: [`http://${name}.test`] });
    const server = await roomd(t, { portals: [portal('one'), portal('two')] });
    const from = async (name) => {
        const socket = client(t, server, { transports: ['websocket'], extraHeaders: { Origin: `http://${name}.test` } });
        await once(socket, 'connect');
        return socket;
    };
    const [one, two] = [await from('one'), await from('two')];
    const gone = once(one, 'disconnect');
    await reload(server, settings(server.port, { portals: [portal('two')] }));
    assert.equal((await gone)[0], 'transport close');
    assert.equal((await two.emitWithAck('join:library', 'x')).ok, true);
});

test('identity that becomes required puts out those who have none', async (t) => {
    const server = await roomd(t, { ...IDENTITY, auth: { ...IDENTITY.auth, mode: 'optional' } }, ENV);
    const nobody = await connected(t, server);
    const somebody = await connected(t, server, { auth: { token: token() } });
    const gone = once(nobody, 'disconnect');
    await reload(server, settings(server.port, IDENTITY));
    assert.equal((await gone)[0], 'transport close');
    assert.equal(somebody.connected, true);
});

