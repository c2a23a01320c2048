// A PostgreSQL of a test's own: support/postgres.py, told what to do line by line; a PgBouncer before it; and what a
// daemon says of its database.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { promisify } from 'node:util';
import { request } from './admin.mjs';
import { freePort, source } from './roomd.mjs';
import { until, within } from './wait.mjs';

const run = promisify(execFile);
export const schema = path.join(source, 'plugins/postgres/sql');

export class Postgres {
    // `sql`: a folder of files that are run first; null: none.
    async start(env = {}, sql = schema) {
        this.process = spawn('python3', [path.join(source, 'tests/support/postgres.py'), ...(sql ? [sql] : [])], {
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
    dsn(user = 'postgres', name = 'postgres') {
        return `postgresql://${user}@127.0.0.1:${this.port}/${name}`;
    }
    // Rows of text without a header, as psql prints them.
    async sql(text, user, name) {
        const words = ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', this.dsn(user, name), '-c', text];
        return (await run('psql', words, { maxBuffer: 2 ** 28 })).stdout.trim();
    }
    // Who may connect how, from now on; without lines as it was.
    async hba(...lines) {
        const kept = lines.length ? lines : ['host all all 127.0.0.1/32 trust'];
        await this.sql(`DO $$ BEGIN EXECUTE format('COPY (SELECT unnest(%L::text[])) TO %L', '{${kept.join(',')}}', current_setting('hba_file'));
            END $$; SELECT pg_reload_conf()`);
        await until('pg_hba.conf', async () => Number(await this.sql('SELECT count(*) FROM pg_hba_file_rules')) === kept.length);
    }
    async end() {
        const gone = new Promise((done) => this.process.on('close', done));
        this.process.stdin.end();
        await within('PostgreSQL to end', gone, 60000);
    }
}

export async function postgres(t, env) {
    const server = new Postgres();
    t.after(() => server.end());
    return server.start(env);
}

// In transaction mode, with the user of `daemon`; run as who may run it.
export class PgBouncer {
    static program = ['/usr/sbin', ...process.env.PATH.split(':')].map((folder) => path.join(folder, 'pgbouncer')).find(existsSync);

    constructor(database, port) {
        this.port = port;
        this.folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-pgbouncer-'));
        chmodSync(this.folder, 0o755);
        writeFileSync(path.join(this.folder, 'pgbouncer.ini'), `[databases]
postgres = host=127.0.0.1 port=${database.port} user=daemon pool_size=2
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
server_login_retry = 1
`);
    }
    async start() {
        const who = process.getuid() === 0 ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) } : {};
        this.process = spawn(PgBouncer.program, ['-q', path.join(this.folder, 'pgbouncer.ini')], { stdio: 'ignore', ...who });
        this.exited = new Promise((done) => this.process.on('close', done));
        await until('PgBouncer to listen', () => new Promise((done) => {
            const socket = net.connect(this.port, '127.0.0.1', () => done(socket.destroy()));
            socket.on('error', () => done(false));
        }));
    }
    async stop(signal = 'SIGKILL') {
        this.process.kill(signal);
        await within('PgBouncer to end', this.exited);
    }
    async end() {
        await this.stop();
        rmSync(this.folder, { recursive: true });
    }
}

export async function pgbouncer(t, database) {
    const pooler = new PgBouncer(database, await freePort());
    t.after(() => pooler.end());
    await pooler.start();
    return pooler;
}

// ---- what a daemon says

// With reasons where it has an admin socket of this name: it tells them to operators alone.
export async function health(server) {
    const socket = path.join(server.folder, 'admin.sock');
    return existsSync(socket) ? JSON.parse((await request(socket, 'GET', '/health')).body) : (await server.get('/health')).json();
}
// What is wrong with the plugin: "degraded: outbox: no connection ..", or undefined.
export async function ailing(server) {
    const part = (await health(server)).data.parts?.find(({ name }) => name === 'postgres');
    return part && `${part.status}: ${part.why}`;
}
export async function metric(server, name) {
    const text = await (await server.get('/metrics')).text();
    return Number(new RegExp(`^roomd_plugin_postgres_${name}\\{[^}]*\\} (\\S+)`, 'm').exec(text)?.[1]);
}
export async function connectedToDatabase(server) {
    await until('the database', async () => (await metric(server, 'connected')) > 0 && !(await ailing(server)));
}
