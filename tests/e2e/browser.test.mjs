// A page in a real browser, on a portal's own origin, with the client bundle that roomd serves.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { test } from 'node:test';
import { roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

test('a browser page polls, upgrades and receives', { skip: !chromium && 'no chromium here' }, async (t) => {
    const { chromium: driver } = await import('playwright-core');
    const site = http.createServer((_, answer) => {
        answer.setHeader('Content-Type', 'text/html');
        answer.end(site.page);
    });
    await new Promise((done) => site.listen(0, '127.0.0.1', done));
    t.after(() => site.close());
    const origin = `http://127.0.0.1:${site.address().port}`;
    const server = await roomd(t, (port) =>
        settings(port, {
            portals: [
                { name: 'owner', origins: [origin] },
                { name: 'console', origins: [`http://127.0.0.1:${port}`] },
            ],
        }));
    site.page = `<!doctype html><title>portal</title><script src="${server.url}/socket.io/socket.io.min.js"></script>
        <script>
            window.seen = []; window.faults = []; window.transports = [];
            window.socket = io('${server.url}', { withCredentials: true });
            // Not at 'connect': the upgrade may be quicker than the answer to that.
            socket.io.on('open', () => {
                transports.push(socket.io.engine.transport.name);
                socket.io.engine.on('upgrade', (transport) => transports.push(transport.name));
            });
            socket.on('connect', async () => {
                window.joined = await socket.emitWithAck('join:library', 'library123');
            });
            socket.on('connect_error', (error) => faults.push(error.message));
            socket.on('seat:availability', (data) => seen.push(data));
        </script>`;

    const browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
    t.after(() => browser.close());
    const page = await browser.newPage();
    await page.goto(origin);
    await until('the join and the upgrade', () => page.evaluate(() => window.joined?.ok && transports.length === 2));
    await server.emit('seat:availability', { free: 3 }, 'library:library123');
    await until('the event', () => page.evaluate(() => seen.length));

    assert.deepEqual(await page.evaluate(() => seen), [{ free: 3 }]);
    assert.deepEqual(await page.evaluate(() => transports), ['polling', 'websocket']);
    assert.deepEqual(await page.evaluate(() => faults), []);

    // The same page from an origin nobody allowed: no script, no session.
    const elsewhere = await browser.newPage();
    await elsewhere.goto(origin.replace('127.0.0.1', 'localhost'));
    await until('the refusal', () => elsewhere.evaluate(() => window.faults?.length));
    assert.equal(await elsewhere.evaluate(() => socket.connected), false);

    // The console of test_event is a page of roomd's own origin.
    const tool = await browser.newPage();
    const problems = [];
    tool.on('pageerror', (error) => problems.push(error.message));
    await tool.goto(`${server.url}/api/test/`);
    await until('the console to connect', async () => (await server.stats()).totalConnections >= 2);
    assert.deepEqual(problems, []);
});
