// Handshakes as clients, proxies and strangers send them, beside Node's own server.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, describe, test } from 'node:test';
import { Server } from 'socket.io';
import parser from 'socket.io-msgpack-parser';
import { MODES, client } from './support/clients.mjs';
import { ACCEPT, Websocket, frame, text, upgrade } from './support/frames.mjs';
import { POLLING, PORTAL, WEBSOCKET, front, goesOn, ports } from './support/front.mjs';
import { Wire, ask, get } from './support/http.mjs';
import { once, until } from './support/wait.mjs';

const server = await front({ after });

// Node's server, the reference.
const node = http.createServer();
const sockets = new Server(node);
await new Promise((done) => node.listen(0, '127.0.0.1', done));
after(() => new Promise((done) => sockets.close(done)));

// Whether a session opens for these bytes: its open packet is in what comes back.
async function opens(t, port, bytes) {
    const wire = new Websocket(t, port).send(bytes);
    const answer = await wire.answer().catch(() => ({ status: 0, body: '' })); // Node may hang up
    if (answer.status === 200) return answer.body.startsWith('0{"sid"');
    if (answer.status !== 101) return false;
    return wire.frame().then(({ text: said }) => said.startsWith('0{"sid"'), () => false); // Node refuses behind its 101
}

describe('as Node', () => {
    const QUERIES = [
        'EIO=4&transport=T', 'transport=T&EIO=4', 'EIO=4&transport=T&t=abc&b64=1', 'EIO=4&EIO=4&transport=T',
        'EIO=4&EIO=3&transport=T', 'EIO=3&EIO=4&transport=T', 'EIO=4&transport=T&&', '&EIO=4&transport=T',
        'EIO=4&transport=T&=', 'EIO=4&transport=T&=x', 'EIO=4&transport=T&a', 'EIO=4&transport=T&a=1&a=2',
        'EIO=4&transport=T&a[]=1&a[b]=2', 'EIO=4&transport=T&__proto__=x&constructor=y&toString=z',
        'EIO=4&transport=T&sid=', 'EIO=4&transport=T&a=100%', 'EIO=4&transport=T&a=%zz', 'EIO=4&transport=T&a=%00',
        'EIO=4&transport=T&a=%0A%0D', 'EIO=4&transport=T&a=%E2%82%AC+x', 'EIO=4&transport=T&a=%FF%FE',
        `EIO=4&transport=T&a=${'x'.repeat(7000)}`, 'EIO=4&transport=T;x=y', 'EIO=4&transport=T&x=a?b/c:d@e',
        'EIO=3&transport=T', 'transport=T', 'EIO=4', 'EIO=4&transport=', 'EIO=4&transport=Tx', 'EIO=4&Transport=T',
        'eio=4&transport=T', 'EIO=&transport=T', 'EIO=4&transport=T%20', 'EIO=%34&transport=T', 'E%49O=4&transport=T',
    ];
    const JSONP = ['EIO=4&transport=T&j=', 'EIO=4&transport=T&j=0', 'EIO=4&transport=T&j=0&j=1', 'EIO=4&transport=T&j'];
    const ask_for = { polling: (query) => get(`/socket.io/?${query}`), websocket: (query) => upgrade(`/socket.io/?${query}`) };
    for (const [transport, bytes] of Object.entries(ask_for)) {
        for (const query of [...QUERIES, ...(transport === 'websocket' ? JSONP : [])]) { // JSONP itself is not spoken here
            const own = query.replaceAll('T', transport).replace(`${transport}ransport`, 'Transport');
            test(`${transport}: ?${own.slice(0, 70)}`, async (t) => {
                const [ours, theirs] = await Promise.all([opens(t, server.port, bytes(own)),
                    opens(t, node.address().port, bytes(own))]);
                assert.equal(ours, theirs);
            });
        }
    }

    const whole = upgrade();
    const HEADS = {
        plain: whole,
        'Connection as Firefox says it': whole.replace('Connection: Upgrade', 'Connection: keep-alive, Upgrade'),
        'Connection as nginx says it': whole.replace('Connection: Upgrade', 'Connection: upgrade'),
        'Connection twice': upgrade(WEBSOCKET, 'Connection: keep-alive'),
        'Upgrade in capitals': whole.replace('Upgrade: websocket', 'Upgrade: WebSocket'),
        'names in small letters': whole.replace(/^[A-Za-z-]+:/gm, (name) => name.toLowerCase()),
        'names in capitals': whole.replace(/^[A-Za-z-]+:/gm, (name) => name.toUpperCase()),
        'no blanks': whole.replaceAll(': ', ':'),
        'Content-Length: 0': upgrade(WEBSOCKET, 'Content-Length: 0'),
        'Content-Type': upgrade(WEBSOCKET, 'Content-Type: application/json'),
        'a subprotocol': upgrade(WEBSOCKET, 'Sec-WebSocket-Protocol: json, other'),
        'an extension': upgrade(WEBSOCKET, 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'),
        'an extension of nobody': upgrade(WEBSOCKET, 'Sec-WebSocket-Extensions: bbf-usp-protocol, x-webkit-deflate-frame'),
        'cookies of 15 kB': upgrade(WEBSOCKET, ...['a', 'b', 'c'].map((name) => `Cookie: ${name}=${'x'.repeat(5000)}`)),
        '60 headers': upgrade(WEBSOCKET, ...Array.from({ length: 60 }, (_, i) => `X-H${i}: v`)),
        'headers of proxies': upgrade(WEBSOCKET, 'X-Real-IP: 1.2.3.4', 'Via: 1.1 google', 'X-Cloud-Trace-Context: abc',
            'CF-Ray: 1', 'X-A: b', 'X-Auth: c', 'Sec: d', 'User: 7'),
        'headers of browsers': upgrade(WEBSOCKET, 'Accept-Encoding: gzip, deflate, br, zstd', 'Priority: u=4',
            'Sec-Fetch-Mode: websocket', 'Sec-GPC: 1', 'DNT: 1', 'TE: trailers'),
        'a value in UTF-8': upgrade(WEBSOCKET, Buffer.from('X-User-Name: Müller €').toString('latin1')),
        'a value in Latin-1': upgrade(WEBSOCKET, 'X-User-Name: M\xfcller'),
        'the same origin': upgrade(WEBSOCKET, `Origin: ${PORTAL}`),
    };
    for (const [what, bytes] of Object.entries(HEADS)) {
        test(`websocket, ${what}`, async (t) => {
            assert.equal(await opens(t, node.address().port, bytes), true);
            assert.equal(await opens(t, server.port, bytes), true);
        });
    }
});

test('an invalid handshake opens nothing', async (t) => {
    const whole = upgrade();
    const NONE = {
        'a path without its slash': upgrade('/socket.io?EIO=4&transport=websocket'),
        'a double slash': upgrade('//socket.io/?EIO=4&transport=websocket'),
        'an encoded path': upgrade('/socket%2Eio/?EIO=4&transport=websocket'),
        'a key that is too short': whole.replace('dGhlIHNhbXBsZSBub25jZQ==', 'c2hvcnQ='),
        'no key': whole.replace(/Sec-WebSocket-Key: .*\r\n/, ''),
        'two keys': upgrade(WEBSOCKET, 'Sec-WebSocket-Key: c2hvcnRzaG9ydHNob3J0cw=='),
        'version 7': whole.replace('Version: 13', 'Version: 7'),
        'no version': whole.replace('Sec-WebSocket-Version: 13\r\n', ''),
        'another protocol': whole.replace('Upgrade: websocket', 'Upgrade: h2c'),
        'Connection without upgrade': whole.replace('Connection: Upgrade', 'Connection: keep-alive'),
        'a POST': whole.replace('GET', 'POST'),
        'a body': upgrade(WEBSOCKET, 'Content-Length: 3') + 'abc',
        'chunks': upgrade(WEBSOCKET, 'Transfer-Encoding: chunked') + '0\r\n\r\n',
    };
    for (const [what, bytes] of Object.entries(NONE)) {
        const wire = new Wire(t, server.port).send(bytes);
        const answer = await wire.answer();
        assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.line}`);
        await goesOn(wire, answer, what).catch((error) => assert.fail(`${what}, ${answer.line}: ${error.message}`));
    }
});

test('the answer to an upgrade has what it must, and no extension', async (t) => {
    for (const [, port, how] of ports(server)) {
        for (const offer of [[], ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'],
            ['Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover, permessage-deflate',
                'Sec-WebSocket-Extensions: x']]) {
            const { status, headers } = await ask(t, port, upgrade(WEBSOCKET, ...offer), how);
            assert.equal(status, 101);
            assert.equal(headers['sec-websocket-accept'], ACCEPT);
            assert.match(headers.upgrade, /^websocket$/i);
            assert.match(headers.connection, /^upgrade$/i);
            assert.equal(headers['sec-websocket-extensions'], undefined);
            assert.equal(headers['content-length'], undefined);
        }
    }
});

// What a wrong proxy makes of a right handshake, told so that its owner finds it.
const CAUSES = {
    'over HTTP/1.0': [upgrade().replace('HTTP/1.1', 'HTTP/1.0'), /HTTP\/1\.[01]/],
    'with transport=polling': [upgrade(POLLING), /transport/],
};
for (const [what, [bytes, says]] of Object.entries(CAUSES)) {
    test(`an upgrade ${what} is refused with its cause, and one warning in the log`, async (t) => {
        const own = await front(t);
        const started = own.output.length;
        for (let i = 0; i < 3; i++) {
            const wire = new Wire(t, own.port).send(bytes);
            const answer = await wire.answer();
            assert.equal(answer.status, 400, answer.line);
            assert.match(answer.body, says);
            await wire.ends();
        }
        const lines = () => own.output.slice(started).split('\n').filter((line) => /websockets are refused/.test(line) && says.test(line));
        await until('the line', () => lines().length);
        assert.equal(lines().length, 1, lines().join('\n'));
    });
}

test('a refusal of the version names the supported one', async (t) => {
    const { status, headers } = await ask(t, server.port, upgrade().replace('Version: 13', 'Version: 8'));
    assert.deepEqual([status, headers['sec-websocket-version']], [400, '13']);
});

test('an upgrade is read in whatever two pieces it comes', async (t) => {
    const bytes = upgrade();
    await Promise.all(Array.from({ length: bytes.length - 1 }, async (_, i) => {
        const one = new Websocket(t, server.port);
        await one.drip('', [bytes.slice(0, i + 1), bytes.slice(i + 1)]);
        assert.equal((await one.answer()).status, 101, `torn behind byte ${i}`);
        assert.match((await one.frame()).text, /^0{"sid"/);
        one.socket.destroy();
    }));
    const one = new Websocket(t, server.port);
    await one.drip(bytes + text('40').toString('latin1'));
    assert.equal((await one.answer()).status, 101);
    assert.match((await one.frame()).text, /^0{"sid"/);
    assert.match((await one.frame()).text, /^40{"sid"/);
});

test('a session moves to a websocket whose probe comes in the same segment', async (t) => {
    const { sid } = JSON.parse((await ask(t, server.port, get(POLLING))).body.slice(1));
    const one = new Websocket(t, server.port);
    one.send(Buffer.concat([Buffer.from(upgrade(`${WEBSOCKET}&sid=${sid}`), 'latin1'), text('2probe')]));
    assert.equal((await one.answer()).status, 101);
    assert.equal((await one.frame()).text, '3probe');
    one.send(Buffer.concat([text('5'), text('40')]));
    let said;
    do said = (await one.frame()).text; while (said === '6');
    assert.match(said, /^40{"sid"/);
});

describe('Socket.IO over another parser', () => {
    for (const [mode, options] of Object.entries(MODES)) {
        test(`is refused in words it reads, with a line in the log, and does not come back: ${mode}`, async (t) => {
            const own = await front(t);
            const socket = client(t, own, { ...options, parser, reconnection: true, reconnectionDelay: 10 });
            let opened = 0;
            socket.io.on('open', () => opened++);
            const [error] = await once(socket, 'connect_error');
            assert.deepEqual(error.data, { code: 'parser_unknown', retryable: false });
            // Not active: it does not try again.
            assert.deepEqual([opened, socket.connected, socket.active], [1, false, false]);
            const lines = () => own.output.match(/a client uses another parser \(msgpack\?\)/g) ?? [];
            await until('the line', () => lines().length);
            assert.equal(lines().length, 1);
        });
    }

    test('a first frame that is binary is enough', async (t) => {
        const own = await front(t);
        const one = await Websocket.open(t, own.port);
        await one.send(frame(0x82, Buffer.from([0x84, 0xa4]))).rest();
        await until('the line', () => own.output.includes('a client uses another parser (msgpack?)'));
    });
});
