// nginx, HAProxy and Caddy in front of daemons, configured as docs/proxies.md says.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { blocks } from './pages.mjs';
import { freePort } from './roomd.mjs';
import { until, within } from './wait.mjs';

// What the page shows below the heading that is the kind's name.
const shown = (kind) => blocks('docs/proxies.md').find(({ heading }) => heading === kind).text;
const servers = (ports, line) => ports.map((port, i) => line(`127.0.0.1:${port}`, i)).join('\n');
const lines = (text) => text.split('\n').filter(Boolean);

// How each is started on `port`, and which requests its access log says that it has passed on.
const KINDS = {
    nginx: {
        command: (folder) => ['nginx', '-c', `${folder}/nginx.conf`, '-p', folder, '-e', `${folder}/error.log`],
        write(folder, page, port, upstreams, tls) {
            for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(path.join(folder, name));
            const listen = `listen 127.0.0.1:${port}` +
                (tls ? ` ssl; ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};` : ';');
            const site = page.replace('listen 80;', listen)
                .replace('server 127.0.0.1:3001;', servers(upstreams, (at) => `server ${at};`));
            writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; master_process off; worker_rlimit_nofile 4096;
                pid ${folder}/pid; error_log ${folder}/error.log; events { worker_connections 1024; }
                http {
                    log_format passed '$upstream_addr|$request'; access_log ${folder}/access.log passed;
                    ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) =>
        `${name}_temp_path ${folder}/${name.replace('client_', '')};`).join(' ')}
                    ${site} }`);
        },
        // Each try at an upstream is a request there.
        passed: (proxy) => lines(readFileSync(path.join(proxy.folder, 'access.log'), 'utf8'))
            .map((line) => line.split('|')[0]).filter((tries) => tries !== '-')
            .reduce((sum, tries) => sum + tries.split(', ').length, 0),
    },
    HAProxy: {
        command: (folder) => ['haproxy', '-db', '-f', `${folder}/haproxy.cfg`],
        write(folder, page, port, upstreams, tls) {
            if (tls) writeFileSync(path.join(folder, 'pair.pem'), readFileSync(tls.certificate, 'utf8') + readFileSync(tls.key, 'utf8'));
            const bind = `bind 127.0.0.1:${port}${tls ? ` ssl crt ${folder}/pair.pem` : ''}`;
            writeFileSync(path.join(folder, 'haproxy.cfg'), page.replace('bind :80', bind)
                .replace('server one 127.0.0.1:3001', servers(upstreams, (at, i) => `    server s${i} ${at}`).trim())
                .replace('global\n', 'global\n    log stdout format raw local0 info\n')
                .replace('defaults\n', 'defaults\n    log global\n    log-format "passed=%s %ST %{+Q}r"\n'));
        },
        passed: ({ output }) => (output.match(/^passed=s\d/gm) ?? []).length,
    },
    Caddy: {
        command: (folder) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', `${folder}/Caddyfile`],
        write(folder, page, port, upstreams, tls) {
            const site = tls ? `https://:${port} {\n\ttls ${tls.certificate} ${tls.key}\n` : `http://:${port} {\n`;
            const log = `bind 127.0.0.1\n\tlog {\n\t\toutput file ${folder}/access.log\n\t}\n`;
            writeFileSync(path.join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https off\n}\n` +
                page.replace('live.example.com {\n', `${site}\t${log}`)
                    .replace('127.0.0.1:3001', servers(upstreams, (at) => at).replaceAll('\n', ' ')));
        },
        // Its own 404 has no body, the daemon's has.
        passed: (proxy) => lines(readFileSync(path.join(proxy.folder, 'access.log'), 'utf8'))
            .map((line) => JSON.parse(line)).filter(({ status, size }) => status !== 404 || size > 0).length,
    },
};
export const PROXIES = Object.keys(KINDS);

// In TCP mode: they pass connections on as they are, and say by the PROXY protocol whose they are.
const TCP = {
    'nginx in TCP mode': {
        command: KINDS.nginx.command,
        write: (folder, page, port, upstreams) => writeFileSync(path.join(folder, 'nginx.conf'), `daemon off; master_process off;
            load_module /usr/lib/nginx/modules/ngx_stream_module.so; pid ${folder}/pid; error_log ${folder}/error.log;
            events { worker_connections 1024; }
            ${page.replace('listen 443;', `listen 127.0.0.1:${port};`)
        .replace('server 127.0.0.1:3001;', servers(upstreams, (at) => `server ${at};`))}`),
    },
    'HAProxy in TCP mode': {
        command: KINDS.HAProxy.command,
        write: (folder, page, port, upstreams) => writeFileSync(path.join(folder, 'haproxy.cfg'),
            page.replace('bind :443', `bind 127.0.0.1:${port}`).replace('127.0.0.1:3001', `127.0.0.1:${upstreams[0]}`)),
    },
};
export const TCP_PROXIES = Object.keys(TCP);
const kindOf = (kind) => KINDS[kind] ?? TCP[kind];

class Proxy {
    constructor(kind, port, tls) {
        Object.assign(this, { kind, port, url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}` });
        this.folder = mkdtempSync(path.join(os.tmpdir(), `roomd-${kind.replaceAll(' ', '-')}-`));
    }

    get output() {
        return readFileSync(path.join(this.folder, 'output'), 'utf8');
    }

    // How many requests it has passed on to daemons, by its access log.
    passed() {
        return KINDS[this.kind].passed(this);
    }

    start() {
        const [command, ...words] = kindOf(this.kind).command(this.folder);
        this.gone = undefined;
        const env = { ...process.env, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder };
        const output = openSync(path.join(this.folder, 'output'), 'a'); // into a pipe HAProxy drops lines when it is full
        this.process = spawn(command, words, { stdio: ['ignore', output, output], env });
        closeSync(output);
        this.process.on('error', (error) => (this.gone = error));
        this.exited = new Promise((done) => this.process.on('close', () => done((this.gone ??= true))));
        return until(`${this.kind} to listen`, () => {
            if (this.gone) throw new Error(`${this.kind} ended: ${this.gone}\n${this.output}`);
            return listens(this.port);
        });
    }

    end() {
        this.process.kill();
        return within(`${this.kind} to end`, this.exited);
    }

    async restart() {
        await this.end();
        await this.start();
    }

    async stop() {
        await this.end();
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const listens = (port) => new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => done(true)).on('error', () => done(false));
    socket.on('connect', () => socket.destroy());
});

// A proxy for the running test, in front of `daemons`; `change` may edit what the page shows.  `tls`: files of a
// certificate with which it speaks TLS to clients.
export async function proxied(t, kind, daemons, change = (text) => text, tls) {
    const proxy = new Proxy(kind, await freePort(), tls);
    kindOf(kind).write(proxy.folder, change(shown(kind)), proxy.port, daemons.map(({ port }) => port), tls);
    t.after(() => proxy.stop());
    await proxy.start();
    return proxy;
}
