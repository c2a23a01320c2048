// A PostgreSQL of a test's own: support/postgres.py, told what to do line by line.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { source } from './roomd.mjs';
import { within } from './wait.mjs';

const run = promisify(execFile);
export const schema = process.env.ROOMD_PG_SQL ?? path.join(source, 'plugins/postgres/sql');
export const haveSchema = existsSync(schema);

export class Postgres {
    async start(env = {}) {
        this.process = spawn('python3', [path.join(source, 'tests/support/postgres.py'), ...(haveSchema ? [schema] : [])], {
            stdio: ['pipe', 'pipe', 'inherit'],
            env: { ...process.env, ...env },
        });
        this.lines = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
        const [word, port] = (await this.line('PostgreSQL to start')).split(' ');
        if (word !== 'ready') throw new Error(`no PostgreSQL: ${word} ${port}`);
        this.port = Number(port);
        return this;
    }
    async line(what) {
        return (await within(what, this.lines.next(), 60000)).value ?? '';
    }
    // "stop", "start", "restart immediate", "freeze", "thaw"
    async tell(command) {
        this.process.stdin.write(command + '\n');
        const said = await this.line(command);
        if (said !== 'ok') throw new Error(`${command}: ${said}`);
    }
    dsn(user = 'postgres') {
        return `postgresql://${user}@127.0.0.1:${this.port}/postgres`;
    }
    // Rows of text without a header, as psql prints them.
    async sql(text) {
        const words = ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', this.dsn(), '-c', text];
        return (await run('psql', words, { maxBuffer: 2 ** 28 })).stdout.trim();
    }
    async end() {
        const gone = new Promise((done) => this.process.on('close', done));
        this.process.stdin.end();
        await within('PostgreSQL to end', gone);
    }
}

export async function postgres(t, env) {
    const server = new Postgres();
    t.after(() => server.end());
    return server.start(env);
}
