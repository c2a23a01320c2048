// Many clients in one room: each gets each event, in order, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, connected } from './support/clients.mjs';
import { roomd, short } from './support/roomd.mjs';
import { until, within } from './support/wait.mjs';

const CLIENTS = short ? 100 : 1000;
const EVENTS = short ? 200 : 1000;
const MINUTES = 4 * 60_000;

test(`${CLIENTS} clients in one room all receive ${EVENTS} events in order`, async (t) => {
    const server = await roomd(t);
    const next = new Array(CLIENTS).fill(0);
    const faults = [];
    let delivered = 0;
    const join = async (i) => {
        const socket = await connected(t, server, MODES['websocket only']);
        socket.on('seat:availability', ({ n }) => {
            ++delivered;
            if (n !== next[i]) faults.push(`client ${i}: ${n} instead of ${next[i]}`);
            next[i] = n + 1;
        });
        socket.on('disconnect', (reason) => faults.push(`client ${i}: ${reason}`));
        assert.equal((await socket.emitWithAck('join:library', 'crowd')).ok, true);
        return socket;
    };
    const sockets = [];
    for (let i = 0; i < CLIENTS; i += 50)
        sockets.push(...(await within('50 clients', Promise.all(Array.from({ length: 50 }, (_, k) => join(i + k))))));

    for (let n = 0; n < EVENTS; n += 20) {
        const events = Array.from({ length: 20 }, (_, k) => ({ event: 'seat:availability', data: { n: n + k }, room: 'library:crowd' }));
        const answer = await (await server.post('/api/emit/batch', { events })).json();
        assert.equal(answer.success, true, JSON.stringify(answer));
        await until('what was sent to arrive', () => delivered >= CLIENTS * (n + 20) || faults.length, MINUTES);
    }

    assert.deepEqual(faults.slice(0, 5), []);
    assert.equal(delivered, CLIENTS * EVENTS);
    assert.ok(next.every((n) => n === EVENTS));
    for (const socket of sockets) socket.off('disconnect').close();
});
