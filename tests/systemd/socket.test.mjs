// The socket unit holds the port, whatever becomes of the service.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { connected } from '../e2e/support/clients.mjs';
import { tick, until } from '../e2e/support/wait.mjs';
import { Machine, PORT, URL, status } from './machine.mjs';

const KILLS = Number(process.env.ROOMD_KILLS ?? 5);
const BACK = 1000; // ms from a crash until it serves again

let machine;
before(async () => (machine = await Machine.boot()), { timeout: 90_000 });
afterEach(() => machine.reset());
after(() => machine?.end());

const config = (listen) => ({ listen: [listen], auth: { mode: 'none' }, catalogue: { unknown: 'allow' }, rooms: { a: { join: 'request', allow: 'all' } } });
const HELD = { systemd: 'roomd' };
const FAULT = { listn: [HELD] };
const pid = () => machine.show('roomd.service', 'MainPID').then(Number);

// A connection that is taken by the kernel, and waits.
const waiting = (t) =>
    new Promise((resolve, reject) => {
        const socket = net.connect(PORT, '127.0.0.1', () => resolve(socket));
        socket.on('error', reject);
        t.after(() => socket.destroy());
    });

async function with_socket(yaml) {
    machine.write('/etc/roomd/roomd.yaml', yaml);
    await machine.systemctl('enable', '--now', 'roomd.socket');
}

// Kills the daemon, and gives the time until it serves again.  A request that the one before took is lost with it.
async function time_to_serve() {
    const victim = await until('a process', pid);
    process.kill(await machine.host_pid(victim), 'SIGKILL');
    const from = performance.now();
    await until('it to serve', async () => (await status('/health', { deadline: 2 * BACK })) === 200);
    return Math.round(performance.now() - from);
}

test('with a fault in the YAML the port stays open, and a start after mending serves those who waited', async (t) => {
    await with_socket(FAULT);
    const failures = async () => (await machine.journal()).split('unknown key "listn"').length - 1;
    const first = await waiting(t);
    let answer = '';
    first.on('data', (bytes) => (answer += bytes));
    first.write('GET /health HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('a second try', async () => (await failures()) >= 2);
    for (let i = 0; i < 20; ++i) await waiting(t);
    assert.equal((await machine.run('systemctl', 'start', 'roomd')).code, 1);
    assert.equal(await machine.show('roomd.socket', 'ActiveState'), 'active');
    assert.ok((await failures()) < 10, 'it does not spin');

    machine.write('/etc/roomd/roomd.yaml', config(HELD));
    await machine.systemctl('start', 'roomd');
    await until('the answer to the first', () => answer.startsWith('HTTP/1.1 200'));
    assert.equal(await status('/health'), 200);
});

test(`${KILLS} kills in a row: each time it serves again within ${BACK} ms, and its clients come back`, async (t) => {
    await with_socket(config(HELD));
    const clients = [];
    for (const transports of [['websocket'], ['polling']])
        clients.push(await connected(t, { url: URL }, { transports, reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 }));
    const took = [];
    for (let i = 0; i < KILLS; ++i) {
        await tick(Math.random() * 300); // at any point of its life, its start too
        took.push(await time_to_serve());
    }
    t.diagnostic(`serving again after ${took.sort((a, b) => a - b).join(', ')} ms`);
    assert.ok(took.at(-1) <= BACK, `${took}\n${await machine.journal()}`);
    await until('the clients to be back', () => clients.every((client) => client.connected));
    const { data } = JSON.parse(await machine.must('roomd', 'stats', '--json'));
    assert.equal(data.clients, clients.length);
    assert.equal(await machine.show('roomd.socket', 'ActiveState'), 'active');
});

test(`without the socket unit too it serves again within ${BACK} ms, after six crashes in a row`, async (t) => {
    machine.write('/etc/roomd/roomd.yaml', config({ address: `127.0.0.1:${PORT}` }));
    await machine.systemctl('start', 'roomd');
    const took = [];
    for (let i = 0; i < 6; ++i) took.push(await time_to_serve());
    t.diagnostic(`serving again after ${took.join(', ')} ms`);
    assert.ok(Math.max(...took) <= BACK, `${took}\n${await machine.journal()}`);
});

test('a start that fails for another reason than its configuration is tried again, but does not spin', async (t) => {
    const taken = net.createServer().listen(PORT, '127.0.0.1');
    t.after(() => taken.close());
    machine.write('/etc/roomd/roomd.yaml', config({ address: `127.0.0.1:${PORT}` }));
    const from = performance.now();
    await machine.run('systemctl', '--no-block', 'start', 'roomd');
    const failures = async () => (await machine.journal()).split('Address already in use').length - 1;
    await until('a second try', async () => (await failures()) >= 2);
    assert.ok(performance.now() - from > 2000);
    taken.close();
    await until('it to serve', async () => (await status('/health')) === 200);
});

test('stopped alone it comes back with the next connection; with its socket it stays away', async (t) => {
    await with_socket(config(HELD));
    await machine.systemctl('start', 'roomd');
    await machine.systemctl('stop', 'roomd.service');
    assert.equal(await machine.show('roomd.service', 'ActiveState'), 'inactive');
    assert.equal(await status('/health'), 200);
    await machine.systemctl('stop', 'roomd.socket');
    assert.equal(await machine.show('roomd.service', 'ActiveState'), 'inactive');
    assert.equal(await status('/health'), 0);
    // ... until either is started again.
    await machine.systemctl('start', 'roomd.service');
    assert.equal(await status('/health'), 200);
    assert.equal(await machine.show('roomd.socket', 'ActiveState'), 'active');
});
