// What guards do to clients that mean well: they are slowed down or told no, and never led into a loop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODES, client, connected, received } from './support/clients.mjs';
import { POLLING } from './support/front.mjs';
import { Wire, get, post } from './support/http.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

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

// python-socketio refuses an answer of more than 16 packets, and ends the connection.
test('a client that takes 16 packets an answer gets all of a burst, in order', async (t) => {
    const server = await limited(t, { events_per_second: 0 });
    const wire = new Wire(t, server.port);
    const sid = JSON.parse((await wire.send(get(POLLING)).answer()).body.slice(1)).sid;
    const where = `${POLLING}&sid=${sid}`;
    const poll = async () => {
        const packets = (await wire.send(get(where)).answer()).body.split('\x1e');
        assert.ok(packets.length <= 16, `${packets.length} packets in an answer`);
        return packets;
    };
    await wire.send(post(where, '40')).answer();
    assert.match((await poll())[0], /^40/);
    assert.equal((await wire.send(post(where, '421["join:library","burst"]')).answer()).body, 'ok');
    assert.match((await poll())[0], /^431\[{"ok":true/);
    const events = Array.from({ length: 100 }, (_, i) => ({ event: 'notification', data: i, room: 'library:burst' }));
    assert.equal((await server.post('/api/emit/batch', { events })).status, 200);
    const seen = [];
    while (seen.length < 100) seen.push(...(await poll()).map((packet) => JSON.parse(packet.slice(2))[1]));
    assert.deepEqual(seen, events.map(({ data }) => data));
});

const patient = { reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50 };

// How often the transport was opened.
function opens(socket) {
    let count = 0;
    socket.io.on('open', () => count++);
    return () => count;
}

for (const [mode, options] of Object.entries(MODES)) {
    test(`one namespace too many is refused, and nobody loops: ${mode}`, async (t) => {
        const server = await limited(t, { namespaces_per_session: 2 }, { namespaces: ['/a', '/b', '/c'] });
        const root = client(t, server, { ...options, ...patient });
        const count = opens(root);
        const a = root.io.socket('/a'), b = root.io.socket('/b'), c = root.io.socket('/c');
        const refused = [];
        for (const one of [b, c]) one.on('connect_error', (error) => refused.push(error.data));
        await until('both refusals', () => refused.length === 2);
        for (const data of refused) assert.deepEqual(data, { code: 'too_many_namespaces', retryable: false });
        await until('those that fit', () => root.connected && a.connected);
        // Answered after all of them, over the transport that has carried them.
        assert.equal((await root.emitWithAck('join:library', 'one')).ok, true);
        assert.equal(refused.length, 2);
        assert.equal(count(), 1);
        root.disconnect();
        b.connect(); // there is a place now
        await until('the third', () => b.connected);
    });

    test(`events that waited for a connection are slowed down, and none is lost: ${mode}`, async (t) => {
        const server = await limited(t, { events_per_second: 50 });
        const socket = client(t, server, { ...options, ...patient });
        const [count, warned] = [opens(socket), received(socket, 'rate:warning')];
        const order = [];
        const answers = Array.from({ length: 400 }, (_, i) =>
            socket.emitWithAck('join:library', `l${i % 90}`).then((answer) => order.push(i) && answer));
        for (const { ok } of await Promise.all(answers)) assert.equal(ok, true);
        assert.deepEqual(order, order.map((_, i) => i));
        assert.equal(order.length, 400);
        assert.equal(count(), 1);
        assert.deepEqual(warned, [{ limit: 50, code: 'slowed_down', message: 'more than 50 events a second: they wait' }]);
    });

    test(`a CONNECT that is too large is refused, and nobody loops: ${mode}`, async (t) => {
        const server = await limited(t, {});
        const socket = client(t, server, { ...options, ...patient, auth: { token: 'x'.repeat(70_000) } });
        const [count, refused] = [opens(socket), []];
        socket.on('connect_error', (error) => refused.push(error.data ?? error));
        await until('the refusal', () => refused.length);
        assert.equal(socket.active, false); // it does not try again
        assert.deepEqual(refused, [{ code: 'token_too_large', retryable: false }]);
        assert.equal(count(), 1);
        await server.logs(/clients closed for breaking the protocol.*limits\.before_connect/);
    });
}

test('more events than may wait are refused with an answer, and the connection stays', async (t) => {
    const server = await limited(t, { events_per_second: 5, rooms_per_client: 10, held: '16KiB' });
    const socket = await connected(t, server, { ...MODES['websocket only'], ...patient });
    const warned = received(socket, 'rate:warning');
    const asked = Array.from({ length: 300 }, async (_, i) => {
        const answer = await socket.timeout(2000).emitWithAck('join:library', `l${i % 5}`).catch(() => undefined);
        if (answer && !answer.ok) assert.equal(answer.error.code, 'too_many_events');
        return answer && answer.ok;
    });
    socket.emit('lost', 1);
    const answers = await Promise.all(asked);
    assert.ok(answers.filter((ok) => ok === true).length >= 15);
    assert.ok(answers.filter((ok) => ok === false).length >= 100);
    await until('the warning', () => warned.some(({ event }) => event === 'lost'));
    assert.equal(warned.at(-1).code, 'too_many_events');
    assert.equal(socket.connected, true);
});

test('an event that crosses the end of its namespace leaves the others alone', async (t) => {
    const server = await limited(t, {}, { namespaces: ['/desk'] });
    const socket = await connected(t, server, MODES['websocket only']);
    const desk = socket.io.socket('/desk');
    await until('the other namespace', () => desk.connected);
    const { ws } = socket.io.engine.transport;
    for (const packet of ['41/desk,', '42/desk,7["late"]', '43/desk,1[]', '41/desk,']) ws.send(packet);
    assert.equal((await socket.emitWithAck('join:library', 'one')).ok, true);
    // So does connect() that is called twice.
    for (const packet of ['40', '40/desk,', '40/desk,']) ws.send(packet);
    assert.equal((await socket.emitWithAck('join:library', 'two')).ok, true);
    assert.equal(socket.connected, true);
});

test('breaking the protocol gives one line in the log, which names the cause', async (t) => {
    const server = await limited(t, {});
    for (const packet of ['49', '42["a",']) {
        const socket = await connected(t, server, MODES['websocket only']);
        const closed = once(socket, 'disconnect');
        socket.io.engine.transport.ws.send(packet);
        await closed;
    }
    await server.logs(/clients closed for breaking the protocol closed=\d last="?[a-z ]+/);
    assert.equal(server.output.split('breaking the protocol').length, 2);
});
