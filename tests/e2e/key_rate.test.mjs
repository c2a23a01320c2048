// keys[].rate: what a backend may emit in a second.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { connected, received } from './support/clients.mjs';
import { built } from './support/emitter_node.mjs';
import { parse } from './support/metrics.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { tick, until } from './support/wait.mjs';

const CRM = 'the-key-of-the-crm-that-is-limited', SHOP = 'the-key-of-the-shop-that-is-not';
const ENV = { ROOMD_TEST_CRM: CRM, ROOMD_TEST_SHOP: SHOP };
const limited = (rate, burst) => (port) => {
    const config = settings(port, { keys: [
        { name: 'crm', key: '${env:ROOMD_TEST_CRM}', scopes: ['emit', 'presence'], rate, ...(burst ? { burst } : {}) },
        { name: 'shop', key: '${env:ROOMD_TEST_SHOP}', scopes: ['emit', 'metrics'] },
    ] });
    config.plugins.load.push({ name: 'http_clients' });
    return config;
};
const bearer = (key) => ({ Authorization: `Bearer ${key}` });
const one = { event: 'news', data: 1, room: 'library:l1' };
const batch = (n, more = {}) => ({ events: Array(n).fill(one), ...more });
async function post(server, body, key = CRM) {
    const answer = await server.post(body.events ? '/api/emit/batch' : '/api/emit', body, bearer(key));
    return { status: answer.status, later: answer.headers.get('retry-after'), ...(await answer.json()) };
}
const counted = async (server, name, key) => parse(await (await server.get('/metrics', { headers: bearer(SHOP) })).text()).of(name, { key });

test('what is over the rate gets 429 with Retry-After, batches count their events, and other keys notice nothing', async (t) => {
    const server = await roomd(t, limited(1, 10), ENV);
    const began = Date.now();
    assert.equal((await post(server, batch(6))).data.taken, 6);
    const part = await post(server, batch(60));
    assert.equal(part.status, 200);
    const passed = () => Math.ceil((Date.now() - began) / 1000);
    assert.ok(part.data.taken >= 4 && part.data.taken <= 4 + passed(), `${part.data.taken} taken`);
    assert.equal(part.data.results.at(-1).error.code, 'key_rate');
    const no = await until('one too many', async () => {
        const answer = await post(server, one);
        return answer.status === 429 && answer;
    });
    assert.equal(no.error.code, 'key_rate');
    assert.equal(no.later, '1');
    assert.equal((await post(server, batch(100), SHOP)).data.taken, 100);
    const emits = await counted(server, 'roomd_emits_by_key_total', 'crm'), refused = await counted(server, 'roomd_key_limited_total', 'crm');
    assert.ok(emits >= 10 && emits <= 10 + passed(), `${emits} emitted`);
    assert.ok(refused >= 60 - part.data.taken + 1, `${refused} refused`);
    // Another path of a plugin counts as one event.
    await until('presence to be refused', async () =>
        (await server.get('/api/presence/rooms/library:l1', { headers: bearer(CRM) })).status === 429);
});

test('an atomic batch is taken as a whole, and one above the burst is paid off by what follows', async (t) => {
    const server = await roomd(t, limited(10, 10), ENV);
    assert.equal((await post(server, batch(40, { atomic: true }))).data.taken, 40); // four seconds' worth, three of them ahead
    const no = await post(server, batch(2, { atomic: true }));
    assert.equal(no.status, 429);
    assert.ok(Number(no.later) >= 1 && Number(no.later) <= 4, no.later);
});

test('a reload changes the rate and forgets nothing', async (t) => {
    const server = await roomd(t, limited(1, 5), ENV);
    assert.equal((await post(server, batch(500, { atomic: true }))).status, 200); // for eight minutes
    server.write(limited(1, 6)(server.port));
    server.process.kill('SIGHUP');
    await server.logs(/configuration reloaded/);
    assert.equal((await post(server, one)).status, 429, 'what was used is used');
    server.write(limited(0)(server.port));
    server.process.kill('SIGHUP');
    await until('the limit to be gone', async () => (await post(server, batch(50, { atomic: true }))).status === 200);
});

test('the emitter for Node loses nothing at a rate that it exceeds for a while', async (t) => {
    const folder = await built();
    const { createEmitter } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
    const server = await roomd(t, limited(100, 50), ENV);
    const socket = await connected(t, server);
    await socket.emitWithAck('join:library', 'l1');
    const news = received(socket, 'news');
    const emitter = createEmitter({ url: server.url, key: CRM, development: false, retry: 20, maxRetry: 200, signals: false, log: { warn() {}, error() {} } });
    t.after(() => emitter.close(0));
    for (let i = 0; i < 300; ++i) {
        emitter.emit('news', i, { rooms: 'library:l1' });
        if (i % 20 === 0) await tick(1);
    }
    assert.equal(await emitter.flush(20_000), true);
    await until('all of them', () => news.length >= 300);
    assert.deepEqual([...news].sort((a, b) => a - b), Array.from({ length: 300 }, (_, i) => i));
    const { sent, refused, dropped } = emitter.stats();
    assert.deepEqual({ sent, refused, dropped }, { sent: 300, refused: 0, dropped: 0 });
    assert.ok(await counted(server, 'roomd_key_limited_total', 'crm') > 0, 'it was limited');
});
