// What guards do to clients that mean well: they are slowed down or told no, and never led into a loop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, connected } from './support/clients.mjs';
import { POLLING } from './support/front.mjs';
import { Wire, get, post } from './support/http.mjs';
import { roomd, settings } from './support/roomd.mjs';

const limited = (t, limits, more = {}) => roomd(t, (port) => settings(port, { limits, ...more }));

test('polled packets of any kind come at a rate: the answer waits, and others are served', async (t) => {
    const server = await limited(t, { events_per_second: 50, frames_per_second: 1000 });
    const wire = new Wire(t, server.port);
    const sid = JSON.parse((await wire.send(get(POLLING)).answer()).body.slice(1)).sid;
    const where = `${POLLING}&sid=${sid}`;
    assert.equal((await wire.send(post(where, '40')).answer()).body, 'ok');
    for (const packet of ['6', '3', '430[]']) {
        const from = Date.now();
        wire.send(post(where, Array(1500).fill(packet).join('\x1e')));
        const other = await connected(t, server, MODES['polling only']);
        assert.equal((await other.emitWithAck('join:library', 'one')).ok, true);
        other.close();
        assert.equal((await wire.answer()).body, 'ok');
        assert.ok(Date.now() - from > 450, `${packet}: the answer came after ${Date.now() - from} ms`);
    }
    assert.match((await wire.send(get(where)).answer()).body, /^40{"sid":/); // it is still there
});

test('hundreds of packets that waited for a connection get through by polling', async (t) => {
    const server = await limited(t, { events_per_second: 5000, frames_per_second: 400 });
    const socket = await connected(t, server, { ...MODES['polling only'], reconnection: true });
    const gone = [];
    socket.on('disconnect', (reason) => gone.push(reason));
    const joins = Array.from({ length: 600 }, (_, i) => socket.emitWithAck('join:library', `l${i % 50}`));
    for (const { ok } of await Promise.all(joins)) assert.equal(ok, true);
    assert.deepEqual(gone, []);
});
