// docs/examples/react: the hook compiles with the types of the catalogue, and under StrictMode makes and leaves what it should.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { site } from './support/react.mjs';
import { Roomd, binary, freePort, settings, source } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const run = promisify(execFile);
const modules = path.join(source, 'tests/e2e/node_modules');
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-react-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// What must not compile, a line each.
const WRONG = [
    `useRoomd(url, { token, on: { 'seat:availability': (seats) => seats.freeSeats } });`,
    `useRoomd(url, { token, on: { 'seat:availability': (seats: string) => seats } });`,
    `useRoomd(url, { token, on: { 'seats:availability': () => {} } });`,
    `useRoomd(url, { token, on: { 'booking:created': ({ status }) => status === 'gone' } });`,
    `useRoomd(url, { token: () => 'a token' });`,
    `useRoomd(url, { token, rooms: 'library:l1' });`,
    `socket.on('pricing:updated', (price) => price.newPrise);`,
    `socket.emit('join:libary', 'l1', () => {});`,
    `void socket.emitWithAck('join:library', ['l1']);`,
];
let told; // by tsc

before(async () => {
    cpSync(path.join(source, 'docs/examples/react'), folder, { recursive: true });
    symlinkSync(modules, path.join(folder, 'node_modules'));
    const { stdout } = await run(binary, ['catalogue', 'types', '--config', path.join(source, 'conf/studyspot.yaml')]);
    writeFileSync(path.join(folder, 'events.ts'), stdout);
    writeFileSync(path.join(folder, 'wrong.ts'), `import { useRoomd, type Roomd } from './useRoomd.js';\n`
        + `declare const url: string, token: () => Promise<string>, socket: Roomd;\n${WRONG.join('\n')}\n`);
    const [, block] = /^```tsx\n([^]*?)^```$/m.exec(readFileSync(path.join(folder, 'README.md'), 'utf8'));
    writeFileSync(path.join(folder, 'readme.ts'), `import { useRoomd } from './useRoomd.js';
        declare const libraryId: string, ask: (path: string, init: RequestInit) => Promise<{ token: string }>, load: () => Promise<void>;
        export function useReadme(setFree: (free: number) => void) {\n${block}\nreturn [state, socket, error] as const; }`);
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'ES2022', moduleResolution: 'Bundler', target: 'ES2022', strict: true,
        lib: ['ES2022', 'DOM'], jsx: 'react-jsx', exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true, types: [] },
        include: ['*.ts', '*.tsx'] }));
    told = await run(process.execPath, [path.join(modules, 'typescript/bin/tsc'), '-p', folder]).then(() => '', ({ stdout }) => stdout);
});

test('the hook compiles with the types of the catalogue, and what these do not say does not', () => {
    const lines = [...told.matchAll(/^(\S+?)\((\d+),/gm)].map(([, file, line]) => `${path.basename(file)}:${line}`);
    assert.deepEqual([...new Set(lines)].sort(), WRONG.map((_, at) => `wrong.ts:${at + 3}`).sort(), told);
});

test('under StrictMode there is one connection, whatever happens to it', { skip: !chromium && 'no chromium here' }, async (t) => {
    const port = await freePort();
    let origin, refusing = 0, asked = 0;
    const configuration = () => settings(port, { ...IDENTITY, portals: [{ name: 'react', origins: [origin] }, { name: 'own', origins: [`http://127.0.0.1:${port}`] }] });
    const server = new Roomd(port, settings(port), ENV);
    t.after(() => server.stop());
    // A token each time; `refusing` times none.
    const answers = {
        '/token': (_, response) => {
            if (refusing > 0) return void (--refusing, response.writeHead(503).end());
            response.end(token({ sub: 'ada', libraryIds: ['l1', 'l2'], n: ++asked }));
        },
        '/bad': (_, response) => response.end('no token'),
    };
    origin = await site(t, { folder, client: `${server.url}/socket.io/socket.io.esm.min.js`, answers, page: () => `
        import { StrictMode, createElement, useEffect, useState } from 'react';
        import { createRoot } from 'react-dom/client';
        import { useRoomd } from './useRoomd.js';
        Object.assign(window, { mounts: 0, renders: 0, seen: [], joined: [], states: [], from: new URLSearchParams(location.search).get('token') ?? '/token' });
        function Portal() {
            const [rooms, setRooms] = useState(['library:l1']);
            const [round, setRound] = useState(0);
            Object.assign(window, { setRooms, setRound });
            const { state, socket, error } = useRoomd('${server.url}', {
                token: async () => {
                    const answer = await fetch(from);
                    if (!answer.ok) throw new Error('no token now');
                    return answer.text();
                },
                rooms,
                on: { 'seat:availability': (seats) => seen.push([round, seats.availableSeats]) },
                onJoined: (answers) => joined.push(Object.keys(answers).filter((room) => answers[room].ok)),
            });
            useEffect(() => Object.assign(window, { round }) && undefined); // the hook's own effects were before
            ++renders;
            Object.assign(window, { socket });
            if (states.at(-1) !== state) states.push(state);
            return createElement('p', { id: 'state' }, state + (error ? ': ' + error.message : ''));
        }
        window.root = createRoot(document.getElementById('root'));
        window.mount = () => root.render(createElement(StrictMode, null, createElement(Portal)));
        mount();` });
    server.write(configuration());
    await server.start();

    const { chromium: driver } = await import('playwright-core');
    const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => browser.close());
    const page = await browser.newPage();
    const faults = [];
    let handshakes = 0;
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => (handshakes += /\/socket\.io\/\?(?!.*sid=)/.test(request.url())));
    const shows = (text) => page.waitForFunction((what) => document.getElementById('state')?.textContent === what, text);
    const connections = async (many) => until(`${many} connections`, async () => (await server.stats()).totalConnections === many);
    const seats = (availableSeats, room = 'library:l1') => server.emit('seat:availability', { libraryId: 'l1', availableSeats }, room);
    const seen = (list) => until(`the events ${JSON.stringify(list)}`, async () => {
        const now = await page.evaluate(() => seen);
        assert.ok(now.length <= list.length, JSON.stringify(now));
        return now.length === list.length && (assert.deepEqual(now, list), true);
    });

    await t.test('one is made, and the rooms are joined', async () => {
        await page.goto(origin);
        await shows('live');
        assert.ok(await page.evaluate(() => renders >= 2), 'StrictMode renders twice');
        assert.deepEqual([handshakes, asked, await page.evaluate(() => joined)], [1, 1, [['library:l1']]]);
        await connections(1);
        assert.equal((await seats(1)).recipients, 1);
        await seen([[0, 1]]);
    });
    await t.test('a rendering changes the handlers and not the connection', async () => {
        await page.evaluate(() => setRound(1));
        await page.waitForFunction(() => round === 1);
        await seats(2);
        await seen([[0, 1], [1, 2]]);
        assert.deepEqual([handshakes, asked], [1, 1]);
    });
    await t.test('other rooms are joined over it', async () => {
        await page.evaluate(() => setRooms(['library:l2']));
        await page.waitForFunction(() => joined.length === 2);
        assert.deepEqual([await page.evaluate(() => joined[1]), (await seats(0)).recipients, (await seats(3, 'library:l2')).recipients], [['library:l2'], 0, 1]);
        await seen([[0, 1], [1, 2], [1, 3]]);
        assert.deepEqual([handshakes, asked], [1, 1]);
    });
    await t.test('a new one has a token of its own and the same rooms', async () => {
        refusing = 1; // the backend is away too, at first
        await server.kill('SIGKILL');
        await page.waitForFunction(() => states.at(-1) === 'reconnecting');
        delete server.code; // of the one that was killed
        await server.start();
        await shows('live');
        assert.deepEqual([asked, refusing, await page.evaluate(() => joined.length), await page.evaluate(() => states)],
            [2, 0, 3, ['connecting', 'live', 'reconnecting', 'live']]);
        await connections(1);
        assert.equal((await seats(4, 'library:l2')).recipients, 1);
        await seen([[0, 1], [1, 2], [1, 3], [1, 4]]);
    });
    await t.test('none is left after the component, nor a listener', async () => {
        await page.evaluate(() => {
            window.old = socket;
            root.unmount();
        });
        await connections(0);
        assert.deepEqual(await page.evaluate(() => [old.connected, old.active, old.listenersAny().length, ['connect', 'disconnect', 'connect_error', 'seat:availability']
            .flatMap((event) => old.listeners(event)).length]), [false, false, 0, 0]);
    });
    await t.test('a component that goes while it reconnects comes back no more', async () => {
        await page.goto(origin);
        await shows('live');
        await server.kill('SIGKILL');
        await page.waitForFunction(() => states.at(-1) === 'reconnecting');
        await page.evaluate(() => root.unmount());
        const before = handshakes;
        delete server.code; // of the one that was killed
        await server.start();
        const other = await browser.newPage();
        await other.goto(origin); // one that does come
        await other.waitForFunction(() => document.getElementById('state')?.textContent === 'live');
        assert.equal(handshakes, before);
        await connections(1);
        await other.close();
        await connections(0);
    });
    await t.test('one that is refused says why, once', async () => {
        handshakes = 0;
        await page.goto(`${origin}/?token=/bad`);
        await page.waitForFunction(() => states.at(-1) === 'refused');
        assert.match(await page.textContent('#state'), /^refused: \S/);
        assert.equal(handshakes, 1);
    });
    assert.deepEqual(faults, []);
});
