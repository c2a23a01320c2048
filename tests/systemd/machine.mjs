// A Debian with systemd as its PID 1 and roomd installed in it.  It shares the network of the test, which runs in a network
// namespace of its own (`./dev test systemd`).
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, source } from '../e2e/support/roomd.mjs';
import { until, within } from '../e2e/support/wait.mjs';

const ROOT = path.resolve(process.env.ROOMD_SYSTEM ?? path.join(source, 'build/systemd/root'));
const INSTALLED = {
    [path.join(build, 'roomd')]: '/usr/bin/roomd',
    [path.join(build, 'plugins')]: '/usr/lib/roomd/plugins',
    'systemd/roomd.service': '/usr/lib/systemd/system/roomd.service',
    'systemd/roomd.socket': '/usr/lib/systemd/system/roomd.socket',
    'systemd/roomd.sysusers': '/usr/lib/sysusers.d/roomd.conf',
    'systemd/roomd.tmpfiles': '/usr/lib/tmpfiles.d/roomd.conf',
};

export const PORT = 3001;
export const URL = `http://127.0.0.1:${PORT}`;

export class Machine {
    static async boot() {
        const machine = new Machine();
        machine.from = 0;
        const name = `roomd-${process.pid}`;
        const binds = Object.entries(INSTALLED).map(([from, to]) => `--bind-ro=${path.resolve(source, from)}:${to}`);
        machine.nspawn = spawn(
            'systemd-nspawn',
            ['--quiet', `--directory=${ROOT}`, '--volatile=overlay', '--boot', '--register=no', '--keep-unit', `--machine=${name}`, '--console=pipe', ...binds],
            { stdio: ['ignore', 'pipe', 'pipe'] },
        );
        machine.said = '';
        for (const pipe of [machine.nspawn.stdout, machine.nspawn.stderr]) pipe.on('data', (text) => (machine.said += text));
        machine.ended = new Promise((done) => machine.nspawn.on('close', done));
        machine.folder = `/run/systemd/nspawn/propagate/${name}`;
        try {
            await until('the system to be up', () => machine.#isUp(), 60_000);
            // As the package does when it is installed.
            machine.namespace = readlinkSync(`/proc/${machine.pid}/ns/pid`);
            await machine.must('systemd-sysusers', '/usr/lib/sysusers.d/roomd.conf');
            await machine.must('systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/roomd.conf');
        } catch (error) {
            await machine.end();
            throw error;
        }
        return machine;
    }

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
            execFile('nsenter', ['--target', this.pid, '--all', '--', ...words], { timeout: 60_000 }, (error, out, err) =>
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

    // The number outside of a process that is `pid` inside.
    async host_pid(pid) {
        const found = readdirSync('/proc').find((one) => {
            if (!/^\d+$/.test(one)) return false;
            try {
                const ids = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1].split('\t');
                return Number(ids[1]) === pid && readlinkSync(`/proc/${one}/ns/pid`) === this.namespace;
            } catch {
                return false; // it has ended meanwhile
            }
        });
        return Number(found ?? assert.fail(`no process ${pid} in the system`));
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

    // A change of a unit, beside what is shipped.
    async change(unit, text) {
        this.write(`/etc/systemd/system/${unit}.d/test.conf`, text);
        await this.systemctl('daemon-reload');
    }

    // Back to how it was installed; what a test has started is stopped.
    async reset() {
        await this.run('systemctl', 'stop', 'roomd.socket', 'roomd.service');
        await this.run('systemctl', '--no-reload', 'disable', 'roomd.socket', 'roomd.service');
        for (const unit of ['service', 'socket']) rmSync(this.path(`/etc/systemd/system/roomd.${unit}.d`), { recursive: true, force: true });
        rmSync(this.path('/etc/roomd'), { recursive: true, force: true });
        await this.must('systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/roomd.conf');
        await this.systemctl('daemon-reload');
        await this.run('systemctl', 'reset-failed');
        this.from = (Date.now() / 1000).toFixed(3);
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

export const openssl = (...words) => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
