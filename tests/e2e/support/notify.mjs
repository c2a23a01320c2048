// systemd's end of sd_notify.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { source } from './roomd.mjs';
import { until } from './wait.mjs';

// Listens until the test ends: `where` is for NOTIFY_SOCKET, `told()` all that was said so far.
export async function notified(t) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-e2e-'));
    const where = path.join(folder, 'notify');
    const listener = spawn('python3', [path.join(source, 'tests/e2e/support/notify.py'), where], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => {
        listener.kill();
        rmSync(folder, { recursive: true, force: true });
    });
    let told = '';
    listener.stdout.on('data', (text) => (told += text));
    await until('the listener', () => existsSync(where));
    return { where, told: () => told };
}
