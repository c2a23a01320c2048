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
    test('its versions are those that are tested, its links lead somewhere, and its pages are short', () => {
        const tested = JSON.parse(readFileSync(path.join(source, 'tests/e2e/package.json'), 'utf8'));
        const own = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
        for (const [name, version] of Object.entries({ ...own.dependencies, ...own.devDependencies }))
            if (name !== 'roomd-emit') assert.equal(version, { ...tested.dependencies, ...tested.devDependencies }[name], name);
        for (const example of ['studyspot', 'react']) {
            const folder = path.join(source, 'docs/examples', example);
            for (const [, to] of readFileSync(path.join(folder, 'README.md'), 'utf8').matchAll(/\]\(([^)#]+)/g)) assert.ok(existsSync(path.join(folder, to)), to);
        }
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

    test('a wrong payload compiles neither in the backend nor in a page', async () => {
        const routes = readFileSync(path.join(here, 'src/routes.ts'), 'utf8');
        const script = (page) => /<script type="module">\n([^]*?)<\/script>/.exec(readFileSync(path.join(here, `pages/${page}.html`), 'utf8'))[1];
        // [file, what is in it, what is written there instead]
        const wrong = [
            ['routes.ts', 'emitBookingCreated(booking)', "emitBookingCreated({ ...booking, status: 'gone' })"],
            ['routes.ts', 'emitBookingCheckin(booking)', 'emitBookingCheckin({ bookingId: booking.bookingId })'],
            ['routes.ts', 'emitPricingUpdated(request.params.libraryId, plan)', 'emitPricingUpdated(plan)'],
            ['routes.ts', 'title: `Welcome!', 'titel: `Welcome!'],
            ['student.js', 'price.newPrice.toFixed(2)} ${price.currency} now', 'price.newPrise.toFixed(2)} ${price.currency} now'],
            ['student.js', '({ availableSeats })', '({ freeSeats })'],
            ['student.js', "emitWithAck('join:library', libraryId)", "emitWithAck('join:libary', libraryId)"],
            ['owner.js', "socket.on('pricing:updated'", "socket.on('prices:updated'"],
            ['owner.js', 'answer.error.message', 'answer.error.massage'],
        ];
        const files = { 'routes.ts': routes, 'student.js': script('student'), 'owner.js': script('owner') };
        const options = { module: 'NodeNext', target: 'ES2022', strict: true, noImplicitAny: false, skipLibCheck: true, types: ['node'], noEmit: true,
            allowJs: true, checkJs: true };
        const folder = path.join(here, 'checked'); // the same, and the wrong ones beside them
        cpSync(path.join(here, 'src'), path.join(folder, 'src'), { recursive: true });
        mkdirSync(path.join(folder, 'pages'));
        const put = (file, text) => writeFileSync(path.join(folder, file.endsWith('.ts') ? 'src' : 'pages', file), text);
        const broken = { ...files };
        const places = wrong.map(([file, from, to]) => {
            assert.ok(broken[file].includes(from), from);
            const line = broken[file].slice(0, broken[file].indexOf(from)).split('\n').length;
            broken[file] = broken[file].replace(from, to);
            return `wrong_${file}:${line}`;
        });
        for (const file of Object.keys(files)) put(file, files[file]), put(`wrong_${file}`, broken[file]);
        writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['src', 'pages'] }));
        const { stdout } = await run(process.execPath, [path.join(modules, 'typescript/bin/tsc'), '-p', folder]).catch((error) => error);
        const found = [...stdout.matchAll(/^\S*?(\w+\.\w+)\((\d+),/gm)].map(([, file, line]) => `${file}:${line}`);
        assert.deepEqual([...new Set(found)].sort(), places.sort(), stdout);
    });

    // The daemon is killed under them, and comes back.
    test('what the owner does is on the student\'s page, also after a kill', { skip: !chromium && 'no chromium here' }, async (t) => {
        const browser = await launched(t);
        const problems = [];
        const opened = async (portal, size) => {
            const page = await (await browser.newContext({ viewport: size })).newPage();
            page.on('pageerror', (error) => problems.push(error.message));
            await page.goto(url(portal));
            await page.waitForSelector('#state.live');
            return page;
        };
        const [owner, student] = await Promise.all([opened('owner', { width: 900, height: 700 }), opened('student', { width: 390, height: 800 })]);
        const shown = (page, selector, text) => page.waitForFunction(([where, what]) => document.querySelector(where)?.textContent === what, [selector, text]);
        const seat = (state) => student.waitForSelector(`button[aria-label="Seat A2, ${state}"]`);

        await owner.selectOption('#walkin select', 'A2');
        await owner.fill('#walkin input', 'zoe');
        await owner.click('#walkin button');
        await seat('taken');
        await shown(student, '#free', '23');
        await owner.fill('#pricing input', '3.5');
        await owner.click('#pricing button');
        await shown(student, '#price', '3.50 EUR');

        // And back: what the student books, the owner sees; its own seat is told the student alone.
        await student.click('button[aria-label="Seat B1, free"]');
        await owner.click('tr:has-text("ada") button:has-text("Check in")');
        await student.waitForFunction(() => /^Welcome! Seat B1/.test(document.querySelector('#told').textContent));
        assert.equal(await owner.textContent('tr:has-text("ada") td:nth-child(3)'), 'is here');

        await daemon.stop('SIGKILL');
        await Promise.all([owner, student].map((page) => shown(page, '#state', 'reconnecting')));
        const [zoe] = (await ask('dan', 'GET', '/api/library')).bookings.filter(({ userId }) => userId === 'zoe');
        await ask('dan', 'DELETE', `/api/bookings/${zoe.bookingId}`); // nobody hears of it
        await startDaemon();
        await seat('free');
        await Promise.all([owner, student].map((page) => shown(page, '#state', 'live')));
        await owner.waitForSelector('tr:has-text("zoe")', { state: 'detached' });
        for (const page of [owner, student]) assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page');
        if (process.env.SHOTS) for (const [name, page] of Object.entries({ owner, student })) await page.screenshot({ path: `${process.env.SHOTS}/${name}.png` });

        // A portal is for its roles.
        await student.goto(`${url('student')}?user=olga`);
        await shown(student, '#state', 'your role may not use this portal');
        assert.deepEqual(problems, []);
    });
});

async function launched(t) {
    const { chromium: driver } = await import('playwright-core');
    const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => browser.close());
    return browser;
}
