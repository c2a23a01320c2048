// A reload changes what may be, and disturbs nobody whom it does not concern.
import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { client, connected, received } from './support/clients.mjs';
import { plugin, roomd, settings, short } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { once, tick, until, within } from './support/wait.mjs';

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

test('changed rules remove those who may no longer stay, and add those who belong', async (t) => {
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
    await server.logs(/roomd\.yaml:2:\d+: .*perhaps/);
    await server.logs(/roomd\.yaml:3:\d+: .*portal/);
    assert.equal((await socket.emitWithAck('join:library', 'x')).ok, true);
});

test('removing a portal disconnects its clients; others stay', async (t) => {
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
    await server.logs(/no longer admitted code=\w+ address=127\.0\.0\.1 portal=one /);
    assert.equal((await two.emitWithAck('join:library', 'x')).ok, true);
});

test('requiring identity disconnects those who have none', async (t) => {
    const server = await roomd(t, { ...IDENTITY, auth: { ...IDENTITY.auth, mode: 'optional' } }, ENV);
    const nobody = await connected(t, server);
    const somebody = await connected(t, server, { auth: { token: token() } });
    const gone = once(nobody, 'disconnect');
    await reload(server, settings(server.port, IDENTITY));
    assert.equal((await gone)[0], 'transport close');
    await server.logs(/no longer admitted code=token_missing address=127\.0\.0\.1/);
    assert.equal(somebody.connected, true);
});


test('an issuer whose key is replaced is believed only by the new key', async (t) => {
    const fresh = 'another secret of the end-to-end tests, as long';
    const auth = { ...IDENTITY.auth, issuers: [{ ...IDENTITY.auth.issuers[0], key: '${env:ROOMD_TEST_JWT}' }] };
    const server = await roomd(t, { ...IDENTITY, auth }, ENV);
    const key = path.join(server.folder, 'jwt.key');
    const enter = async (secret) => {
        const socket = client(t, server, { auth: { token: token({}, { secret }) }, reconnection: false });
        return within('an answer', new Promise((done) => {
            socket.once('connect', () => done('in'));
            socket.once('connect_error', (error) => done(error.data?.code ?? error.message));
        }));
    };
    const stays = await connected(t, server, { auth: { token: token() } });
    assert.equal(await enter(fresh), 'token_signature');

    // Both keys for a while, then the new one alone.
    writeFileSync(key, fresh);
    const file = '${file:' + key + '}';
    const with_keys = (keys) => settings(server.port, { ...IDENTITY, auth: { ...auth, issuers: [{ ...auth.issuers[0], key: keys }] } });
    await reload(server, with_keys(['${env:ROOMD_TEST_JWT}', file]));
    assert.deepEqual([await enter(fresh), await enter()], ['in', 'in']);
    await reload(server, with_keys(file));
    assert.deepEqual([await enter(fresh), await enter()], ['in', 'token_signature']);

    // The file alone changes.
    writeFileSync(key, `${fresh}, and again`);
    await reload(server, with_keys(file));
    assert.deepEqual([await enter(`${fresh}, and again`), await enter(fresh)], ['in', 'token_signature']);
    assert.ok(stays.connected);
});

test('plugins that are added start, removed ones stop, changed ones change', async (t) => {
    const server = await roomd(t);
    const socket = await connected(t, server);
    const status = async (where) => (await server.post(where, { event: 'a', data: 1, room: 'library:1' })).status;
    const load = (...plugins) => settings(server.port, { plugins: { ...settings(server.port).plugins, load: plugins } });
    const stats = async () => (await server.get('/api/test/socket-stats')).status;
    assert.deepEqual([await status('/api/emit'), await stats()], [200, 200]);

    await reload(server, load({ name: 'http_emit', path: '/api/emit' }));
    assert.deepEqual([await status('/api/emit'), await stats()], [200, 404]);

    await reload(server, load({ name: 'http_emit', path: '/other' }, { name: 'test_event', path: '/api/test' }));
    assert.deepEqual([await status('/api/emit'), await status('/other'), await stats()], [404, 200, 200]);

    await reload(server, load({ name: 'http_emit', path: '/other' }, { name: 'http_emit', instance: 'second', path: '/second' }));
    assert.deepEqual([await status('/other'), await status('/second'), await stats()], [200, 200, 404]);

    // One that cannot be loaded is a fault, and nothing changes.
    await reload(server, load({ name: 'nowhere' }));
    assert.deepEqual([await status('/other'), await status('/second')], [200, 200]);
    await server.logs(/nowhere/);

    await reload(server, load());
    assert.deepEqual([await status('/other'), await status('/second')], [404, 404]);
    assert.ok(socket.connected);
});

test('files that every user may write to are not reloaded, and no such plugin is opened', async (t) => {
    const server = await roomd(t);
    const socket = await connected(t, server);
    await socket.emitWithAck('join:library', 'a');
    const none = settings(server.port, { rooms: {} }); // would put it out
    const refused = async (what) => {
        const seen = server.output.length;
        await reload(server, none);
        assert.match(server.output.slice(seen), /configuration not reloaded/);
        assert.ok(server.output.slice(seen).includes(what), server.output.slice(seen));
        assert.equal((await server.emit('probe', null, 'library:a')).recipients, 1);
    };
    const file = path.join(server.folder, 'other.so');
    copyFileSync(plugin('test_event'), file);
    none.plugins.load = [{ name: 'other', file }];
    chmodSync(file, 0o777);
    await refused(`every user of this machine may write to \\"${file}\\"`);
    none.plugins.load = [];
    chmodSync(server.file, 0o666);
    await refused(`every user of this machine may write to \\"${server.file}\\"`);
    chmodSync(server.file, 0o644);
    await reload(server, none);
    await until('the reload', () => server.output.includes('configuration reloaded'));
});
