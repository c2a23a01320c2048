// What the webhook plugin tells a backend over HTTP, and what it asks there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Backend } from './support/backend.mjs';
import { client, connected } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, ISSUER, token } from './support/token.mjs';
import { once, until } from './support/wait.mjs';

const SECRET = 'a secret of the tests, 0123456789';
const websocket = { transports: ['websocket'] };
const unavailable = {
    ok: false,
    error: { code: 'backend_unavailable', message: 'the backend does not answer; try again', retryable: true },
};

// A daemon with the plugin, and its backend.
async function pair(t, section, changes = {}) {
    const backend = await new Backend(SECRET).start();
    t.after(() => backend.stop());
    const own = section(backend);
    const server = await roomd(t, (port) => {
        const config = settings(port, changes);
        config.plugins.load.push({ name: 'webhook', secrets: [SECRET], ...own });
        return config;
    }, ENV);
    return { backend, server };
}

async function metric(server, name) {
    const text = await (await server.get('/metrics')).text();
    return Number(text.match(new RegExp(`^roomd_plugin_webhook_${name}\\{[^}]*\\} (.*)$`, 'm'))?.[1]);
}

const { backend, server } = await pair({ after }, (to) => ({
    url: to.url('/events'),
    node: 'desk-1',
    rooms: ['library:*'],
    events: ['seen:*'],
    batch: { wait: '10ms', events: 20 },
    retry_max: '200ms',
    acks: { url: to.url('/acks'), events: ['booking:*'], timeout: '1500ms' },
}));

test('clients that come and go, rooms and events are told in order, signed', async (t) => {
    const first = await connected(t, server, websocket);
    const ids = [first.id];
    await first.emitWithAck('join:library', 'hall');
    const second = await connected(t, server, websocket);
    ids.push(second.id);
    await second.emitWithAck('join:library', 'hall');
    assert.deepEqual(await first.emitWithAck('seen:page', { page: 1 }, Buffer.from([1, 2])), { ok: true });
    second.close();
    await backend.told('who left', () => backend.of('disconnect').length);
    first.close();
    await backend.told('the end', () => backend.of('vacated').length);
    const ours = backend.entries.filter(({ type }) => type !== 'start');
    assert.deepEqual(
        ours.map(({ type }) => type),
        ['connect', 'occupied', 'connect', 'event', 'disconnect', 'disconnect', 'vacated'],
    );
    assert.deepEqual(backend.of('connect'), ids.map((id) => ({ nsp: '/', client: id })));
    assert.deepEqual(backend.of('occupied'), [{ nsp: '/', room: 'library:hall' }]);
    assert.deepEqual(backend.of('event'), [
        {
            nsp: '/',
            client: ids[0],
            event: 'seen:page',
            args: [{ page: 1 }, { _placeholder: true, num: 0 }],
            blobs: [Buffer.from([1, 2]).toString('base64')],
        },
    ]);
    assert.deepEqual(backend.of('disconnect')[0],
        { nsp: '/', client: ids[1], reason: 'client namespace disconnect', rooms: ['library:hall'] });
    assert.deepEqual(backend.entries.map(({ n }) => n), backend.entries.map((_, i) => i + 1));
    const [{ epoch, node }] = backend.batches;
    assert.match(epoch, /^[\w-]{20}$/);
    assert.equal(node, 'desk-1');
    assert.ok(backend.batches.every((batch) => batch.epoch === epoch));
    assert.equal(backend.unverified, 0);
    for (const { headers } of backend.posts) assert.equal(headers['content-type'], 'application/json');
});

test('what happens while the backend is down is told when it is back, in order and once', async (t) => {
    const before = backend.entries.length;
    const numbers = backend.entries.at(-1).n;
    const { port } = backend;
    await backend.stop();
    const socket = await connected(t, server, websocket);
    for (let i = 0; i < 50; ++i) socket.emit('seen:n', i);
    await until('a failed try', async () => (await metric(server, 'failed_total')) > 0);
    await backend.start(port);
    await backend.told('all of it', () => backend.entries.length === before + 51);
    const came = backend.entries.slice(before);
    assert.deepEqual(came.map(({ n }) => n), came.map((_, i) => numbers + i + 1));
    assert.deepEqual(came.slice(1).map(({ args }) => args[0]), came.slice(1).map((_, i) => i));
    assert.ok(backend.batches.every(({ events }) => events.length <= 20));
    assert.equal(backend.most_under_way, 1);
    assert.equal(await metric(server, 'dropped_total'), 0);
});

test('a batch that was taken while the answer was lost comes again with the same numbers', async (t) => {
    const socket = await connected(t, server, websocket);
    await backend.told('the client', () => backend.of('connect').some(({ client }) => client === socket.id));
    const seen = [];
    backend.answers['/events'] = (body, response) => {
        seen.push(JSON.stringify(body));
        if (seen.length === 1) response.destroy();
        return [307, '', { Location: backend.url('/elsewhere'), 'Retry-After': '60' }]; // says that to nobody
    };
    socket.emit('seen:twice');
    await until('a repeat', () => seen.length >= 3);
    delete backend.answers['/events'];
    await backend.told('the event', () => backend.of('event').some(({ event }) => event === 'seen:twice'));
    assert.ok(seen.every((body) => body === seen[0]));
    assert.equal(backend.of('event').filter(({ event }) => event === 'seen:twice').length, 1);
    assert.ok(!backend.posts.some(({ path }) => path === '/elsewhere'), 'a redirect was followed');
});

test('what the backend refuses is dropped after some tries, and the next batch says so', async (t) => {
    const socket = await connected(t, server, websocket);
    let refused = 0;
    backend.answers['/events'] = ({ events }) => {
        if (!events.some(({ event }) => event === 'seen:poison')) return 204;
        ++refused;
        return 422;
    };
    socket.emit('seen:poison');
    const [gap] = await backend.told('the gap', () => backend.of('gap').length && backend.of('gap'));
    delete backend.answers['/events'];
    assert.equal(refused, 5);
    assert.equal(gap.refused, 422);
    assert.equal(gap.overflow, false);
    await server.logs(/the backend refuses a batch: it is dropped/);
    assert.ok((await metric(server, 'dropped_total')) >= 1);
});

test('the backend answers an event of a client by its response', async (t) => {
    const asked = [];
    backend.answers['/acks'] = async (body) => {
        asked.push(body);
        const [wish] = body.args;
        if (wish.seat === 'taken') return [409, { seat: wish.seat }];
        if (wish.seat === 'none') return 204;
        return [201, { id: 17, seat: wish.seat }];
    };
    const socket = await connected(t, server, websocket);
    assert.deepEqual(await socket.emitWithAck('booking:create', { seat: 'a1' }), { id: 17, seat: 'a1' });
    assert.equal(await socket.emitWithAck('booking:create', { seat: 'none' }), undefined);
    const refusal = await socket.emitWithAck('booking:create', { seat: 'taken' });
    assert.deepEqual([refusal.error.code, refusal.error.body], ['backend_refused', { seat: 'taken' }]);
    const [{ id, ...rest }] = asked;
    assert.match(id, /^[\w-]{20}-\d+$/);
    assert.deepEqual(rest,
        { kind: 'event', nsp: '/', client: socket.id, event: 'booking:create', args: [{ seat: 'a1' }] });
    assert.equal(new Set(asked.map((one) => one.id)).size, 3);
});

test('events of one client are asked one after the other, those of two at the same time', async (t) => {
    const waiting = [];
    backend.answers['/acks'] = (body) => new Promise((done) => waiting.push({ body, done }));
    const first = await connected(t, server, websocket);
    const second = await connected(t, server, websocket);
    const answers = [first.emitWithAck('booking:a', 1), first.emitWithAck('booking:a', 2)];
    answers.push(second.emitWithAck('booking:a', 3));
    await until('two questions', () => waiting.length === 2);
    assert.deepEqual(waiting.map(({ body }) => body.args[0]).sort(), [1, 3]);
    for (const { body, done } of waiting) done([200, body.args[0]]);
    await until('the third', () => waiting.length === 3);
    waiting[2].done([200, waiting[2].body.args[0]]);
    assert.deepEqual(await Promise.all(answers), [1, 2, 3]);
});

test('acks are unavailable by their deadline, and never wait for a batch that is stuck', async (t) => {
    const socket = await connected(t, server, websocket);
    let release;
    const stuck = new Promise((done) => (release = done));
    let held = 0;
    backend.answers['/events'] = () => (++held, stuck);
    t.after(() => delete backend.answers['/events']);
    socket.emit('seen:held');
    await until('the batch is stuck', () => held);
    backend.answers['/acks'] = () => [200, { at: 'once' }];
    assert.deepEqual(await socket.emitWithAck('booking:now'), { at: 'once' });
    for (const wrong of [[500, {}], [302, '', { Location: backend.url('/elsewhere') }], [200, '<html>'], [200, `"${'x'.repeat(70000)}"`]]) {
        backend.answers['/acks'] = () => wrong;
        assert.deepEqual(await socket.emitWithAck('booking:now'), unavailable);
    }
    assert.ok(!backend.posts.some(({ path }) => path === '/elsewhere'), 'a redirect was followed');
    // Each reason is logged when it worked before.
    const works = async () => {
        backend.answers['/acks'] = () => [200, { at: 'once' }];
        assert.deepEqual(await socket.emitWithAck('booking:now'), { at: 'once' });
        server.output = '';
    };
    await works(); // a head without end is not waited for
    backend.answers['/acks'] = (body, response) => {
        response.socket.write(`HTTP/1.1 200 OK\r\n${`X-Filler: ${'x'.repeat(1000)}\r\n`.repeat(100)}`);
        return new Promise(() => {});
    };
    assert.deepEqual(await socket.emitWithAck('booking:now'), unavailable);
    await server.logs(/the response is too big/);
    await works();
    backend.answers['/acks'] = () => new Promise(() => {});
    const began = performance.now();
    assert.deepEqual(await socket.emitWithAck('booking:late'), unavailable);
    const took = performance.now() - began;
    assert.ok(took > 1400 && took < 5000, `took ${took} ms`);
    await server.logs(/no answer in time/);
    await works();
    backend.answers['/acks'] = () => [200, '<html>'];
    assert.deepEqual(await socket.emitWithAck('booking:now'), unavailable);
    await server.logs(/HTTP 200 and no answer/);
    delete backend.answers['/acks'];
    release(204);
    await backend.told('the batch', () => backend.of('event').some(({ event }) => event === 'seen:held'));
    assert.equal(await metric(server, 'acks_unavailable_total'), 7);
});

test('a reload changes URL and secrets in place, and nothing is lost', async (t) => {
    const second = await new Backend('another secret, 0123456789').start();
    t.after(() => second.stop());
    const socket = await connected(t, server, websocket);
    socket.emit('seen:before');
    await backend.told('the event', () => backend.of('event').some(({ event }) => event === 'seen:before'));
    const { n } = backend.entries.at(-1);
    const { epoch } = backend.batches.at(-1);
    await reload(server, (section) => {
        section.url = second.url('/moved');
        section.secrets = ['another secret, 0123456789', SECRET];
    });
    socket.emit('seen:after');
    await second.told('the event', () => second.of('event').length);
    assert.equal(second.batches[0].epoch, epoch);
    assert.equal(second.entries[0].n, n + 1);
    assert.match(second.posts[0].headers['roomd-signature'], /^t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/);
    assert.equal(second.unverified, 0);
    // What cannot be is refused as a whole.
    await reload(server, (section) => Object.assign(section, { url: backend.url('/wrong'), rooms: ['a b'] }), /configuration not reloaded/);
    socket.emit('seen:still');
    await second.told('the event', () => second.of('event').some(({ event }) => event === 'seen:still'));
    // The old secret signs too.
    await reload(server, (section) => Object.assign(section, { url: backend.url('/events'), rooms: ['library:*'] }));
    socket.emit('seen:back');
    await backend.told('the event', () => backend.of('event').some(({ event }) => event === 'seen:back'));
    assert.equal(backend.unverified, 0);
});

async function reload(server, change, says = /configuration reloaded/) {
    const config = JSON.parse(readFileSync(server.file, 'utf8'));
    change(config.plugins.load.find(({ name }) => name === 'webhook'));
    server.write(config);
    server.output = '';
    server.process.kill('SIGHUP');
    await server.logs(says);
}

test('over the bound the oldest goes and is told as a gap; health is degraded meanwhile', async (t) => {
    const { backend, server } = await pair(t, (to) => ({
        url: to.url('/events'), events: ['seen:*'], memory: '64KiB', away: '200ms', retry_max: '100ms', flush: '5s',
    }));
    let down = true;
    backend.answers['/events'] = () => (down ? 503 : 204);
    const socket = await connected(t, server, websocket);
    for (let i = 0; i < 100; ++i) socket.emit('seen:n', i, 'x'.repeat(2000));
    await until('drops', async () => (await metric(server, 'dropped_total')) > 0);
    const health = async () => JSON.stringify(await (await server.get('/health')).json());
    await until('degraded', async () => /degraded/.test(await health()));
    await until('the rest', async () => (await metric(server, 'dropped_total')) > 60);
    down = false;
    await backend.told('the last', () => backend.of('event').some(({ args }) => args[0] === 99));
    const [gap] = backend.of('gap');
    assert.equal(gap.overflow, true);
    const numbers = backend.entries.map(({ n }) => n);
    const missing = [];
    for (let n = 1; n <= numbers.at(-1); ++n) if (!numbers.includes(n)) missing.push(n);
    const told = backend.of('gap').flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    assert.deepEqual(told.filter((n) => !numbers.includes(n)), missing);
    assert.equal(await metric(server, 'dropped_total'), told.length);
    await until('well again', async () => !/degraded/.test(await health()));
    socket.emit('seen:last');
    await socket.emitWithAck('seen:answered');
    assert.equal(await server.stop(), 0);
    assert.deepEqual(backend.entries.slice(-3).map(({ type, event }) => event ?? type),
        ['seen:last', 'seen:answered', 'stop']);
});

test('a backend with a certificate of nobody that is trusted, or of another name, is told nothing', async (t) => {
    const { file, ca } = certificate(t);
    const tls = { key: readFileSync(file('key')), cert: readFileSync(ca) };
    const backend = await new Backend(SECRET).start(0, tls);
    t.after(() => backend.stop());
    const at = (host) => `https://${host}:${backend.port}/events`;
    const server = await roomd(t, (port) => {
        const config = settings(port);
        config.plugins.load.push({ name: 'webhook', secrets: [SECRET], url: at('localhost'), retry_max: '100ms', flush: '0s' });
        return config;
    });
    await server.logs(/the backend fails/);
    await reload(server, (section) => Object.assign(section, { ca, url: at('127.0.0.1') }));
    const before = await metric(server, 'failed_total');
    await until('further tries', async () => (await metric(server, 'failed_total')) > before + 2);
    assert.equal(backend.posts.length, 0);
    await reload(server, (section) => (section.url = at('localhost')));
    await backend.told('it is told', () => backend.of('start').length);
});

// Of localhost, signed by itself.
function certificate(t) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-webhook-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const file = (name) => path.join(folder, name);
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file('key'),
        '-out', file('cert'), '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'pipe' });
    return { file, ca: file('cert') };
}

test('the end waits for a backend that does not answer, but not for ever', async (t) => {
    const { backend, server } = await pair(t, (to) => ({ url: to.url('/events'), events: ['seen:*'], flush: '300ms' }));
    let held = 0;
    backend.answers['/events'] = () => new Promise(() => ++held);
    await until('a batch', () => held);
    const began = performance.now();
    assert.equal(await server.stop(), 0);
    assert.ok(performance.now() - began < 5000);
    assert.match(server.output, /the backend did not take all that was in line/);
});

test('who may connect and join is asked at the backend, and without an answer nobody may', async (t) => {
    const { backend, server } = await pair(t, (to) => ({
        verdicts: { url: to.url('/verdicts'), connect: ['/desk'], join: ['library:*'], timeout: '500ms', cache: '1m' },
    }), { namespaces: ['/desk'], auth: { mode: 'optional', issuers: [ISSUER], claims: IDENTITY.auth.claims } });
    const asked = [];
    const says = (what) => (backend.answers['/verdicts'] = (body) => (asked.push(body), what));
    const fails = async (options) => (await once(client(t, server, { ...websocket, ...options }, '/desk'), 'connect_error'))[0];
    const retryable = { code: 'backend_unavailable', retryable: true };
    for (const wrong of [500, 403, [200, '{}'], [200, { allow: 'true' }], [302, '', { Location: backend.url('/yes') }]]) {
        says(wrong);
        const error = await fails({ auth: { token: token() } });
        assert.deepEqual([error.message, error.data], ['the backend does not answer; try again', retryable]);
    }
    says(new Promise(() => {}));
    assert.deepEqual((await fails()).data, retryable); // by the deadline
    says([200, { allow: false, message: 'not today', code: 'closed' }]);
    const error = await fails();
    assert.deepEqual([error.message, error.data], ['not today', { code: 'closed', retryable: false }]);

    // A yes holds for the same token in the same namespace.
    const mine = { ...websocket, auth: { token: token({ sub: 'u7' }) } };
    says([200, { allow: true }]);
    await connected(t, server, mine, '/desk');
    const before = asked.length;
    assert.equal(asked.at(-1).identity.user, 'u7');
    assert.equal(asked.at(-1).kind, 'connect');
    says([200, { allow: false }]);
    const socket = await connected(t, server, mine, '/desk');
    assert.equal(asked.length, before);
    assert.equal(await metric(server, 'cache_hits_total'), 1);
    await fails({ auth: { token: token({ sub: 'u8' }) } });

    // The same for rooms.
    const join = async (from, room) => (await from.emitWithAck('join:library', room)).error?.code ?? 'in';
    says(503);
    assert.equal(await join(socket, 'a'), 'room_denied');
    says([200, { allow: true }]);
    assert.equal(await join(socket, 'a'), 'in');
    assert.deepEqual([asked.at(-1).kind, asked.at(-1).room, asked.at(-1).client], ['join', 'library:a', socket.id]);
    says([200, { allow: false }]);
    const again = await connected(t, server, mine, '/desk');
    assert.equal(await join(again, 'a'), 'in');
    assert.equal(await join(again, 'b'), 'room_denied');
    assert.ok((await metric(server, 'verdicts_unavailable_total')) >= 7);

    // Nothing of strangers is kept, and nothing beyond the end of a token.
    says([200, { allow: true }]);
    await connected(t, server, websocket, '/desk');
    says([200, { allow: false }]);
    await fails();
});

test('what a verdict is asked about, and what of it holds', async (t) => {
    const { backend, server } = await pair(t, (to) => ({
        namespaces: ['/'], // says nothing of connects
        verdicts: { url: to.url('/verdicts'), connect: ['/desk'], cache: '1m' },
        acks: { url: to.url('/acks'), events: ['booking:*'], timeout: '2s', answer: '4MiB' },
        away: '100ms',
    }), { namespaces: ['/desk'], auth: { mode: 'optional', issuers: [ISSUER], claims: IDENTITY.auth.claims } });
    const asked = [];
    const says = (what) => (backend.answers['/verdicts'] = (body) => (asked.push(body), what));
    const fails = async (options) => (await once(client(t, server, { ...websocket, ...options }, '/desk'), 'connect_error'))[0];
    says([200, { allow: false, message: 'not today' }]);
    assert.equal((await fails()).message, 'not today');

    // Strangers are asked about each time, also those that send an `auth` without a token.
    says([200, { allow: true, identity: { user: 'u1' } }]);
    await connected(t, server, { ...websocket, auth: {} }, '/desk');
    says([200, { allow: false }]);
    for (const auth of [{}, { name: 'ann' }, { token: '' }]) await fails({ auth });

    // A client that polls makes up a query for each connect, and hits all the same; so does a no.
    const poll = { transports: ['polling'], upgrade: false, auth: { token: token({ sub: 'u7' }) } };
    says([200, { allow: true }]);
    await connected(t, server, poll, '/desk');
    assert.ok(!('t' in asked.at(-1).query), JSON.stringify(asked.at(-1).query));
    says([200, { allow: false, message: 'asked again' }]);
    await connected(t, server, poll, '/desk');
    assert.equal(await metric(server, 'cache_hits_total'), 1);
    const refused = { auth: { token: token({ sub: 'u8' }) } };
    await fails(refused);
    says([200, { allow: true }]);
    assert.equal((await fails(refused)).message, 'asked again');
    assert.equal(await metric(server, 'cache_hits_total'), 2);

    // A reload forgets what was decided.
    await reload(server, (section) => (section.verdicts.cache = '30s'));
    const first = await connected(t, server, { ...websocket, ...refused }, '/desk');

    // What is too large for a client is no answer, and its ack comes all the same.
    const socket = await connected(t, server, websocket);
    backend.answers['/acks'] = () => [200, `"${'x'.repeat(2_000_000)}"`];
    assert.deepEqual(await socket.emitWithAck('booking:large'), unavailable);

    // What fails degrades the health as long as it is asked for.
    const health = async () => JSON.stringify(await (await server.get('/health')).json());
    backend.answers['/acks'] = () => 500;
    await until('degraded', async () => {
        await socket.emitWithAck('booking:fails');
        return /degraded/.test(await health());
    });
    await reload(server, (section) => delete section.acks);
    await until('well again', async () => !/degraded/.test(await health()));
    assert.ok(first.connected && socket.connected);
});
