// The packages in a Debian of their own with systemd as its PID 1: installed, upgraded, taken back, removed.
// ROOMD_DEBS: the folder with the packages.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { client } from '../e2e/support/clients.mjs';
import { until } from '../e2e/support/wait.mjs';
import { System, URL, emit, status } from '../systemd/system.mjs';

const DEBS = path.resolve(process.env.ROOMD_DEBS);
const work = mkdtempSync(path.join(tmpdir(), 'roomd-package-'));
const CONF = '/etc/roomd/roomd.yaml';
const NAMES = ['roomd', 'roomd-plugin-postgres'];

const deb = (name) => path.join(DEBS, readdirSync(DEBS).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb')));
const version = execFileSync('dpkg-deb', ['-f', deb('roomd'), 'Version'], { encoding: 'utf8' }).trim();
const higher = '99.0-1';

// The same package under a higher version.
function raised(name) {
    const folder = path.join(work, 'higher', name);
    execFileSync('dpkg-deb', ['-R', deb(name), folder]);
    const control = path.join(folder, 'DEBIAN/control');
    writeFileSync(control, readFileSync(control, 'utf8').replaceAll(version, higher));
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', folder, path.join(work, `${name}_higher.deb`)], { stdio: 'ignore' });
}

let system;
before(async () => {
    mkdirSync(path.join(work, 'higher'));
    for (const name of NAMES) {
        execFileSync('cp', [deb(name), path.join(work, `${name}.deb`)]);
        raised(name);
    }
    system = await System.boot({ [work]: '/debs' });
}, { timeout: 90_000 });
after(async () => {
    await system?.end();
    rmSync(work, { recursive: true, force: true });
});

const must = (...words) => system.must(...words);
const code_of = async (...words) => (await system.run(...words)).code;
const out_of = async (...words) => (await system.run(...words)).out.trim();
const write = (text) => system.write(CONF, text, { group: 'roomd', mode: 0o640 });
const debs = (suffix) => NAMES.map((name) => `/debs/${name}${suffix}.deb`);
const install = (suffix = '') => must('dpkg', '--install', ...debs(suffix));
const state = (unit) => out_of('systemctl', 'is-active', unit);
const main_pid = () => system.show('roomd', 'MainPID');
const installed = () => must('dpkg-query', '--show', '--showformat=${Version}', 'roomd');

const configuration = (listen, drain = '0s') => `listen: [ ${listen} ]
auth: { mode: none }
catalogue: { unknown: allow }
rooms: { all: { join: request, allow: all } }
limits: { per_address: 0 }
drain: ${drain}
plugins: { load: [ { name: http_emit } ] }`;
const ADDRESS = '{ address: "127.0.0.1:3001" }';
const HELD = '{ systemd: roomd }';

test('the service starts with what is installed, for this machine only', async () => {
    await install();
    assert.equal(await state('roomd.service'), 'active');
    assert.equal(await must('systemctl', 'is-enabled', 'roomd.service'), 'enabled');
    assert.equal(await out_of('systemctl', 'is-enabled', 'roomd.socket'), 'disabled');
    assert.equal(await must('stat', '--format=%U:%G %a', '/etc/roomd'), 'root:roomd 750');
    assert.equal(await must('stat', '--format=%U', `/proc/${await main_pid()}`), 'roomd');
    assert.match(await must('roomd', 'check'), /good$/);
    assert.match(await must('roomd', 'stats'), /clients/);
    assert.equal(await must('roomd', 'health'), 'healthy');
    assert.equal(await status('/socket.io/socket.io.min.js'), 200);
    const sockets = (await must('cat', '/proc/net/tcp', '/proc/net/tcp6')).split('\n').filter((line) => / 0A /.test(line));
    assert.deepEqual(sockets.map((line) => line.split(/\s+/).filter(Boolean)[1]), ['0100007F:0BB9']); // 127.0.0.1:3001
});

test('the plugins of both packages can be loaded', async () => {
    for (const name of ['http_emit', 'http_clients', 'test_event', 'webhook', 'postgres'])
        await must('roomd', 'plugin', 'check', `/usr/lib/roomd/plugins/${name}.so`);
});

test('it emits, and a reload takes the configuration over or names the fault', async () => {
    write(configuration(ADDRESS));
    await must('systemctl', 'restart', 'roomd');
    const pid = await main_pid();
    assert.equal(await emit('a', 1, { room: 'all:1' }), 200);
    await must('roomd', 'emit', 'a', '{}', '--room', 'all:1');
    write(configuration(ADDRESS, '1s'));
    await must('systemctl', 'reload', 'roomd');
    assert.match(await must('roomd', 'config', 'show', '--running'), /^drain: 1s/m);
    write('drain: 5');
    assert.notEqual(await code_of('systemctl', 'reload', 'roomd'), 0);
    assert.equal(await main_pid(), pid);
});

// Emits `rate` times a second until `stop()`, which gives what became of each: a status, "503 later" with a Retry-After, or an
// error.
function emitter(rate) {
    const answers = [];
    const once = async () => {
        const body = JSON.stringify({ event: 'tick', data: answers.length, room: 'all:1' });
        const answer = await fetch(`${URL}/api/emit`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal: AbortSignal.timeout(10_000) });
        await answer.text();
        return answer.status === 503 && answer.headers.get('retry-after') ? '503 later' : String(answer.status);
    };
    const from = performance.now();
    const timer = setInterval(() => { // as many as are due, however late it is
        while (answers.length < ((performance.now() - from) / 1000) * rate) answers.push(once().catch((error) => String(error.cause ?? error)));
    }, 1000 / rate);
    return {
        answers,
        stop() {
            clearInterval(timer);
            return Promise.all(answers);
        },
    };
}

const counted = (list) => Object.fromEntries([...new Set(list)].map((one) => [one, list.filter((other) => other === one).length]));
const monotonic_ms = () => Number(process.hrtime.bigint() / 1_000_000n);

test('an upgrade with the socket unit refuses nobody, under 300 clients and 50 emits a second', async (t) => {
    write(configuration(HELD, '500ms')); // as docs/operations.md advises
    await must('systemctl', 'stop', 'roomd');
    await must('systemctl', 'enable', '--now', 'roomd.socket');
    await must('systemctl', 'start', 'roomd');
    const pid = await main_pid();
    const refused = [];
    const clients = Array.from({ length: 300 }, (_, i) => {
        const socket = client(t, { url: URL }, { reconnection: true, ...(i % 6 ? { transports: ['websocket'] } : { transports: ['polling'], upgrade: false }) });
        socket.joined = 0;
        socket.on('connect', () => socket.emit('join:all', '1', () => (socket.joined = monotonic_ms())));
        socket.on('connect_error', (error) => refused.push(error.message));
        socket.on('disconnect', () => (socket.joined = 0));
        return socket;
    });
    await until('the clients', () => clients.every((socket) => socket.joined));
    const emits = emitter(50);
    await until('emits before', () => emits.answers.length > 50);

    assert.equal(await code_of('dpkg', '--install', ...debs('_higher')), 0);
    assert.equal(await installed(), higher);
    await until('another process', async () => (await state('roomd')) === 'active' && (await main_pid()) !== pid);
    const ready = Number(await system.show('roomd', 'ActiveEnterTimestampMonotonic')) / 1000;
    await until('the clients to be back', () => clients.every((socket) => socket.joined));
    const before = emits.answers.length;
    await until('emits after', () => emits.answers.length > before + 50);
    const answers = counted(await emits.stop());
    const last = Math.round(Math.max(...clients.map((socket) => socket.joined)) - ready);
    t.diagnostic(`emits ${JSON.stringify(answers)}; the last client was back ${last} ms after the new process was ready`);
    assert.deepEqual(refused, []);
    assert.deepEqual(Object.keys(answers).filter((one) => !['200', '503 later'].includes(one)), [], JSON.stringify(answers));
    assert.ok(last <= 3000, `${last} ms`);
    assert.match(await must('cat', CONF), /systemd: roomd/);
});

test('what the other version would not start with leaves the running one alone', async () => {
    const pid = await main_pid();
    write('drain: 5');
    const told = await system.run('dpkg', '--install', ...debs(''));
    assert.equal(told.code, 0, told.out + told.err);
    assert.match(told.out + told.err, /roomd\.yaml:\d+:\d+: .*drain[^]*does not accept \/etc\/roomd\/roomd\.yaml, so the one before goes on running/);
    assert.equal(await main_pid(), pid);
    write(configuration(HELD));
});

test('a downgrade restarts it too', async () => {
    await install('_higher');
    const pid = await main_pid();
    await install();
    assert.equal(await installed(), version);
    assert.notEqual(await main_pid(), pid);
    assert.equal(await status('/health'), 200);
});

test('removing stops both units and keeps the configuration; purging leaves nothing but the user and own files', async () => {
    await must('sh', '-c', 'umask 077; echo secret >/etc/roomd/jwt_key');
    await must('dpkg', '--remove', ...NAMES);
    assert.deepEqual([await state('roomd.service'), await state('roomd.socket')], ['inactive', 'inactive']);
    assert.equal(await status('/health'), 0);
    assert.match(await must('cat', CONF), /systemd: roomd/);
    await must('dpkg', '--purge', ...NAMES);
    assert.equal(await out_of('find', '/etc/roomd', '/var/lib/roomd', '/usr/lib/roomd', '/usr/share/roomd', '!', '-type', 'd'), '/etc/roomd/jwt_key');
    assert.notEqual(await code_of('test', '-e', '/var/lib/roomd'), 0);
    await must('id', 'roomd');
    assert.doesNotMatch(await out_of('systemctl', 'list-unit-files'), /roomd/);
    assert.equal(await out_of('find', '/etc/systemd/system', '-name', 'roomd*'), '');
    await install(); // and again
    assert.equal(await state('roomd.service'), 'active');
});
