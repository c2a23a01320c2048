// The loop is never held by what a stranger sends to be checked: GET /health answers within 100 ms.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { test } from 'node:test';
import { client, connected } from './support/clients.mjs';
import { Raw, frame, upgrade } from './support/raw.mjs';
import { roomd, short } from './support/roomd.mjs';
import { now } from './support/token.mjs';
import { DEADLINE, tick, until, within } from './support/wait.mjs';
import { answers_while } from './support/watchdog.mjs';

const held = (name, run) => test(name, { skip: short && 'measures a release build' }, run);
// Beside neighbours that are as busy a tenth of a second of CPU is a second: then the time of the process is looked at alone.
const busy = os.loadavg()[0] > os.cpus().length;
const watched = (t, server, deed) => (busy ? deed() : answers_while(t, server, deed));
const cpu = (server) => Number(readFileSync(`/proc/${server.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6; // ms

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function metric(server, name) {
    const text = await (await server.get('/metrics')).text();
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)[1]);
}

// 32 keys of the slowest kind, and 32 others.
function keys() {
    const slow = Array.from({ length: 32 }, (_, i) => ({ kid: `e${i}`, ...generateKeyPairSync('ec', { namedCurve: 'P-384' }) }));
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwks = (list) => JSON.stringify({ keys: list });
    return {
        slow,
        ENV: {
            SLOW_KEYS: jwks(slow.map((key) => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.kid }))),
            RSA_KEYS: jwks(slow.map((key) => ({ ...publicKey.export({ format: 'jwk' }), kid: `r${key.kid}` }))),
        },
    };
}

const claims = (more) => part({ iss: 'campus', exp: now() + 600, ...more });
const forged = () => `${part({ alg: 'ES384', typ: 'JWT' })}.${claims({ sub: 'x' })}.${randomBytes(96).toString('base64url')}`;
function signed({ kid, privateKey }, sub) {
    const text = `${part({ alg: 'ES384', kid })}.${claims({ sub })}`;
    return `${text}.${sign('sha384', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

// Why a client with this token is refused; null when it is let in.
async function refusal(t, server, token) {
    const socket = client(t, server, { transports: ['websocket'], auth: { token } });
    const refused = new Promise((done) => socket.on('connect_error', done));
    const error = await within('an answer', Promise.race([refused, new Promise((done) => socket.on('connect', () => done(null)))]));
    socket.close();
    return error;
}

held('while 500 bad tokens a second without kid come, against 64 keys', async (t) => {
    const { slow, ENV } = keys();
    const issuer = { issuer: 'campus', algorithms: ['ES384', 'RS256'], key: ['${env:SLOW_KEYS}', '${env:RSA_KEYS}'] };
    const changes = { auth: { mode: 'required', issuers: [issuer] }, limits: { namespaces_per_session: 100 } };
    const server = await roomd(t, changes, ENV);
    const mine = signed(slow[3], 'u');
    (await connected(t, server, { auth: { token: mine } })).close();

    // Five strangers, who are closed when they have not said who they are for a while.
    const flood = (each) =>
        Promise.all(
            Array.from({ length: 5 }, async () => {
                const raw = new Raw(t, server.port).send(upgrade(server.port));
                await raw.expect('101');
                for (let i = 0; i < each; ++i) raw.send(frame(`40${JSON.stringify({ token: forged() })}`));
            }),
        );
    const unread = () => metric(server, 'roomd_tokens_unread_total');
    await watched(t, server, async () => {
        const share_since = (used, from) => (cpu(server) - used) / (Date.now() - from);
        const begun = [cpu(server), Date.now()];
        for (let round = 0; round < 30 || (round < 100 && (await unread()) < 200); ++round, await tick(100)) await flood(10);
        assert.ok((await unread()) >= 200);
        const share = share_since(...begun);
        t.diagnostic(`${Math.round(100 * share)} % of a core`);
        assert.ok(share < 0.6, `${share} of a core`);
        const flooded = [cpu(server), Date.now()];
        const floods = [];
        const more = setInterval(() => floods.push(flood(20).catch(() => {})), 100); // a stranger who is cut has done enough
        try {
            let users = 0; // each with a token that was never seen
            await until('one to be told to wait', async () => {
                const told = (await refusal(t, server, signed(slow[9], `u${++users}`)))?.data; // none where the machine was late
                if (told) assert.deepEqual(told, { code: 'too_many_attempts', retryable: true });
                // Bad tokens may use a quarter of a core: who gets less of the machine than that never refuses them unread.
                return told ?? (Date.now() - flooded[1] > DEADLINE / 2 && share_since(...flooded) < 0.4);
            });
            await connected(t, server, { auth: { token: mine } });
        } finally {
            clearInterval(more); // a failing test would leave it behind, and with it a process that does not end
            await Promise.all(floods);
        }
    });
    assert.equal(server.output.split('tokens refused unread').length, 2); // once
    await server.logs(/tokens refused unread.* address=127\.0\.0\.1/);
    const fresh = signed(slow[9], 'late');
    await until('others to be let in again', async () => !(await refusal(t, server, fresh)));
});

held('while events of a megabyte meet a pattern of thousands of instructions', async (t) => {
    const schema = { type: 'array', items: { type: 'string', not: { pattern: '(\\w+\\s?){1,200}!$' } } };
    const server = await roomd(t, {
        auth: { mode: 'none' },
        socketio: { max_payload: '2MB' },
        client_events: { note: { rooms: ['library'], schema } },
        events: { news: { rooms: ['library:one'], schema } },
    });
    const socket = await connected(t, server, { transports: ['websocket'] });
    await socket.emitWithAck('join:library', 'one');
    const texts = Array.from({ length: 900 }, () => 'a'.repeat(1000));
    const used = cpu(server);
    await watched(t, server, async () => {
        for (let i = 0; i < 10; ++i) {
            const { error } = await socket.emitWithAck('note', 'library:one', i % 2 ? texts : [texts.join(' ')]);
            assert.equal(error.code, 'schema_mismatch');
            assert.match(error.message, /the schema's patterns would take too long/);
            assert.match(error.pointer, /^\/data\/\d+$/);
            const answer = await server.post('/api/emit', { event: 'news', data: texts });
            assert.equal(answer.status, 422);
            assert.equal((await answer.json()).error.code, 'schema_mismatch');
        }
    });
    const each = (cpu(server) - used) / 20;
    t.diagnostic(`${Math.round(each)} ms for an event`);
    assert.ok(each < 100, `${each} ms`);
    assert.equal(await metric(server, 'roomd_events_given_up_total'), 20);
    assert.equal((await socket.emitWithAck('note', 'library:one', ['see you at ten'])).ok, true);
});
