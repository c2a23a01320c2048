// A roomd process of a test's own: free port, temporary configuration, stopped by its pid.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEADLINE, until, within } from './wait.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const binary = path.resolve(process.env.ROOMD ?? path.join(root, 'build/roomd'));
export const build = path.dirname(binary);
export const source = root;
export const short = Boolean(process.env.ROOMD_SHORT); // an instrumented binary: smaller crowds
export const soak = Number(process.env.ROOMD_SOAK ?? 0); // seconds for the loops

// Two servers at once must not be given one port: asked for together, each is another.
export async function freePort() {
    const server = net.createServer();
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    return port;
}

export function plugin(name) {
    const places = [`plugins/${name}.so`, `tests/plugins/${name}.so`, `tests/plugins/${name}/${name}.so`];
    const found = places.map((p) => path.join(build, p)).find(existsSync);
    if (!found) throw new Error(`no plugin ${name}.so below ${build}`);
    return found;
}

const anyone = { join: 'request', allow: 'all' };

// What the tests start from: development, every room kind open.
export function settings(port, changes = {}) {
    return {
        service: { name: 'auth-service' },
        listen: [{ address: `127.0.0.1:${port}` }],
        auth: { mode: 'none' },
        catalogue: { unknown: 'allow' },
        rooms: { user: anyone, role: anyone, tenant: anyone, library: anyone },
        limits: { events_per_second: 0 },
        drain: '200ms',
        plugins: {
            directory: path.join(build, 'plugins'),
            load: [
                { name: 'http_emit', path: '/api/emit' },
                { name: 'test_event', path: '/api/test' },
            ],
        },
        ...changes,
    };
}

export class Roomd {
    constructor(port, config, env = {}) {
        this.port = port;
        this.url = `http://127.0.0.1:${port}`;
        this.folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
        this.file = path.join(this.folder, 'roomd.yaml');
        this.env = env;
        this.words = []; // further arguments
        this.write(config);
    }

    // JSON is YAML: what a test says reads the same in both.
    write(config) {
        writeFileSync(this.file, typeof config === 'string' ? config : JSON.stringify(config, null, 2), { mode: 0o644 });
    }

    spawn() {
        this.output = '';
        this.process = spawn(binary, ['run', '--config', this.file, ...this.words], {
            stdio: ['ignore', 'pipe', 'pipe'],
            env: { ...process.env, ...this.env },
        });
        for (const pipe of [this.process.stdout, this.process.stderr])
            pipe.on('data', (text) => (this.output += text));
        this.exited = new Promise((done) =>
            this.process.on('close', (code, signal) => {
                this.code = signal ?? code;
                done(this.code);
            }),
        );
        return this;
    }

    async ready() {
        await until(`roomd to be ready\n${this.output}`, async () => {
            if (this.code !== undefined) throw new Error(`roomd ended with ${this.code}:\n${this.output}`);
            return (await this.get('/ready').catch(() => ({ status: 0 }))).status === 200;
        });
        return this;
    }

    start() {
        return this.spawn().ready();
    }

    get pid() {
        return this.process.pid;
    }

    kill(signal = 'SIGKILL') {
        this.process.kill(signal);
        return within(`roomd to end after ${signal}`, this.exited);
    }

    // Asks it to stop as systemd does, and tells how it ended: 0 when all went well.
    async stop() {
        if (this.process && this.code === undefined) await this.kill('SIGTERM');
        rmSync(this.folder, { recursive: true, force: true });
        return this.code;
    }

    // The log is written by a thread of its own: what was logged may come a moment later.
    logs(pattern) {
        return until(`the log to say ${pattern}`, () => pattern.test(this.output));
    }

    get(where, options = {}) {
        return fetch(this.url + where, { ...options, signal: AbortSignal.timeout(DEADLINE) });
    }

    post(where, body, headers = {}) {
        return this.get(where, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', ...headers },
            body: typeof body === 'string' ? body : JSON.stringify(body),
        });
    }

    // A backend's emit; gives the answer's data.
    async emit(event, data, rooms, more = {}) {
        const target = Array.isArray(rooms) ? { rooms } : { room: rooms };
        const answer = await this.post('/api/emit', { event, data, ...target, ...more });
        const body = await answer.json();
        if (answer.status !== 200) throw new Error(`emit: ${answer.status} ${JSON.stringify(body)}`);
        return body.data;
    }

    async stats() {
        return (await (await this.get('/api/test/socket-stats')).json()).data;
    }
}

// Starts a daemon for the running test (or its suite) and checks that it ends well afterwards.
export async function roomd(t, changes = {}, env = {}) {
    const port = await freePort();
    const config = typeof changes === 'function' ? changes(port) : settings(port, changes);
    const server = new Roomd(port, config, env);
    t.after(async () => {
        const code = await server.stop();
        if (code !== 0 && !server.killed) throw new Error(`roomd ended with ${code}:\n${server.output}`);
    });
    return server.start();
}
