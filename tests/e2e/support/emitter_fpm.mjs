// php-fpm of a test's own, asked as a web server asks it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { until, within } from './wait.mjs';

const SBIN = '/usr/sbin';
export const fpm = readdirSync(SBIN).filter((name) => /^php-fpm[\d.]*$/.test(name)).map((name) => path.join(SBIN, name))[0];

// The path of its socket.  It is ended with the test.
export async function served(t, folder) {
    const socket = path.join(folder, 'fpm.sock');
    const file = path.join(folder, 'fpm.conf');
    const user = process.getuid() === 0 ? 'user = root\n' : '';
    writeFileSync(file, `[global]\nerror_log = ${path.join(folder, 'fpm.log')}\ndaemonize = no\n[www]\n${user}listen = ${socket}\npm = static\npm.max_children = 1\nclear_env = no\n`);
    const child = spawn(fpm, ['-n', '-F', '-y', file, ...(user ? ['-R'] : [])], { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', done));
    t.after(() => {
        child.kill('SIGTERM');
        return within('php-fpm to end', ended);
    });
    await until('php-fpm', () => existsSync(socket) || (child.exitCode !== null && Promise.reject(new Error('php-fpm ended'))));
    return socket;
}

const record = (type, content) => {
    const head = Buffer.from([1, type, 0, 1, 0, 0, 0, 0]);
    head.writeUInt16BE(content.length, 4);
    return Buffer.concat([head, content]);
};

// What the script answers, as soon as the server has said that this is all.
export function asked(socket, script) {
    const params = { SCRIPT_FILENAME: script, REQUEST_METHOD: 'GET', REQUEST_URI: '/' };
    const pairs = Object.entries(params).map(([name, value]) => Buffer.concat([Buffer.from([name.length, value.length]), Buffer.from(name + value)]));
    return within('the answer', new Promise((resolve, reject) => {
        const connection = net.connect(socket);
        let seen = Buffer.alloc(0);
        let out = '';
        connection.on('error', reject);
        connection.on('data', (bytes) => {
            seen = Buffer.concat([seen, bytes]);
            while (seen.length >= 8 && seen.length >= 8 + seen.readUInt16BE(4) + seen[6]) {
                const content = seen.subarray(8, 8 + seen.readUInt16BE(4));
                if (seen[1] === 6) out += content;
                if (seen[1] === 3) {
                    connection.destroy();
                    return resolve(out.split('\r\n\r\n').slice(1).join('\r\n\r\n'));
                }
                seen = seen.subarray(8 + content.length + seen[6]);
            }
        });
        connection.write(Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, Buffer.concat(pairs)), record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0))]));
    }));
}
