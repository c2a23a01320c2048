// The documentation, executed: each fenced block of README.md, docs/ and the plugins' pages is run or
// checked.  A block that nobody here executes is a failure.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { call } from './support/admin.mjs';
import { client, connected } from './support/clients.mjs';
import { database, example, python } from './support/page_postgres.mjs';
import { blocks, place, same, shell, start, stop } from './support/pages.mjs';
import { Roomd, binary, build, freePort, source } from './support/roomd.mjs';
import { ISSUER, SECRET, token } from './support/token.mjs';
import { tick, until, within } from './support/wait.mjs';

// ---- what pages need ---------------------------------------------------------------------------

const home = mkdtempSync(path.join(os.tmpdir(), 'roomd-docs-'));
const plugins = path.join(home, 'plugins'); // those that are built, and those that pages build
const secrets = path.join(home, 'credentials');
for (const folder of [plugins, secrets, path.join(home, 'bin')]) mkdirSync(folder);
for (const name of readdirSync(path.join(build, 'plugins')).filter((name) => name.endsWith('.so')))
    symlinkSync(path.join(build, 'plugins', name), path.join(plugins, name));
for (const name of readdirSync(path.join(source, 'tests/vectors/credentials')))
    copyFileSync(path.join(source, 'tests/vectors/credentials', name), path.join(secrets, name));
symlinkSync(binary, path.join(home, 'bin/roomd'));
writeFileSync(path.join(home, '.curlrc'), 'silent\nshow-error\n');
after(() => rmSync(home, { recursive: true, force: true }));

// One page under test: its folder, what stands for the addresses it names, what it has started.
class Page {
    constructor(name) {
        this.name = name;
        this.folder = path.join(home, name.replaceAll('/', '-'));
        this.env = { ...process.env, PATH: `${home}/bin:${process.env.PATH}`, CURL_HOME: home, CREDENTIALS_DIRECTORY: secrets };
        this.words = [['/usr/lib/roomd/plugins', plugins], ['build/plugins', plugins]];
        this.running = [];
        this.servers = [];
        this.clients = []; // what closes them
        mkdirSync(this.folder);
        symlinkSync(path.join(source, 'include'), path.join(this.folder, 'include'));
        symlinkSync(path.join(source, 'tests/e2e/node_modules'), path.join(this.folder, 'node_modules'));
        mkdirSync(path.join(this.folder, 'build'));
        symlinkSync(binary, path.join(this.folder, 'build/roomd'));
        for (const name of ['idp.jwks', 'webhook']) copyFileSync(path.join(secrets, name), path.join(this.folder, name));
        for (const name of ['jwt_key', 'jwt_key_new']) writeFileSync(path.join(this.folder, name), `${SECRET}\n`);
    }

    // What clients take for the running test.
    get test() {
        return { after: (close) => this.clients.push(close) };
    }

    // The text with what the page names in place of what there is.
    here(text) {
        return this.words.reduce((so_far, [from, to]) => so_far.replaceAll(from, to), text);
    }

    // A daemon where the page says `address`; null: it names none.
    async serve(address, config, env = {}) {
        const port = await freePort();
        if (address) this.words.unshift([address, `127.0.0.1:${port}`]);
        const server = new Roomd(port, typeof config === 'function' ? config(port) : config, { ...this.env, ...env });
        this.servers.push(server);
        const admin = path.join(server.folder, 'roomd-admin.sock');
        this.words.unshift(['/run/roomd/admin.sock', admin]);
        server.words = ['--admin', admin];
        return server.start();
    }

    // Writes a program of the page and starts it.
    script(name, code) {
        writeFileSync(path.join(this.folder, name), this.here(code));
        return start(this, process.execPath, [name]);
    }

    async end() {
        for (const close of this.clients) close();
        await Promise.all(this.running.map(stop));
        await this.end_database?.();
        await Promise.all(this.servers.map(async (server) => assert.equal(await server.stop(), 0, server.output)));
    }
}

const dev = (port) => readFileSync(path.join(source, 'conf/roomd.dev.yaml'), 'utf8')
    .replace('"127.0.0.1:3001" }', `"127.0.0.1:${port}" }`)
    .replace(/\n.*"\[::1\]:3001" \}/, '');

const daemon = (page) => page.serve('127.0.0.1:3001', dev);

async function expect(block, run, text) {
    await until(text, () => run.output.includes(text)).catch(() => assert.fail(`${place(block)} printed\n${run.output}and not\n${text}`));
}

// ---- YAML --------------------------------------------------------------------------------------

// A fragment with what a whole file must have.
function whole(page, text) {
    let out = page.here(text);
    if (!/^auth:/m.test(out)) out += 'auth: { mode: none }\n';
    if (!/^catalogue:/m.test(out)) out += 'catalogue: { unknown: allow }\n';
    if (/^plugins:\n/m.test(out) && !/^ +directory:/m.test(out))
        out = out.replace(/^plugins:\n/m, `plugins:\n  directory: ${plugins}\n`);
    return out;
}

// Good for `roomd check`; or with `fault`, refused with that.  A first line "# NAME" is the file's name.
async function yaml(page, block, fault) {
    const name = block.text.match(/^# (\S+\.yaml)\n/)?.[1];
    const text = whole(page, block.text);
    const file = path.join(page.folder, name ?? 'example.yaml');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    const { code, out, err } = await within(place(block), call(['check', '--config', file], { env: page.env }).ended);
    if (fault) {
        assert.equal(code, 3, place(block));
        return assert.match(err, fault);
    }
    assert.equal(code, 0, `${place(block)}:\n${text}\n${out}${err}`);
    if (block.rows.length) await behaves(page, block, text);
}

// Whether the rows below a configuration are what a real client meets.
async function behaves(page, block, text) {
    const secret = { key: '${env:ROOMD_TEST_JWT}' };
    const issuer = JSON.stringify({ ...ISSUER, ...secret });
    const config = (port) => text
        .replace('auth: { mode: none }', `auth: { mode: required, issuers: [${issuer}], claims: { tenant: tenantId } }`)
        .replaceAll('${file:jwt_key}', secret.key)
        .replaceAll('${file:', `\${file:${page.folder}/`) +
        `listen: [ { address: "127.0.0.1:${port}" } ]\n` +
        (/^plugins:/m.test(text) ? '' : `plugins: { directory: ${plugins}, load: [ { name: http_emit } ] }\n`);
    const server = await page.serve(null, config, { ROOMD_TEST_JWT: SECRET });
    const t = page.test;
    for (const row of block.rows) {
        const what = `${place(block)}: | ${row.join(' | ')} |`;
        if (row.length === 2) {
            const { out } = await call(['cors', 'test', row[0], '--config', server.file], { env: server.env }).ended;
            assert.match(out, row[1] === '–' ? /refused/ : new RegExp(`portal "?${row[1]}\\b`), what);
        } else if (row[2].includes('connect') || /^\w+_\w+$|403/.test(row[2])) {
            assert.equal(await meets(t, server, row[0], row[1]), row[2].replaceAll('`', ''), what);
        } else {
            assert.equal(await may(t, server, row[0], row[1]), row[2], what);
        }
    }
}

const proof = (claims) => (claims === '–' ? {} : { auth: { token: token(JSON.parse(claims)) } });

// auto, yes or no.
async function may(t, server, claims, room) {
    const socket = await connected(t, server, { ...proof(claims), transports: ['websocket'] });
    try {
        const before = (await server.emit('probe', null, room)).recipients;
        const answer = await socket.emitWithAck('join', room);
        if (before) assert.equal(answer.ok, true);
        return before ? 'auto' : answer.ok ? 'yes' : 'no';
    } finally {
        socket.close();
        await until('the client to be gone', async () => /^roomd_clients 0$/m.test(await (await server.get('/metrics')).text()));
    }
}

// connect, a code, or a status.
async function meets(t, server, origin, claims) {
    const socket = client(t, server, { ...proof(claims), ...(origin === '–' ? {} : { extraHeaders: { Origin: origin } }) });
    return within('a client', new Promise((done) => {
        socket.on('connect', () => done('connect'));
        socket.on('connect_error', (error) => done(error.data?.code ?? String(error.description)));
    }));
}

// ---- the other blocks: page, heading, how each block is executed, in their order ------------------

// Only what cannot be run here; why.
const NOT_RUN = {
    picture: 'a drawing',
    'clones and installs': 'needs a network and a root',
    systemd: 'needs systemd as the first process',
    packages: 'run by package.test.mjs, in a Debian of its own',
    'an installation': 'run by tests/install',
    'a proxy': 'run by proxies.test.mjs and proxies_tcp.test.mjs',
    certificates: 'run with others by tls.test.mjs',
    Envoy: 'no package of it, as the page says; proxies_tcp.test.mjs reads its YAML',
    'an image': 'made and run by image.test.mjs, without an engine',
    'a cluster': 'its files are checked by kubernetes.test.mjs',
    'a part of a plugin': 'compiled as a part of the tests of the plugin interface',
    'a step of a migration': 'run by migrate.test.mjs',
    'a refusal': 'provoked and explained by why.test.mjs',
    'an incident': 'provoked and found by incidents.test.mjs',
    'another platform': 'what its client sends is replayed by clients.test.mjs',
};
const not = (why) => {
    assert.ok(NOT_RUN[why], why);
    return () => {};
};

const run = (options) => (page, block) => shell(page, block, options);
// An answer with the members that the page shows.
const alike = (page, block) => {
    const [shown, said] = [block.text, page.output].map((text) => JSON.parse(text).data);
    assert.deepEqual(Object.keys(said), Object.keys(shown), place(block));
};
const output = (page, block) => same(block, block.text, page.output);

// The client of README.md, and an event that reaches it.
const readme = {
    async serve(page, block) {
        assert.equal(block.text, 'build/roomd run --config first.yaml\n');
        await page.serve('127.0.0.1:3002', (port) => {
            const text = readFileSync(path.join(page.folder, 'first.yaml'), 'utf8');
            return text.replace('127.0.0.1:3002', `127.0.0.1:${port}`).replace('jwt_key', path.join(page.folder, 'jwt_key'));
        });
    },
    write: (page, block) => writeFileSync(path.join(page.folder, 'client.mjs'), page.here(block.text)),
    async connect(page, block) {
        page.client = await shell(page, block, { goes_on: true });
    },
    async emit(page, block) {
        await shell(page, block);
        await expect(block, page.client, "seat:availability { libraryId: 'library123', availableSeats: 7 }");
        await shell(page, { ...block, text: block.text.replace('"availableSeats":7', '"availableSeats":-7').replace(/# .*/, '') });
        assert.match(page.output, /"code":"schema_mismatch"/);
    },
};

const IO = "const { io } = require('socket.io-client');\n";

const auth = {
    // The token function is asked again at each connection.
    async token(page, block) {
        const server = await page.serve('127.0.0.1:3001', (port) => ({
            listen: [{ address: `127.0.0.1:${port}` }], catalogue: { unknown: 'allow' },
            auth: { mode: 'required', issuers: [{ algorithms: ['HS256'], key: '${env:ROOMD_TEST_JWT}' }], leeway: '0s' },
        }), { ROOMD_TEST_JWT: SECRET });
        page.words.unshift(['https://live.example.com', server.url]);
        const fresh = token({ iss: undefined, aud: undefined });
        const run = page.script('token.cjs', `${IO}const tokens = ['${fresh}', '${fresh}'];
            const currentToken = async () => (console.log('asked'), tokens.pop());
            ${block.text}
            socket.on('connect', () => { console.log('connected'); if (tokens.length) socket.io.engine.close(); else process.exit(); });`);
        assert.equal(await within(place(block), run.ended), 0, run.output);
        assert.equal(run.output, 'asked\nconnected\nasked\nconnected\n');
    },
    // A token that is over is replaced; another that is refused leads to the login.
    async refusals(page, block) {
        const [good, late, foreign] = [{}, { exp: 1 }, { aud: 'other' }].map((claims) => token({ aud: undefined, iss: undefined, ...claims }));
        for (const [first, last] of [[late, 'connected'], [`${good}x`, 'login'], [foreign, 'login']]) {
            const run = page.script('refusals.cjs', `${IO}let current = '${first}';
                const refreshToken = async () => { current = '${good}'; };
                const showLogin = () => { console.log('login'); process.exit(); };
                const socket = io('http://127.0.0.1:3001', { auth: (cb) => cb({ token: current }) });
                socket.on('connect', () => { console.log('connected'); process.exit(); });
                ${block.text}`);
            assert.equal(await within(place(block), run.ended), 0, run.output);
            assert.equal(run.output, `${last}\n`);
        }
    },
    // The identity that `roomd token verify` prints for such claims.
    async identity(page, block) {
        const { claims } = JSON.parse(block.text);
        claims.exp = Math.floor(Date.now() / 1000) + 600;
        const file = path.join(page.folder, 'identity.yaml');
        writeFileSync(file, JSON.stringify({
            auth: { mode: 'required', claims: { tenant: 'tenantId' }, issuers: [{ algorithms: ['HS256'], key: '${env:ROOMD_TEST_JWT}' }] },
        }));
        const env = { ...page.env, ROOMD_TEST_JWT: SECRET };
        const said = await call(['token', 'verify', '--json', '--config', file, token({}, { raw: claims })], { env }).ended;
        const { identity } = JSON.parse(said.out).data;
        assert.deepEqual({ ...identity, claims: 0 }, { ...JSON.parse(block.text), claims: 0 });
        assert.deepEqual(identity.claims, claims);
    },
};

const cookbook = {
    async mint(page, block, name, command) {
        writeFileSync(path.join(page.folder, name), block.text);
        const run = start(page, command, [name]);
        assert.equal(await within(place(block), run.ended), 0, run.output);
        assert.match(run.output, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
        if (page.env.TOKEN) await shell(page, page.verify, {});
        page.env.TOKEN = run.output.trim();
    },
    node: (page, block) => cookbook.mint(page, block, 'mint.mjs', process.execPath),
    async python(page, block) {
        const [, , verify] = page.blocks.filter((one) => one.heading === block.heading && one.language !== 'yaml');
        page.verify = verify; // ... of the token by Node, before that by Python takes its place
        await cookbook.mint(page, block, 'mint.py', 'python3');
    },
    // Nobody at first, somebody after the login.
    async login(page, block) {
        const server = page.servers.at(-1);
        page.words.unshift(['https://live.example.com', server.url]);
        const run = page.script('login.cjs', `${IO}${block.text}
            const seen = [];
            socket.on('connect', async () => {
                seen.push((await socket.emitWithAck('join:library', '7')).ok);
                if (seen.length === 1) return loggedIn('${token({ role: 'student' })}');
                console.log(seen.join());
                process.exit();
            });`);
        assert.equal(await within(place(block), run.ended), 0, run.output);
        assert.equal(run.output, 'false,true\n');
    },
    // Node has no cookies: the header stands in for the browser's.
    async cookie(page, block) {
        const text = page.blocks.find((one) => one.heading === block.heading).text;
        const server = await page.serve(null, (port) => whole(page, text).replace('${file:jwt_key}', '${env:ROOMD_TEST_JWT}') +
            `listen: [ { address: "127.0.0.1:${port}" } ]\n`, { ROOMD_TEST_JWT: SECRET });
        page.words.unshift(['https://live.example.com', server.url]);
        const run = page.script('cookie.cjs', `const client = require('socket.io-client');
            const extraHeaders = { Origin: 'https://app.example.com', Cookie: 'access_token=${token({ sub: 'u2' })}' };
            const io = (url, options) => client.io(url, { ...options, extraHeaders });
            ${block.text}
            socket.on('connect', () => { console.log('connected'); process.exit(); });
            socket.on('connect_error', (error) => { console.log(error.message); process.exit(); });`);
        assert.equal(await within(place(block), run.ended), 0);
        assert.equal(run.output, 'connected\n');
    },
    async kick(page, block) {
        const server = page.servers.at(-1); // that of the cookie: required, by token
        const socket = await connected(page.test, server, { auth: { token: token() } });
        page.env.XDG_RUNTIME_DIR = server.folder; // where `roomd` looks when none is installed
        await shell(page, block);
        await until('the client to be gone', () => !socket.connected);
    },
};

// Recipes of docs/clients.md: each is in its room and hears of seats, and is so again with the next token.
const recipes = {
    async heard(page, block, run) {
        const server = page.servers.at(-1);
        let over = false;
        run.ended.then(() => (over = true));
        await until(`${place(block)}: the events\n${run.output}`, async () => {
            assert.ok(!over, run.output);
            await server.emit('seat:availability', { availableSeats: 7 }, 'library:library123');
            return /asked[^]*asked[^]*7\n/.test(run.output);
        });
    },
    serve: (page) => page.serve(null, (port) => ({
        listen: [{ address: `127.0.0.1:${port}` }], catalogue: { unknown: 'allow' }, cors: { own_origin: 'allow' }, rooms: { library: { allow: 'all' } },
        auth: { mode: 'required', issuers: [{ algorithms: ['HS256'], key: '${env:ROOMD_TEST_JWT}' }], leeway: '0s' },
        plugins: { directory: plugins, load: [{ name: 'http_emit' }] },
    }), { ROOMD_TEST_JWT: SECRET }).then((server) => page.words.unshift(['https://live.example.com', server.url])),
    async react(page, block) {
        const server = page.servers.at(-1);
        // As on a phone: the platform adds the server's address as Origin.
        writeFileSync(path.join(page.folder, 'live.mjs'), page.here(block.text).replace(/^import .*/, `import * as client from 'socket.io-client';
            const io = (url, options) => client.io(url, { ...options, reconnectionDelay: 50, extraHeaders: { Origin: '${server.url}' } });`));
        writeFileSync(path.join(page.folder, 'app.mjs'), `import { live } from './live.mjs';
            import { now, token } from ${JSON.stringify(path.join(source, 'tests/e2e/support/token.mjs'))};
            const lifetimes = [600, 2];
            const currentToken = async () => (console.log('asked'), token({ iss: undefined, aud: undefined, exp: now() + lifetimes.pop() }));
            live(currentToken, ({ availableSeats }) => console.log(availableSeats));`);
        await recipes.heard(page, block, start(page, process.execPath, ['app.mjs']));
    },
    async python(page, block) {
        writeFileSync(path.join(page.folder, 'login.py'), `
import base64, hashlib, hmac, json, time
lifetimes = [600, 2]
def part(data): return base64.urlsafe_b64encode(data).rstrip(b"=")
def current_token():
    print("asked", flush=True)
    signed = part(b'{"alg":"HS256"}') + b"." + part(json.dumps({"sub": "py", "exp": time.time() + lifetimes.pop()}).encode())
    return (signed + b"." + part(hmac.new(${JSON.stringify(SECRET)}.encode(), signed, hashlib.sha256).digest())).decode()`);
        writeFileSync(path.join(page.folder, 'recipe.py'), page.here(block.text));
        await recipes.heard(page, block, start(page, python, ['-u', 'recipe.py']));
    },
};

// The plugin of docs/plugins.md, built by the command that the page gives.
const desk = {
    write: (page, block) => writeFileSync(path.join(page.folder, 'desk.cpp'), block.text),
    async build(page, block) {
        page.words.push(['-O2', '-O0']); // sooner
        await shell(page, block);
        rmSync(path.join(plugins, 'desk.so'), { force: true }); // it may lead to one that a daemon runs
        copyFileSync(path.join(page.folder, 'desk.so'), path.join(plugins, 'desk.so'));
    },
    async client(page, block) {
        await page.serve('127.0.0.1:3001', (port) =>
            readFileSync(path.join(page.folder, 'example.yaml'), 'utf8') + `listen: [ { address: "127.0.0.1:${port}" } ]\n`);
        const run = page.script('desk.cjs', block.text);
        await expect(block, run, 'in\n');
        await expect(block, run, "[ 1, <Buffer 74 77 6f> ]");
        const other = page.script('other.cjs', block.text.replace('sesame', 'please'));
        await expect(block, other, "say the word { code: 'word', retryable: false }");
    },
};

const skeleton = {
    async build(page, block) {
        copyFileSync(path.join(source, 'plugins/skeleton/plugin.c'), path.join(page.folder, 'plugin.c'));
        await shell(page, block);
        rmSync(path.join(plugins, 'skeleton.so'), { force: true }); // it may lead to one that a daemon runs
        copyFileSync(path.join(page.folder, 'skeleton.so'), path.join(plugins, 'skeleton.so'));
    },
    async client(page, block) {
        await page.serve('127.0.0.1:3001', (port) =>
            readFileSync(path.join(page.folder, 'example.yaml'), 'utf8') + `listen: [ { address: "127.0.0.1:${port}" } ]\n`);
        const run = page.script('skeleton.cjs', block.text);
        await expect(block, run, "[ 1, 'two' ]");
    },
};

// A client that is in the rooms that docs/http.md emits to.
async function listener(page) {
    const server = await daemon(page);
    const socket = await connected(page.test, server, { transports: ['websocket'] });
    socket.seen = [];
    socket.onAny((event) => socket.seen.push(event));
    for (const room of ['library:library123', 'role:student', 'user:u1']) await socket.emitWithAck('join', room);
    page.socket = socket;
}
const heard = (event) => async (page, block) => {
    output(page, block);
    await until(`${place(block)}: ${event}`, () => page.socket.seen.includes(event));
};

async function unknown_key(page, block) {
    const file = path.join(page.folder, 'roomd.yaml');
    writeFileSync(file, `${'# nothing\n'.repeat(10)}auth: { mode: none }\ncatalogue: { unknown: allow }\nsocketio:\n        pinginterval: 25s\n`);
    const { code, err } = await call(['check', '--config', file], { env: page.env }).ended;
    assert.equal(code, 3);
    assert.equal(err.replaceAll(`${page.folder}/`, ''), block.text);
}

async function rejoins(page, block) {
    const server = await daemon(page);
    const run = page.script('rejoins.cjs', `${IO}const socket = io('http://127.0.0.1:3001', { reconnectionDelay: 50 });\n${block.text}
        let times = 0;
        socket.on('probe', () => { if (++times === 2) process.exit(); socket.io.engine.close(); });`);
    let over = false;
    run.ended.then(() => (over = true));
    await until(place(block), async () => over || !(await server.emit('probe', null, 'library:library123')) || tick(20));
    assert.equal(await run.ended, 0, run.output);
}

// What one client emits, another prints.
async function client_event(page, block) {
    const server = await page.serve('127.0.0.1:3001', (port) => ({
        listen: [{ address: `127.0.0.1:${port}` }], auth: { mode: 'none' }, catalogue: { unknown: 'allow' },
        rooms: { library: { allow: 'all' } }, client_events: { typing: { rooms: ['library'], volatile: true } },
    }));
    const other = await connected(page.test, server);
    await other.emitWithAck('join:library', '1');
    const run = page.script('typing.cjs', `${IO}const socket = io('http://127.0.0.1:3001');
        (async () => {
            await socket.emitWithAck('join:library', '1');
            ${block.text.replace('(answer) => {', '(answer) => {\nconsole.log(JSON.stringify(answer));')}
        })();`);
    await until(place(block), () => run.output.includes('{"ok":true,"recipients":1}'));
    other.emit('typing', 'library:1', 'and I');
    await until(place(block), () => /library:1 and I null/.test(run.output));
}

const step = not('a step of a migration');

// How backends check the signature of the webhook plugin: a good one, an old one, another secret and body.
const verifies = {
    json: (page, block) => void JSON.parse(block.text),
    async run(page, block, name, words, tail) {
        const secret = 'the secret of the page';
        const sign = (time, body, by = secret) => `t=${time},v1=${'0'.repeat(64)},v1=${createHmac('sha256', by).update(`${time}.${body}`).digest('hex')}`;
        const now = Math.floor(Date.now() / 1000);
        const cases = [sign(now, '{}'), sign(now - 600, '{}'), sign(now, '{}', 'another'), sign(now, '{ }'), '', 't=x,v1', `t=${now}`, `t=${now},v1`];
        const file = path.join(page.folder, name);
        writeFileSync(file, block.text + tail);
        const { stdout, stderr } = spawnSync(words[0], [...words.slice(1), file, secret, ...cases], { encoding: 'utf8' });
        assert.equal(stdout.trim(), '1 0 0 0 0 0 0 0', `${place(block)}: ${stderr}`);
    },
    node: (page, block) => verifies.run(page, block, 'verify.mjs', ['node'],
        "const [secret, ...all] = process.argv.slice(2);\nconsole.log(...all.map((one) => Number(verify(secret, one, Buffer.from('{}')))));\n"),
    python: (page, block) => verifies.run(page, block, 'verify.py', ['python3'],
        "import sys\nprint(*[int(verify(sys.argv[1].encode(), one, b'{}')) for one in sys.argv[2:]])\n"),
    php: (page, block) => verifies.run(page, block, 'verify.php', ['php'],
        "echo implode(' ', array_map(fn ($one) => (int) verify($argv[1], $one, '{}'), array_slice($argv, 2)));\n"),
};

const EXAMPLES = {
    'README.md': {
        roomd: [not('picture')],
        'Two commands': [not('clones and installs')],
        'The first five minutes': [run(), run(), readme.serve, readme.write, readme.connect, readme.emit],
    },
    'docs/clients.md': {
        'React Native': [recipes.react],
        Python: [recipes.python],
        ...Object.fromEntries(['Swift', 'Kotlin and Java', 'Flutter', 'C# and Unity', 'C++ (sioclient)'].map((name) => [name, [not('another platform')]])),
    },
    'docs/architecture.md': { 'One iteration of the loop': [not('picture')] },
    'docs/auth.md': {
        'Sending the token': [auth.token],
        Keys: [run()],
        'The identity': [auth.identity],
        Refusals: [auth.refusals],
    },
    'docs/configuration.md': { Configuration: [unknown_key] },
    'docs/cookbook.md': {
        'Sign tokens in a backend': [cookbook.node, cookbook.python, run()],
        'Visitors without a login': [cookbook.login],
        'The token in a cookie': [cookbook.cookie, run()],
        'Disconnecting a user': [cookbook.kick],
    },
    'docs/delivery.md': { 'What is promised about delivery': [rejoins] },
    'docs/events.md': { 'Events that clients emit': [client_event] },
    'docs/http.md': {
        '`POST /api/emit` — plugin `http_emit`': [run(), heard('seat:availability')],
        '`POST /api/emit/batch`': [run(), heard('booking:created')],
        '`POST /api/rooms/join` and `/api/rooms/leave` — scope `rooms`': [run(), alike],
        '`POST /api/kick` — scope `kick`': [run(), alike],
        '`GET /api/presence/users/<user>` — scope `presence`': [run(), alike],
        '`GET /api/presence/rooms/<room>` — scope `presence`': [run(), alike],
        '`POST /api/presence/online` — scope `presence`': [run(), alike],
        '`test_event`': [run(), heard('test:message'), run(), output, run(), alike],
    },
    'docs/install.md': {
        'The package': [not('packages'), not('packages'), not('packages')],
        'The container image': [not('an image'), not('an image')],
        Upgrading: [not('packages')],
        'Going back': [not('packages')],
        'From source': [not('an installation'), not('an installation')],
    },
    'docs/kubernetes.md': { 'On Kubernetes': [not('a cluster')] },
    'docs/migrate.md': {
        'The server as it is': [step, step, step],
        '2. Emit to both': [step],
        '4. Let go of Node': [step, step],
    },
    'docs/operations.md': { 'The admin socket': [run()], 'Under systemd': [not('systemd')], Secrets: [not('systemd'), not('systemd'), not('certificates')], 'A restart that refuses nobody': [not('systemd')],
        'Why?': [not('a refusal')], 'All about one client': [not('a refusal')],
        'Six incidents, found in a minute': Array(6).fill(not('an incident')) },
    'docs/proxies.md': {
        nginx: [not('a proxy')], HAProxy: [not('a proxy')], Caddy: [not('a proxy')], Envoy: [not('Envoy')],
        'nginx in TCP mode': [not('a proxy')], 'HAProxy in TCP mode': [not('a proxy')], 'Envoy in TCP mode': [not('Envoy')],
    },
    'docs/plugins.md': {
        'A plugin in C++': [desk.write, desk.build, desk.client],
        Sending: [not('a part of a plugin'), not('a part of a plugin')],
        'The spool': [not('a part of a plugin')],
        'Who is there': [not('a part of a plugin'), not('a part of a plugin')],
        'Serving HTTP': [not('a part of a plugin')],
    },
    'docs/postgresql.md': {
        'Events from PostgreSQL': [example.first],
        'Setting it up': [example.init],
        'From Node': [example.node],
        'From Python': [example.python],
        'One line for each event of the catalogue': [example.emitters, example.emitter],
        'Every change of a table': [example.attach],
    },
    'docs/webhooks.md': {
        'What the backend is told': [verifies.json],
        'Events that the backend answers': [verifies.json],
        'Checking the signature': [verifies.node, verifies.python, verifies.php],
    },
    'plugins/skeleton/README.md': { 'The smallest plugin': [skeleton.build, skeleton.client] },
};

// The daemon that a page's commands talk to, where there is one from the start.
const BEFORE = { 'README.md': daemon, 'docs/clients.md': recipes.serve, 'docs/http.md': listener, 'docs/operations.md': daemon, 'docs/postgresql.md': database };

// ---- the pages ---------------------------------------------------------------------------------

const markdown = (folder) => (statSync(path.join(source, folder)).isDirectory() ? readdirSync(path.join(source, folder)) : [])
    .filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
const PAGES = ['README.md', 'CHANGELOG.md',
    ...['docs', ...readdirSync(path.join(source, 'plugins')).map((name) => `plugins/${name}`)].flatMap(markdown)];

// Most of a page's time is waiting for daemons to end: several pages at once.
describe('the documentation', { concurrency: 4 }, () => {
    for (const name of PAGES) test(`${name} does what it shows`, () => executed(name));
});

async function executed(name) {
    const page = new Page(name);
    page.blocks = blocks(name);
    const examples = EXAMPLES[name] ?? {};
    const done = {};
    try {
        await BEFORE[name]?.(page);
        for (const block of page.blocks) {
            if (block.language === 'yaml') {
                await yaml(page, block, block.text.startsWith('# cookie.yaml') && /does not go with/);
                continue;
            }
            const at = (done[block.heading] = (done[block.heading] ?? 0) + 1) - 1;
            const execute = examples[block.heading]?.[at];
            assert.ok(execute, `${place(block)}: nobody executes this block of "${block.heading}": name it in docs.test.mjs`);
            await execute(page, block);
        }
        const wanted = Object.fromEntries(Object.entries(examples).map(([heading, list]) => [heading, list.length]));
        assert.deepEqual(done, wanted, `${name}: docs.test.mjs waits for blocks that are not there`);
    } finally {
        await page.end();
    }
}
