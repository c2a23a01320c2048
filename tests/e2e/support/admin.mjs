// The command line against a running daemon's admin socket, and that socket by hand.
import { spawn } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { binary, plugin, roomd, settings } from './roomd.mjs';
import { DEADLINE, within } from './wait.mjs';

// A daemon with an admin socket in its folder, and a plugin that believes who clients say they are.
export async function administered(t, changes = {}) {
    const server = await roomd(t, (port) => {
        const config = settings(port, changes);
        config.plugins.load.push({ name: 'namebook', file: plugin('namebook') });
        config.admin = { socket: 'admin.sock', ...changes.admin };
        return config;
    });
    server.admin = path.join(server.folder, 'admin.sock');
    return server;
}

// Runs `roomd WORDS...` to its end.
export function call(words, { input = '', env = {} } = {}) {
    const child = spawn(binary, words, { env: { ...process.env, ...env } });
    const result = { out: '', err: '', child };
    child.stdout.on('data', (text) => (result.out += text));
    child.stderr.on('data', (text) => (result.err += text));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    result.ended = new Promise((done) =>
        child.on('close', (code, signal) => {
            result.code = signal ?? code;
            done(result);
        }),
    );
    return result;
}

// ... with the daemon's socket, and waits.
export const ask = (server, ...words) =>
    within(`roomd ${words.join(' ')}`, call([...words, '--socket', server.admin]).ended);

// ... and reads its JSON; the exit code beside it.
export async function askJson(server, ...words) {
    const { code, out } = await ask(server, ...words, '--json');
    return { code, ...JSON.parse(out) };
}

// One request over a Unix socket: {status, body}.
export function request(socket, method, where, body, headers = {}) {
    return new Promise((resolve, reject) => {
        const options = { socketPath: socket, method, path: where, headers, timeout: DEADLINE };
        const asking = http.request(options, (answer) => {
            let text = '';
            answer.on('data', (chunk) => (text += chunk));
            answer.on('end', () => resolve({ status: answer.statusCode, body: text }));
        });
        asking.on('error', reject);
        if (body !== undefined) asking.setHeader('Content-Length', Buffer.byteLength(body));
        asking.end(body);
    });
}
