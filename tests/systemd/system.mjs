// A Debian of its own with systemd as its PID 1, made by prepare.sh; nothing is written to it on disk.  It shares the network of
// the test, which runs in a network namespace of its own (alone.sh).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { source } from '../e2e/support/roomd.mjs';
import { until, within } from '../e2e/support/wait.mjs';

const ROOT = path.resolve(process.env.ROOMD_SYSTEM ?? path.join(source, 'build/systemd/root'));

// Of the programs that run in it.
const ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export const PORT = 3001;
export const URL = `http://127.0.0.1:${PORT}`;

export class System {
    // `binds`: what else is in it, read-only: { from: to }.
    static async boot(binds = {}) {
        const system = new this();
        const name = `roomd-${process.pid}`;
        const bound = Object.entries(binds).map(([from, to]) => `--bind-ro=${from}:${to}`);
        system.from = 0;
        system.nspawn = spawn(
            'systemd-nspawn',
            ['--quiet', `--directory=${ROOT}`, '--volatile=overlay', '--boot', '--register=no', '--keep-unit', `--machine=${name}`, '--console=pipe', ...bound],
            { stdio: ['ignore', 'pipe', 'pipe'] },
        );
        system.said = '';
        for (const pipe of [system.nspawn.stdout, system.nspawn.stderr]) pipe.on('data', (text) => (system.said += text));
        system.ended = new Promise((done) => system.nspawn.on('close', done));
        system.folder = `/run/systemd/nspawn/propagate/${name}`;
        try {
            await until('the system to be up', () => system.#isUp(), 60_000);
            await system.prepare();
        } catch (error) {
            await system.end();
            throw error;
        }
        return system;
    }

    async prepare() {}

    // The first child of systemd-nspawn makes way for PID 1.
    async #isUp() {
        assert.equal(this.nspawn.exitCode, null, `systemd-nspawn ended:\n${this.said}`);
        this.pid = readFileSync(`/proc/${this.nspawn.pid}/task/${this.nspawn.pid}/children`, 'utf8').trim();
        return this.pid && /^(running|degraded)/.test((await this.run('systemctl', 'is-system-running')).out);
    }

    async end() {
        if (this.pid && this.nspawn.exitCode === null) process.kill(Number(this.pid), 'SIGKILL');
        else this.nspawn.kill('SIGKILL');
        await within('the system to end', this.ended);
        rmSync(this.folder, { recursive: true, force: true });
    }

    // Runs a program in it to its end: {code, out, err}.
    run(...words) {
        return new Promise((done) =>
            execFile('nsenter', ['--target', this.pid, '--all', '--', ...words], { timeout: 60_000, env: ENV }, (error, out, err) =>
                done({ code: error ? (error.code ?? error.signal) : 0, out, err }),
            ),
        );
    }

    // ... which is to end well; what it prints.
    async must(...words) {
        const { code, out, err } = await this.run(...words);
        assert.equal(code, 0, `${words.join(' ')}: ${code}\n${out}${err}\n${code ? await this.journal() : ''}`);
        return out.trim();
    }

    systemctl(...words) {
        return this.must('systemctl', ...words);
    }

    async show(unit, property) {
        return this.must('systemctl', 'show', '--value', '--property', property, unit);
    }

    // What the service has logged since reset().
    async journal() {
        return (await this.run('journalctl', '--no-pager', '--output=cat', '--unit=roomd.service', `--since=@${this.from}`)).out;
    }

    path(file) {
        return `/proc/${this.pid}/root${file}`;
    }

    // Text, or a configuration as JSON, which is YAML.
    write(file, content, { owner = 'root', group = 'root', mode = 0o644 } = {}) {
        const at = this.path(file);
        mkdirSync(path.dirname(at), { recursive: true });
        writeFileSync(at, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
        chownSync(at, this.id('passwd', owner), this.id('group', group));
        chmodSync(at, mode);
    }

    id(table, name) {
        const line = readFileSync(this.path(`/etc/${table}`), 'utf8').split('\n').find((one) => one.startsWith(`${name}:`));
        return Number(line?.split(':')[2] ?? assert.fail(`no ${name} in /etc/${table}`));
    }
}

// Status of a request to the daemon, 0 when nobody answers.
export async function status(where, { headers = {}, deadline = 5000, ...options } = {}) {
    const answer = await fetch(URL + where, { ...options, headers, signal: AbortSignal.timeout(deadline) }).catch(() => undefined);
    await answer?.text();
    return answer?.status ?? 0;
}

export const emit = (event, data, { key, room }) =>
    status('/api/emit', { method: 'POST', headers: { 'Content-Type': 'application/json', ...(key && { Authorization: `Bearer ${key}` }) }, body: JSON.stringify({ event, data, room }) });
