// What a plugin does to clients, as the real client sees it: asks, late verdicts, sending away.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MODES, client, connected, received, settled } from './support/clients.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const server = await roomd({ after }, (port) => {
    const config = settings(port, { namespaces: ['/desk'] });
    config.plugins.load.push({ name: 'sparring', file: plugin('sparring') });
    return config;
});
const RETURNING = { reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 100 };

for (const [mode, options] of Object.entries(MODES)) {
    test(`a question from the server is answered, binary both ways: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, options));
        socket.on('question', (text, blob, answer) => answer({ text, back: Buffer.from(blob).reverse() }, null));
        const answered = once(socket, 'answered');
        socket.emit('ask:5000', 'why?', Buffer.from([1, 2, 3]));
        assert.deepEqual(await answered, ['ok', [{ text: 'why?', back: Buffer.from([3, 2, 1]) }, null]]);
    });

    test(`a question nobody answers in time has expired, and a late answer harms nobody: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, options));
        let late;
        socket.on('question', (answer) => (late = answer));
        const answered = received(socket, 'answered');
        socket.emit('ask:50');
        await until('the time-out', () => answered.length);
        late('late');
        assert.deepEqual(await socket.emitWithAck('echo', 1), 1);
        assert.deepEqual(answered, [['expired', []]]);
    });

    test(`a room is asked at once, and the answers come together: ${mode}`, async (t) => {
        const sockets = [];
        for (let i = 0; i < 3; ++i) {
            sockets.push(await settled(mode, await connected(t, server, options)));
            await sockets[i].emitWithAck('join:library', 'all');
        }
        sockets[0].on('question', (blob, answer) => answer({ back: Buffer.from(blob).reverse() }));
        sockets[1].on('question', (blob, answer) => answer({ back: Buffer.from(blob).reverse() }));
        sockets[2].on('question', () => {}); // and never answered
        const [answered, asked, first] = await new Promise((done) =>
            sockets[0].emit('all:300', Buffer.from([1, 2]), (...args) => done(args)));
        assert.deepEqual([answered, asked, first], [2, 3, [{ back: Buffer.from([2, 1]) }]]);
        sockets[2].off('question').on('question', (blob, answer) => answer(null));
        const all = new Promise((done) => sockets[1].emit('all:60000', Buffer.from([3]), (...args) => done(args)));
        assert.deepEqual((await all).slice(0, 2), [3, 3]); // long before the time is over
    });

    test(`a plugin knows who a client is, and what it has noted of it: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, options));
        await once(socket.io.socket('/desk'), 'connect');
        await socket.emitWithAck('join:library', 'known');
        await socket.emitWithAck('note', 'seat 7');
        const { transport } = socket.io.engine;
        assert.deepEqual(await socket.emitWithAck('who'),
            { transport: transport.name, rooms: ['library:known'], others: 1, data: 'seat 7' });
    });

    test(`who is sent away stays away, and its other namespaces stay: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, { ...options, ...RETURNING }));
        const desk = socket.io.socket('/desk');
        await once(desk, 'connect');
        let back = 0;
        socket.on('connect', () => ++back);
        const gone = once(socket, 'disconnect');
        socket.emit('send-away');
        assert.equal((await gone)[0], 'io server disconnect');

        const seen = received(desk, 'notification');
        await server.emit('notification', { n: 1 }, undefined, { broadcast: true, namespace: '/desk' });
        await until('the other namespace', () => seen.length);
        assert.equal(socket.active, false);
        assert.equal(back, 0);
        assert.ok(desk.connected);
    });

    test(`whose connection a plugin closes comes back: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, { ...options, ...RETURNING }));
        const [gone, back] = [once(socket, 'disconnect'), once(socket, 'connect')];
        socket.emit('close');
        assert.equal((await gone)[0], 'transport close');
        await back;
        assert.equal(await socket.emitWithAck('echo', 1), 1);
    });

    test(`a verdict that comes later lets in, or refuses with message and data: ${mode}`, async (t) => {
        const order = [];
        const late = client(t, server, options, '/late/yes');
        late.on('connect', () => order.push('connect')).on('early', (n) => order.push(`early ${n}`));
        late.emit('echo', 7, (n) => order.push(`echo ${n}`));
        await until('the echo', () => order.length === 3);
        // What came ahead of the reply is kept by the client until then.
        assert.deepEqual([...order].sort(), ['connect', 'early 1', 'echo 7']);
        assert.equal((await server.emit('notification', {}, 'desk:early', { namespace: '/late/yes' })).recipients, 1);

        const refused = client(t, server, { ...options, ...RETURNING }, '/late/no');
        const [error] = await once(refused, 'connect_error');
        assert.equal(error.message, 'closed today');
        assert.deepEqual(error.data, { code: 'closed', retryable: false });
        assert.equal(refused.active, false);
    });

    test(`what is sent behind a join that waits for its verdict is answered behind it: ${mode}`, async (t) => {
        const socket = await settled(mode, await connected(t, server, options));
        const order = [];
        socket.emit('join:library', 'slow-1', ({ ok }) => order.push(`join ${ok}`));
        socket.emit('echo', 1, (n) => order.push(`echo ${n}`));
        socket.emit('echo', Buffer.alloc(300_000, 7), (blob) => order.push(`blob ${blob.length}`));
        socket.emit('join:library', 'slow-no', ({ ok, error }) => order.push(`join ${ok} ${error.message}`));
        socket.emit('leave:library', 'slow-1', ({ ok, members }) => order.push(`leave ${ok} ${members}`));
        await until(`five answers, got ${order}`, () => order.length === 5);
        assert.deepEqual(order, ['join true', 'echo 1', 'blob 300000', 'join false too slow', 'leave true 0']);
    });

    test(`a plugin learns why a client left and what it was in: ${mode}`, async (t) => {
        const watch = await connected(t, server, MODES['websocket only']);
        const left = received(watch, 'left');
        await watch.emitWithAck('join:role', 'watch');
        const leavers = { 'client namespace disconnect': (s) => s.disconnect(), 'transport close': (s) => s.io.engine.close() };
        for (const [reason, leave] of Object.entries(leavers)) {
            const socket = await settled(mode, await connected(t, server, options));
            await once(socket.io.socket('/desk'), 'connect'); // leaving one namespace ends not the connection
            const { id } = socket;
            await socket.emitWithAck('join:user', 'leaver');
            leave(socket);
            await until('the news', () => left.some(([who]) => who === id));
            assert.deepEqual(left.find(([who]) => who === id), [id, reason, 'user:leaver']);
        }
    });
}

test('SIGTERM while answers are owed on both sides ends with 0', async (t) => {
    const ending = await roomd(t, (port) => {
        const config = settings(port);
        config.plugins.load.push({ name: 'sparring', file: plugin('sparring') });
        return config;
    });
    const closed = [];
    for (const options of Object.values(MODES)) {
        const socket = await connected(t, ending, options);
        const question = once(socket, 'question');
        socket.emit('ask:60000', Buffer.from([1]));
        await question; // and never answered
        socket.emit('join:library', 'slow-1');
        socket.emit('echo', Buffer.alloc(1000), () => {});
        client(t, ending, options, '/late/yes');
        closed.push(once(socket, 'disconnect'));
    }
    assert.equal(await ending.kill('SIGTERM'), 0, ending.output);
    for (const [reason] of await Promise.all(closed)) assert.match(reason, /^transport (close|error)$/);
});
