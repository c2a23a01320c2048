// Requests that are refused, as bytes: each is answered so that its sender knows why, and the daemon goes on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { MODES, connected } from './support/clients.mjs';
import { AUTHORIZED, EMIT, POLLING, PORTAL, front, goesOn, ports, refusal, shares } from './support/front.mjs';
import { JSON_BODY, Wire, ask, chunked, get, post, request } from './support/http.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { SECRET, token } from './support/token.mjs';
import { within } from './support/wait.mjs';

const server = await front({ after });
const long = 'x'.repeat(40_000); // over limits.head
const emitting = (...fields) => request('POST', '/api/emit', AUTHORIZED, JSON_BODY, ...fields);

// name: [what is sent, status, whether the connection must close].  Where it need not, the answer says.
const REFUSED = {
    'no Host': ['GET /health HTTP/1.1\r\n\r\n', 400, true],
    'two Hosts': [get('/health', 'Host: other'), 400, true],
    'a Host that is two': ['GET /health HTTP/1.1\r\nHost: a, b\r\n\r\n', 400, true],
    'a blank ahead of the colon': [get('/health', 'X-A : b'), 400, true],
    'a folded header': [get('/health', 'X-A: b\r\n c'), 400, true],
    'a header without a colon': [get('/health', 'nonsense'), 400, true],
    'a header without a name': [get('/health', ': b'), 400, true],
    'lines that end with LF': ['GET /health HTTP/1.1\nHost: localhost\n\n', 400, true],
    'one line that ends with LF': ['GET /health HTTP/1.1\r\nHost: localhost\nX: b\r\n\r\n', 400, true],
    'a CR alone': [get('/health', 'X-A: b\rc'), 400, true],
    'a NUL in a value': [get('/health', 'X-A: b\0c'), 400, true],
    'a NUL in a name': [get('/health', 'X\0A: b'), 400, true],
    'a NUL in the target': [get('/hea\0lth'), 400, true],
    'a letter of Latin-1 in the target': [get('/h\xe9alth'), 400, true],
    'a blank in the target': [get('/health x'), 400, true],
    'two blanks': ['GET  /health HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, true],
    'a target without a slash': [get('health'), 400, true],
    'a fragment in the target': [get('/health#x'), 400, true],
    'HTTP in small letters': ['GET /health http/1.1\r\nHost: localhost\r\n\r\n', 400, true],
    'no version': ['GET /health\r\nHost: localhost\r\n\r\n', 400, true],
    'a PROXY line': [`PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${get('/health')}`, 400, true],
    'a PROXY header of version 2': ['\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\x7f\0\0\x01\x7f\0\0\x01\0\x01\0\x02' + get('/health'),
        400, true],
    'both lengths': [emitting('Content-Length: 5', 'Transfer-Encoding: chunked') + chunked(), 400, true],
    'both lengths, the other way': [emitting('Transfer-Encoding: chunked', 'Content-Length: 5') + chunked(), 400, true],
    'two lengths': [emitting('Content-Length: 3', 'Content-Length: 3') + 'abc', 400, true],
    'an invalid length': [emitting('Content-Length: 3x') + 'abc', 400, true],
    'a negative length': [emitting('Content-Length: -3') + 'abc', 400, true],
    'chunks in HTTP/1.0': [`POST /api/emit HTTP/1.0\r\n${AUTHORIZED}\r\n${JSON_BODY}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked()}`, 400, true],
    'a chunk with an invalid size': [emitting('Transfer-Encoding: chunked') + 'x\r\nabc\r\n0\r\n\r\n', 400, true],
    'a chunk that is longer than it says': [emitting('Transfer-Encoding: chunked') + '1\r\nabc\r\n0\r\n\r\n', 400, true],
    'a chunk extension that ends with LF': [emitting('Transfer-Encoding: chunked') + '3;a\nabc\r\n0\r\n\r\n', 400, true],
    'no key': [post('/api/emit', EMIT, JSON_BODY, 'X-API-Key: wrong'), 401],
    'a path of nobody': [get('/nowhere'), 404],
    'a path of nobody, with a body': [post('/nowhere', EMIT, JSON_BODY), 404],
    ...Object.fromEntries([
        '/socket.io/..%2fmetrics', '//metrics', '/%6detrics', '/metric%73', '/./metrics', '/x/../metrics',
        '/socket.io/../metrics', '/socket%2Eio/?EIO=4&transport=polling', '/socket.io/./?EIO=4&transport=polling',
        '/socket.io/%2e/?EIO=4&transport=polling', '/metrics%00', '/health%20', '/METRICS',
        '//socket.io/?EIO=4&transport=polling',
    ].map((target) => [target, [get(target), 404]])),
    'GET where POST belongs': [get('/api/emit', AUTHORIZED), 405],
    ...Object.fromEntries(['PUT', 'PATCH', 'DELETE'].map((method) =>
        [method, [request(method, '/api/emit', AUTHORIZED, 'Content-Length: 0'), 405]])),
    'POST where GET belongs': [post('/health', ''), 405],
    'a body that is too large': [post('/api/emit', 'x'.repeat(1_200_000), AUTHORIZED, JSON_BODY), 413],
    'chunks that are too large': [emitting('Transfer-Encoding: chunked') +
        chunked(...Array.from({ length: 30 }, () => 'x'.repeat(50_000))), 413],
    'a length beyond all bounds': [emitting('Content-Length: 900000000000'), 413, true],
    'a target that is too long': [get(`/${long}`), 414, true],
    'a body that is not declared JSON': [post('/api/emit', EMIT, AUTHORIZED, 'Content-Type: text/plain'), 415],
    'a body of no type': [post('/api/emit', EMIT, AUTHORIZED), 415],
    'a body that is packed': [post('/api/emit', EMIT, AUTHORIZED, JSON_BODY, 'Content-Encoding: gzip'), 415],
    'an expectation that is not met': [get('/health', 'Expect: a miracle'), 417],
    'a header that is too long': [get('/health', `X-Long: ${long}`), 431, true],
    'headers that are too much together': [get('/health',
        ...Array.from({ length: 40 }, (_, i) => `X-${i}: ${'x'.repeat(1000)}`)), 431, true],
    'a method that HTTP has not': [request('FOO', '/health'), 501],
    'a method in small letters': [request('get', '/health'), 501],
    'another coding': [emitting('Transfer-Encoding: gzip'), 501, true],
    'HTTP/2': ['GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n', 505, true],
    'HTTP/1.2': ['GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n', 505, true],
    'HTTP/9.9': ['GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n', 505, true],
};

for (const [name, port, how] of ports(server)) {
    describe(`refused, ${name}`, () => {
        for (const [what, [bytes, status, closes]] of Object.entries(REFUSED)) {
            test(`${what}: ${status}`, async (t) => {
                const wire = new Wire(t, port, how).send(bytes);
                const answer = await wire.answer();
                refusal(answer, status, what);
                if (status === 405) assert.ok(answer.headers.allow, 'no Allow');
                if (closes) assert.match(answer.headers.connection ?? '', /close/);
                await goesOn(wire, answer, what);
                assert.ok(!wire.reset, `reset: ${wire.reset}`);
            });
        }
    });
}

test('requests that are refused as malformed are counted', async (t) => {
    const count = async () => Number(/^roomd_bad_requests_total (\d+)$/m.exec(await (await server.get('/metrics')).text())[1]);
    const before = await count();
    const some = ['no Host', 'a PROXY line', 'both lengths', 'a chunk with an invalid size', 'a target that is too long',
        'an expectation that is not met', 'a header that is too long', 'a method that HTTP has not', 'HTTP/2'];
    for (const what of some) await ask(t, server.port, REFUSED[what][0]);
    assert.equal(await count() - before, some.length);
});

// Where its Origin stands ahead of what is wrong.
const TOLD = {
    'a fault behind its origin': [get(POLLING, `Origin: ${PORTAL}`, 'X-A : b'), 400],
    'both lengths': [request('POST', POLLING, `Origin: ${PORTAL}`, 'Content-Length: 5',
        'Transfer-Encoding: chunked') + chunked(), 400],
    'a method that HTTP has not': [request('FOO', POLLING, `Origin: ${PORTAL}`), 501],
    'an expectation that is not met': [get(POLLING, `Origin: ${PORTAL}`, 'Expect: a miracle'), 417],
    'cookies that are too long': [get(POLLING, `Origin: ${PORTAL}`, `Cookie: ${long}`), 431],
    'a path that does not exist': [get('/nowhere', `Origin: ${PORTAL}`), 404],
    'an emit without a key': [post('/api/emit', EMIT, JSON_BODY, `Origin: ${PORTAL}`), 401],
    'an emit that its plugin refuses': [post('/api/emit', '{}', AUTHORIZED, JSON_BODY, `Origin: ${PORTAL}`), 422],
};
test('a page of a portal can read why its request was refused, another page cannot', async (t) => {
    for (const [what, [bytes, status]] of Object.entries(TOLD)) {
        const answer = await ask(t, server.port, bytes);
        refusal(answer, status, what);
        assert.equal(shares(answer), PORTAL, what);
        assert.match(answer.headers.vary ?? '', /Origin/, what);
        const other = await ask(t, server.port, bytes.replace(PORTAL, 'https://evil.example'));
        assert.equal(shares(other), undefined, what);
        assert.ok(other.status >= 400, what);
    }
    // A refusal as Engine.IO has it, of a body that is too large.
    const opened = await ask(t, server.port, get(POLLING, `Origin: ${PORTAL}`));
    const { sid } = JSON.parse(opened.body.slice(1));
    assert.equal((await ask(t, server.port, post(`${POLLING}&sid=${sid}`, '40'))).body, 'ok');
    const large = await ask(t, server.port, post(`${POLLING}&sid=${sid}`, 'x'.repeat(1_200_000), `Origin: ${PORTAL}`));
    assert.deepEqual([large.status, shares(large)], [413, PORTAL]);
});

describe('deadlines', () => {
    test('an incomplete head is 408, and so is a body', async (t) => {
        const slow = await front(t, { limits: { header_deadline: '300ms', body_deadline: '300ms' } });
        const HALF = {
            'half a request line': 'GET /hea',
            'half a header': 'GET /health HTTP/1.1\r\nHost: loc',
            'a head without its end': 'GET /health HTTP/1.1\r\nHost: localhost\r\n',
            'half a body': post('/api/emit', EMIT, AUTHORIZED, JSON_BODY).slice(0, -1),
            'half a chunk': emitting('Transfer-Encoding: chunked') + '9\r\nabc',
        };
        for (const [name, port, how] of ports(slow)) {
            await Promise.all(Object.entries(HALF).map(async ([what, bytes]) => {
                const wire = new Wire(t, port, how).send(bytes);
                refusal(await wire.answer(), 408, `${name}, ${what}`);
                await wire.ends();
            }));
        }
        const kept = new Wire(t, slow.port).send(get('/health'));
        assert.equal((await kept.answer()).status, 200);
        refusal(await kept.send('GET /hea').answer(), 408, 'a second head');
        const where = `${POLLING}&sid=${JSON.parse((await ask(t, slow.port, get(POLLING))).body.slice(1)).sid}`;
        const page = await new Wire(t, slow.port).send(post(where, '40', `Origin: ${PORTAL}`).slice(0, -1)).answer();
        assert.deepEqual([page.status, shares(page)], [408, PORTAL]);
        const half = await new Wire(t, slow.port).send(get('/health', `Origin: ${PORTAL}`, 'Cookie: a').slice(0, -6)).answer();
        assert.deepEqual([half.status, shares(half)], [408, PORTAL]);
    });

    test('one byte now and then does not extend a deadline', async (t) => {
        const slow = await front(t, { limits: { header_deadline: '500ms' } });
        const wire = new Wire(t, slow.port);
        const drip = setInterval(() => wire.over || wire.send('x'), 20);
        t.after(() => clearInterval(drip));
        refusal(await wire.send('GET /').answer(), 408, 'a head that drips');
    });

    test('an idle connection is closed silently', async (t) => {
        const idle = await front(t, { limits: { keep_alive: '300ms' } });
        for (const [, port, how] of ports(idle)) {
            const wire = new Wire(t, port, how).send(get('/health'));
            assert.equal((await wire.answer()).status, 200);
            await wire.ends();
            assert.ok(!wire.reset, `reset: ${wire.reset}`);
        }
    });
});

describe('limits', () => {
    test('over limits.connections everyone gets 503', async (t) => {
        const full = await front(t, { limits: { connections: 3 } });
        for (let i = 0; i < 5; i++) // those who have joined; who has not would make room
            await connected(t, full, MODES['websocket only']).catch(({ message }) => message);
        const wire = new Wire(t, full.port).send(get(POLLING, `Origin: ${PORTAL}`));
        const answer = await wire.answer();
        assert.equal(refusal(answer, 503, 'full').code, 'too_many_connections');
        assert.deepEqual([answer.headers['retry-after'], shares(answer)], ['5', PORTAL]);
        await wire.ends();
    });

    test('over limits.per_address an address gets 429', async (t) => {
        const few = await front(t, { trusted_proxies: ['127.0.0.1'], limits: { per_address: 1 } });
        const claim = ['X-Forwarded-For: 203.0.113.9', `Origin: ${PORTAL}`];
        const one = new Wire(t, few.port).send(get('/health', claim[0]));
        assert.equal((await one.answer()).status, 200);
        const answer = await ask(t, few.port, get(POLLING, ...claim));
        assert.equal(refusal(answer, 429, 'many').code, 'too_many_connections');
        assert.deepEqual([answer.headers['retry-after'], shares(answer)], ['5', PORTAL]);
        const other = await ask(t, few.port, get(POLLING, 'X-Forwarded-For: 203.0.113.10'));
        assert.equal(other.status, 200);
    });
});

describe('a large request that is refused', () => {
    const TIMES = 50;
    const body = JSON.stringify({ event: 'a', data: 'x'.repeat(3_000_000), room: 'user:a' });
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer wrong' };
    const agent = new http.Agent({ keepAlive: true });
    after(() => agent.destroy());
    const asked = (resolve, reject) => {
        const to = { port: server.port, host: '127.0.0.1', path: '/api/emit', method: 'POST', agent, headers };
        const read = (answer) => answer.resume().on('end', () => resolve(answer.statusCode)).on('error', reject);
        return http.request(to, read).on('error', reject);
    };
    const SENDERS = {
        fetch: async () => {
            const answer = await server.get('/api/emit', { method: 'POST', headers, body });
            await answer.text();
            return answer.status;
        },
        'http.request': () => new Promise((resolve, reject) => {
            asked(resolve, reject).end(body);
        }),
        'http.request, chunked': () => new Promise((resolve, reject) => {
            const asking = asked(resolve, reject);
            asking.write(body);
            asking.end();
        }),
        curl: async () => {
            const words = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '20', '-H', JSON_BODY, '-H',
                'Authorization: Bearer wrong',
                '-H', 'Expect:', '--data-binary', '@-', `${server.url}/api/emit`];
            const running = promisify(execFile)('curl', words);
            running.child.stdin.on('error', () => {}).end(body);
            return Number((await running).stdout);
        },
    };
    for (const [name, send] of Object.entries(SENDERS)) {
        test(`is read by its sender each time: ${name}`, async () => {
            const tally = {};
            for (let i = 0; i < TIMES; i++) {
                const how = await within(name, send()).catch((error) => error.cause?.code ?? error.code ?? error.message);
                tally[how] = (tally[how] ?? 0) + 1;
            }
            assert.deepEqual(tally, { 401: TIMES });
        });
    }
});

describe('a body that its sender streams', () => {
    async function* stream() {
        for (const part of EMIT) yield Buffer.from(part);
    }
    const headers = { 'Content-Type': 'application/json', Authorization: AUTHORIZED.split(': ')[1] };
    const PYTHON = `
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
for _ in range(2):
    connection.request("POST", "/api/emit", iter([part.encode() for part in sys.argv[2]]), {"Content-Type": "application/json", "Authorization": sys.argv[3]})
    answer = connection.getresponse()
    answer.read()
print(answer.status)`;
    const SENDERS = {
        fetch: async () => (await server.get('/api/emit', { method: 'POST', headers, body: stream(), duplex: 'half' })).status,
        'http.request': () => new Promise((resolve, reject) => {
            const to = { port: server.port, host: '127.0.0.1', path: '/api/emit', method: 'POST', headers };
            Readable.from(stream()).pipe(http.request(to, (answer) => resolve(answer.resume().statusCode)).on('error', reject));
        }),
        curl: async () => {
            const words = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '20', '-H', JSON_BODY, '-H', AUTHORIZED,
                '-T', '-', '-X', 'POST', `${server.url}/api/emit`];
            const running = promisify(execFile)('curl', words);
            running.child.stdin.end(EMIT);
            return Number((await running).stdout);
        },
        'http.client': async () => Number((await promisify(execFile)('python3', ['-c', PYTHON, server.port, EMIT, headers.Authorization])).stdout),
    };
    for (const [name, send] of Object.entries(SENDERS))
        test(`is taken: ${name}`, async () => assert.equal(await within(name, send()), 200));
});

describe('a request that is odd but valid', () => {
    const GOOD = {
        'cookies of 15 kB': get('/health', ...['a', 'b', 'c'].map((name) => `Cookie: ${name}=${'x'.repeat(5000)}`)),
        'one cookie of 15 kB': get('/health', `Cookie: a=${'x'.repeat(15_000)}`),
        'headers of 30 kB': get('/health', ...Array.from({ length: 30 }, (_, i) => `X-${i}: ${'x'.repeat(990)}`)),
        'a target of 20 kB': get(`/health?${'x'.repeat(20_000)}`),
        '60 headers': get('/health', ...Array.from({ length: 60 }, (_, i) => `X-H${i}: v`)),
        '200 parameters': get(`${POLLING}${'&a=1'.repeat(200)}`),
        'names in small letters': 'GET /health HTTP/1.1\r\nhost: localhost\r\nx-a: b\r\n\r\n',
        'names in capitals': 'GET /health HTTP/1.1\r\nHOST: localhost\r\nX-A: b\r\n\r\n',
        'no blank behind the colon': 'GET /health HTTP/1.1\r\nHost:localhost\r\nX-A:b\r\n\r\n',
        'blanks around a value': 'GET /health HTTP/1.1\r\nHost: \t localhost \t\r\n\r\n',
        'an empty value': get('/health', 'X-A:'),
        'letters beyond ASCII in a value': get('/health', 'X-A: M\xc3\xbcller \xfc'),
        'a blank line ahead': `\r\n${get('/health')}`,
        'two blank lines ahead': `\r\n\r\n${get('/health')}`,
        'the absolute form': get('http://localhost/health'),
        'the absolute form, of https': get('https://localhost/health?x'),
        'the absolute form, of a session': get(`http://localhost${POLLING}`),
        '%0A in the query': get(`${POLLING}&note=a%0Ab`),
        '%00 in the query': get(`${POLLING}&note=a%00b`),
        'a bare % in the query': get(`${POLLING}&note=100%`),
        '%zz in the query': get(`${POLLING}&note=%zz`),
        'the query of a route': get('/health?a=%0A&b=%00&c=100%'),
        ...Object.fromEntries(['X-A', 'X-Auth', 'User', 'Content', 'Sec', 'Accept-', 'If', 'Con', 'Transfer', 'Host2', 'TE',
            'Via', 'From2']
            .map((name) => [`a header ${name}`, get('/health', `${name}: t`)])),
    };
    for (const [name, port, how] of ports(server)) {
        test(`is served, ${name}`, async (t) => {
            for (const [what, bytes] of Object.entries(GOOD)) {
                const wire = new Wire(t, port, how).send(bytes);
                const answer = await wire.answer().catch((error) => assert.fail(`${what}: ${error.message}`));
                assert.equal(answer.status, 200, `${what}: ${answer.body}`);
                await goesOn(wire, answer, what);
            }
        });
    }

    test('is read in whatever pieces it comes', async (t) => {
        const requests = ['a blank line ahead', 'an empty value', '%0A in the query',
            'a header X-Auth'].map((what) => GOOD[what]);
        await Promise.all(requests.map(async (bytes) => {
            const wire = await new Wire(t, server.port).drip(bytes);
            assert.equal((await wire.answer()).status, 200);
        }));
    });

    test('a token of 16,384 bytes is accepted in a header, and one byte more is refused for its size', async (t) => {
        const guarded = await roomd(t, (port) => settings(port, {
            auth: { mode: 'required', issuers: [{ algorithms: ['HS256'], key: '${env:ROOMD_TEST_JWT}' }] },
        }), { ROOMD_TEST_JWT: SECRET });
        const sized = (size) => {
            for (const typ of ['JWT', 'JWTx', 'JWTxx'])
                for (let pad = size; pad > 0; pad--) {
                    const one = token({ iss: undefined, aud: undefined, pad: 'x'.repeat(Math.floor((pad * 3) / 4)) },
                        { header: { alg: 'HS256', typ } });
                    if (one.length === size) return one;
                    if (one.length < size) break;
                }
            return assert.fail('no such token');
        };
        for (const options of [MODES['polling only'], MODES['websocket only']]) {
            const by = (size) => connected(t, guarded,
                { ...options, extraHeaders: { Authorization: `Bearer ${sized(size)}` } });
            await by(16_384);
            await assert.rejects(by(16_385), ({ data }) => data?.code === 'token_too_large');
        }
    });

    test('the stock client may send a line end in its query', async (t) => {
        const desk = await roomd(t, (port) => {
            const config = settings(port);
            config.plugins.load.push({ name: 'stranger', file: plugin('stranger') });
            return config;
        });
        for (const options of Object.values(MODES)) {
            const query = { note: 'a\nb', zero: 'a\0b', percent: '100%' };
            await connected(t, desk, { ...options, query });
            const refused = await connected(t, desk, { ...options, query, auth: { word: 'please' } },
                '/desk').catch((error) => error);
            assert.deepEqual([refused.data.query.note, refused.data.query.zero, refused.data.query.percent],
                ['a\nb', 'a\0b', '100%']);
        }
    });
});
