// Large polling answers: in gzip for who takes it, through the real client and through bare HTTP.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Fetch } from 'engine.io-client';
import { MODES, client, connected, received } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { once, until } from './support/wait.mjs';

const LARGE = { text: 'Lesesaal '.repeat(2000) };

// Every answer of the Socket.IO path that fetch() gets, by what it says of its encoding.
function watched(t) {
    const original = globalThis.fetch;
    const encodings = [];
    globalThis.fetch = async (where, options) => {
        const answer = await original(where, options);
        if (String(where).includes('/socket.io/')) encodings.push(answer.headers.get('content-encoding'));
        return answer;
    };
    t.after(() => (globalThis.fetch = original));
    return encodings;
}

// One GET as bytes, whatever its encoding.
const bare = (server, where, headers) =>
    new Promise((done, fail) => {
        http.get(server.url + where, { headers, agent: false }, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('end', () => done({ headers: answer.headers, body: Buffer.concat(parts) }));
        }).on('error', fail);
    });

test('a browser-like client gets large events compressed, small ones as they are', async (t) => {
    const server = await roomd(t);
    const encodings = watched(t);
    const socket = client(t, server, { transports: [Fetch] });
    const seen = received(socket, 'library:updated');
    await once(socket, 'connect');
    await socket.emitWithAck('join:library', 'a');
    assert.ok(!encodings.includes('gzip'), 'small answers were packed');
    for (let n = 0; n < 20; ++n) await server.emit('library:updated', { n, ...LARGE }, 'library:a');
    await until('all events', () => seen.length === 20);
    assert.deepEqual(seen.map(({ n }) => n), Array.from({ length: 20 }, (_, n) => n));
    assert.ok(seen.every(({ text }) => text === LARGE.text));
    assert.ok(encodings.includes('gzip'), `nothing was packed: ${encodings}`);
});

test('clients that name no encoding get the same events, side by side with those that do', async (t) => {
    const server = await roomd(t);
    const encodings = watched(t);
    const sockets = [client(t, server, { transports: [Fetch] })];
    await once(sockets[0], 'connect');
    for (const options of Object.values(MODES)) sockets.push(await connected(t, server, options));
    const seen = sockets.map((socket) => received(socket, 'library:updated'));
    for (const socket of sockets) await socket.emitWithAck('join:library', 'a');
    for (let n = 0; n < 10; ++n) await server.emit('library:updated', { n, ...LARGE }, 'library:a');
    await until('all events', () => seen.every((list) => list.length === 10));
    for (const list of seen) assert.ok(list.every(({ n, text }, i) => n === i && text === LARGE.text));
    assert.ok(encodings.includes('gzip'));
});

test('a bare GET is compressed when it says so, and only then', async (t) => {
    const server = await roomd(t, { socketio: { compress_from: '2KiB' } });
    const poll = '/socket.io/?EIO=4&transport=polling';
    const open = await bare(server, poll, { 'Accept-Encoding': 'gzip' });
    assert.equal(open.headers['content-encoding'], undefined);
    const where = `${poll}&sid=${JSON.parse(open.body.toString().slice(1)).sid}`;
    const post = (body) => server.get(where, { method: 'POST', body });
    await post('40');
    await bare(server, where);
    await post('420["join:library","a"]');
    await bare(server, where);
    for (const [accepts, size, packed] of [
        ['gzip, deflate, br', 3000, true],
        ['gzip, deflate, br', 1500, false], // below the threshold
        ['identity', 3000, false],
        ['br', 3000, false],
        ['gzip;q=0, *', 3000, false],
        [undefined, 3000, false],
    ]) {
        await server.emit('library:updated', 'x'.repeat(size), 'library:a');
        const answer = await bare(server, where, accepts ? { 'Accept-Encoding': accepts } : {});
        assert.equal(answer.headers['content-encoding'], packed ? 'gzip' : undefined, accepts);
        assert.equal(Number(answer.headers['content-length']), answer.body.length);
        assert.equal(answer.headers.vary, size > 2048 ? 'Origin, Accept-Encoding' : 'Origin');
        const text = (packed ? gunzipSync(answer.body) : answer.body).toString();
        assert.equal(text, `42["library:updated","${'x'.repeat(size)}"]`);
        if (packed) assert.ok(answer.body.length < 200);
    }
});

test('nothing is compressed when the configuration says 0, which a reload can set', async (t) => {
    const server = await roomd(t);
    const poll = '/socket.io/?EIO=4&transport=polling';
    const encoding = async () => {
        const open = await bare(server, poll);
        const where = `${poll}&sid=${JSON.parse(open.body.toString().slice(1)).sid}`;
        await server.get(where, { method: 'POST', body: '40\x1e420["join:library","a"]' });
        await bare(server, where);
        await server.emit('library:updated', LARGE, 'library:a');
        return (await bare(server, where, { 'Accept-Encoding': 'gzip' })).headers['content-encoding'];
    };
    assert.equal(await encoding(), 'gzip');
    server.write(settings(server.port, { socketio: { compress_from: '0B' } }));
    server.process.kill('SIGHUP');
    await until('the reload', () => server.output.includes('configuration reloaded'));
    assert.equal(await encoding(), undefined);
});
