// Clients that do not read, each within its own bound: all together are bounded too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MODES, connected, received } from './support/clients.mjs';
import { rawWebsocket } from './support/raw.mjs';
import { roomd } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const MIB = 1 << 20;
const memory = (server) => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) * 1024;
const limits = { events_per_second: 0, send_buffer: '512MiB', send_buffer_total: '16MiB' };
const LOGGED = /clients closed: together they are too far behind/g;

async function metric(server, name) {
    const text = await (await server.get('/metrics')).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)[1]);
}

test('many that stop reading take no more memory than the bound; readers miss nothing', async (t) => {
    // No pings: this takes a while, and who does not read does not answer them.
    const server = await roomd(t, { limits, socketio: { ping_interval: '10m' } });
    const good = [];
    for (const options of Object.values(MODES)) {
        const socket = await connected(t, server, options);
        await socket.emitWithAck('join:library', 'busy');
        good.push({ socket, seen: received(socket, 'library:updated') });
    }
    const stalled = [];
    for (let i = 0; i < 12; ++i) {
        stalled.push(await rawWebsocket(t, server, `library:stalled${i}`));
        stalled[i].socket.pause();
    }
    const before = memory(server);
    let most = before;
    const text = 'x'.repeat(500_000); // each event is another's: nothing is shared
    const ROUNDS = 40; // 240 MB, of which the kernel takes some 70
    for (let n = 0; n < ROUNDS; ++n) {
        for (let i = 0; i < stalled.length; ++i)
            await server.emit('library:updated', { n, text }, `library:stalled${i}`);
        await server.emit('library:updated', { n }, 'library:busy');
        most = Math.max(most, memory(server));
    }
    await until('the others to have it all', () => good.every(({ seen }) => seen.length === ROUNDS));
    for (const { socket, seen } of good) {
        assert.deepEqual(seen.map(({ n }) => n), Array.from({ length: ROUNDS }, (_, n) => n));
        assert.ok(socket.connected);
    }
    const closed = await metric(server, 'roomd_backlog_closed_total');
    assert.ok(closed >= 6 && closed <= 12, `${closed} were closed`);
    assert.equal(await metric(server, 'roomd_slow_clients_total'), 0);
    assert.ok((await metric(server, 'roomd_backlog_bytes')) <= 16 * MIB);
    assert.equal((await server.stats()).totalConnections, 3 + 12 - closed);
    assert.ok(most - before < 64 * MIB, `${Math.round((most - before) / MIB)} MiB more`);
    await until('one line in the log', () => server.output.match(LOGGED)?.length === 1);
});

test('polling clients that do not fetch their packets count too', async (t) => {
    const server = await roomd(t, { limits: { ...limits, send_buffer_total: '1MiB' } });
    const poll = '/socket.io/?EIO=4&transport=polling';
    const absent = [];
    for (let i = 0; i < 5; ++i) {
        const { sid } = JSON.parse((await (await server.get(poll)).text()).slice(1));
        const where = `${poll}&sid=${sid}`;
        await server.get(where, { method: 'POST', body: `40\x1e420["join:library","a${i}"]` });
        await server.get(where);
        absent.push(where);
    }
    for (let i = 0; i < 5; ++i)
        for (let n = 0; n <= i; ++n) // 0.1 to 0.5 MB: 1.5 in all
            await server.emit('library:updated', { n, text: 'x'.repeat(100_000) }, `library:a${i}`);
    assert.ok((await metric(server, 'roomd_backlog_bytes')) <= MIB);
    assert.equal(await metric(server, 'roomd_backlog_closed_total'), 2); // with 0.4 MB, then with 0.5
    for (const [i, where] of absent.entries()) {
        const answer = await server.get(where);
        assert.equal(answer.status, i < 3 ? 200 : 400);
        if (i < 3) assert.equal((await answer.text()).split('\x1e').length, i + 1);
    }
});
