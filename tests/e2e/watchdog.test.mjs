// The loop is never held: whatever is done to the daemon, GET /health answers within 100 ms.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { administered, request } from './support/admin.mjs';
import { plugin, roomd, settings, short } from './support/roomd.mjs';
import { answers_while } from './support/watchdog.mjs';
import { tick, until } from './support/wait.mjs';

const held = (name, run) => test(name, { skip: short && 'measures a release build' }, run);

const fifo = (file) => execFileSync('mkfifo', [file]);
const count = (text, word) => text.split(word).length - 1;

// SIGHUP, and the wait for its outcome, which must be `outcome`.
async function reload(server, outcome) {
    const seen = server.output.length;
    process.kill(server.pid, 'SIGHUP');
    await until('the reload', () => /configuration (not )?reloaded/.test(server.output.slice(seen)));
    assert.match(server.output.slice(seen), outcome);
}

// Many requests, a few at a time, on connections that are kept.
async function requests(server, many, where, headers) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const one = () =>
        new Promise((done, failed) => {
            http.get(server.url + where, { agent, headers }, (answer) => answer.resume().on('end', done)).on('error', failed);
        });
    await Promise.all(Array.from({ length: 8 }, async () => {
        for (let i = 0; i < many / 8; ++i) await one();
    }));
    agent.destroy();
}

held('while nobody reads the log, and much is logged', async (t) => {
    const portals = [{ name: 'ours', origins: ['https://ours.example'] }];
    const server = await roomd(t, { portals, log: { level: 'debug' } });
    server.process.stderr.pause();
    const dropped = async () =>
        Number(/^roomd_log_lines_dropped_total (\d+)/m.exec(await (await server.get('/metrics')).text())[1]);
    await answers_while(t, server, async () => {
        const stranger = { Origin: `https://${'stranger.'.repeat(100)}example` };
        for (let i = 0; i < 20 && !(await dropped()); ++i)
            await requests(server, 800, '/socket.io/?EIO=4&transport=polling', stranger);
        assert.ok((await dropped()) > 0);
    });
    server.process.stderr.resume();
    await until('the line about it', () => /log lines dropped lines=\d+/.test(server.output));
    assert.equal(await server.stop(), 0);
    await server.logs(/notice stopped\n$/);
});

held('while a reload finds FIFOs where it looks for files', async (t) => {
    const server = await roomd(t);
    const at = (name) => path.join(server.folder, name);
    const place = at('fifo');
    fifo(place);
    mkdirSync(at('client'));
    fifo(at('client/socket.io.js'));
    const plugins = { ...settings(0).plugins, load: [{ name: 'namebook', file: place }] };
    const tls = { certificate: place, key: place };
    const cases = {
        'the client bundle': [{ socketio: { client_directory: 'client' } }, /client bundle .*socket\.io\.js: it is not a file/],
        'a plugin': [{ plugins }, /roomd\.yaml:\d+:\d+: plugin .*fifo: it is not a file/],
        'a secret': [{ keys: [{ name: 'k', key: '${file:fifo}', scopes: ['emit'] }] }, /roomd\.yaml:\d+:\d+: .*fifo.* it is not a file/],
        'a schema': [{ events: { e: { rooms: ['library:x'], schema: 'fifo' } } }, /roomd\.yaml:\d+:\d+: .*fifo.* it is not a file/],
        'a certificate': [{ listen: [{ address: '127.0.0.1:1', tls }] }, /certificate .*fifo: it is not a file/],
    };
    await answers_while(t, server, async () => {
        for (const [changes, outcome] of Object.values(cases)) {
            server.write(settings(server.port, changes));
            await reload(server, outcome);
        }
        server.write(settings(server.port));
        mkdirSync(at('conf.d'));
        fifo(at('conf.d/a.yaml'));
        await reload(server, /conf\.d\/a\.yaml: cannot be read: it is not a file/);
        rmSync(at('conf.d'), { recursive: true });
        renameSync(server.file, at('good.yaml'));
        fifo(server.file);
        await reload(server, /roomd\.yaml: cannot be read: it is not a file/);
        renameSync(at('good.yaml'), server.file);
        await reload(server, /configuration reloaded/);
    });
});

held('while a reload finds a plugin that is not whole', async (t) => {
    const server = await roomd(t);
    const file = path.join(server.folder, 'namebook.so');
    const whole = statSync(plugin('namebook')).size;
    const { load, directory } = settings(server.port).plugins;
    server.write(settings(server.port, { plugins: { directory, load: [...load, { name: 'namebook', file }] } }));
    await answers_while(t, server, async () => {
        for (let part = 0; part < 16; ++part) {
            copyFileSync(plugin('namebook'), file);
            truncateSync(file, Math.floor((whole * part) / 16));
            await reload(server, part ? /roomd\.yaml:\d+:\d+: plugin .*it is not complete/ : /it is empty/);
        }
        copyFileSync(plugin('namebook'), file);
        await reload(server, /configuration reloaded/);
    });
});

// Nearly as many bytes and values as a configuration may have.
function large(config) {
    const schema = { type: 'object', description: 'd'.repeat(50), properties: { id: { type: 'string', pattern: '^[a-z0-9-]{1,64}$' }, n: { type: 'integer' } } };
    config.events = {};
    for (let i = 0; i < 4300; ++i) config.events[`event:${i}`] = { rooms: ['library:{id}'], schema };
    const text = JSON.stringify(config);
    assert.ok(text.length > 900000 && text.length < 1 << 20, `${text.length}`);
    return text;
}

held('while 200 reloads are asked for, of a configuration as large as it may be', async (t) => {
    const server = await administered(t);
    const admin = { socket: 'admin.sock' };
    const hangups = async () => {
        for (let i = 0; i < 200; ++i) {
            process.kill(server.pid, 'SIGHUP');
            await tick(2);
        }
    };
    const asked = () => request(server.admin, 'POST', '/admin/reload', '');
    await answers_while(t, server, async () => {
        server.write(large(settings(server.port, { admin, service: { name: 'large' } })));
        const early = asked();
        await hangups();
        for (const { status, body } of await Promise.all([early, asked(), asked()])) assert.equal(status, 200, body);
    });
    assert.equal((await (await server.get('/health')).json()).data.service, 'large');
    const reloads = count(server.output, 'configuration reloaded');
    t.diagnostic(`${reloads} reloads`);
    assert.ok(reloads >= 2 && reloads < 100, `${reloads} reloads`);

    await answers_while(t, server, async () => {
        writeFileSync(server.file, `auth: { mode: none }\n${'# much too large\n'.repeat(200000)}`);
        await hangups();
        const answer = await asked();
        assert.equal(answer.status, 422);
        assert.match(answer.body, /it is larger than 1048576 bytes/);
    });
});
