// docs/migrate.md, step by step: the same stock clients do the same things and see the same, from Node's server and from roomd.
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import ts from 'typescript';
import { call } from './support/admin.mjs';
import { client, connected } from './support/clients.mjs';
import { built } from './support/emitter_node.mjs';
import { blocks } from './support/pages.mjs';
import { binary, build, freePort, roomd, source } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { DEADLINE, once, until, within } from './support/wait.mjs';

const modules = path.join(source, 'tests/e2e/node_modules');
const shown = blocks('docs/migrate.md');
// The file NAME as a section of the page has it.
function file(section, name) {
    const found = shown.filter(({ heading, text }) => heading === section && new RegExp(`^(//|#) ${name}\n`).test(text));
    assert.equal(found.length, 1, `${name} under "${section}"`);
    return found[0].text;
}
const AS_IT_IS = 'The server as it is';
const BOTH = '2. Emit to both';
const ALONE = '4. Let go of Node';
const server = () => file(AS_IT_IS, 'server.mjs');
const helpers = (section) => file(section, 'realtime.mjs');
const sessions = (section) => file(section, 'sessions.mjs');

// roomd of step 1, with the plugin of step 4 where it is built: before that `sessions.mjs` has nobody to ask.
const served = existsSync(path.join(build, 'plugins/http_clients.so'));
async function daemon(t) {
    const yaml = file('1. roomd beside it', 'roomd.yaml');
    const one = await roomd(t, (port) => `${yaml}    - { name: test_event }\n${served ? '    - { name: http_clients }\n' : ''}admin: { socket: admin.sock }\n`
        .replace('127.0.0.1:3002', `127.0.0.1:${port}`)
        .replace('${file:jwt_key}', '${env:JWT}')
        .replace('plugins:\n', `plugins:\n  directory: ${path.join(build, 'plugins')}\n`), { JWT: SECRET });
    one.admin = path.join(one.folder, 'admin.sock');
    return one;
}

// What the page leaves to the reader.
const LOGIN = `import { createHmac } from 'node:crypto';
export function verify(token) {
    const [head, body, signature] = String(token).split('.');
    if (createHmac('sha256', ${JSON.stringify(SECRET)}).update(head + '.' + body).digest('base64url') !== signature) throw new Error('wrong');
    return JSON.parse(Buffer.from(body, 'base64url'));
}`;
// Calls the functions of the backend's modules.
const MAIN = `
const [realtime, sessions] = await Promise.all([import(process.argv[2]), import('./sessions.mjs')]);
process.on('message', async ({ id, name, args }) => {
    try { process.send({ id, value: (await { ...realtime, ...sessions }[name](...args)) ?? null }); } catch (error) { process.send({ id, error: String(error) }); }
});
process.send('ready');`;

// The backend of a step, a process of its own: functions of its modules by name, `url` of Node's server if it has one.
async function backend(t, files, { env = {}, realtime = './realtime.mjs' } = {}) {
    const folder = mkdtempSync(path.join(await built(), 'migrate-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(path.join(modules, 'socket.io'), path.join(folder, 'node_modules/socket.io'));
    const all = { 'package.json': '{"type":"module"}', 'login.mjs': LOGIN, 'main.mjs': MAIN, ...files };
    for (const [name, text] of Object.entries(all)) writeFileSync(path.join(folder, name), text);
    const port = await freePort();
    const child = fork(path.join(folder, 'main.mjs'), [realtime], { cwd: folder, env: { ...process.env, NODE_ENV: '', PORT: port, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const ended = new Promise((done) => child.on('exit', done));
    t.after(() => {
        child.kill('SIGKILL');
        return ended;
    });
    const one = { url: `http://127.0.0.1:${port}`, output: '' };
    child.stdout.on('data', (piece) => (one.output += piece));
    await once(child, 'message', 5 * DEADLINE); // a busy machine takes its time to start it
    if (files['server.mjs']) await until('Node to listen', () => fetch(`${one.url}/socket.io/`).then(() => true, () => false));
    let id = 0;
    one.call = (name, ...args) => within(`${name}()`, new Promise((done, failed) => {
        const mine = ++id;
        child.on('message', function heard(answer) {
            if (answer.id !== mine) return;
            child.off('message', heard);
            if (answer.error) failed(new Error(answer.error));
            else done(answer.value);
        });
        child.send({ id: mine, name, args });
    }));
    return one;
}

// ---- what clients do and see -------------------------------------------------------------------

const PEOPLE = {
    ann: { sub: 'u1', role: 'student', tenantId: 'none' },
    bob: { sub: 'u2', role: 'student', tenantId: 'none' },
    owner: { sub: 'o1', role: 'library_owner', tenantId: 't1', libraryIds: ['l2'] },
};
const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'l1', tenantId: 't1' };
const SEEN = {
    joins: { 'ann l1': true, 'bob l1': true, 'owner l1': false, 'owner l2': true },
    ann: [['booking:created', booking], ['notice', 'all']],
    bob: [['booking:created', booking], ['typing', 'library:l1', { text: 'a seat?' }, { user: 'u1' }], ['notice', 'all']],
    owner: [['booking:created', booking], ['pricing:updated', { libraryId: 'l2', newPrice: 3 }], ['notice', 'all']],
};

// Everyone at `url`; another service posts to `posts`.
async function day(t, url, it, posts = `${url}/api/emit`) {
    const post = async (event, data, room) => {
        const answer = await fetch(posts, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ event, data, room }) });
        assert.equal((await answer.json()).success, true);
    };
    const sockets = {};
    const seen = { joins: {} };
    for (const [who, claims] of Object.entries(PEOPLE)) {
        sockets[who] = await connected(t, { url }, { auth: (answer) => answer({ token: token(claims) }), transports: who === 'bob' ? ['polling', 'websocket'] : ['websocket'] });
        seen[who] = [];
        sockets[who].onAny((...args) => seen[who].push(args));
    }
    const stranger = client(t, { url }, { auth: { token: `${token()}x` } });
    const [refusal] = await once(stranger, 'connect_error');
    assert.ok(refusal instanceof Error);
    for (const [who, id] of [['ann', 'l1'], ['bob', 'l1'], ['owner', 'l1'], ['owner', 'l2']])
        seen.joins[`${who} ${id}`] = (await sockets[who].emitWithAck('join:library', id)).ok;
    await it.call('emitBookingCreated', booking);
    await until('the booking', () => ['ann', 'bob', 'owner'].every((who) => seen[who].length === 1));
    await it.call('emitPricingUpdated', 'l2', { newPrice: 3 });
    sockets.ann.emit('typing', 'library:l1', { text: 'a seat?' });
    await until('typing, and the price', () => seen.bob.length === 2 && seen.owner.length === 2);
    sockets.bob.emit('leave:library', 'l1');
    await sockets.bob.emitWithAck('join:library', 'l9'); // so it has left
    sockets.ann.emit('typing', 'library:l1', 'to nobody');
    await sockets.ann.emitWithAck('join:library', 'l9');
    for (const room of ['role:student', 'role:library_owner']) await post('notice', 'all', room);
    await until('the notices', () => Object.keys(PEOPLE).every((who) => seen[who].at(-1)[0] === 'notice'));
    assert.deepEqual(seen, SEEN);
    return { sockets, seen };
}

// ... and what the backend does to them.
async function evening({ sockets, seen }, it) {
    assert.deepEqual([await it.call('isOnline', 'u1'), await it.call('isOnline', 'nobody')], [true, false]);
    await it.call('addToLibrary', 'u2', 'l2');
    await it.call('emitPricingUpdated', 'l2', { newPrice: 4 });
    await until('the price', () => seen.bob.at(-1)[1].newPrice === 4);
    const left = once(sockets.ann, 'disconnect');
    await it.call('logOut', 'u1');
    assert.equal((await left)[0], 'io server disconnect'); // it stays away
    await until('nobody to be there', async () => !(await it.call('isOnline', 'u1')));
}

// ---- the steps ---------------------------------------------------------------------------------

test('the server as it is', async (t) => {
    const it = await backend(t, { 'server.mjs': server(), 'realtime.mjs': helpers(AS_IT_IS), 'sessions.mjs': sessions(AS_IT_IS) });
    await evening(await day(t, it.url, it), it);
    await until('the note of who left', () => it.output.includes('last seen u1'));
});

test('1, 2 and 3: roomd beside it, an emit to both, and clients at the one or the other', async (t) => {
    const beside = await daemon(t);
    const files = { 'server.mjs': server(), 'realtime.mjs': helpers(BOTH), 'sessions.mjs': sessions(AS_IT_IS) };
    // Step 2 can be deployed before there is a roomd to emit to, and is taken back by the environment.
    const alone = await backend(t, files);
    await day(t, alone.url, alone);
    const it = await backend(t, files, { env: { ROOMD_URL: beside.url } });
    await evening(await day(t, it.url, it), it);
    await day(t, beside.url, it);
    assert.match((await call(['check', '--config', beside.file], { env: { JWT: SECRET } }).ended).out, /good/);
});

test('4: without Node\'s server, over code that is generated', async (t) => {
    const one = await daemon(t);
    const [{ text: command }] = shown.filter(({ heading, language }) => heading === ALONE && language === 'sh');
    assert.equal(command, 'roomd catalogue emitter ts --config roomd.yaml > realtime.ts\n');
    const { stdout } = await promisify(execFile)(binary, ['catalogue', 'emitter', 'ts', '--config', one.file], { env: { ...process.env, JWT: SECRET } });
    // That it compiles is for catalogue_emitter.test.mjs to say.
    const { outputText } = ts.transpileModule(stdout, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } });
    const it = await backend(t, { 'realtime.js': outputText, 'sessions.mjs': sessions(ALONE) }, { env: { ROOMD_URL: one.url }, realtime: './realtime.js' });
    const met = await day(t, one.url, it);
    if (served) return evening(met, it);
    t.diagnostic('no plugin http_clients here: only `roomd kick` was tried');
    const left = once(met.sockets.ann, 'disconnect');
    await call(['kick', 'u1', '--socket', one.admin]).ended;
    assert.equal((await left)[0], 'io server disconnect');
});

// The table of what clients notice.
test('3: what clients notice', async (t) => {
    const one = await daemon(t);
    const it = await backend(t, { 'server.mjs': server(), 'realtime.mjs': helpers(AS_IT_IS), 'sessions.mjs': sessions(AS_IT_IS) });
    const both = async (look) => [await look({ url: it.url }), await look(one)];
    const auth = { token: token(PEOPLE.owner) };
    const refused = (options) => async (at) => {
        const [error] = await once(client(t, at, options), 'connect_error');
        return error.data?.code ?? error.message;
    };
    assert.deepEqual(await both(refused({ auth: { token: 'none' } })), ['Authentication error', 'token_malformed']);
    const [node, roomds] = await both((at) => connected(t, at, { auth }));
    assert.deepEqual([await node.emitWithAck('join:library', 'l2'), await node.emitWithAck('join:library', 'l1')], [{ ok: true }, { ok: false }]);
    assert.deepEqual(await roomds.emitWithAck('join:library', 'l2'), { ok: true, room: 'library:l2', members: 1 });
    const answer = await roomds.emitWithAck('join:library', 'l1');
    assert.deepEqual([answer.ok, answer.error.code], [false, 'room_denied']);
    const told = once(roomds, 'join:error');
    roomds.emit('join:library', 'l1');
    assert.equal((await told)[0].code, 'room_denied');
    await assert.rejects(node.timeout(200).emitWithAck('nothing', 1), /timed out/);
    assert.equal((await roomds.emitWithAck('nothing', 1)).error.code, 'unknown_event');
    const away = { auth, transports: ['websocket'], extraHeaders: { Origin: 'https://evil.example' } };
    assert.ok((await connected(t, it, away)).connected);
    assert.equal(await refused(away)(one), 'websocket error');
    assert.equal((await roomds.emitWithAck('join:library', 'a b')).error.code, 'room_invalid');
    assert.equal((await (await connected(t, it, { auth: { token: token(PEOPLE.ann) } })).emitWithAck('join:library', 'a b')).ok, true);
});
