// Plugins by people who have only include/roomd and docs/plugins.md: what they do, as the real client sees it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MODES, client, connected, received, settled } from './support/clients.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const server = await roomd({ after }, (port) => {
    const config = settings(port);
    for (const name of ['stranger', 'skeleton']) config.plugins.load.push({ name, file: plugin(name) });
    return config;
});
const WORD = { auth: { word: 'sesame' }, extraHeaders: { 'X-Portal': 'owner' }, query: { q: 'a b' } };
const order = (socket) => {
    const seen = [];
    socket.onAny((event, ...args) => seen.push([event, ...args]));
    socket.on('connect', () => seen.push(['CONNECT']));
    return seen;
};
const names = (seen, prefix) => seen.map(([event]) => event).filter((event) => event.startsWith(prefix)).join(' ');
const enter = (t, options, namespace = '/desk') => connected(t, server, { ...options, ...WORD }, namespace);

for (const [mode, options] of Object.entries(MODES)) {
    test(`a connect is refused later, with message and data, after all was seen: ${mode}`, async (t) => {
        for (const nsp of ['/desk', '/team-7']) {
            const socket = client(t, server, { ...options, ...WORD, auth: { word: 'please' } }, nsp);
            const [error] = await once(socket, 'connect_error');
            assert.equal(error.message, 'say the word');
            const { query, ...rest } = error.data;
            assert.deepEqual(rest, { auth: { word: 'please' }, portal: 'owner', nsp });
            assert.equal(query.q, 'a b');
        }
    });

    test(`what is emitted and joined before the verdict goes ahead of the CONNECT reply: ${mode}`, async (t) => {
        for (const nsp of ['/desk', '/team-7']) {
            const socket = client(t, server, { ...options, ...WORD }, nsp);
            const seen = order(socket);
            await until('the events', () => seen.some(([event]) => event === 'behind'));
            assert.deepEqual(seen.map(([event]) => event).filter((event) => event !== 'tick'), ['before', 'CONNECT', 'behind']);
            assert.equal(seen[0][1].nsp, nsp);
            if (nsp === '/desk') assert.ok((await socket.emitWithAck('members')) >= 1);
        }
    });

    test(`an ack is given at once, or much later and once, binary kept: ${mode}`, async (t) => {
        const socket = await settled(mode, await enter(t, options));
        for (const event of ['now', 'later']) {
            const answers = [];
            socket.emit(event, { deep: [Buffer.from([0, 255, 7])] }, 'ü', (...args) => answers.push(args));
            await until('the answer', () => answers.length);
            assert.deepEqual(answers, [[{ deep: [Buffer.from([0, 255, 7])] }, 'ü']]);
        }
    });

    test(`a client is asked, and answers or is silent: ${mode}`, async (t) => {
        const socket = await settled(mode, await enter(t, options));
        const ask = () => new Promise((done) => socket.emit('ask', (...args) => done(args)));
        assert.deepEqual(await ask(), ['expired', []]);
        socket.once('sure?', (n, answer) => answer(n + 1, 'yes'));
        assert.deepEqual(await ask(), ['ok', [2, 'yes']]);
    });

    test(`from a thread, to rooms, with except, volatile, local and without: ${mode}`, async (t) => {
        const [ann, bob] = [await enter(t, options), await enter(t, options)];
        for (const socket of [ann, bob]) await settled(mode, socket);
        assert.equal(await bob.emitWithAck('go', 'library:b'), 0);
        for (const [more, expected] of [[null, 'fan:a fan:b fan:c fan:d'], ['library:c', 'fan:b fan:c fan:d']]) {
            if (more) await bob.emitWithAck('go', more);
            const [a, b] = [order(ann), order(bob)];
            assert.ok((await ann.emitWithAck('fan')) >= 2);
            await until('the last', () => names(a, 'fan:d') && names(b, 'fan:d'));
            // Each once, and not as the sender.  fan:b is volatile: between two polls it may be dropped.
            const sure = (list) => (mode === 'polling only' ? list.replace('fan:b ', '') : list);
            assert.equal(sure(names(a, 'fan')), sure('fan:a fan:b fan:d'));
            assert.equal(sure(names(b, 'fan')), sure(expected));
            for (const socket of [ann, bob]) socket.offAny();
        }
    });

    test(`why one left, and from which rooms: ${mode}`, async (t) => {
        const leave = async (how) => {
            const socket = await settled(mode, await enter(t, options));
            await socket.emitWithAck('go', 'library:b');
            const before = (await (await server.get('/gone')).json()).length;
            how(socket);
            const gone = await until('to be gone', async () => {
                const all = await (await server.get('/gone')).json();
                return all.length > before && all.slice(before);
            });
            return gone.find(({ rooms }) => rooms.includes('library:b'));
        };
        const rooms = ['library:a', 'library:b'];
        const polite = await leave((socket) => socket.disconnect());
        assert.deepEqual({ ...polite, rooms: polite.rooms.sort() }, { reason: 'client namespace disconnect', rooms });
        const rude = await leave((socket) => socket.io.engine.close());
        assert.deepEqual({ ...rude, rooms: rude.rooms.sort() }, { reason: 'transport close', rooms });
    });

    test(`timers tick and a watched descriptor wakes: ${mode}`, async (t) => {
        const socket = await settled(mode, await enter(t, options));
        const [ticks, woken] = [received(socket, 'tick'), received(socket, 'woken')];
        socket.emit('wake');
        await until('both', () => ticks.length >= 3 && woken.length);
        assert.deepEqual(woken, [3]);
    });

    test(`the skeleton greets and echoes: ${mode}`, async (t) => {
        const socket = client(t, server, options);
        const [text] = await once(socket, 'skeleton:hello');
        assert.equal(text, 'hello from a plugin');
        const echo = await new Promise((done) => socket.emit('skeleton:echo', 1, Buffer.from('two'), (...args) => done(args)));
        assert.deepEqual(echo, [1, Buffer.from('two')]);
    });
}

test('a plugin serves HTTP: path, query, headers, body, and an answer that comes later', async () => {
    const answer = await server.post('/echo/x+y?k=1&k=2&z=%C3%BC', { a: 1 }, { 'X-Thing': 'thing', 'X-Other': 'other' });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('x-extra'), 'yes');
    assert.deepEqual(await answer.json(), { path: '/echo/x+y', query: { k: '2', z: 'ü' }, thing: 'thing', body: { a: 1 } });
    assert.equal((await server.post('/echo/x%20y', { a: 1 })).status, 404); // paths are matched as they are sent
});

test('the desk of docs/plugins.md does what the page says', async (t) => {
    const desk = await roomd(t, (port) => settings(port, { plugins: { load: [{ name: 'desk', file: plugin('desk'), word: 'sesame' }] } }));
    const refused = client(t, desk, { auth: { word: 'please' } }, '/desk');
    const [error] = await once(refused, 'connect_error');
    assert.deepEqual([error.message, error.data], ['say the word', { code: 'word', retryable: false }]);

    const socket = client(t, desk, { auth: { word: 'sesame' } }, '/desk');
    const seen = order(socket);
    await until('the time', () => names(seen, 'time'));
    assert.deepEqual(seen.slice(0, 3), [['before'], ['CONNECT'], ['welcome']]);
    const answer = await new Promise((done) => socket.emit('ask', 1, Buffer.from('two'), (...args) => done(args)));
    assert.deepEqual(answer, [1, Buffer.from('two')]);
    assert.equal(await (await desk.get('/desk')).text(), '1');
    socket.close();
    await until('the log', () => /left the desk .*reason="client namespace disconnect"/.test(desk.output));
});
