// Socket activation: a process that passes listening sockets as systemd does (sd_listen_fds(3)).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { connected } from './support/clients.mjs';
import { Roomd, binary, freePort, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

// Binds each address once, then runs roomd on them for each line it reads; "kill" ends it hard.
const SYSTEMD = `
import os, signal, socket, sys
names, command, sockets = sys.argv[1], sys.argv[3:], []
for address in sys.argv[2].split(','):
    if address.startswith('/'):
        s = socket.socket(socket.AF_UNIX); s.bind(address)
    else:
        host, port = address.rsplit(':', 1)
        s = socket.socket(socket.AF_INET); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, int(port)))
    s.listen(4096)
    sockets.append(s)
print('bound', flush=True)
child = 0
def end(how):
    global child
    if child:
        os.kill(child, how)
        print('ended', os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        child = 0
for line in sys.stdin:
    line = line.strip()
    if line == 'start':
        child = os.fork()
        if child == 0:
            kept = [os.dup(s.fileno()) for s in sockets]
            high = [os.dup2(fd, 100 + i) for i, fd in enumerate(kept)]
            for i, fd in enumerate(high): os.dup2(fd, 3 + i)
            os.closerange(3 + len(high), 200)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)), LISTEN_FDNAMES=names)
            os.execv(command[0], command)
        print('started', flush=True)
    elif line == 'wait':
        print('ended', os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        child = 0
    else:
        end(signal.SIGKILL if line == 'kill' else signal.SIGTERM)
end(signal.SIGKILL)
`;

async function activated(t, { listen, names, addresses, changes = {} }) {
    const port = await freePort();
    const server = new Roomd(port, { ...settings(port), listen, ...changes });
    const words = [binary, 'run', '--config', server.file];
    const systemd = spawn('python3', ['-c', SYSTEMD, names, addresses(port, server.folder).join(','), ...words], {
        stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    server.output = '';
    systemd.stdout.on('data', (text) => (said += text));
    systemd.stderr.on('data', (text) => (server.output += text));
    const exited = new Promise((done) => systemd.on('exit', done));
    const tell = async (line, wanted) => {
        const from = said.length;
        systemd.stdin.write(`${line}\n`);
        await until(`systemd to say ${wanted} after ${line}`, () => said.slice(from).includes(wanted) && said.endsWith('\n'));
        return said.slice(from).trim();
    };
    await until('the sockets to be bound', () => said.includes('bound'));
    t.after(async () => {
        systemd.stdin.end();
        await exited;
        rmSync(server.folder, { recursive: true, force: true });
    });
    return { server, port, start: () => tell('start', 'started'), stop: () => tell('stop', 'ended'), kill: () => tell('kill', 'ended'), wait: () => tell('wait', 'ended') };
}

const web = { listen: [{ systemd: 'web' }], names: 'web', addresses: (port) => [`127.0.0.1:${port}`] };
const healthy = async (server) => (await server.get('/health')).status === 200;

test('connections that come while no roomd runs are served by the next', async (t) => {
    const { server, port, start, stop, kill } = await activated(t, web);
    // Before the first start: the kernel holds it.
    const early = net.connect(port, '127.0.0.1');
    await once(early, 'connect');
    early.write('GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await start();
    assert.match(String((await once(early, 'data'))[0]), /^HTTP\/1.1 200/);

    for (const end of [stop, kill]) {
        const client = await connected(t, server, { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50 });
        const errors = [];
        client.io.on('reconnect_error', (error) => errors.push(error.message));
        const gone = once(client, 'disconnect');
        await end();
        await gone;
        const back = once(client, 'connect');
        const asked = server.get('/health'); // waits, where it would be refused
        await start();
        assert.equal((await asked).status, 200);
        await back;
        assert.deepEqual(errors, []);
        client.disconnect();
    }
});

test('several sockets of one name, and a Unix socket, are listeners each', async (t) => {
    const { server, port, start } = await activated(t, {
        listen: [{ systemd: 'web' }, { systemd: 'local' }],
        names: 'web:local:web',
        addresses: (port, folder) => [`127.0.0.1:${port}`, path.join(folder, 'local.sock'), '127.0.0.1:0'],
    });
    await start();
    await until('it to serve', () => healthy(server).catch(() => false));
    await server.logs(new RegExp(`listening.*127\\.0\\.0\\.1:${port}`));
    await server.logs(/listening.*unix:.*local\.sock/);
    await server.logs(/(listening [^]*){3}/);
});

test('a socket that is missing, or does not listen, is reported', async (t) => {
    const missing = await activated(t, { ...web, listen: [{ systemd: 'other' }] });
    await missing.start();
    assert.equal(await missing.wait(), 'ended 1');
    await missing.server.logs(/systemd:other.*no socket of this name \(web\)/);

    const port = await freePort();
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const alone = new Roomd(port, { ...settings(port), listen: [{ systemd: 'web' }] });
    t.after(() => rmSync(alone.folder, { recursive: true, force: true }));
    alone.spawn();
    assert.equal(await alone.exited.then((end) => end.code ?? end), 1);
    await alone.logs(/no socket of this name \(none\)/);
});

test('a socket that no listener uses is closed, with a warning', async (t) => {
    const { server, start } = await activated(t, {
        listen: [{ systemd: 'web' }],
        names: 'web:left',
        addresses: (port) => [`127.0.0.1:${port}`, '127.0.0.1:0'],
    });
    await start();
    await until('it to serve', () => healthy(server).catch(() => false));
    await server.logs(/no listener uses.*left/);
});

test('what strangers may reach through it needs a key, as elsewhere', async (t) => {
    const { server, start, wait } = await activated(t, { ...web, addresses: (port) => [`0.0.0.0:${port}`] });
    await start();
    assert.equal(await wait(), 'ended 3');
    await server.logs(/reached from outside has no key/);
});

test('a console that strangers may reach through it needs a key too', async (t) => {
    const { server, start, wait } = await activated(t, { ...web, addresses: (port) => [`0.0.0.0:${port}`], changes: { plugins: {}, console: { path: '/console/' } } });
    await start();
    assert.equal(await wait(), 'ended 3');
    await server.logs(/reached from outside has no key.*\/console\/ \(scope admin\)/);
});
