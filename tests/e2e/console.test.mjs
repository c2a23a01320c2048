// The live console in a real browser: what a stranger clicks first, and what an operator looks at.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import { roomd, settings } from './support/roomd.mjs';
import { DEADLINE, until } from './support/wait.mjs';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
const MOST = 150_000; // bytes of the page and the client bundle

const id = { type: ['string', 'integer'], minLength: 1, maxLength: 255 };
const EVENTS = {
    'booking:created': {
        rooms: ['library:{libraryId}', 'user:{userId}'],
        schema: {
            type: 'object',
            required: ['libraryId', 'userId', 'status'],
            properties: {
                libraryId: { $ref: '#/definitions/id' },
                userId: { $ref: '#/definitions/id' },
                status: { enum: ['pending', 'confirmed'] },
                paid: { type: 'boolean' },
                seats: { type: 'array', items: { type: 'integer' }, uniqueItems: true },
                price: {
                    type: 'object',
                    required: ['amount'],
                    properties: { amount: { type: 'number', minimum: 0 }, currency: { type: 'string', pattern: '^[A-Z]{3}$' } },
                },
            },
            definitions: { id },
        },
    },
    'seat:availability': {
        rooms: ['library:{libraryId}'],
        schema: {
            type: 'object',
            required: ['libraryId', 'availableSeats'],
            properties: { libraryId: id, availableSeats: { type: 'integer', minimum: 0 } },
        },
    },
};

const config = (changes) => (port) => settings(port, {
    auth: { mode: 'optional', generated: true, claims: { user: 'sub', role: 'role', tenant: 'tenantId' } },
    portals: [
        { name: 'owner', origins: ['http://owner.test'], roles: ['library_owner'] },
        { name: 'student', origins: ['http://student.test'], roles: ['student'] },
        { name: 'console', origins: [`http://127.0.0.1:${port}`] },
    ],
    events: EVENTS,
    console: { path: '/console/', mint: true },
    ...changes,
});

const server = chromium && await roomd({ after }, config());

describe('the console', { skip: !chromium && 'no chromium here' }, () => {
    let browser, contexts = [], faults = [];

    before(async () => {
        const { chromium: driver } = await import('playwright-core');
        browser = await driver.launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
    });
    after(() => browser?.close());
    beforeEach(async () => {
        await Promise.all(contexts.map((context) => context.close()));
        contexts = [];
        faults = [];
    });

    // Opens the page; what the browser complains about is in `faults`.
    async function open({ url = server.url, state = 'up', prepare, ...options } = {}) {
        const context = await browser.newContext({ ...DESKTOP, ...options });
        contexts.push(context);
        const page = await context.newPage();
        page.setDefaultTimeout(DEADLINE);
        page.on('pageerror', (error) => faults.push(error.message));
        page.on('console', (line) => line.type() === 'error' && faults.push(line.text()));
        await prepare?.(page);
        await page.goto(`${url}/console/`);
        await page.waitForSelector(`#status[data-state=${state}]`);
        return page;
    }
    const text = (page, selector) => page.locator(selector).textContent();
    const says = (page, selector, pattern) => until(`${selector} to say ${pattern}`, async () => pattern.test(await text(page, selector)));

    async function connect(page, { role, transport }) {
        if (role) {
            await page.getByLabel('With a role').check();
            await page.locator('#portal').selectOption(role === 'student' ? 'student' : 'owner');
            await page.locator('#role').selectOption(role);
            await page.getByLabel('User', { exact: true }).fill(role === 'student' ? 'ann' : 'olga');
        }
        if (transport) await page.getByLabel('Transport').selectOption(transport);
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await says(page, '#connect-answer', /Connected as client/);
        await page.getByLabel('Room to join').fill('library:1');
        await page.getByLabel('Room to join').press('Enter');
        await says(page, '#join-answer', /^Joined library:1; it has/);
    }
    const events = (page, name) => page.locator('#rows .row > .event', { hasText: name });
    // What the daemon answers, changed.
    const change = (page, where, edit) => page.route(`**/console/api/${where}`, async (route) => {
        const response = await route.fetch(), json = await response.json();
        edit(json.data);
        await route.fulfill({ response, json });
    });
    const hide = (page, hidden) => page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value });
        document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);

    test('one click shows events that are sent and received', async () => {
        const page = await open();
        await page.locator('#welcome').getByRole('button', { name: 'Start the demo' }).click();
        await page.waitForSelector('#rows .row:nth-child(3)');
        await page.waitForSelector('#received li');
        assert.equal(await page.locator('#welcome').isVisible(), false);
        await until('the figures', async () => Number(await text(page, '#figure-emits output')) > 0);
        await page.getByRole('button', { name: 'Stop the demo' }).click();
        await page.locator('#demo').getByRole('button', { name: 'Start the demo' }).waitFor();
        await says(page, '#plugins', /test_event.*up/);
        assert.deepEqual(faults, []);
    });

    test('an owner sends an event and a student sees it', async () => {
        const [owner, student] = [await open(), await open()];
        await connect(owner, { role: 'library_owner', transport: 'websocket' });
        await connect(student, { role: 'student' });
        await owner.getByLabel('Event', { exact: true }).fill('seat:availability');
        await owner.getByLabel('libraryId').fill('1');
        await owner.getByLabel('availableSeats').fill('12');
        await owner.getByRole('button', { name: 'Send', exact: true }).click();
        await says(owner, '#send-answer', /to library:1: 2 clients get it/);
        await says(student, '#received', /seat:availability.*"availableSeats":12/);
        const row = student.locator('#rows .row', { hasText: 'seat:availability' }).first();
        assert.match(await row.textContent(), /library:1.*2.*"availableSeats":12/);

        // Who is there, and without whom.
        await owner.getByRole('heading', { name: 'Rooms', exact: true }).scrollIntoViewIfNeeded();
        await owner.getByRole('button', { name: 'Show the clients in library:1' }).click();
        await says(owner, '#clients', /olga.*ann|ann.*olga/s);
        assert.match(await text(owner, '#clients'), /portal console · websocket/);
        const kick = owner.getByRole('button', { name: 'Kick the client of ann' });
        await kick.click();
        await kick.click();
        await says(owner, '#clients-answer', /The client of ann was disconnected/);
        await says(student, '#connect-answer', /Disconnected: io server disconnect/);

        // Why the student may join, and what a token is worth.
        await student.getByLabel('Room', { exact: true }).fill('library:2');
        await student.getByRole('button', { name: 'Explain' }).click();
        await says(student, '#explain-answer', /^admitted: /);
        assert.equal(await student.locator('#explain-answer').getAttribute('data-good'), 'yes');
        await student.getByLabel('Room', { exact: true }).fill('nothing:2');
        await student.getByRole('button', { name: 'Explain' }).click();
        await says(student, '#explain-answer', /no kind of room "nothing"/);
        assert.deepEqual(faults, []);
    });

    test('a client that only polls gets its events', async () => {
        const page = await open();
        await connect(page, { transport: 'polling' });
        await server.emit('seat:availability', { libraryId: 1, availableSeats: 3 }, 'library:1');
        await says(page, '#received', /seat:availability.*"availableSeats":3/);
        assert.equal(await text(page, '#client-state'), 'connected by polling');
        await page.getByRole('button', { name: 'Leave library:1' }).click();
        await says(page, '#join-answer', /^Left library:1/);
    });

    test('the form knows the schema, and shows at the field what the daemon refuses', async () => {
        const page = await open();
        const error = (label) => page.locator('.field', { has: page.getByLabel(label) }).locator('.error');
        const send = () => page.getByRole('button', { name: 'Send', exact: true }).click();
        await page.getByLabel('Event', { exact: true }).fill('booking:created');
        assert.deepEqual(await page.getByLabel('status').locator('option').allTextContents(), ['pending', 'confirmed']);
        assert.deepEqual(await page.getByLabel('paid').locator('option').allTextContents(), ['', 'true', 'false']);

        await page.getByLabel('userId').fill('');
        await page.getByLabel('amount').fill('much');
        await send();
        assert.equal(await error('userId').textContent(), 'This is needed.');
        assert.equal(await error('amount').textContent(), 'A number, as 4.5.');
        assert.equal(await page.getByLabel('userId').evaluate((field) => field === document.activeElement), true);
        await page.getByLabel('userId').fill('ann');
        await page.getByLabel('amount').fill('-1');
        await page.getByLabel('currency').fill('euro');
        await page.getByLabel('seats').fill('[1, 1');
        await send();
        assert.equal(await error('amount').textContent(), 'At least 0.');
        assert.match(await error('currency').textContent(), /Must match/);
        assert.match(await error('seats').textContent(), /A JSON list/);
        await page.getByLabel('amount').fill('4.5');
        await page.getByLabel('currency').fill('EUR');
        await page.getByLabel('seats').fill('[1, 1]'); // only the daemon knows uniqueItems
        await send();
        await says(page, '#send-answer', /Not sent: see above \(schema_mismatch\)/);
        assert.match(await error('seats').textContent(), /unique|twice|duplicate/i);
        await page.getByLabel('seats').fill('[1, 2]');
        await page.getByRole('button', { name: 'Where would it go?' }).click();
        await says(page, '#send-answer', /user:ann/);

        // The same as JSON and back.
        await page.getByLabel('As JSON').check();
        const typed = JSON.parse(await page.getByLabel('Data').inputValue());
        assert.deepEqual(typed.price, { amount: 4.5, currency: 'EUR' });
        await page.getByLabel('Data').fill(JSON.stringify({ ...typed, userId: 'bob', seats: [7] }));
        await page.getByLabel('As a form').check();
        assert.equal(await page.getByLabel('userId').inputValue(), 'bob');
        await send();
        await says(page, '#send-answer', /user:bob: 0 clients get it/);

        // An event that the catalogue does not know.
        await page.getByLabel('Event', { exact: true }).fill('free:form');
        await page.getByLabel('Data').fill('{"a":');
        await send();
        assert.match(await text(page, '#send-json-error'), /Not valid JSON/);
        await page.getByLabel('Data').fill('{"a":1}');
        await page.getByRole('textbox', { name: 'Rooms', exact: true }).fill('library:1 library:2');
        await send();
        await says(page, '#send-answer', /Sent free:form to library:1, library:2/);
        assert.deepEqual(faults.filter((fault) => !/422/.test(fault)), []);
    });

    test('whatever an event holds is shown as text', async () => {
        const page = await open();
        await connect(page, {});
        const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
        await server.emit(evil, { [evil]: evil, __proto__: { hacked: 1 }, toString: evil }, 'library:1');
        await page.waitForSelector('#received li');
        await page.locator('#rows .fold').first().click();
        assert.match(await text(page, '#rows .details pre'), /onerror=\\"window\.hacked=1/);
        assert.ok((await text(page, '#rows .row > .event')).startsWith('<img'));
        await page.getByRole('button', { name: 'Send it again…' }).click();
        assert.equal(await page.getByLabel('Event', { exact: true }).inputValue(), evil);
        assert.deepEqual(await page.evaluate(() => [document.images.length, window.hacked, {}.hacked]), [0, undefined, undefined]);
        assert.deepEqual(faults, []);
    });

    test('an event is sent again as it was, where the form can', async () => {
        const page = await open();
        const fold = (name) => page.locator('#rows .row', { hasText: name }).locator('.fold').click();
        const again = page.getByRole('button', { name: 'Send it again…' });
        const toAll = { event: 'to:all', data: 1, broadcast: true, except: ['user:x'], volatile: true };
        assert.equal((await server.post('/api/emit', toAll)).status, 200);
        await fold('to:all');
        await again.click();
        await says(page, '#send-also', /to everyone ×.*except user:x ×.*volatile ×/);
        const sent = page.waitForRequest('**/api/emit');
        await page.getByRole('button', { name: 'Send', exact: true }).click();
        assert.deepEqual((await sent).postDataJSON(), toAll);
        await page.getByRole('button', { name: 'Not volatile' }).click();
        await says(page, '#send-also', /to everyone ×except user:x ×$/);
        await page.getByLabel('Event', { exact: true }).fill('other:event');
        assert.equal(await text(page, '#send-also'), '');

        await page.keyboard.press('Escape');
        const long = { event: 'too:long', data: 'y'.repeat(20_000), room: 'user:x' };
        assert.equal((await server.post('/api/emit', long)).status, 200);
        await page.getByRole('button', { name: /Go on/ }).click();
        await fold('too:long');
        await says(page, '#rows .details', /The form cannot send it again: its payload was not recorded/);
        assert.equal(await again.count(), 0);
    });

    test('a role whose token is refused does not connect without one', async () => {
        const page = await open();
        await page.route('**/api/mint', (route) => route.fulfill({
            status: 422, json: { success: false, error: { code: 'portal_unknown', message: 'there is no such portal' } },
        }));
        await page.getByLabel('With a role').check();
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await says(page, '#connect-answer', /Not connected, as there is no token: there is no such portal/);
        assert.equal(await text(page, '#client-state'), 'not connected');
        await page.unroute('**/api/mint');

        // Where nothing answers it tries again.
        await page.route('**/api/mint', (route) => route.abort(), { times: 1 });
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await says(page, '#connect-answer', /Connected as client/);
    });

    test('it asks for no more than somebody looks at', async () => {
        const page = await open({ viewport: { width: 1280, height: 500 } });
        const asked = [];
        page.on('request', (request) => asked.push(request.url().replace(/.*\/api\/|\?.*/g, '')));
        const times = (name) => asked.filter((one) => one === name).length;
        await until('some seconds', () => times('stats') >= 5);
        assert.ok(times('rooms') <= 1, `${times('rooms')} times, unseen`);
        await page.locator('#rooms-title').scrollIntoViewIfNeeded();
        await until('the rooms', () => times('rooms') > 1);

        // A hidden page takes no connection, and later says what it has missed.
        const earlier = times('tail');
        await server.emit('seen:yet', 0, 'library:1');
        await until('the next request', () => times('tail') > earlier);
        const ended = page.waitForEvent('requestfailed', (request) => request.url().includes('/api/tail'));
        await hide(page, true);
        await ended;
        const before = times('tail');
        const batch = { events: Array(77).fill({ event: 'not:seen', data: 1, room: 'library:1' }) };
        for (let i = 0; i < 13; ++i) assert.equal((await server.post('/api/emit/batch', batch)).status, 200);
        assert.equal(times('tail'), before);
        await hide(page, false);
        await says(page, '#rows', /One event before these was not recorded/);
    });

    test('what the daemon is configured with is asked until it is known, and again when it may be another', async (t) => {
        const { directory, load: [emit] } = settings(0).plugins; // without the demo
        const configured = (events) => config({ events, plugins: { directory, load: [emit] } });
        const own = await roomd(t, configured(EVENTS));
        let failures = 2, generator = 0;
        const page = await open({
            url: own.url,
            prepare: async (page) => {
                await page.route('**/api/catalogue', (route) => failures-- > 0 ? route.abort() : route.continue());
                page.on('request', (request) => (generator += request.url().endsWith('/api/test/generator')));
                await change(page, 'health', (health) => (health.parts = [{ name: 'issuer x', status: 'degraded', why: 'its keys are old' }]));
            },
        });
        const choices = () => page.locator('#catalogue option').evaluateAll((all) => all.map(({ value }) => value));
        await until('the events', async () => (await choices()).length === 2);
        assert.ok(failures < 0);

        // A reload keeps what was typed.
        await page.getByLabel('libraryId').fill('typed');
        own.write(configured({ ...EVENTS, 'quite:new': {} })(own.port));
        own.process.kill('SIGHUP');
        await until('the new event', async () => (await choices()).includes('quite:new'));
        assert.equal(await page.getByLabel('libraryId').inputValue(), 'typed');
        await says(page, '#plugins', /issuer x.*its keys are old/);

        // In a container a daemon begun anew has the same pid.
        await change(page, 'stats', (stats) => (stats.uptime = 0));
        await says(page, '#rows', /The daemon was restarted/);
        assert.ok(generator <= 3, `asked ${generator} times for a demo that is not there`);
        await page.unrouteAll({ behavior: 'ignoreErrors' });
    });

    test('five hundred events a second leave the page time', async (t) => {
        const page = await open();
        const devtools = await page.context().newCDPSession(page);
        await devtools.send('Performance.enable');
        // Of the thread that runs the page: what else this machine does meanwhile does not count.
        const cpu = async () => (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'ThreadTime').value;

        await page.getByLabel('Events per second').fill('500');
        await page.locator('#demo').getByRole('button', { name: 'Start the demo' }).click();
        await page.waitForSelector('#rows .row');
        const began = { at: Date.now(), cpu: await cpu() };
        let most = 0;
        await until('three seconds of events', async () => {
            most = Math.max(most, await page.locator('#rows').evaluate((rows) => rows.childElementCount));
            return Date.now() - began.at > 3000;
        });
        const share = (await cpu() - began.cpu) / (Date.now() - began.at) * 1000;
        const total = Number((await text(page, '#events-count')).replace(/\D/g, ''));
        t.diagnostic(`${total} events, ${(share * 100).toFixed(0)} % of a core; at most ${most} rows`);
        assert.ok(total > 900, `only ${total} events`);
        assert.ok(most > 100 && most <= 200, `${most} rows`);
        assert.ok(share < 0.85, `${share} of a core`); // 46 to 62 % here, with what this test asks the page all the time

        // Paused, the table stands still and the rest is counted; a filter looks at what was kept.
        await page.getByRole('button', { name: 'Stop the demo' }).click();
        await page.getByRole('button', { name: 'Pause' }).click();
        const first = await text(page, '#rows .row:first-child');
        await server.emit('after:pause', { n: 1 }, 'library:1');
        await says(page, '#pause', /Go on \(\d+ new\)/);
        assert.equal(await text(page, '#rows .row:first-child'), first);
        await page.getByRole('button', { name: /Go on/ }).click();
        await page.getByPlaceholder('Event contains…').fill('after:');
        await until('the filter', async () => (await page.locator('#rows .row').count()) === 1);
        await page.getByPlaceholder('Event contains…').press('Escape');
        await page.getByPlaceholder('Room contains…').fill('library:library2');
        assert.ok((await page.locator('#rows .row > .rooms').allTextContents()).every((rooms) => rooms.includes('library:library2')));
    });

    test('the daemon is killed and comes back: the page says so and goes on', async () => {
        const page = await open();
        await connect(page, { role: 'student' });
        server.killed = true;
        await server.kill();
        await says(page, '#status', /does not answer/);
        await says(page, '#connect-answer', /Disconnected|Not connected/);
        server.code = undefined;
        await server.start();
        server.killed = false;
        await page.waitForSelector('#status[data-state=up]');
        await says(page, '#rows', /The daemon was restarted/);
        const emit = () => server.emit('still:here', { n: 1 }, 'library:1');
        await until('the client to be in its room again', async () => (await emit()).recipients === 1);
        await says(page, '#received', /still:here/);
        // What was emitted before the page asked the new process for events is not among its rows.
        await until('the event to be a row', async () => (await emit()) && (await events(page, 'still:here').count()) > 0);
    });

    test('a phone shows it without scrolling sideways, and dark is dark', async () => {
        const brightness = (page, of) => page.evaluate(([name, property]) => {
            const [r, g, b] = getComputedStyle(document.querySelector(name))[property].match(/\d+/g).map(Number);
            return (r * 2 + g * 7 + b) / 2550;
        }, of);
        for (const colorScheme of ['light', 'dark']) {
            const page = await open({ ...PHONE, colorScheme });
            await server.emit('long:'.padEnd(120, 'x'), { long: 'y'.repeat(3000) }, `library:${'z'.repeat(200)}`);
            await page.locator('#rows .fold').first().click();
            assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360, 'wider than the phone');
            const [ground, ink] = [await brightness(page, ['body', 'backgroundColor']), await brightness(page, ['body', 'color'])];
            assert.ok(colorScheme === 'dark' ? ground < 0.15 && ink > 0.8 : ground > 0.85 && ink < 0.2, `${colorScheme}: ${ink} on ${ground}`);
        }
        assert.deepEqual(faults, []);
    });

    test('all of it is within reach of the keyboard', async () => {
        const page = await open();
        const focus = () => page.evaluate(() => {
            const { id, textContent, labels, ariaLabel, tagName } = document.activeElement;
            if (tagName === 'BODY') return { outlined: true, named: false };
            const outline = getComputedStyle(document.activeElement).outlineStyle;
            const around = document.activeElement.closest('.choice label');
            return {
                id, outlined: outline !== 'none' || (around && getComputedStyle(around).outlineStyle !== 'none'),
                named: Boolean(ariaLabel || labels?.[0]?.textContent.trim() || textContent.trim()),
            };
        });
        const order = [];
        for (let i = 0; i < 60; ++i) {
            await page.keyboard.press('Tab');
            const at = await focus();
            if (at.id === order[0]?.id) break;
            if (at.id || at.named) order.push(at);
        }
        assert.deepEqual(order.filter((at) => !at.outlined || !at.named), []);
        const ids = order.map((at) => at.id);
        const wanted = ['rate', 'demo-toggle', 'welcome-demo', 'filter-event', 'pause', 'scroller', 'transport', 'join-room', 'send-event', 'rooms-prefix', 'clients-by', 'explain-room'];
        assert.deepEqual(ids.filter((one) => wanted.includes(one)), wanted);

        // The demo by Enter, a payload by Enter and away by Escape.
        await page.locator('#welcome-demo').focus();
        await page.keyboard.press('Enter');
        await page.waitForSelector('#rows .row');
        const fold = page.locator('#rows .fold').first();
        await fold.focus();
        await page.keyboard.press('Enter');
        await page.waitForSelector('#rows .details');
        assert.equal(await page.locator('#rows [aria-expanded=true]').count(), 1);
        await page.keyboard.press('Escape');
        assert.equal(await page.locator('#rows .details').count(), 0);
        await until('the table to go on', async () => await text(page, '#pause') === 'Pause');
        assert.equal(await page.evaluate(() => document.activeElement.closest('#scroller') !== null), true);
        await page.locator('#demo-toggle').focus();
        await page.keyboard.press('Enter');
        await page.locator('#demo').getByRole('button', { name: 'Start the demo' }).waitFor();
    });

    test('where calls need a key the page asks for one and keeps it in its tab', async (t) => {
        const key = 'k'.repeat(32);
        const digest = createHash('sha256').update(key).digest('hex');
        const closed = await roomd(t, config({ keys: [{ name: 'operator', key: `sha256:${digest}`, scopes: ['admin'] }] }));
        const page = await open({ url: closed.url, state: 'key' });
        await page.getByRole('dialog', { name: 'A key, please' }).waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Key…' }).click();
        await page.getByLabel('Key', { exact: true }).fill('not the key, but as long as it is');
        await page.keyboard.press('Enter');
        await says(page, '#key-why', /unknown API key/);
        await page.getByLabel('Key', { exact: true }).fill(key);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#status[data-state=up]');
        await page.reload();
        await page.waitForSelector('#status[data-state=up]');
        assert.equal(await page.getByRole('dialog').count(), 0);
        assert.equal(await page.evaluate(() => localStorage.length + document.cookie.length), 0);
    });

    test('the page and the client bundle are small', async (t) => {
        const page = await open();
        const files = [];
        // A poll of its client may be answered when the page has gone.
        page.on('response', (response) => /\/api\/|\/socket\.io\/$/.test(new URL(response.url()).pathname) || files.push(response.body()));
        await page.reload();
        await page.getByRole('button', { name: 'Connect', exact: true }).click();
        await says(page, '#connect-answer', /Connected as client/);
        const bytes = (await Promise.all(files)).reduce((sum, file) => sum + file.length, 0);
        t.diagnostic(`${files.length} files, ${bytes} bytes`);
        assert.ok(bytes > 60_000 && bytes < MOST, `${bytes} bytes`);
    });
});
