// The blocks of docs/postgresql.md, executed against a PostgreSQL of their own.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { connected, received } from './clients.mjs';
import { place, shell, start } from './pages.mjs';
import { Postgres } from './postgres.mjs';
import { ISSUER, SECRET, token } from './token.mjs';
import { until, within } from './wait.mjs';

export const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'; // that of Debian's packages

// The database "app" of "owner", with the table that the page writes to.
export async function database(page) {
    const server = (page.database = await new Postgres().start({}, null));
    page.end_database = () => server.end();
    await server.sql('CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE app LOGIN; CREATE ROLE roomd LOGIN');
    await server.sql('CREATE DATABASE app OWNER owner');
    await server.sql('CREATE TABLE bookings (id text PRIMARY KEY, user_id text, library_id text); GRANT ALL ON bookings TO app', 'owner', 'app');
    page.words.unshift(['127.0.0.1:5432', `127.0.0.1:${server.port}`]);
}

export const example = {
    // Executed when there is a schema.
    first(page, block) {
        page.first = block;
    },
    async init(page, block) {
        await shell(page, block);
    },
    // The daemon of the page, and a client in the room of u1.
    async emits(page) {
        const secret = { key: '${env:ROOMD_TEST_JWT}' };
        const text = readFileSync(path.join(page.folder, 'roomd.yaml'), 'utf8')
            .replace('auth: { mode: none }', `auth: { mode: required, issuers: [${JSON.stringify({ ...ISSUER, ...secret })}] }`);
        const server = await page.serve(null, (port) => `${text}listen: [ { address: "127.0.0.1:${port}" } ]\n`, { ROOMD_TEST_JWT: SECRET });
        const socket = await connected(page.test, server, { auth: { token: token({ sub: 'u1' }) } });
        page.bookings = received(socket, 'booking:created');
        await until('the database', async () => !/degraded|down/.test(await (await server.get('/health')).text()));
        await example.sql(page, page.first);
        await came(page, page.first, 'b1');
    },
    async sql(page, block) {
        return page.database.sql(block.text, 'app', 'app');
    },
    async node(page, block) {
        await example.emits(page);
        await program(page, block, 'emit.mjs', process.execPath);
        await came(page, block, 'b2');
    },
    async python(page, block) {
        await program(page, block, 'emit.py', python);
        await came(page, block, 'b3');
    },
    async emitters(page, block) {
        await shell(page, block);
    },
    async emitter(page, block) {
        await example.sql(page, block);
        await came(page, block, 'b4');
    },
    async attach(page, block) {
        await page.database.sql(block.text, 'owner', 'app');
        await page.database.sql("INSERT INTO bookings VALUES ('b5', 'u1', 'library123')", 'app', 'app');
        await came(page, block, 'b5');
    },
};

async function program(page, block, name, command) {
    writeFileSync(path.join(page.folder, name), page.here(block.text));
    const run = start(page, command, [name]);
    assert.equal(await within(place(block), run.ended), 0, run.output);
}

// The event of this booking has come, and is the last one.
async function came(page, block, id) {
    await until(`${place(block)}: ${id}`, () => page.bookings.some((one) => one.id === id));
    assert.deepEqual(page.bookings.at(-1), { id, userId: 'u1', libraryId: 'library123' });
}
