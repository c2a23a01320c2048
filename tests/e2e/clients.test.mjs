// Clients that are not socket.io-client in JavaScript (docs/clients.md): python-socketio itself, and of the others what each puts on the wire.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import http from 'node:http';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import WebSocket from 'ws';
import { call } from './support/admin.mjs';
import { connected, received } from './support/clients.mjs';
import { python } from './support/page_postgres.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, SECRET, token } from './support/token.mjs';
import { until, within } from './support/wait.mjs';

const SEPARATOR = '\x1e';
const anyone = { join: 'request', allow: 'all' };
// Tokens, native apps, a namespace beside /, and an event of clients that may be binary.
const config = (port) => ({ ...settings(port), ...IDENTITY, auth: { ...IDENTITY.auth, leeway: '0s' }, rooms: { ...IDENTITY.rooms, library: anyone }, namespaces: ['/desk'],
    cors: { own_origin: 'allow' }, client_events: { photo: { rooms: ['library'] } }, admin: { socket: 'admin.sock' } });
let server;
before(async (t) => {
    server = await roomd(t, config, ENV);
    server.admin = `${server.folder}/admin.sock`;
});

// ---- a request, a websocket --------------------------------------------------------------------

// One request of a client: `query` as it orders it.
function ask(query, { method = 'GET', headers = {}, body } = {}) {
    return within(`the answer to ${query}`, new Promise((done, failed) => {
        const request = http.request({ port: server.port, host: '127.0.0.1', path: `/socket.io/?${query}`, method, headers }, (answer) => {
            let text = '';
            answer.on('data', (piece) => (text += piece)).on('end', () => done({ status: answer.statusCode, text }));
        });
        request.on('error', failed).end(body);
    }));
}
const post = (query, body, headers) => ask(query, { method: 'POST', headers: { 'Content-Type': 'text/plain;charset=UTF-8', ...headers }, body });
async function opened(query, headers) {
    const { status, text } = await ask(query, { headers });
    assert.equal(status, 200, text);
    return JSON.parse(text.slice(1)).sid;
}

// What it says is a growing list; `gone` when it is closed.
async function websocket(t, query, headers = {}) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?${query}`, { headers });
    t.after(() => socket.terminate());
    socket.texts = [];
    socket.on('message', (data, binary) => socket.texts.push(binary ? data : String(data)));
    socket.on('close', () => (socket.gone = true));
    await within('the websocket', new Promise((done, failed) => socket.on('open', done).on('error', failed)));
    return socket;
}
const said = (socket, pattern) => until(`${pattern} among ${socket.texts}`, () => socket.texts.find((one) => pattern.test(one)));

const CONNECT = () => JSON.stringify({ token: token({ sub: 'ann' }) });
const JOIN = '["join:library","7"]';

describe('what native clients put on the wire', () => {
    test('Swift: the order of its query, both slashes, the address as Origin, and an upgrade that waits', async (t) => {
        const sid = await opened('transport=polling&b64=1&EIO=4');
        const query = `transport=polling&b64=1&EIO=4&sid=${sid}`;
        assert.equal((await post(query, `40/,${CONNECT()}`)).status, 200);
        assert.match((await ask(query)).text, /^40\{"sid"/);
        const socket = await websocket(t, `transport=websocket&EIO=4&sid=${sid}`, { Origin: `ws://127.0.0.1:${server.port}` });
        const waits = ask(query); // it is answered, and there is no other
        socket.send('2probe');
        await said(socket, /^3probe$/);
        assert.equal((await waits).text, '6');
        socket.send('5');
        socket.send(`420${JOIN}`);
        await said(socket, /^430\[\{"ok":true/);
        socket.send('41/,');
        socket.send('1');
        await until('the end', () => socket.gone);
    });

    test('Java: base64 in lines of 76 characters, also behind another packet of a POST', async (t) => {
        const [other, sid] = await Promise.all([connected(t, server, { auth: { token: token() } }), opened('EIO=4&transport=polling')]);
        const photos = received(other, 'photo');
        await other.emitWithAck('join:library', '7');
        const query = `EIO=4&transport=polling&sid=${sid}`;
        const bytes = Buffer.from(Array.from({ length: 200 }, (_, i) => i));
        const lines = bytes.toString('base64').replace(/.{1,76}/g, '$&\n');
        await post(query, `40${CONNECT()}`);
        assert.equal((await post(query, [`420${JOIN}`, '451-1["photo","library:7",{"_placeholder":true,"num":0}]', `b${lines}`].join(SEPARATOR))).status, 200);
        await until('the photo', () => photos.length);
        assert.deepEqual(photos[0].slice(0, 2), ['library:7', bytes]);
        assert.match((await ask(query)).text, /430\[\{"ok":true/);
    });

    test('Dart without setTransports: a websocket that calls itself polling is refused, and with it is taken', async (t) => {
        await assert.rejects(websocket(t, 'EIO=4&transport=polling'), /400/);
        const socket = await websocket(t, 'EIO=4&transport=websocket');
        socket.send(`40${CONNECT()}`);
        await said(socket, /^40\{"sid"/);
        socket.send(`420${JOIN}`);
        await said(socket, /^430\[\{"ok":true/);
    });

    test('C#: a GET with a content type, a binary event over two POSTs, and an upgrade without a probe', async (t) => {
        const other = await connected(t, server, { auth: { token: token() } });
        const photos = received(other, 'photo');
        await other.emitWithAck('join:library', '7');
        const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': '0' };
        const sid = await opened('EIO=4&transport=polling', headers);
        const query = `EIO=4&transport=polling&sid=${sid}`;
        await post(query, `40${CONNECT()}`);
        assert.match((await ask(query, { headers })).text, /^40\{"sid"/);
        await post(query, `420${JOIN}`);
        assert.match((await ask(query, { headers })).text, /^430\[\{"ok":true/);
        await post(query, '451-1["photo","library:7",{"_placeholder":true,"num":0}]');
        await post(query, `b${Buffer.from('bytes').toString('base64')}`);
        await until('the photo', () => photos.length);
        assert.deepEqual(photos[0].slice(0, 2), ['library:7', Buffer.from('bytes')]);
        const fresh = await opened('EIO=4&transport=polling', headers);
        const socket = await websocket(t, `EIO=4&transport=websocket&sid=${fresh}`);
        assert.equal((await post(`EIO=4&transport=polling&sid=${fresh}`, `40${CONNECT()}`)).status, 200);
        socket.send('5');
        await said(socket, /^40\{"sid"/);
    });

    test('Unity with AutoUpgrade: a session that is only looked at, and a message in fragments', async (t) => {
        await opened('EIO=4&transport=polling');
        const socket = await websocket(t, 'EIO=4&transport=websocket');
        const text = `40${CONNECT()}`;
        socket.send(text.slice(0, 20), { fin: false });
        socket.send(text.slice(20), { fin: true });
        await said(socket, /^40\{"sid"/);
    });

    test('C++: a namespace without a comma behind it, and a time in its query', async (t) => {
        const socket = await websocket(t, `EIO=4&transport=websocket&t=${Math.floor(Date.now() / 1000)}`);
        socket.send(`40${CONNECT()}`);
        await said(socket, /^40\{"sid"/);
        socket.send('40/desk'); // it has a token for / only
        await said(socket, /^44\/desk,.*token_missing/);
        socket.send(`4299${JOIN}`);
        await said(socket, /^4399\[\{"ok":true/);
    });
});

// ---- python-socketio, as Debian has it ----------------------------------------------------------

const lacks = (module) => spawnSync(python, ['-c', `import ${module}`]).status !== 0;

describe('python-socketio', { skip: lacks('socketio, requests, websocket, aiohttp') && 'not here: apt-get install python3-socketio python3-requests python3-websocket python3-aiohttp' }, () => {
    // A program that has the daemon's `url`, and signs tokens when it needs them.
    const program = (code, url = server.url) => [python, ['-c', `
import asyncio, base64, hashlib, hmac, json, sys, threading, time, socketio
url = sys.argv[1]
def part(data): return base64.urlsafe_b64encode(data).rstrip(b"=")
def token(seconds, sub="py"):
    claims = {"iss": "studyspot", "aud": "roomd", "sub": sub, "exp": time.time() + seconds}
    signed = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(${JSON.stringify(SECRET)}.encode(), signed, hashlib.sha256).digest())).decode()
${code}`, url]];
    const said = async (...words) => (await promisify(execFile)(...program(...words))).stdout.trim().split('\n');

    test('sends the address as Origin by websocket, and none by polling; with asyncio none at all', async (t) => {
        const seen = [];
        const echo = http.createServer((request, response) => {
            seen.push([request.headers.upgrade ?? 'polling', request.headers.origin ?? 'none']);
            response.writeHead(503).end();
        });
        echo.on('upgrade', (request, socket) => {
            seen.push([request.headers.upgrade, request.headers.origin ?? 'none']);
            socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n');
        });
        await new Promise((done) => echo.listen(0, '127.0.0.1', done));
        t.after(() => echo.close());
        const url = `http://127.0.0.1:${echo.address().port}`;
        await said(`
for transport in ("polling", "websocket"):
    try: socketio.Client(reconnection=False).connect(url, transports=[transport])
    except socketio.exceptions.ConnectionError: pass
async def main():
    for transport in ("polling", "websocket"):
        try: await socketio.AsyncClient(reconnection=False).connect(url, transports=[transport])
        except socketio.exceptions.ConnectionError: pass
asyncio.run(main())`, url);
        assert.deepEqual(seen, [['polling', 'none'], ['websocket', url], ['polling', 'none'], ['websocket', 'none']]);
    });

    for (const [mode, transports] of [['websocket', '["websocket"]'], ['polling that upgrades', 'None']]) {
        test(`asks its auth function again when its token is over, and joins again: ${mode}`, async () => {
            const out = await said(`
sio = socketio.Client(reconnection_delay=0.1, randomization_factor=0)
lifetimes, twice = [600, 1.5], threading.Event()
@sio.event
def connect():
    print("connected", sio.call("join:library", "7", timeout=20)["ok"])
    if not lifetimes: twice.set()
sio.connect(url, auth=lambda: {"token": token(lifetimes.pop())}, transports=${transports}, wait_timeout=20)
print(twice.wait(20), sio.transport())
sio.disconnect()`);
            assert.deepEqual(out, ['connected True', 'connected True', 'True websocket']);
        });
    }

    test('stays away by polling alone, where the end of its token closes it too', async () => {
        const out = await said(`
sio = socketio.Client(reconnection_delay=0.1, randomization_factor=0)
sio.on("disconnect", lambda: print("disconnected"))
sio.connect(url, auth=lambda: {"token": token(1.5)}, transports=["polling"], wait_timeout=20)
sio.wait()
print("over")`);
        assert.deepEqual(out, ['disconnected', 'over']);
    });

    test('with a fixed token tries again and again, is told why each time, and with a new one gets in', async () => {
        const out = await said(`
sio = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.1, randomization_factor=0)
proof, told, back = {"token": token(1.5)}, [], threading.Event()
@sio.event
def connect():
    if told: back.set()
@sio.event
def connect_error(why):
    told.append(why)
    if len(told) == 3: proof["token"] = token(600)
sio.connect(url, auth=proof, wait_timeout=20)
print(back.wait(20), len(told), told[0]["data"]["code"])
sio.disconnect()`);
        assert.deepEqual(out, ['True 3 token_expired']);
    });

    test('that is kicked stays away', async () => {
        const child = execFile(...program(`
sio = socketio.Client(reconnection_delay=0.1)
sio.on("disconnect", lambda: print("disconnected", flush=True))
sio.connect(url, auth={"token": token(600, "kicked")}, wait_timeout=20)
print("connected", flush=True)
sio.wait()
print("over", flush=True)`));
        let out = '';
        child.stdout.on('data', (piece) => (out += piece));
        child.stderr.on('data', (piece) => (out += piece));
        await until('it to connect', () => out.includes('connected') || child.exitCode !== null);
        await call(['kick', 'kicked', '--socket', server.admin]).ended;
        await within('its end', new Promise((done) => child.on('close', done)));
        assert.equal(out, 'connected\ndisconnected\nover\n');
    });
});
