// A system with this build of roomd in it, as the package installs it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, source } from '../e2e/support/roomd.mjs';
import { System } from './system.mjs';

export { PORT, URL, emit, status } from './system.mjs';

const INSTALLED = {
    [path.join(build, 'roomd')]: '/usr/bin/roomd',
    [path.join(build, 'plugins')]: '/usr/lib/roomd/plugins',
    [path.join(build, 'client')]: '/usr/share/roomd/client',
    [path.join(source, 'systemd/roomd.service')]: '/usr/lib/systemd/system/roomd.service',
    [path.join(source, 'systemd/roomd.socket')]: '/usr/lib/systemd/system/roomd.socket',
    [path.join(source, 'systemd/roomd.sysusers')]: '/usr/lib/sysusers.d/roomd.conf',
    [path.join(source, 'systemd/roomd.tmpfiles')]: '/usr/lib/tmpfiles.d/roomd.conf',
};

export class Machine extends System {
    static boot() {
        return super.boot(INSTALLED);
    }

    // As the package does when it is installed.
    async prepare() {
        this.namespace = readlinkSync(`/proc/${this.pid}/ns/pid`);
        await this.must('systemd-sysusers', '/usr/lib/sysusers.d/roomd.conf');
        await this.must('systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/roomd.conf');
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

export const openssl = (...words) => execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
