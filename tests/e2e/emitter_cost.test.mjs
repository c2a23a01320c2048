// What an emit costs its caller, beside Node's own `io.to(room).emit` in one run, and what one process sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built, program } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';
import { source } from './support/roomd.mjs';

const CALLS = 20_000;

test(`${CALLS} emits cost under 50 microseconds of CPU each at the call, and are sent at more than 10,000 a second of CPU`, async (t) => {
    const folder = await built();
    const daemon = await StandIn.open(t);
    const run = program(folder, `
        import { createRequire } from 'node:module';
        import { createEmitter } from 'roomd-emit';
        const { Server } = createRequire(${JSON.stringify(source + '/tests/e2e/x')})('socket.io');
        const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'library123', tenantId: 't1', status: 'confirmed',
            startTime: '2026-11-25T09:00:00Z', endTime: '2026-11-25T11:00:00Z', totalPrice: 4.5, currency: 'EUR' };
        const cost = (calls) => {
            const before = process.cpuUsage();
            for (let i = 0; i < ${CALLS}; ++i) calls(i);
            const { user, system } = process.cpuUsage(before);
            return (user + system) / ${CALLS};
        };
        const live = createEmitter({ url: ${JSON.stringify(daemon.url)}, development: false, deadline: 60_000, timeout: 30_000, maxQueue: ${2 * CALLS} });
        const io = new Server(); // in this process, with nobody in the room
        live.to('library:library123').emit('booking:created', booking);
        await live.flush(30_000);
        const near = cost((i) => io.to('library:library123').emit('booking:created', { ...booking, seatId: i }));
        const before = process.cpuUsage();
        const begun = performance.now();
        const call = cost((i) => live.to('library:library123').emit('booking:created', { ...booking, seatId: i }));
        await live.flush(60_000);
        const { user, system } = process.cpuUsage(before);
        console.log(JSON.stringify({ near, call, all: (user + system) / ${CALLS}, wall: ${CALLS} / (performance.now() - begun) * 1000, stats: live.stats() }));
        process.exit(0);`, { env: { NODE_ENV: 'production' } });
    await run.ended;
    const { near, call, all, wall, stats } = JSON.parse(run.out || `"${run.err}"`);
    t.diagnostic(`emit ${call.toFixed(1)} us at the call, ${all.toFixed(1)} us with its sending; io.to(room).emit of an empty room ${near.toFixed(1)} us; `
        + `${Math.round(wall)}/s with the stand-in beside it`);
    assert.equal(stats.sent, CALLS + 1);
    assert.ok(call < 50, `${call} us`);
    assert.ok(all < 100, `${all} us`);
});
