// roomd-emit as generated code and tests use it: typed calls, schemas, transactions, fake(); and each example of its README.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { examples } from './support/emitter_examples.mjs';
import { built } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';
import { source } from './support/roomd.mjs';

const run = promisify(execFile);
const folder = await built();
const { EmitRefused, checker, createEmitter, fake, typed } = await import(pathToFileURL(path.join(folder, 'node_modules/roomd-emit/dist/esm/index.js')));
const schema = (name) => JSON.parse(readFileSync(path.join(source, `conf/schemas/${name}.json`), 'utf8'));

// As `roomd catalogue emitter` would write it.
const table = {
    bookingCreated: { name: 'booking:created', schema: schema('booking'), rooms: ['user:{userId}', 'library:{libraryId}', 'tenant:{tenantId}'] },
    pricingUpdated: { name: 'pricing:updated', arguments: ['libraryId'], schema: schema('pricing'), rooms: ['library:{libraryId}'] },
    seatAvailability: { name: 'seat:availability', schema: schema('seat'), rooms: ['library:{libraryId}'], volatile: true },
};
const booking = { bookingId: 'b1', userId: 'u1', libraryId: 'l1', tenantId: 't1', status: 'confirmed' };
const plan = { newPrice: 2.5, currency: 'EUR' };

describe('calls by name', () => {
    test('send, confirm and go to rooms', async (t) => {
        const daemon = await StandIn.open(t);
        const live = typed()(table).configure({ url: daemon.url, signals: false });
        t.after(() => live.close(0));
        const { bookingCreated: emitBookingCreated } = live;
        emitBookingCreated(booking);
        live.pricingUpdated('l1', plan, { except: 'role:staff' });
        live.to('library:l2').seatAvailability({ libraryId: 'l1', availableSeats: 3 });
        live.to('library:l2').emit('seat:availability', { libraryId: 'l1', availableSeats: 2 });
        assert.equal((await live.bookingCreated.confirmed(booking)).recipients, 1);
        assert.deepEqual(daemon.sent.map(({ key, ...event }) => event), [
            { event: 'booking:created', data: booking },
            { event: 'pricing:updated', data: { ...plan, libraryId: 'l1' }, except: ['role:staff'] },
            { event: 'seat:availability', data: { libraryId: 'l1', availableSeats: 3 }, rooms: ['library:l2'] },
            { event: 'seat:availability', data: { libraryId: 'l1', availableSeats: 2 }, rooms: ['library:l2'] },
            { event: 'booking:created', data: booking, durable: false },
        ]);
    });

    test('throw what the schema says in development, and leave it to the daemon in production', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = () => ({ code: 'schema_mismatch', pointer: '/data/status' });
        for (const development of [true, false]) {
            const errors = [];
            const live = typed()(table, createEmitter({ url: daemon.url, development, signals: false, onError: (error) => errors.push(error.pointer) }));
            t.after(() => live.close(0));
            const wrong = { ...booking, status: 'gone' };
            if (development) {
                assert.throws(() => live.bookingCreated(wrong), { name: 'EmitRefused', code: 'schema_mismatch', pointer: '/data/status' });
                assert.throws(() => live.to('x:1').emit('booking:created', wrong), { pointer: '/data/status' });
                await assert.rejects(live.bookingCreated.confirmed(wrong), { pointer: '/data/status' });
                assert.equal(daemon.requests.length, 0);
            } else {
                live.bookingCreated(wrong);
                await live.flush(20_000);
                assert.deepEqual(errors, ['/data/status']);
            }
        }
    });

    test('a volatile event of the catalogue is the first to go', async (t) => {
        const live = typed()(table).configure({ url: 'http://127.0.0.1:1', maxQueue: 1, signals: false, onError: (error) => lost.push(error.event) });
        t.after(() => live.close(0));
        const lost = [];
        live.bookingCreated(booking);
        live.seatAvailability({ libraryId: 'l1', availableSeats: 3 });
        assert.deepEqual(lost, ['seat:availability']);
    });

    test('a bad address in the environment is told, and in production ends nothing', async (t) => {
        const child = await run(process.execPath, ['--input-type=module', '-e', `
            import { typed } from 'roomd-emit';
            const live = typed()({ a: { name: 'a' } });
            try { live.a(1); console.log('went on'); } catch (error) { console.log('thrown', error.message); }`],
        { cwd: folder, env: { ...process.env, NODE_ENV: 'production', ROOMD_URL: 'no url' } });
        assert.equal(child.stdout, 'went on\n');
        assert.match(child.stderr, /^roomd: nothing is emitted: .*Invalid URL\n$/);
    });
});

describe('in a transaction', () => {
    const tx = () => ({ asked: [], async query(text, values) { this.asked.push([text, values]); return { rows: [{ id: '7' }] }; } });
    test('the same names ask the database', async (t) => {
        const one = tx();
        const live = typed()(table, createEmitter({ url: 'http://127.0.0.1:1', development: true }));
        assert.equal(await live.in(one).bookingCreated(booking), '7');
        await live.to('library:l1').in(one).except('role:staff').pricingUpdated('l1', plan);
        await live.in(one).emit('seat:availability', { libraryId: 'l1', availableSeats: 1 }, { traceparent: 'tp' });
        assert.deepEqual(one.asked, [
            ['SELECT roomd.emit($1, $2::jsonb) AS id', ['booking:created', JSON.stringify(booking)]],
            ['SELECT roomd.emit($1, $2::jsonb, rooms => $3, except_rooms => $4) AS id',
                ['pricing:updated', JSON.stringify({ ...plan, libraryId: 'l1' }), ['library:l1'], ['role:staff']]],
            ['SELECT roomd.emit($1, $2::jsonb, traceparent => $3) AS id', ['seat:availability', '{"libraryId":"l1","availableSeats":1}', 'tp']],
        ]);
        one.asked.length = 0;
        await live.of('/desk').volatile.in(one).emit('news', 1, { broadcast: true });
        assert.deepEqual(one.asked, [['SELECT roomd.emit($1, $2::jsonb, namespace => $3, volatile => $4, broadcast => $5) AS id', ['news', '1', '/desk', true, true]]]);
        assert.equal(live.stats().queued, 0);
    });
    test('what can not be there is refused', async () => {
        const one = tx();
        const live = typed()(table, createEmitter({ url: 'http://127.0.0.1:1', development: true }));
        await assert.rejects(live.in(one).bookingCreated({ ...booking, status: 1 }), { code: 'schema_mismatch', pointer: '/data/status' });
        await assert.rejects(live.in(one).confirmed('booking:created', booking), { code: 'not_in_transaction' });
        await assert.rejects(live.in(one).bookingCreated(booking, { rooms: [] }), { code: 'rooms_empty' });
        assert.deepEqual(one.asked, []);
    });
});

describe('fake()', () => {
    test('keeps what is emitted, with the rooms that the catalogue makes of it', async () => {
        const seen = fake().recipients(0);
        const live = typed()(table).use(seen);
        live.bookingCreated({ ...booking, startTime: new Date(0) });
        live.to('library:l9').except('role:staff').seatAvailability({ libraryId: 'l1', availableSeats: 3 }, { volatile: true });
        const tx = {};
        await live.in(tx).pricingUpdated('l1', plan);
        assert.deepEqual(await live.bookingCreated.confirmed(booking), { id: seen.emitted[3].key, recipients: 0, rooms: ['user:u1', 'library:l1', 'tenant:t1'], duplicate: false });
        assert.deepEqual(seen.data('booking:created')[0].startTime, '1970-01-01T00:00:00.000Z');
        assert.deepEqual(seen.emitted.slice(0, 3).map(({ event, rooms, except, volatile, transaction }) => ({ event, rooms, except, volatile, transaction })), [
            { event: 'booking:created', rooms: ['user:u1', 'library:l1', 'tenant:t1'], except: [], volatile: false, transaction: undefined },
            { event: 'seat:availability', rooms: ['library:l9'], except: ['role:staff'], volatile: true, transaction: undefined },
            { event: 'pricing:updated', rooms: ['library:l1'], except: [], volatile: false, transaction: tx },
        ]);
        seen.clear();
        assert.deepEqual(seen.emitted, []);
    });
    test('throws what a daemon would refuse', async () => {
        const live = typed()(table).use(fake());
        assert.throws(() => live.bookingCreated({ ...booking, extra: 1n }), { code: 'data_invalid' });
        assert.throws(() => live.bookingCreated({}), { name: 'EmitRefused', code: 'schema_mismatch', pointer: '/data' });
        assert.throws(() => live.bookingCreated({ ...booking, userId: 'a b' }), { code: 'room_field_invalid', pointer: '/data/userId' });
        await assert.rejects(live.bookingCreated.confirmed({}), EmitRefused);
    });
    test('throws for fields that give no room, as a daemon refuses them', () => {
        const live = typed()({ told: { name: 'told', rooms: ['library:{at/id}'] }, nowhere: { name: 'nowhere', rooms: [] } }).use(fake());
        for (const id of [true, 1.5, null, 1e21, 2 ** 53, {}, 'a b', ''])
            assert.throws(() => live.told({ at: { id } }), { code: 'room_field_invalid', pointer: '/data/at/id' }, String(id));
        for (const id of [['x'], true, 'a b', null]) assert.throws(() => live.told({ at: { id: ['l1', id] } }), { code: 'room_field_invalid', pointer: '/data/at/id/1' });
        assert.throws(() => live.told({ at: { id: [] } }), { code: 'room_field_invalid', pointer: '/data' });
        assert.throws(() => live.told({ at: 1 }), { code: 'room_field_missing', pointer: '/data/at/id' });
        assert.throws(() => live.nowhere(1), { code: 'no_target', pointer: '/rooms' });
        const seen = fake();
        live.use(seen).told({ at: { id: ['l1', 7, -(2 ** 53 - 1), 'l1'] } });
        assert.deepEqual(seen.emitted[0].rooms, ['library:l1', 'library:7', 'library:-9007199254740991']);
    });
});

describe('schemas', () => {
    // [schema, data, where it is wrong: undefined is fine]
    const cases = [
        [{ type: 'integer' }, 1.5, ''], [{ type: 'integer' }, 2 ** 53, ''], [{ type: ['string', 'null'] }, null, undefined],
        [{ enum: [1, { a: [1] }] }, { a: [1] }, undefined], [{ const: 1 }, 2, ''],
        [{ minLength: 2 }, '\u{1F600}', ''], [{ maxLength: 1 }, '\u{1F600}', undefined], [{ pattern: '^[A-Z]{3}$' }, 'EURO', ''],
        [{ format: 'date-time' }, '2026-01-05T09:30:00Z', undefined], [{ format: 'date-time' }, 'today', ''],
        [{ minimum: 0 }, -1, ''], [{ exclusiveMaximum: 3 }, 3, ''], [{ multipleOf: 2 }, 3, ''],
        [{ multipleOf: 0.01 }, 19.99, undefined], [{ multipleOf: 0.01 }, 4.35, undefined], [{ multipleOf: 0.01 }, 4.351, ''], [{ multipleOf: 0.01 }, 0, undefined],
        [{ multipleOf: 0.01 }, 1e300, undefined], [{ multipleOf: 1e-300 }, 1e300, ''], [{ multipleOf: 1.5 }, 1e300, ''], [{ multipleOf: 1.5 }, 2, ''],
        [{ multipleOf: 3 }, 1e300, undefined], [{ multipleOf: 0.3 }, 1e300, ''], [{ multipleOf: 0.1 }, 1e-7, ''],
        [{ items: { type: 'string' } }, ['a', 1], '/1'], [{ items: [{}, false] }, [1, 2], '/1'], [{ uniqueItems: true }, [1, 2, 1], ''],
        [{ minItems: 1 }, [], ''], [{ contains: { const: 1 } }, [2], ''],
        [{ required: ['a'] }, {}, ''], [{ required: ['toString'] }, {}, ''], [{ required: ['a'] }, { a: undefined }, ''],
        [{ properties: { 'a/b': { type: 'string' } } }, { 'a/b': 1 }, '/a~1b'],
        [{ properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, '/b'], [{ patternProperties: { '^x': false } }, { xy: 1 }, '/xy'],
        [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, '/ab'], [{ dependencies: { a: ['b'] } }, { a: 1 }, ''], [{ maxProperties: 0 }, { a: 1 }, ''],
        [{ allOf: [{ required: ['a'] }, { properties: { a: { type: 'string' } } }] }, { a: 1 }, '/a'],
        [{ anyOf: [{ const: 1 }, { const: 2 }] }, 3, ''], [{ oneOf: [{ minimum: 0 }, { maximum: 5 }] }, 3, ''], [{ not: { const: 1 } }, 1, ''],
        [{ if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } }, { a: 1 }, ''],
        [{ definitions: { id: { type: 'string' } }, properties: { a: { $ref: '#/definitions/id' } } }, { a: 1 }, '/a'],
        [{ pattern: '^\\p{L}+$' }, 'Zoë', undefined], [{ pattern: '^\\p{L}+$' }, '7', ''], [{ pattern: '^\\u{1F600}$' }, '\u{1F600}', undefined],
        [{ pattern: '^.$' }, '\u{1F600}', undefined], [{ pattern: '(' }, 'text', undefined], [{ not: { pattern: '(' } }, 'text', undefined],
        [{ oneOf: [{ pattern: '(' }, { minLength: 1 }] }, 'text', undefined], [{ if: { pattern: '(' }, then: false }, 'text', undefined],
        [{ if: { pattern: '(' }, else: false }, 'text', undefined], [{ not: { not: { pattern: '(' } } }, 'text', undefined], [{ not: { pattern: '(' }, maxLength: 1 }, 'text', ''],
        [{ patternProperties: { '(': { type: 'string' } }, additionalProperties: false }, { a: 1 }, undefined],
        [{ properties: { a: { pattern: '(' }, b: { type: 'string' } } }, { a: 'text', b: 1 }, '/b'],
        [{ type: 'object' }, { toJSON: () => 'text' }, ''], [{ type: 'string' }, 5, ''], [{ minimum: 3 }, 'text', undefined],
    ];
    for (const [by, data, where] of cases) {
        test(`${JSON.stringify(by)} ${where === undefined ? 'takes' : 'refuses'} ${JSON.stringify(data)}`, () => assert.equal(checker(by)(data)?.pointer, where));
    }
});

describe('the README', () => {
    const page = examples('node');
    // A project of its own that has the package and nothing else.
    function project() {
        const place = mkdtempSync(path.join(folder, 'readme-'));
        writeFileSync(path.join(place, 'package.json'), '{"type":"module"}');
        for (const [name, text] of Object.entries(page)) writeFileSync(path.join(place, name), text);
        writeFileSync(path.join(place, 'db.mjs'), `export const pool = { connect: async () => ({ query: async (...asked) => (console.log(...asked), { rows: [{ id: 1 }] }) }) };`);
        return place;
    }
    const start = (place, file, daemon) => run(process.execPath, [file], { cwd: place,
        env: { ...process.env, NODE_ENV: '', ROOMD_URL: daemon.url, ROOMD_KEY: 'a-key' } });

    test('its plain examples run', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ event }) => event === 'notification' && { code: 'event_denied', pointer: '/event' };
        const place = project();
        writeFileSync(path.join(place, 'emit.mjs'), page['emit.mjs'].replace('http://127.0.0.1:3001', daemon.url));
        await start(place, 'emit.mjs', daemon);
        assert.equal(daemon.requests[0].headers.authorization, 'Bearer a-key');
        await start(place, 'targets.mjs', daemon);
        assert.deepEqual(daemon.sent.map(({ key, data, event, ...target }) => target), [{}, { rooms: ['library:l1'], except: ['role:staff'] }, { volatile: true },
            { rooms: ['library:l1', 'role:staff'], namespace: '/desk' }, { broadcast: true }]);
        assert.equal((await start(place, 'confirmed.mjs', daemon)).stdout, 'event_denied /event\n');
        assert.match((await start(place, 'transaction.mjs', daemon)).stdout, /SELECT roomd\.emit\(\$1, \$2::jsonb, rooms => \$3\)/);
    });

    test('its typed examples compile and run, and a wrong payload does not compile', async (t) => {
        const daemon = await StandIn.open(t);
        const place = project();
        symlinkSync(path.join(source, 'tests/e2e/node_modules/@types'), path.join(place, 'types'));
        writeFileSync(path.join(place, 'wrong.ts'), `
            import { emitBookingCreated, emitPricingUpdated, live } from './realtime.js';
            const tx = { query: async () => ({ rows: [] }) };
            emitBookingCreated({ bookingId: 'b1', userId: 'u1', libraryId: 'l1' }, { rooms: 'library:l1' });
            const id: string = await live.to('a:1').in(tx).pricingUpdated('l1', { newPrice: 1, currency: 'EUR' });
            // @ts-expect-error a number is no text
            emitBookingCreated({ bookingId: 1, userId: 'u1', libraryId: 'l1' });
            // @ts-expect-error a member is missing
            emitBookingCreated({ bookingId: 'b1', userId: 'u1' });
            // @ts-expect-error a member too many
            emitBookingCreated({ bookingId: 'b1', userId: 'u1', libraryId: 'l1', x: 1 });
            // @ts-expect-error the leading argument is missing
            emitPricingUpdated({ libraryId: 'l1', newPrice: 1, currency: 'EUR' });
            // @ts-expect-error no such event
            live.emit('booking:craeted', {});
            // @ts-expect-error another event's data
            live.to('library:l1').emit('pricing:updated', { bookingId: 'b1' });
            // @ts-expect-error no such option
            live.bookingCreated({ bookingId: 'b1', userId: 'u1', libraryId: 'l1' }, { romo: 'x' });
            // @ts-expect-error ... in a transaction too
            await live.in(tx).bookingCreated({ bookingId: 1 });
            export { id };`);
        writeFileSync(path.join(place, 'leading.ts'), `
            import { typed } from 'roomd-emit';
            interface Events {
                open: unknown;
                partly: { libraryId: string; x: number } | { x: number };
                wholly: { libraryId: string; x: number } | { libraryId: number; y: number };
            }
            const live = typed<Events>()({ open: { name: 'open', arguments: ['libraryId'] }, partly: { name: 'partly', arguments: ['libraryId'] },
                wholly: { name: 'wholly', arguments: ['libraryId'] } });
            export function all(): void {
                live.open('l1', { x: 1 });
                live.partly('l1', { x: 1 });
                live.wholly('l1', { x: 1 });
                live.wholly(7, { y: 1 });
                // @ts-expect-error of neither type of the union
                live.wholly(true, { y: 1 });
            }`);
        writeFileSync(path.join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'NodeNext', target: 'ES2022', strict: true,
            typeRoots: ['./types'], types: ['node'], outDir: 'out', rootDir: '.' }, include: ['*.ts'] }));
        const tsc = path.join(source, 'tests/e2e/node_modules/typescript/bin/tsc');
        await run(process.execPath, [tsc, '-p', place]).catch((error) => assert.fail(error.stdout));
        await start(place, 'out/backend.js', daemon);
        assert.deepEqual(daemon.sent.map(({ event }) => event), ['booking:created', 'pricing:updated', 'booking:created', 'booking:created', 'pricing:updated']);
        await start(place, 'out/backend.test.js', daemon);
    });
});
