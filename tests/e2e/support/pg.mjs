// Databases of tests of `roomd pg`: one server for a file, as many databases as it takes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { call } from './admin.mjs';
import { Postgres, schema } from './postgres.mjs';
import { build, settings } from './roomd.mjs';
import { within } from './wait.mjs';

export const files = readdirSync(schema).filter((name) => name.endsWith('.sql')).sort();
export const NEWEST = files.length;
export const text = (name) => readFileSync(path.join(schema, name), 'utf8');
export const PASSWORD = 'hunter2-hunter2';

const run = promisify(execFile);

export class Databases extends Postgres {
    // "owner" owns them and is no superuser, "shop" is an application, "desk" the daemon, "stranger" nobody.
    async start() {
        await super.start();
        this.folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-pg-e2e-'));
        await this.sql('CREATE ROLE owner LOGIN CREATEROLE; CREATE ROLE poor LOGIN; CREATE ROLE shop LOGIN; CREATE ROLE desk LOGIN; CREATE ROLE stranger LOGIN');
        await this.sql(`CREATE ROLE guarded LOGIN PASSWORD '${PASSWORD}'`);
        // Everyone is trusted, but one.
        await this.sql(`COPY (VALUES ('host all guarded 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust'))
            TO '${await this.sql('SHOW hba_file')}'`);
        await this.sql('SELECT pg_reload_conf()');
        return this;
    }
    dsn(user = 'postgres', database = 'postgres') {
        return `postgresql://${user}@127.0.0.1:${this.port}/${database}`;
    }
    async create(name, owner = 'owner') {
        await this.sql(`CREATE DATABASE ${name} OWNER ${owner}`);
        return this.dsn(owner, name);
    }
    async end() {
        rmSync(this.folder, { recursive: true, force: true });
        await super.end();
    }
    file(name, content) {
        const where = path.join(this.folder, name);
        writeFileSync(where, typeof content === 'string' ? content : JSON.stringify(content, null, 1));
        return where;
    }
    // A configuration whose plugin connects as `dsn`.
    config(name, dsn, changes = {}) {
        const config = settings(3999, changes);
        config.plugins = { directory: path.join(build, 'plugins'), load: [{ name: 'postgres', dsn }] };
        return this.file(name, config);
    }
}

export async function databases(t) {
    const server = new Databases();
    t.after(() => server.end());
    return server.start();
}

// Rows as psql prints them; what it refuses is thrown with all that it said.
export async function psql(dsn, sql) {
    const words = ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', dsn, '-f', '-'];
    const child = run('psql', words, { maxBuffer: 1 << 24 });
    child.child.stdin.end(sql);
    return (await child).stdout.trim();
}

// `roomd pg WORDS`, to its end; no message shows a password.
export async function pg(words, options) {
    const { child, ended } = call(['pg', ...words], options);
    try {
        const said = await within(`roomd pg ${words.join(' ').slice(0, 80)}`, ended);
        assert.ok(!(said.out + said.err).includes(PASSWORD), said.out + said.err);
        return said;
    } finally {
        child.kill('SIGKILL');
    }
}
// ... that does it, and has nothing to complain of.
export async function done(words, options) {
    const said = await pg(words, options);
    assert.deepEqual([said.code, said.err], [0, ''], said.out);
    return said.out;
}
// ... as one document, and the exit code beside it.
export async function json(words, options) {
    const { code, out, err } = await pg([...words, '--json'], options);
    assert.equal(err, '');
    return { code, ...JSON.parse(out) };
}
