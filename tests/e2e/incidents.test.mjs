// Six incidents, each found from the log, the metrics and the command line as they are: what docs/operations.md says to do, and what that prints.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ask, call } from './support/admin.mjs';
import { MODES, client, connected } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { once, until, within } from './support/wait.mjs';

const KEYS = { ROOMD_TEST_KEY: 'a-key-of-the-shop-that-nobody-may-see', ROOMD_TEST_OTHER: 'a-key-of-the-desk-that-nobody-may-see' };
const OF = { shop: 'ROOMD_TEST_KEY', desk: 'ROOMD_TEST_OTHER' };
const WEBSOCKET = MODES['websocket only'];
const PORTAL = 'https://portal.test';
const as = (claims) => ({ ...WEBSOCKET, auth: { token: token(claims) } });

async function server(t, limits = {}) {
    const own = await roomd(t, (port) => settings(port, {
        ...IDENTITY,
        portals: [{ name: 'web', origins: [PORTAL] }],
        events: { 'seat:availability': { rooms: ['library:{libraryId}'] } },
        keys: [{ name: 'shop', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit'], events: ['*'], rooms: ['*'] },
            { name: 'desk', key: '${env:ROOMD_TEST_OTHER}', scopes: ['emit'], events: ['*'], rooms: ['*'] }],
        admin: { socket: 'admin.sock' },
        limits: { events_per_second: 0, ...limits },
    }), { ...ENV, ...KEYS });
    own.admin = path.join(own.folder, 'admin.sock');
    return own;
}

const emit = (own, key, body, headers = {}) => own.post('/api/emit', body, { Authorization: `Bearer ${KEYS[OF[key]]}`, ...headers });

// What a command prints, or the log's lines with this in them: shown with SHOW=1, for the page.
function shown(what, text) {
    if (process.env.SHOW) console.log(`---- ${what}\n${text.trim()}`);
    return text;
}
async function run(own, ...words) {
    const { code, out, err } = await ask(own, ...words);
    shown(`roomd ${words.join(' ')} (${code})`, out + err);
    return out + err;
}
async function grep(own, pattern) {
    await own.logs(pattern);
    return shown(`journalctl -u roomd | grep '${pattern.source}'`, own.output.split('\n').filter((line) => pattern.test(line)).join('\n'));
}
async function metrics(own, pattern) {
    const text = (await (await call(['stats', '--socket', own.admin]).ended).out) && await (await own.get('/metrics')).text();
    return shown(`curl /metrics | grep ${pattern.source}`, text.split('\n').filter((line) => pattern.test(line)).join('\n'));
}

test('a portal\'s origin is missing', async (t) => {
    const own = await server(t);
    const page = client(t, own, { ...MODES['polling only'], extraHeaders: { Origin: 'https://new.portal.test' } });
    await once(page, 'connect_error');
    page.close();
    assert.match(await grep(own, /origin not allowed/), /info +origin not allowed code="4 Forbidden" address=127\.0\.0\.1 origin=https:\/\/new\.portal\.test/);
    assert.match(await metrics(own, /^roomd_refused_origin_total/), /^roomd_refused_origin_total [1-9]/m);
    const cors = shown('roomd cors test', (await call(['cors', 'test', 'https://new.portal.test', '--config', own.file], { env: { ...ENV, ...KEYS } }).ended).out);
    assert.match(cors, /new\.portal\.test/);
});

test('tokens are signed by an unknown key', async (t) => {
    const own = await server(t);
    const page = client(t, own, { ...WEBSOCKET, extraHeaders: { Origin: PORTAL },
        auth: { token: token({}, { secret: 'the new secret of the login service, not here yet', header: { alg: 'HS256', kid: '2026-12' } }) } });
    await once(page, 'connect_error');
    const line = await grep(own, /token refused/);
    assert.match(line, /code=token_signature address=127\.0\.0\.1 portal=web .*kid=2026-12 issuer=studyspot/);
    assert.match(line, /not made with its issuer's keys/);
    assert.match(await metrics(own, /^roomd_connects_refused_total/), /code="token_signature",portal="web",transport="websocket"\} 1/);
});

test('an event is sent to the wrong room', async (t) => {
    const own = await server(t);
    const page = await connected(t, own, as({ sub: 'u1', libraryIds: ['l1'] }));
    await page.emitWithAck('join:library', 'l1');
    const trace = call(['trace', '--event', 'seat:availability', '--payloads', '--for', '1m', '--socket', own.admin]);
    await own.logs(/action=trace/);
    const answer = await emit(own, 'shop', { event: 'seat:availability', data: { libraryId: 'L1' } }, { 'X-Request-Id': 'order-17' });
    assert.equal(answer.status, 200, own.output);
    assert.equal((await answer.json()).data.recipients, 0);
    await until('the trace', () => trace.out.includes('order-17'));
    trace.child.kill('SIGINT');
    shown('roomd trace --event seat:availability --payloads', trace.out);
    assert.match(trace.out, /emitted event=seat:availability rooms=library:L1 recipients=0 id=\S+ plugin=http_emit key=shop request=order-17 .*payload=\[\{"libraryId":"L1"\}\]/);
    assert.match(await run(own, 'rooms', 'library:'), /1 +library:l1/);
});

test('one backend floods', async (t) => {
    const own = await server(t);
    const page = await connected(t, own, as({ sub: 'u1', libraryIds: ['l1'] }));
    await page.emitWithAck('join:library', 'l1');
    const tail = call(['tail', '--count', '20', '--socket', own.admin]);
    const event = { event: 'seat:availability', data: { libraryId: 'l1' } };
    await until('the tail', async () => {
        for (let i = 0; i < 9; ++i) await emit(own, 'shop', event);
        await emit(own, 'desk', event);
        return tail.out.split('\n').length > 20;
    });
    await within('tail', tail.ended);
    const busy = (key) => tail.out.split('\n').filter((line) => line.includes(`key=${key} `)).length;
    shown('roomd tail --count 1000 | grep -o "key=[^ ]*" | sort | uniq -c', `${busy('shop')} key=shop\n${busy('desk')} key=desk`);
    assert.ok(busy('shop') > 5 * busy('desk'), tail.out);
});

test('one client is slow, and memory grows until it is closed', async (t) => {
    const own = await server(t, { send_buffer: '2MiB', kernel_buffer: '16KiB' });
    const slow = await connected(t, own, { ...as({ sub: 'u7', libraryIds: ['l1'] }), extraHeaders: { Origin: PORTAL } });
    await slow.emitWithAck('join:library', 'l1');
    slow.io.engine.transport.ws._socket.pause();
    const data = { libraryId: 'l1', text: 'x'.repeat(50_000) };
    const backlog = async () => Number(/^roomd_backlog_bytes (\d+)/m.exec(await (await own.get('/metrics')).text())[1]);
    await until('a backlog', async () => {
        await emit(own, 'shop', { event: 'seat:availability', data });
        return await backlog() > 1 << 20;
    });
    // Memory grows: it is the backlog, and one client has it.
    await metrics(own, /^roomd_backlog_bytes/);
    await run(own, 'stats');
    const clients = await run(own, 'clients', 'library:l1');
    assert.match(clients, /u7/);
    const { data: found } = JSON.parse(await run(own, 'clients', 'library:l1', '--json'));
    assert.ok(found.clients[0].backlog > 1 << 19, JSON.stringify(found));
    await until('it to be closed', async () => {
        await emit(own, 'shop', { event: 'seat:availability', data });
        return /client closed/.test(own.output);
    });
    assert.match(await grep(own, /client closed/), /code="slow client" user=u7 address=127\.0\.0\.1 portal=web origin=\S+ transport=websocket limit=limits\.send_buffer .*waiting_bytes=\d+ waiting_frames=\d+/);
    assert.match(await metrics(own, /^roomd_slow_clients_total/), / 1$/);
    await until('the memory to be given back', async () => await backlog() < 1 << 16);
});
