// Client events and acks with binary, both ways, through the conformance plugin: the ABI alone.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MODES, client, connected, settled, transport } from './support/clients.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const server = await roomd({ after }, (port) => {
    const config = settings(port, { namespaces: ['/custom'] });
    config.plugins.load.push({ name: 'conformance', file: plugin('conformance') });
    return config;
});
const bytes = (length, seed) => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed) & 255));

for (const [mode, options] of Object.entries(MODES)) {
    for (const namespace of ['/', '/custom']) {
        test(`binary and text come back as they went: ${mode}, ${namespace}`, async (t) => {
            const socket = await settled(mode, await connected(t, server, options, namespace));
            const args = [1, 'two', { three: [null, true, 'ü'] }, bytes(3000, 1), { deep: [bytes(10, 2), bytes(0, 3)] }];

            const back = once(socket, 'message-back');
            socket.emit('message', ...args);
            assert.deepEqual(await back, args);

            const acked = new Promise((done) => socket.emit('message-with-ack', ...args, (...answer) => done(answer)));
            assert.deepEqual(await acked, args);
            assert.equal(transport(socket), mode === 'polling only' ? 'polling' : 'websocket');
        });
    }

    test(`the CONNECT payload reaches the plugin: ${mode}`, async (t) => {
        const socket = client(t, server, { ...options, auth: { token: 'abc', n: 1 } });
        assert.deepEqual(await once(socket, 'auth'), [{ token: 'abc', n: 1 }]);
    });

    test(`100 binary events stay whole and in order: ${mode}`, async (t) => {
        const socket = await connected(t, server, options);
        const seen = [];
        socket.on('message-back', (n, blob) => seen.push([n, blob]));
        for (let n = 0; n < 100; ++n) socket.emit('message', n, bytes(200 + n, n));
        await until('all of them', () => seen.length === 100);
        seen.forEach(([n, blob], i) => {
            assert.equal(n, i);
            assert.ok(blob.equals(bytes(200 + i, i)));
        });
    });
}

test('a blob of the largest size comes back', async (t) => {
    const socket = await connected(t, server, MODES['websocket only']);
    const big = bytes(900_000, 7);
    const back = once(socket, 'message-back');
    socket.emit('message', big);
    assert.ok((await back)[0].equals(big));
});
