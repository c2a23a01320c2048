// docs/examples: the backend and its two pages as their README starts them, and the hook for React under StrictMode.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { connected } from './support/clients.mjs';
import { built } from './support/emitter_node.mjs';
import { build, freePort, source } from './support/roomd.mjs';
import { token } from './support/token.mjs';
import { until, within } from './support/wait.mjs';

const run = promisify(execFile);
const modules = path.join(source, 'tests/e2e/node_modules');
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const place = mkdtempSync(path.join(os.tmpdir(), 'roomd-examples-'));
const here = path.join(place, 'docs/examples/studyspot');
const ports = {};
const url = (portal) => `http://localhost:${ports[portal]}`;

// A command, and whatever it starts, in a process group of its own.
function start(command, env) {
    const child = spawn('sh', ['-c', `exec env ${command}`], { cwd: here, detached: true, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const one = { child, output: '' };
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (one.output += text));
    one.ended = new Promise((done) => child.on('close', (code, signal) => done((one.code = signal ?? code))));
    one.says = (pattern) => until(`${command} to say ${pattern}`, () => {
        if (one.code !== undefined) throw new Error(`${command} ended with ${one.code}:\n${one.output}`);
        return pattern.test(one.output);
    });
    one.stop = (signal = 'SIGTERM') => {
        if (one.code === undefined) process.kill(-child.pid, signal);
        return within(`${command} to end`, one.ended);
    };
    return one;
}

// The commands of the README, one block after the other.
const [setUp, daemonLine, backendLine] = [...readFileSync(path.join(source, 'docs/examples/studyspot/README.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)]
    .map(([, block]) => block.split('\n').filter((line) => line && !line.startsWith('#')));

let daemon, backend;
const startDaemon = async () => {
    daemon = start(daemonLine[0]);
    await daemon.says(/notice ready/);
};

// The folders that the commands name, as they lie in a clone.  What npm would fetch is linked to what the tests have.
before(async () => {
    const emitter = path.join(await built(), 'node_modules/roomd-emit');
    for (const name of ['live', 'owner', 'student']) ports[name] = await freePort();
    cpSync(path.join(source, 'docs/examples'), path.join(place, 'docs/examples'), { recursive: true, filter: (from) => !/\/(out|secrets|node_modules)$/.test(from) });
    cpSync(path.join(source, 'conf'), path.join(place, 'conf'), { recursive: true });
    symlinkSync(build, path.join(place, 'build'));
    const conf = path.join(place, 'conf/studyspot.yaml');
    writeFileSync(conf, readFileSync(conf, 'utf8').replace('127.0.0.1:3001', `127.0.0.1:${ports.live}`).replace('localhost:3000', `localhost:${ports.owner}`)
        .replace('localhost:5173', `localhost:${ports.student}`));
    mkdirSync(path.join(place, 'node_modules/.bin'), { recursive: true });
    for (const name of readdirSync(modules)) if (!name.startsWith('.')) symlinkSync(path.join(modules, name), path.join(place, 'node_modules', name));
    for (const name of readdirSync(path.join(modules, '.bin'))) symlinkSync(path.join(modules, '.bin', name), path.join(place, 'node_modules/.bin', name));
    symlinkSync(emitter, path.join(place, 'node_modules/roomd-emit'));
    for (const line of setUp) if (!/npm (ci|install)/.test(line)) await run('sh', ['-c', line], { cwd: here });
    await startDaemon();
    backend = start(backendLine[0], { ROOMD_URL: `http://127.0.0.1:${ports.live}`, OWNER_PORT: ports.owner, STUDENT_PORT: ports.student });
    await backend.says(/student: http/);
});
after(async () => {
    const ends = await Promise.all([backend, daemon].map((one) => one?.stop()));
    rmSync(place, { recursive: true, force: true });
    if (ends[1]) throw new Error(`roomd ended with ${ends[1]}:\n${daemon.output}`);
});

async function ask(who, method, where, body, status) {
    const headers = { ...(who && { Authorization: `Bearer ${(await login(who)).token}` }), ...(body && { 'Content-Type': 'application/json' }) };
    const answer = await fetch(url('owner') + where, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const data = await answer.json();
    assert.equal(answer.status, status ?? (method === 'POST' && where === '/api/bookings' ? 201 : 200), JSON.stringify(data));
    return data;
}
const login = (user) => ask(undefined, 'POST', '/api/login', { user });

describe('studyspot', () => {
    test('its versions are those that are tested, and its pages are short', () => {
        const tested = JSON.parse(readFileSync(path.join(source, 'tests/e2e/package.json'), 'utf8'));
        const own = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
        for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies }))
            if (name !== 'roomd-emit') assert.equal(version, { ...tested.dependencies, ...tested.devDependencies }[name], name);
        for (const page of ['student', 'owner']) assert.ok(readFileSync(path.join(here, `pages/${page}.html`), 'utf8').split('\n').length <= 200, page);
    });

    test('what a route emits is with the stock clients in its rooms, once, and with nobody else', async (t) => {
        const live = { url: `http://127.0.0.1:${ports.live}` };
        const secret = readFileSync(path.join(here, 'secrets/jwt_key'), 'utf8').trim();
        const rival = token({ sub: 'rival', role: 'library_owner', tenantId: 't2', libraryIds: ['lib2'] }, { secret });
        const seen = {};
        const sockets = {};
        for (const who of ['ada', 'ben', 'olga', 'dan', 'rival']) {
            const socket = sockets[who] = await connected(t, live, { auth: { token: who === 'rival' ? rival : (await login(who)).token } });
            seen[who] = [];
            socket.onAny((event, data) => seen[who].push([event, data]));
        }
        // Ada looks at no library, Ben and Dan at this one; Olga is here by her tenant; the rival has another library.
        for (const [who, id] of [['ben', 'lib1'], ['dan', 'lib1'], ['rival', 'lib2']]) assert.equal((await sockets[who].emitWithAck('join:library', id)).ok, true, who);
        assert.equal((await sockets.rival.emitWithAck('join:library', 'lib1')).error.code, 'room_denied');

        const booking = await ask('ada', 'POST', '/api/bookings', { seatId: 'D6' });
        const arrived = await ask('dan', 'POST', `/api/bookings/${booking.bookingId}/checkin`);
        const gone = await ask('dan', 'POST', `/api/bookings/${booking.bookingId}/checkout`);
        const other = await ask('ben', 'POST', '/api/bookings', { seatId: 'D5' });
        const cancelled = await ask('ben', 'DELETE', `/api/bookings/${other.bookingId}`);
        const plan = await ask('olga', 'PUT', '/api/libraries/lib1/pricing', { newPrice: 2.5 });
        const seats = (availableSeats) => ['seat:availability', { libraryId: 'lib1', totalSeats: 24, availableSeats }];
        const library = [['booking:created', booking], seats(23), ['booking:checkin', arrived], ['booking:checkout', gone], seats(24), ['booking:created', other], seats(23),
            ['booking:cancelled', cancelled], seats(24), ['pricing:updated', { ...plan, libraryId: 'lib1' }]];
        const bookings = library.filter(([event]) => event.startsWith('booking'));
        const welcome = ['notification', { userId: 'ada', title: `Welcome! Seat D6 is yours until ${booking.endTime.slice(11, 16)} UTC.` }];
        const wanted = { ada: [bookings[0], bookings[1], welcome, bookings[2]], ben: library, dan: library, olga: bookings, rival: [] };

        // Whatever else is under way comes before this.
        await until('the last event', () => seen.ben.length >= library.length && seen.dan.length >= library.length);
        const key = readFileSync(path.join(here, 'secrets/emit_key'), 'utf8').trim();
        const last = { event: 'notification', data: { title: 'the last' }, rooms: Object.keys(seen).map((who) => `user:${who}`) };
        const answer = await fetch(`${live.url}/api/emit`, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
            body: JSON.stringify(last) });
        assert.equal((await answer.json()).data.recipients, 5);
        for (const [who, list] of Object.entries(wanted)) {
            await until(`the last one of ${who}`, () => seen[who].at(-1)?.[1].title === 'the last');
            assert.deepEqual(seen[who].slice(0, -1), list, who);
        }
    });

    test('what nobody may is refused, and emits nothing', async () => {
        const refused = async (...asked) => (await ask(...asked)).message;
        assert.equal(await refused(undefined, 'GET', '/api/library', undefined, 401), 'log in first');
        assert.equal(await refused('ada', 'PUT', '/api/libraries/lib1/pricing', { newPrice: 0 }, 403), 'not for the role student');
        assert.equal(await refused('olga', 'PUT', '/api/libraries/lib2/pricing', { newPrice: 0 }, 403), "the library is somebody else's");
        assert.equal(await refused('ada', 'POST', '/api/bookings', { seatId: 'Z9' }, 404), 'there is no seat Z9');
        const { bookingId } = await ask('ben', 'POST', '/api/bookings', { seatId: 'D4' });
        assert.equal(await refused('ada', 'POST', '/api/bookings', { seatId: 'D4' }, 409), 'seat D4 is taken');
        assert.equal(await refused('ada', 'DELETE', `/api/bookings/${bookingId}`, undefined, 403), "the booking is somebody else's");
        assert.equal(await refused('dan', 'POST', `/api/bookings/${bookingId}/checkout`, undefined, 409), 'the booking is confirmed');
        await ask('ben', 'DELETE', `/api/bookings/${bookingId}`);
    });
});
