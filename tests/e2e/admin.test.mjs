// The admin socket and the command line, each command once with good and once with bad input.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { administered, ask, askJson, call, request } from './support/admin.mjs';
import { MODES, client, connected, received } from './support/clients.mjs';
import { notified } from './support/notify.mjs';
import { Raw } from './support/raw.mjs';
import { Roomd, binary, freePort, plugin, roomd, settings, source } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const JSON_TYPE = { 'Content-Type': 'application/json' };
const WEBSOCKET = MODES['websocket only'];
const as = (user) => ({ ...WEBSOCKET, auth: { user } });

function folder(t) {
    const where = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
    t.after(() => rmSync(where, { recursive: true, force: true }));
    return where;
}

describe('the admin socket', () => {
    const ROUTES = [
        ['POST', '/admin/reload'], ['GET', '/admin/stats'], ['GET', '/admin/rooms'], ['GET', '/admin/clients?room=a'],
        ['GET', '/admin/plugins'], ['POST', '/admin/kick'], ['POST', '/admin/emit'], ['GET', '/admin/tail'], ['GET', '/admin/config'],
    ];
    const mode = (file) => statSync(file).mode & 0o777;

    test('has its mode, and goes with the daemon', async (t) => {
        const server = await administered(t);
        assert.equal(mode(server.admin), 0o600);
        const open = await administered(t, { admin: { mode: '0660' } });
        assert.equal(mode(open.admin), 0o660);
        await server.kill('SIGTERM');
        assert.ok(!existsSync(server.admin));
    });
    test('does not exist unless it is configured', async (t) => {
        const server = await roomd(t);
        assert.ok(!existsSync(path.join(server.folder, 'admin.sock')));
        assert.equal((await call(['stats', '--socket', path.join(server.folder, 'admin.sock')]).ended).code, 1);
    });
    test('is made where --admin says when the configuration does not', async (t) => {
        const server = new Roomd(await freePort(), '');
        t.after(() => server.stop());
        server.write(settings(server.port));
        server.admin = path.join(server.folder, 'other.sock');
        server.words = ['--admin', server.admin];
        await server.start();
        assert.equal((await ask(server, 'stats')).code, 0);
        assert.deepEqual((await askJson(server, 'reload')).data.restart, []);
    });
    test('of a dead daemon is replaced, of a live one it is not', async (t) => {
        const server = await administered(t);
        await server.kill('SIGKILL');
        assert.ok(existsSync(server.admin));
        const { code, err } = await ask(server, 'stats');
        assert.equal(code, 1);
        assert.match(err, /nothing listens on .*admin\.sock/);
        server.code = undefined;
        await server.start();
        assert.equal((await ask(server, 'stats')).code, 0);

        const second = new Roomd(await freePort(), '');
        t.after(() => rmSync(second.folder, { recursive: true }));
        second.write(settings(second.port, { admin: { socket: server.admin } }));
        await second.spawn().exited;
        assert.equal(second.code, 1, second.output);
        await second.logs(/admin\.sock: another process listens on it/);
        assert.equal((await ask(server, 'stats')).code, 0);
    });
    test('is the only listener with /admin, and has nothing of the others', async (t) => {
        const where = path.join(folder(t), 'emit.sock');
        const server = await roomd(t, (port) =>
            settings(port, {
                listen: [{ address: `127.0.0.1:${port}` }, { address: `unix:${where}` }],
                admin: { socket: 'admin.sock' },
            }));
        server.admin = path.join(server.folder, 'admin.sock');
        for (const [method, route] of ROUTES) {
            const options = method === 'POST' ? { method, headers: JSON_TYPE, body: '{}' } : {};
            assert.equal((await server.get(route, options)).status, 404, `TCP ${method} ${route}`);
            const body = method === 'POST' ? '{}' : undefined;
            assert.equal((await request(where, method, route, body, JSON_TYPE)).status, 404, `Unix ${method} ${route}`);
        }
        for (const route of ['/health', '/ready', '/metrics'])
            assert.equal((await request(server.admin, 'GET', route)).status, 200, route);
        for (const route of ['/api/test/socket-stats', '/socket.io/?EIO=4&transport=polling', '/socket.io/socket.io.min.js', '/admin', '/'])
            assert.equal((await request(server.admin, 'GET', route)).status, 404, route);
        assert.equal((await request(server.admin, 'POST', '/api/emit', '{}', JSON_TYPE)).status, 404);
        assert.equal((await request(server.admin, 'GET', '/admin/kick')).status, 405);
    });
    test('tells only operators why a part is ailing', async (t) => {
        const digest = (key) => 'sha256:' + createHash('sha256').update(key).digest('hex');
        const server = await roomd(t, (port) => {
            const keys = ['metrics', 'admin', 'emit'].map((scope) => ({ name: scope, key: digest(`key for ${scope}`), scopes: [scope] }));
            const config = settings(port, { keys, admin: { socket: 'admin.sock' } });
            config.plugins.load.push({ name: 'postgres', dsn: 'postgresql://secret_role@127.0.0.1:1/secret_base' });
            return config;
        });
        const socket = path.join(server.folder, 'admin.sock');
        const why = /127\.0\.0\.1:1|secret_role/;
        await until('the reason', async () => why.test((await request(socket, 'GET', '/health')).body));
        const told = async (headers) => {
            const answer = await server.get('/health', { headers });
            assert.equal(answer.status, 200);
            return (await answer.json()).data;
        };
        for (const key of ['metrics', 'admin'])
            for (const headers of [{ 'X-API-Key': `key for ${key}` }, { Authorization: `Bearer key for ${key}` }])
                assert.match((await told(headers)).parts[0].why, why);
        for (const headers of [{}, { 'X-API-Key': 'key for emit' }, { 'X-API-Key': 'guess' }]) {
            const { status, parts } = await told(headers);
            assert.equal(status, 'degraded');
            assert.deepEqual(parts, [{ name: 'postgres', status: 'degraded' }]);
        }
        assert.match((await call(['plugin', 'list', '--socket', socket]).ended).out, why);
    });
    test('answers when the daemon is full', async (t) => {
        const server = await administered(t, { limits: { connections: 1 } });
        const full = Array.from({ length: 10 }, () => net.connect(server.port, '127.0.0.1'));
        t.after(() => full.forEach((socket) => socket.destroy()));
        await until('the crowd', async () => (await askJson(server, 'stats')).data?.connections >= 11);
        await new Raw(t, server.port).send('GET /health HTTP/1.1\r\nHost: x\r\n\r\n').expect('HTTP/1.1 503');
        assert.equal((await ask(server, 'stats')).code, 0);
    });
    test('refuses a mode for everyone', async (t) => {
        const where = folder(t);
        const file = path.join(where, 'roomd.yaml');
        writeFileSync(file, JSON.stringify(settings(1, { admin: { socket: 'a', mode: '0666' } })));
        const { code, err } = await call(['check', '--config', file]).ended;
        assert.equal(code, 3);
        assert.match(err, /admin\.mode.*everyone/);
    });
});

describe('reload', () => {
    const kinds = async (t, server, kind) => {
        const socket = await connected(t, server, WEBSOCKET);
        const answer = await socket.emitWithAck('join', `${kind}:1`);
        socket.close();
        return answer.ok;
    };
    const config = (server) => {
        const out = settings(server.port, { admin: { socket: 'admin.sock' } });
        out.plugins.load.push({ name: 'namebook', file: plugin('namebook') });
        return out;
    };

    test('waits until the new configuration is in force, and disconnects nobody', async (t) => {
        const server = await administered(t);
        const witness = await connected(t, server, WEBSOCKET);
        const next = config(server);
        next.rooms.cellar = { join: 'request', allow: 'all' };
        server.write(next);
        const { code, out } = await ask(server, 'reload');
        assert.equal(code, 0);
        assert.equal(out, `reloaded ${server.file}\n`);
        assert.equal(await kinds(t, server, 'cellar'), true);
        assert.ok(witness.connected);
    });
    test('of a file with a fault is 3, says where, and changes nothing', async (t) => {
        const server = await administered(t);
        server.write(`${JSON.stringify(config(server), null, 1).slice(0, -1)},\n "limitz": {}}\n`);
        const { code, err, out } = await ask(server, 'reload');
        assert.equal(code, 3);
        assert.equal(out, '');
        assert.match(err, /roomd\.yaml:\d+:2: unknown key "limitz"\n {2}did you mean "limits"\?/);
        const told = await askJson(server, 'reload');
        assert.equal(told.code, 3);
        assert.equal(told.error.code, 'configuration_invalid');
        assert.equal(told.error.faults[0].what, 'unknown key "limitz"');
        assert.ok(told.error.faults[0].line > 1);
        assert.equal((await server.get('/health')).status, 200);
        server.write('listen: [');
        assert.equal((await ask(server, 'reload')).code, 3);
    });
    test('names the keys that need a restart', async (t) => {
        const server = await administered(t);
        server.write({ ...config(server), idempotency: { entries: 5 } });
        const { code, out } = await ask(server, 'reload');
        assert.equal(code, 0);
        assert.match(out, /idempotency\.entries has changed: it needs a restart/);
    });
    test('names a plugin that kept its old configuration, and is 1', async (t) => {
        const server = await administered(t);
        const next = config(server);
        next.plugins.load[2].refuse = true;
        server.write(next);
        const { code, out } = await ask(server, 'reload');
        assert.equal(code, 1);
        assert.match(out, /plugin namebook kept its old configuration: .*the book is closed/);
        const told = await askJson(server, 'reload');
        assert.equal(told.code, 1);
        assert.equal(told.data.kept[0].plugin, 'namebook');
        assert.deepEqual(told.data.stopped, []);
    });
    test('names a plugin that did not start, and did not before', async (t) => {
        const server = await administered(t);
        const next = config(server);
        next.plugins.load.push({ name: 'fails_start', file: plugin('fails_start') });
        server.write(next);
        for (let time = 0; time < 2; ++time) {
            const { code, out } = await ask(server, 'reload');
            assert.equal(code, 1);
            assert.match(out, /^ {2}plugin fails_start did not start: ./m);
            assert.doesNotMatch(out, /kept/);
        }
        const { data } = await askJson(server, 'reload');
        assert.deepEqual(data.kept, []);
        assert.equal(data.stopped[0].plugin, 'fails_start');
        await server.logs(/error plugin did not start plugin=fails_start/);
        assert.doesNotMatch(server.output, /kept its old configuration/);
    });
    test('leaves behind what config show --running and check --diff tell: what is in force', async (t) => {
        const server = await administered(t);
        const running = async () => (await ask(server, 'config', 'show', '--running')).out;
        const diff = async () => (await call(['check', '--diff', '-c', server.file]).ended).out.split('\n').slice(1).filter(Boolean);
        const before = await running();
        const next = config(server);
        next.plugins.load[2].refuse = true;
        next.plugins.load.push({ name: 'fails_start', file: plugin('fails_start') });
        next.idempotency = { entries: 5 };
        next.limits = { ...next.limits, per_user: 3 };
        server.write(next);
        const expected = [
            /^idempotency\.entries: 100000 -> 5 \(restart\)$/,
            /^plugins\.load\[namebook\]\.refuse: \(none\) -> true \(reload\)$/,
            /^plugins\.load\[fails_start\]: \(none\) -> \{name: fails_start, .*\} \(reload\)$/,
        ];
        const check = (lines, patterns) => {
            assert.equal(lines.length, patterns.length, lines.join('\n'));
            for (const pattern of patterns) assert.ok(lines.some((line) => pattern.test(line)), `${pattern} in ${lines.join('\n')}`);
        };
        check(await diff(), [...expected, /^limits\.per_user: 0 -> 3 \(reload\)$/]);
        for (let time = 0; time < 2; ++time) {
            assert.equal((await ask(server, 'reload')).code, 1);
            check(await diff(), expected);
            const now = await running();
            assert.match(now, /^ {2}entries: 100000 {2}# .*; a change needs a restart$/m);
            assert.match(now, /^ {2}per_user: 3 {2}# .*roomd\.yaml:\d+$/m);
            assert.match(now, /name: namebook {2}# .*; the plugin kept it$/m);
            assert.doesNotMatch(now, /refuse: true|fails_start/);
        }
        server.write(config(server));
        assert.equal((await ask(server, 'reload')).code, 0);
        assert.equal(await running(), before);
        assert.deepEqual(await diff(), ['the daemon runs exactly this configuration']);
    });
    test('all of many at once get an outcome', async (t) => {
        const server = await administered(t);
        const codes = await Promise.all(Array.from({ length: 8 }, () => ask(server, 'reload')));
        assert.deepEqual(codes.map(({ code }) => code), Array(8).fill(0));
    });
    test('with the built-in configuration says that there is no file', async (t) => {
        const where = folder(t);
        const socket = path.join(where, 'dev.sock');
        const dev = call(['dev', '--admin', socket]);
        t.after(() => dev.child.kill('SIGKILL'));
        await until('the socket', () => existsSync(socket) || dev.code !== undefined);
        if (dev.code === 1) return t.skip('port 3001 is taken');
        const { code, err } = await call(['reload', '--socket', socket]).ended;
        assert.equal(code, 1);
        assert.match(err, /built-in configuration/);
        dev.child.kill('SIGTERM');
        assert.equal((await dev.ended).code, 0);
    });
    test('is over for systemd before it is over for the caller', async (t) => {
        const { where, told } = await notified(t);
        const server = await roomd(t, (port) => settings(port, { admin: { socket: 'admin.sock' } }), { NOTIFY_SOCKET: where });
        server.admin = path.join(server.folder, 'admin.sock');
        await until('READY=1', () => /^READY=1$/m.test(told()));
        for (const good of [true, false]) {
            if (!good) server.write('x: 1');
            const before = told().length;
            assert.equal((await ask(server, 'reload')).code, good ? 0 : 3);
            await until('what systemd is told()', () => /READY=1\nSTATUS=.+\n/.test(told().slice(before)));
            const status = good ? 'running' : 'running; the last reload failed';
            assert.match(told().slice(before), new RegExp(`^RELOADING=1\nMONOTONIC_USEC=\\d+\nREADY=1\nSTATUS=${status}\n$`));
        }
    });
});

describe('questions and commands', () => {
    test('stats shows what the daemon does', async (t) => {
        const server = await administered(t);
        await connected(t, server, WEBSOCKET);
        const { code, out } = await ask(server, 'stats');
        assert.equal(code, 0);
        assert.match(out, new RegExp(`^pid +${server.pid}$`, 'm'));
        assert.match(out, /^clients +1$/m);
        assert.match(out, new RegExp(`^listen +127\\.0\\.0\\.1:${server.port}, unix:`, 'm'));
        const { data } = await askJson(server, 'stats');
        assert.equal(data.sessions_websocket, 1);
        assert.equal(data.config, server.file);
        assert.equal((await ask(server, 'stats', 'more')).code, 2);
    });
    test('rooms lists those with members, by prefix', async (t) => {
        const server = await administered(t);
        const socket = await connected(t, server, WEBSOCKET);
        for (const room of ['library:1', 'library:2', 'user:ann']) await socket.emitWithAck('join', room);
        const { code, out } = await ask(server, 'rooms', 'library:');
        assert.equal(code, 0);
        assert.equal(out, 'MEMBERS  ROOM       NAMESPACE\n1        library:1  /\n1        library:2  /\n');
        const all = await askJson(server, 'rooms');
        assert.equal(all.data.total, 3);
        const few = await ask(server, 'rooms', '--limit', '1');
        assert.match(few.err, /1 of 3 rooms/);
        const none = await ask(server, 'rooms', 'nothing');
        assert.deepEqual([none.code, none.out], [0, '']);
        assert.equal((await request(server.admin, 'GET', '/admin/rooms?limit=x')).status, 422);
        assert.equal((await request(server.admin, 'GET', '/admin/rooms?perfix=x')).status, 422);
    });
    test('clients lists those of a room or of a user', async (t) => {
        const server = await administered(t);
        const ann = await connected(t, server, as('ann'));
        await connected(t, server, as('bob'));
        await ann.emitWithAck('join:library', '1');
        const { data } = await askJson(server, 'clients', 'library:1');
        assert.deepEqual(data.clients, [{
            id: ann.id, namespace: '/', user: 'ann', portal: '', address: '127.0.0.1', transport: 'websocket', backlog: 0, rooms: ['library:1'],
        }]);
        assert.match((await ask(server, 'clients', '--user', 'bob')).out, /bob +127\.0\.0\.1 +websocket$/m);
        assert.match((await ask(server, 'clients', 'library:none')).err, /no such clients/);
        const all = await request(server.admin, 'GET', '/admin/clients?limit=1');
        assert.deepEqual([all.status, JSON.parse(all.body).data.clients.length], [200, 1]);
    });
    test('kick disconnects every client of a user for good, and nobody else', async (t) => {
        const server = await administered(t);
        const options = { ...as('ann'), reconnection: true, reconnectionDelay: 10 };
        const gone = [client(t, server, options), client(t, server, { ...options, ...MODES['polling only'] })];
        await Promise.all(gone.map((socket) => once(socket, 'connect')));
        const stays = await connected(t, server, as('annika'));
        const ends = gone.map((socket) => once(socket, 'disconnect'));
        const { code, out } = await ask(server, 'kick', 'ann');
        assert.deepEqual([code, out], [0, 'disconnected 2 clients of user ann\n']);
        for (const [reason] of await Promise.all(ends)) assert.equal(reason, 'io server disconnect');
        await until('the sessions to end', async () => (await server.stats()).totalConnections === 1);
        assert.ok(stays.connected);
        const again = await ask(server, 'kick', 'ann');
        assert.equal(again.code, 1);
        assert.match(again.err, /no client of user ann/);
        assert.equal((await askJson(server, 'kick', 'ann')).code, 1);
        for (const body of ['', '[]', '{}', '{"user":7}', '{"user":""}', '{"user":"a","x":1}'])
            assert.ok((await request(server.admin, 'POST', '/admin/kick', body, JSON_TYPE)).status >= 400, body);
        assert.equal((await request(server.admin, 'POST', '/admin/kick', '{"user":"annika"}')).status, 415);
        assert.ok(stays.connected);
    });
    test('emit reaches the clients it is meant for', async (t) => {
        const server = await administered(t);
        const socket = await connected(t, server, WEBSOCKET);
        const other = await connected(t, server, WEBSOCKET);
        const seen = received(socket, 'seat:availability');
        const seenByOther = received(other, 'seat:availability');
        await socket.emitWithAck('join:library', '1');
        const { code, out } = await ask(server, 'emit', 'seat:availability', '{"free":7}', '--room', 'library:1', '--room', 'library:2');
        assert.deepEqual([code, out], [0, 'emitted seat:availability to 1 clients in library:1, library:2\n']);
        await call(['emit', 'seat:availability', '-', '--broadcast', '--socket', server.admin], { input: '{"free":6}\n' }).ended;
        await until('both events', () => seen.length === 2);
        assert.deepEqual(seen, [{ free: 7 }, { free: 6 }]);
        await until('the broadcast', () => seenByOther.length === 1);
        const { data } = await askJson(server, 'emit', 'news', 'null', '--room', 'library:1', '--except', 'library:1', '--volatile');
        assert.equal(data.recipients, 0);
        assert.match(data.id, /-3$/);
    });
    test('emit is refused as /api/emit refuses it', async (t) => {
        const server = await administered(t);
        const none = await ask(server, 'emit', 'news', '1');
        assert.equal(none.code, 1);
        assert.match(none.err, /name a room/);
        assert.match((await ask(server, 'emit', 'news', '1', '--room', 'no room')).err, /\/rooms\/0/);
        assert.equal((await ask(server, 'emit', 'news', 'text', '--room', 'a')).code, 2);
        const bodies = [
            '{"event":"connect","data":1,"room":"a"}', '{"event":"e","data":1}', '{"event":"e","data":1,"room":"no room"}',
            '{"event":"e","data":1,"rooms":["a",""]}', '{"event":"e","data":1,"room":"a","namespace":"/nowhere"}',
            '{"event":"e","data":1,"room":"a","broadcast":true}', '{"event":"e","data":1,"romo":"a"}', '{', '[]', '',
        ];
        for (const body of bodies) {
            const here = await request(server.admin, 'POST', '/admin/emit', body, JSON_TYPE);
            const there = await server.post('/api/emit', body);
            const theirs = (await there.json()).error;
            const ours = JSON.parse(here.body).error;
            assert.deepEqual([here.status, ours.code, ours.pointer], [there.status, theirs.code, theirs.pointer], body);
        }
        const keyed = await request(server.admin, 'POST', '/admin/emit', '{"event":"e","data":1,"room":"a","key":"k"}', JSON_TYPE);
        assert.equal(JSON.parse(keyed.body).error.code, 'unknown_member'); // a repeat would be sent again
    });
    test('tail shows events as they come, of one room or of all', async (t) => {
        const server = await administered(t);
        const one = call(['tail', '--room', 'library:*', '--count', '2', '--socket', server.admin]);
        const all = call(['tail', '--json', '--count', '3', '--socket', server.admin]);
        await until('both to look on', async () => {
            await server.emit('warm', 1, 'user:ann');
            return all.out !== '';
        });
        await server.emit('seat:availability', { free: 1 }, 'library:1');
        await server.emit('seat:availability', { free: 2, text: '\u009b31m\u202e' }, ['library:1', 'user:bob']);
        await all.ended;
        const { code, out } = await one.ended;
        assert.equal(code, 0, one.err);
        const lines = out.trimEnd().split('\n');
        assert.match(lines[0], /^\d\d:\d\d:\d\d\.\d{3} seat:availability -> library:1 \(0\) id=\S+ \{"free":1\}$/);
        assert.match(lines[1], /-> library:1 user:bob \(0\) id=\S+ \{"free":2,"text":"\\u009b31m\\u202e"\}/);
        const events = all.out.trimEnd().split('\n').map((line) => JSON.parse(line));
        assert.equal(events.length, 3);
        assert.equal(events[0].event, 'warm');
        assert.deepEqual(events[0].rooms, ['user:ann']);
        assert.deepEqual(events[0].args, [1]);
    });
    test('tail ends with the daemon, and says so', async (t) => {
        const server = await administered(t);
        const tail = call(['tail', '--socket', server.admin]);
        await until('it to look on', async () => {
            await server.emit('warm', 1, 'user:ann');
            return tail.out !== '';
        });
        const from = Date.now();
        await server.kill('SIGTERM');
        assert.ok(Date.now() - from < 2500, 'it holds the daemon up');
        assert.equal((await tail.ended).code, 1);
        assert.match(tail.err, /there is no socket|nothing listens|the daemon/);
    });
    test('tail says how many events it lost', async (t) => {
        const server = await administered(t);
        await request(server.admin, 'GET', '/admin/rooms');
        const first = request(server.admin, 'GET', '/admin/tail');
        await until('somebody to look on', async () => {
            await server.emit('warm', 1, 'user:ann');
            return Promise.race([first.then(() => true), new Promise((done) => setTimeout(done, 50))]);
        });
        const { data } = JSON.parse((await first).body);
        const events = Array.from({ length: 1000 }, (_, n) => ({ event: 'burst', data: n, room: 'a' }));
        for (let i = 0; i < 2; ++i) assert.equal((await server.post('/api/emit/batch', { events })).status, 200);
        const next = JSON.parse((await request(server.admin, 'GET', `/admin/tail?since=${data.next}`)).body).data;
        assert.ok(next.lost >= 1000, `${next.lost}`);
        assert.equal(next.run, data.run);
        assert.equal((await request(server.admin, 'GET', '/admin/tail?since=x')).status, 422);
    });
});

describe('plugins', () => {
    test('list tells their state', async (t) => {
        const server = await administered(t);
        const { code, out } = await ask(server, 'plugin', 'list');
        assert.equal(code, 0);
        assert.match(out, /^http_emit +http_emit +1\.0 +up$/m);
        assert.equal((await askJson(server, 'plugin', 'list')).data.plugins.length, 3);
        assert.equal((await ask(server, 'plugin', 'fly')).code, 2);
    });
    test('check says whether a file would be loaded, and checks a configuration', async () => {
        const check = (...words) => call(['plugin', 'check', ...words]).ended;
        const good = await check(plugin('http_emit'));
        assert.equal(good.code, 0);
        assert.match(good.out, /guarded +yes[^]*keys +path, max_batch/);
        const told = JSON.parse((await check(plugin('http_emit'), '--json')).out);
        assert.deepEqual(told.data.keys, ['path', 'max_batch']);
        assert.equal((await check(plugin('http_emit'), '--with', '{"path":"/x"}')).code, 0);
        const bad = await check(plugin('http_emit'), '--with', '{"pth":"/x"}');
        assert.equal(bad.code, 3);
        assert.match(bad.err, /did you mean "path"/);
        const old = await check(plugin('wrong_major'));
        assert.equal(old.code, 1);
        assert.match(old.err, /rebuild it against this roomd's plugin\.h/);
        assert.equal((await check('/nowhere/desk.so')).code, 1);
        assert.equal((await check(plugin('http_emit'), '--name', 'other')).code, 1);
        assert.equal((await check()).code, 2);
    });
});

describe('where a command finds its daemon', () => {
    test('--config names the socket, also when the file is broken elsewhere', async (t) => {
        const server = await administered(t);
        const stats = () => call(['stats', '--config', server.file]).ended;
        assert.equal((await stats()).code, 0);
        server.write({ ...settings(server.port, { admin: { socket: 'admin.sock' } }), limitz: {} });
        assert.equal((await stats()).code, 0);
        assert.equal((await call(['reload', '--config', server.file]).ended).code, 3);
    });
    test('`roomd dev` is found in the runtime folder of the user', async (t) => {
        const where = folder(t);
        if (existsSync('/run/roomd/admin.sock')) return t.skip('a roomd is installed here');
        const server = new Roomd(await freePort(), '');
        t.after(() => server.stop());
        server.write(settings(server.port));
        server.words = ['--admin', path.join(where, 'roomd-admin.sock')];
        await server.start();
        assert.equal((await call(['stats'], { env: { XDG_RUNTIME_DIR: where } }).ended).code, 0);
        assert.equal((await call(['stats'], { env: { XDG_RUNTIME_DIR: '/nowhere' } }).ended).code, 1);
    });
    test('a cut answer is reported', async (t) => {
        const where = path.join(folder(t), 's');
        const listener = net.createServer((socket) =>
            socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"success":true')));
        await new Promise((done) => listener.listen(where, done));
        t.after(() => listener.close());
        const { code, err } = await call(['stats', '--socket', where]).ended;
        assert.equal(code, 1);
        assert.match(err, /the answer was cut: 15 of 100 bytes arrived/);
    });
});

test('bash completes commands, options and files', (t) => {
    const has = spawnSync('bash', ['--version']);
    if (has.error) return t.skip('no bash');
    const complete = (...words) => {
        const script = `source <("$0" completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _roomd; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const { stdout, stderr } = spawnSync('bash', ['-c', script, binary, ...words], { encoding: 'utf8', cwd: source });
        assert.equal(stderr, '');
        return stdout.trim().split('\n');
    };
    assert.deepEqual(complete('roomd', 'rel'), ['reload']);
    assert.ok(complete('roomd', '').includes('tail'));
    assert.deepEqual(complete('roomd', 'plugin', 'c'), ['check']);
    assert.deepEqual(complete('roomd', 'plugin', 'check', '--w'), ['--with']);
    assert.deepEqual(complete('roomd', 'run', '--config', 'conf/roomd.y'), ['conf/roomd.yaml']);
    assert.deepEqual(complete('roomd', 'rooms', '--limit', ''), ['']);
    assert.deepEqual(complete('roomd', 'completion', 'z'), ['zsh']);
});
