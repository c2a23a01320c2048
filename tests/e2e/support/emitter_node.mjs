// The package roomd-emit, built as `npm run build` does into a folder where `import 'roomd-emit'` finds it.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { source } from './roomd.mjs';
import { DEADLINE, until, within } from './wait.mjs';

export const clients = path.join(source, 'plugins/http_emit/clients');
const from = path.join(clients, 'node');
const modules = path.join(source, 'tests/e2e/node_modules');

function digest() {
    const hash = createHash('sha256');
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.cjs.json', ...readdirSync(path.join(from, 'src')).map((n) => `src/${n}`)])
        hash.update(name).update(readFileSync(path.join(from, name)));
    return hash.digest('hex').slice(0, 16);
}

// Whether the process that has left its number in `file` is at work.
function atWork(file) {
    try {
        return process.kill(Number(readFileSync(file)), 0);
    } catch {
        return false;
    }
}

// A folder with node_modules/roomd-emit in it.  One of the test files that run at once builds it, and the others wait.
export async function built() {
    const folder = path.join(os.tmpdir(), `roomd-emit-${digest()}`);
    const done = path.join(folder, 'node_modules/roomd-emit');
    const builder = `${folder}.pid`;
    while (!existsSync(done)) {
        try {
            writeFileSync(builder, String(process.pid), { flag: 'wx' });
        } catch {
            await until('roomd-emit to be built', () => existsSync(done) || !atWork(builder), 10 * DEADLINE);
            if (!existsSync(done)) rmSync(builder, { force: true }); // of one that was killed
            continue;
        }
        try {
            await build(folder);
        } finally {
            rmSync(builder, { force: true });
        }
    }
    return folder;
}

async function build(folder) {
    const work = mkdtempSync(path.join(os.tmpdir(), 'roomd-emit-build-'));
    const here = path.join(work, 'build'); // tsc has rules of its own for what lies in node_modules
    mkdirSync(here);
    for (const name of ['src', 'package.json', 'tsconfig.json', 'tsconfig.cjs.json', 'README.md'])
        if (existsSync(path.join(from, name))) cpSync(path.join(from, name), path.join(here, name), { recursive: true });
    symlinkSync(modules, path.join(here, 'node_modules'));
    try {
        await promisify(execFile)('npm', ['run', 'build', '--silent'], { cwd: here });
    } catch (error) {
        throw new Error(`npm run build: ${error.stdout}${error.stderr}`);
    }
    rmSync(path.join(here, 'node_modules')); // it has no run-time dependency
    mkdirSync(path.join(work, 'node_modules'));
    renameSync(here, path.join(work, 'node_modules/roomd-emit'));
    try {
        renameSync(work, folder);
    } catch {
        rmSync(work, { recursive: true, force: true }); // another one was quicker
    }
}

// Runs `code` as a program of its own: {out, err, code, child, ended}.
export function program(folder, code, { env = {}, name = 'program.mjs', command = process.execPath } = {}) {
    const file = path.join(mkdtempSync(path.join(folder, 'run-')), name);
    writeFileSync(file, code);
    const child = spawn(command, [file], { env: { ...process.env, NODE_ENV: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const result = { out: '', err: '', child };
    child.stdout.on('data', (text) => (result.out += text));
    child.stderr.on('data', (text) => (result.err += text));
    result.ended = within('the program to end', new Promise((resolve) => child.on('close', (status, signal) => {
        result.code = signal ?? status;
        resolve(result);
    })));
    result.ended.catch(() => child.kill('SIGKILL'));
    return result;
}
