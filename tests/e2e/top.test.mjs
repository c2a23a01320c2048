// roomd top.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { administered, ask, askJson, call } from './support/admin.mjs';
import { connected } from './support/clients.mjs';
import { binary } from './support/roomd.mjs';
import { tick, until } from './support/wait.mjs';

async function busy(t) {
    const server = await administered(t, { events: { seat: {} } });
    const socket = await connected(t, server);
    await socket.emitWithAck('join:library', 'l1');
    let goes = true;
    const emits = (async () => {
        for (let i = 0; goes; ++i) {
            await server.emit(i % 4 === 0 ? 'rare' : 'seat', { i }, i % 4 === 0 ? 'library:l2' : 'library:l1');
            await tick(5);
        }
    })();
    emits.catch(() => {}); // the daemon is stopped first
    t.after(() => (goes = false));
    return server;
}

test('--once measures and ends; events, rooms and plugins are there with their rates', async (t) => {
    const server = await busy(t);
    const { code, out } = await ask(server, 'top', '--once', '--interval', '1');
    assert.equal(code, 0);
    assert.match(out, /^roomd [\d.]+, pid \d+, up \d+ s\nclients 1  rooms 1  connections \d+  memory [\d.]+ MiB  cpu \d/);
    assert.match(out, /EVENT +EMITS\/S\nseat +[\d.]+\nrare +[\d.]+\n/);
    assert.match(out, /ROOM +EMITS\/S\nlibrary:l1 +[\d.]+\nlibrary:l2 +[\d.]+\n/);
    assert.match(out, /PLUGIN +CALLS\/S +LOOP % +MOST IN\n/);
    assert.match(out, /^http_emit +[\d.]+ +[\d.]+ +\w+$/m);
    assert.ok(!out.includes('\x1b'));
    const { code: well, data } = await askJson(server, 'top', '--interval', '1');
    assert.equal(well, 0);
    assert.equal(data.stats.clients, 1);
    assert.ok(data.per_second.emits > 0 && data.per_second.deliveries > 0);
    assert.deepEqual(data.events.map(({ name }) => name), ['seat', 'rare']);
    const sum = data.events.reduce((all, { per_second }) => all + per_second, 0);
    assert.ok(Math.abs(sum - data.per_second.emits) < 0.05 * sum + 2, `${sum} by event, ${data.per_second.emits} in all`);
    assert.ok(data.resident_bytes > 1e6);
    assert.ok(data.plugins.some(({ name, per_second }) => name === 'http_emit' && per_second > 0));
});

test('without a terminal each measurement is printed below the one before, and it ends when nobody reads', async (t) => {
    const server = await busy(t);
    const run = call(['top', '--interval', '1', '--socket', server.admin]);
    await until('two pages', () => run.out.split('EVENT').length > 2);
    assert.ok(!run.out.includes('\x1b'));
    run.child.stdout.destroy();
    await run.ended;
});

test('a terminal is cleared, and nothing on it comes from outside', { skip: spawnSync('script', ['--version']).error }, async (t) => {
    const server = await administered(t);
    const command = `${binary} top --interval 1 --socket ${server.admin}`;
    const shown = spawnSync('timeout', ['4', 'script', '-qec', command, '/dev/null'], { encoding: 'utf8' });
    assert.match(shown.stdout, /\x1b\[H\x1b\[2J/);
    assert.match(shown.stdout, /clients 0/);
});

test('nobody is there: it says so', async () => {
    const { code, err } = await call(['top', '--once', '--socket', '/nonexistent/admin.sock']).ended;
    assert.equal(code, 1);
    assert.match(err, /\/nonexistent\/admin.sock/);
});
