// The packages in a Debian of their own with systemd as its PID 1: installed, upgraded, taken back, removed.
// ROOMD_DEBS: the folder with the packages.  ROOMD_ROOT: the Debian, made by root.sh; nothing is written to it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until, within } from '../e2e/support/wait.mjs';

const DEBS = path.resolve(process.env.ROOMD_DEBS);
const ROOT = path.resolve(process.env.ROOMD_ROOT);
const work = mkdtempSync(path.join(tmpdir(), 'roomd-package-'));
const CONF = '/etc/roomd/roomd.yaml';
const URL = 'http://127.0.0.1:3001';

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

let nspawn, leader;
let said = '';

before(async () => {
    mkdirSync(path.join(work, 'higher'));
    for (const name of ['roomd', 'roomd-plugin-postgres']) {
        execFileSync('cp', [deb(name), path.join(work, `${name}.deb`)]);
        raised(name);
    }
    nspawn = spawn('systemd-nspawn', ['--quiet', `--directory=${ROOT}`, '--volatile=overlay', '--boot', '--register=no', '--keep-unit',
        '--private-network', `--machine=roomd-package-${process.pid}`, '--console=pipe', `--bind-ro=${work}:/debs`], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const pipe of [nspawn.stdout, nspawn.stderr]) pipe.on('data', (text) => (said += text));
    nspawn.ended = new Promise((done) => nspawn.on('close', done));
    await until('the system to be up', () => {
        assert.equal(nspawn.exitCode, null, said);
        leader = readFileSync(`/proc/${nspawn.pid}/task/${nspawn.pid}/children`, 'utf8').trim();
        return leader && /^(running|degraded)/.test(run('systemctl', 'is-system-running').out);
    }, 60_000);
}, { timeout: 90_000 });

after(async () => {
    if (leader && nspawn.exitCode === null) process.kill(Number(leader), 'SIGKILL');
    else nspawn?.kill('SIGKILL');
    if (nspawn) await within('the system to end', nspawn.ended);
    rmSync(work, { recursive: true, force: true });
});

const inside = (words) => ['--target', leader, '--all', '--', 'env', 'DEBIAN_FRONTEND=noninteractive', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...words];

function run(...words) {
    const done = spawnSync('nsenter', inside(words), { encoding: 'utf8', timeout: 60_000 });
    return { code: done.status ?? done.signal, out: done.stdout.trim(), all: done.stdout + done.stderr };
}

function must(...words) {
    const { code, out, all } = run(...words);
    assert.equal(code, 0, `${words.join(' ')}: ${code}\n${all}\n${code && leader ? run('journalctl', '--no-pager', '-n', '40', '-u', 'roomd').all : ''}`);
    return out;
}

const write = (text) => must('sh', '-c', `cat >${CONF} <<'END'\n${text}\nEND`);
const install = (suffix = '') => must('dpkg', '--install', `/debs/roomd${suffix}.deb`, `/debs/roomd-plugin-postgres${suffix}.deb`);
const state = (unit) => run('systemctl', 'is-active', unit).out;
const main_pid = () => must('systemctl', 'show', '--value', '--property=MainPID', 'roomd');
const installed = () => must('dpkg-query', '--show', '--showformat=${Version}', 'roomd');
const status = (where) => run('curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', URL + where).out;

const configuration = (listen) => `listen: [ ${listen} ]
auth: { mode: none }
catalogue: { unknown: allow }
drain: 0s
plugins: { load: [ { name: http_emit } ] }`;

test('the service starts with what is installed, for this machine only', () => {
    install();
    assert.equal(state('roomd.service'), 'active');
    assert.equal(must('systemctl', 'is-enabled', 'roomd.service'), 'enabled');
    assert.equal(run('systemctl', 'is-enabled', 'roomd.socket').out, 'disabled');
    assert.equal(must('stat', '--format=%U:%G %a', '/etc/roomd'), 'root:roomd 750');
    assert.equal(must('stat', '--format=%U', `/proc/${main_pid()}`), 'roomd');
    assert.match(must('roomd', 'check'), /good$/);
    assert.match(must('roomd', 'stats'), /clients/);
    assert.equal(status('/socket.io/socket.io.min.js'), '200');
    const listening = must('cat', '/proc/net/tcp', '/proc/net/tcp6').split('\n').filter((line) => / 0A /.test(line)).map((line) => line.split(/\s+/).filter(Boolean)[1]);
    assert.deepEqual(listening, ['0100007F:0BB9']); // 127.0.0.1:3001
});

test('the plugins of both packages can be loaded', () => {
    for (const name of ['http_emit', 'http_clients', 'test_event', 'webhook', 'postgres'])
        must('roomd', 'plugin', 'check', `/usr/lib/roomd/plugins/${name}.so`);
});

test('it emits, and a reload takes the configuration over or names the fault', () => {
    write(configuration('{ address: "127.0.0.1:3001" }'));
    must('systemctl', 'restart', 'roomd');
    const pid = main_pid();
    const answer = must('curl', '-s', '-H', 'Content-Type: application/json', '-d', '{"event":"a","data":1,"room":"r"}', `${URL}/api/emit`);
    assert.match(answer, /"success":true/);
    must('roomd', 'emit', 'a', '{}', '--room', 'r');
    write(configuration('{ address: "127.0.0.1:3001" }').replace('drain: 0s', 'drain: 1s'));
    must('systemctl', 'reload', 'roomd');
    assert.match(must('roomd', 'config', 'show', '--running'), /^drain: 1s/m);
    write('drain: 5');
    assert.notEqual(run('systemctl', 'reload', 'roomd').code, 0);
    assert.equal(main_pid(), pid);
});

test('an upgrade with the socket unit refuses no connection', async () => {
    write(configuration('{ systemd: roomd }'));
    must('systemctl', 'stop', 'roomd');
    must('systemctl', 'enable', '--now', 'roomd.socket');
    must('systemctl', 'start', 'roomd');
    const pid = main_pid();
    const asking = spawn('nsenter', inside(['sh', '-c', `while [ ! -e /tmp/done ]; do curl -s -o /dev/null -w '%{http_code}\\n' -H 'Content-Type: application/json' -d '{"event":"a","data":1,"room":"r"}' ${URL}/api/emit; done`]), { stdio: ['ignore', 'pipe', 'ignore'] });
    let codes = '';
    asking.stdout.on('data', (text) => (codes += text));
    const ended = new Promise((done) => asking.on('close', done));
    await until('answers before', () => codes.length > 40);
    await new Promise((done) => spawn('nsenter', inside(['dpkg', '--install', '/debs/roomd_higher.deb', '/debs/roomd-plugin-postgres_higher.deb']), { stdio: 'ignore' }).on('close', done));
    const until_then = codes.length;
    await until('answers after', () => codes.length > until_then + 40);
    must('touch', '/tmp/done');
    await within('the last answer', ended);
    assert.equal(installed(), higher);
    assert.notEqual(main_pid(), pid);
    const refused = codes.split('\n').filter((code) => code && !['200', '503'].includes(code));
    assert.deepEqual(refused, [], `of ${codes.split('\n').length} answers`);
    assert.match(must('cat', CONF), /systemd: roomd/);
});

test('what the other version would not start with leaves the running one alone', () => {
    const pid = main_pid();
    write('drain: 5');
    const told = run('dpkg', '--install', '/debs/roomd.deb', '/debs/roomd-plugin-postgres.deb');
    assert.equal(told.code, 0, told.all);
    assert.match(told.all, /roomd\.yaml:\d+:\d+: .*drain[^]*does not accept \/etc\/roomd\/roomd\.yaml, so the one before goes on running/);
    assert.equal(main_pid(), pid);
    write(configuration('{ systemd: roomd }'));
});

test('a downgrade restarts it too', () => {
    install('_higher');
    const pid = main_pid();
    install();
    assert.equal(installed(), version);
    assert.notEqual(main_pid(), pid);
    assert.equal(status('/health'), '200');
});

test('removing stops both units and keeps the configuration; purging leaves nothing but the user and own files', () => {
    must('sh', '-c', 'umask 077; echo secret >/etc/roomd/jwt_key');
    must('dpkg', '--remove', 'roomd-plugin-postgres', 'roomd');
    assert.deepEqual([state('roomd.service'), state('roomd.socket')], ['inactive', 'inactive']);
    assert.equal(status('/health'), '000');
    assert.match(must('cat', CONF), /systemd: roomd/);
    must('dpkg', '--purge', 'roomd-plugin-postgres', 'roomd');
    assert.equal(run('find', '/etc/roomd', '/var/lib/roomd', '/usr/lib/roomd', '/usr/share/roomd', '!', '-type', 'd').out, '/etc/roomd/jwt_key');
    assert.notEqual(run('test', '-e', '/var/lib/roomd').code, 0);
    must('id', 'roomd');
    assert.doesNotMatch(run('systemctl', 'list-unit-files').out, /roomd/);
    assert.equal(run('find', '/etc/systemd/system', '-name', 'roomd*').out, '');
    install(); // and again
    assert.equal(state('roomd.service'), 'active');
});
