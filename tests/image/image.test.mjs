// The container image: what it says of itself, and how it runs: as its own user, with a read-only root, as the first process.
// ROOMD_IMAGE: the OCI archive.  Run in a network of its own (tests/systemd/alone.sh).
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { connected, received } from '../e2e/support/clients.mjs';
import { until, within } from '../e2e/support/wait.mjs';
import { URL, emit, status } from '../systemd/system.mjs';

const USER = 10001;
const MOST = 80; // MiB of the archive

const work = mkdtempSync(path.join(tmpdir(), 'roomd-image-'));
const layout = path.join(work, 'oci');
const bundle = path.join(work, 'bundle');
after(() => rmSync(work, { recursive: true, force: true }));

// A blob that is what its name says.
function blob({ digest, size }) {
    const [kind, hex] = digest.split(':');
    const bytes = readFileSync(path.join(layout, 'blobs', kind, hex));
    assert.equal(createHash(kind).update(bytes).digest('hex'), hex);
    assert.equal(bytes.length, size);
    return bytes;
}
const json = (descriptor) => JSON.parse(blob(descriptor));

let image; // the configuration of the image
before(() => {
    mkdirSync(layout);
    execFileSync('tar', ['-C', layout, '-xf', process.env.ROOMD_IMAGE]);
    const { manifests } = JSON.parse(readFileSync(path.join(layout, 'index.json')));
    const manifest = json(manifests[0]);
    image = json(manifest.config);
    assert.deepEqual([manifests.length, manifest.layers.length], [1, 1]);
    blob(manifest.layers[0]);
    const tag = manifests[0].annotations['org.opencontainers.image.ref.name'];
    execFileSync('umoci', ['unpack', '--image', `${layout}:${tag}`, bundle], { stdio: 'pipe' });
});

const file = (name) => path.join(bundle, 'rootfs', name);

test('the image says who runs what, how it is stopped and how it is asked for its health', () => {
    const { config } = image;
    assert.deepEqual(
        [config.User, config.Entrypoint, config.Cmd, config.StopSignal, Object.keys(config.ExposedPorts), config.WorkingDir],
        [`${USER}:${USER}`, ['/usr/bin/roomd'], ['run'], 'SIGTERM', ['3001/tcp'], '/'],
    );
    assert.deepEqual(config.Healthcheck.Test, ['CMD', '/usr/bin/roomd', 'health']);
    assert.ok(config.Healthcheck.Timeout > 5e9, 'roomd health gives up after 5 s by itself');
    const version = /^roomd \(([^)]+)\)/.exec(readFileSync(new globalThis.URL('../../debian/changelog', import.meta.url), 'utf8'))[1];
    assert.equal(config.Labels['org.opencontainers.image.title'], 'roomd');
    assert.equal(config.Labels['org.opencontainers.image.version'], version);
    assert.equal(config.Labels['org.opencontainers.image.licenses'], 'Apache-2.0');
    assert.equal(image.os, 'linux');
});

test('it is small, and nothing in it is a shell, runs as somebody else, or can be written by everyone', (t) => {
    const size = statSync(process.env.ROOMD_IMAGE).size / (1 << 20);
    t.diagnostic(`${size.toFixed(1)} MiB`);
    assert.ok(size < MOST, `${size} MiB`);
    assert.deepEqual(readdirSync(file('usr/bin')), ['roomd']);
    for (const name of ['bin/sh', 'usr/bin/sh', 'bin/bash']) assert.ok(!existsSync(file(name)), name);
    const found = (...words) => execFileSync('find', [file(''), ...words], { encoding: 'utf8' }).trim();
    assert.equal(found('-type', 'f', '-perm', '/6000'), '');
    assert.equal(found('!', '-type', 'l', '-perm', '/002', '!', '-name', 'tmp'), '');
    for (const name of ['usr/lib/roomd/plugins/http_emit.so', 'usr/lib/roomd/plugins/postgres.so', 'usr/share/roomd/client/socket.io.min.js',
        'etc/ssl/certs/ca-certificates.crt', 'var/lib/dpkg/status.d/roomd', 'var/lib/dpkg/status.d/libc6', 'usr/share/doc/roomd/copyright'])
        assert.ok(existsSync(file(name)), name);
});

// crun takes no machine with the cgroups of both versions: it sees the second alone.
const crun = (...words) => ['unshare', ['--mount', 'sh', '-c', 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec crun "$@"', 'crun', ...words]];

// The image as an engine runs it, in the network of the test: read-only, no capabilities, no new privileges.
function run(t, configuration, { args = [], env = [] } = {}) {
    const name = `roomd-${process.pid}-${Math.random().toString(36).slice(2)}`;
    const folder = path.join(work, name);
    mkdirSync(folder, { mode: 0o755 });
    const spec = JSON.parse(readFileSync(path.join(bundle, 'config.json')));
    spec.root = { path: path.join(bundle, 'rootfs'), readonly: true };
    spec.process.terminal = false;
    spec.process.noNewPrivileges = true;
    spec.process.capabilities = {};
    spec.process.args.push(...args);
    spec.process.env.push(...env);
    spec.linux.namespaces = ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type }));
    delete spec.linux.resources;
    delete spec.linux.uidMappings;
    delete spec.linux.gidMappings;
    spec.mounts = spec.mounts.filter(({ type }) => !type.startsWith('cgroup'));
    const bind = (source, destination) => spec.mounts.push({ source, destination, type: 'bind', options: ['bind', 'ro'] });
    if (configuration) {
        writeFileSync(path.join(folder, 'roomd.yaml'), JSON.stringify(configuration));
        bind(path.join(folder, 'roomd.yaml'), '/etc/roomd/roomd.yaml');
    }
    spec.mounts.push({ source: 'tmpfs', destination: '/run/roomd', type: 'tmpfs', options: ['mode=0700', `uid=${USER}`, `gid=${USER}`, 'nosuid', 'nodev'] });
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(spec));
    const state = ['--root', path.join(work, 'crun'), '--cgroup-manager=disabled'];
    const child = spawn(...crun(...state, 'run', '--bundle', folder, name), { stdio: ['ignore', 'pipe', 'pipe'] });
    const box = { output: '' };
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (box.output += text));
    box.ended = new Promise((done) => child.on('close', done));
    box.tell = (signal) => execFileSync(...crun(...state, 'kill', name, signal));
    box.exec = (...words) => {
        try {
            return { code: 0, out: execFileSync(...crun(...state, 'exec', '--user', `${USER}:${USER}`, name, ...words), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
        } catch (error) {
            return { code: error.status, out: error.stdout + error.stderr };
        }
    };
    box.healthy = () => until('it to be healthy', () => {
        assert.equal(child.exitCode, null, box.output);
        return box.exec(...image.config.Healthcheck.Test.slice(1)).code === 0;
    });
    t.after(async () => {
        if (child.exitCode === null) box.tell('KILL');
        await within('it to end', box.ended);
    });
    return box;
}

const OPEN = {
    listen: [{ address: '0.0.0.0:3001' }],
    auth: { mode: 'none' },
    catalogue: { unknown: 'allow' },
    rooms: { all: { join: 'request', allow: 'all' } },
    keys: [{ name: 'backend', key: '${env:BACKEND_KEY}', scopes: ['emit'] }],
    plugins: { load: [{ name: 'http_emit' }] },
    admin: { socket: '/run/roomd/admin.sock' },
    log: { format: 'json' },
};
const KEY = 'a-key-of-the-tests-of-the-image';
const GIVEN = { env: [`BACKEND_KEY=${KEY}`] };

test('as it is it serves on port 3001, as its own user and as the first process', async (t) => {
    const box = run(t);
    await box.healthy();
    assert.equal(await status('/health'), 200);
    assert.equal(await status('/socket.io/socket.io.min.js'), 200);
    const [daemon] = readdirSync('/proc').filter((one) => /^\d+$/.test(one) && same(one));
    const about = readFileSync(`/proc/${daemon}/status`, 'utf8');
    assert.match(about, new RegExp(`^Uid:\\s+${USER}\\s+${USER}\\s`, 'm'));
    assert.match(about, /^NSpid:\s+\d+\s+1$/m);
    assert.match(about, /^CapEff:\s+0+$/m);
    box.tell('TERM');
    assert.equal(await within('it to end', box.ended), 0, box.output);
});
function same(pid) {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '/usr/bin/roomd\0run\0' && /^NSpid:\s+\d+\s+1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
        return false; // it has ended meanwhile
    }
}

test('a client gets an event, and SIGTERM drains', async (t) => {
    const box = run(t, { ...OPEN, drain: '3s' }, GIVEN);
    await box.healthy();
    const sockets = await Promise.all(['websocket', 'polling'].map((transport) => connected(t, { url: URL }, { transports: [transport] })));
    const seen = sockets.map((socket) => received(socket, 'news'));
    for (const socket of sockets) assert.equal((await socket.emitWithAck('join:all', '1')).ok, true);
    assert.equal(await emit('news', 7, { room: 'all:1' }), 401);
    assert.equal(await emit('news', 7, { room: 'all:1', key: KEY }), 200);
    await until('the event', () => seen.every((list) => list[0] === 7));
    assert.match(box.exec('/usr/bin/roomd', 'stats').out, /clients +2/);
    box.tell('TERM');
    assert.equal(await within('it to end', box.ended), 0, box.output);
    assert.ok(sockets.every((socket) => !socket.connected));
    assert.match(box.output, /^\{.*"stopping".*\}$/m);
});

test('a second SIGTERM ends it at once', async (t) => {
    const box = run(t, { ...OPEN, drain_delay: '1h' }, GIVEN);
    await box.healthy();
    box.tell('TERM');
    await until('/ready to say so', async () => (await status('/ready')) === 503);
    assert.equal(box.exec('/usr/bin/roomd', 'health', '--ready').code, 1);
    assert.equal(box.exec('/usr/bin/roomd', 'health').code, 0);
    box.tell('TERM');
    assert.equal(await within('it to end', box.ended, 2000), 1);
});

test('variables stand above the file, and a fault ends it with 3', async (t) => {
    const box = run(t, OPEN, { env: [...GIVEN.env, 'ROOMD_LISTEN=0.0.0.0:3002', 'ROOMD_NAME=boxed', 'ROOMD_SERVICE_PORT=1', 'ROOMD_PORT=tcp://10.0.0.1:3001'] });
    await box.healthy();
    const answer = await (await fetch('http://127.0.0.1:3002/health')).json();
    assert.equal(answer.data.service, 'boxed');
    assert.match(box.exec('/usr/bin/roomd', 'config', 'show', '--running').out, /name: boxed +# \$ROOMD_NAME/);
    const faulty = run(t, OPEN, { env: [...GIVEN.env, 'ROOMD_LISTEN=localhost'] });
    assert.equal(await within('it to end', faulty.ended), 3);
    assert.match(faulty.output, /\$ROOMD_LISTEN/);
});
