// Where one request ends and the next begins: bodies of both kinds, pipelining, connections that stay.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { upgrade } from './support/frames.mjs';
import { AUTHORIZED, EMIT, POLLING, PORTAL, front, goesOn, ports, refusal, shares } from './support/front.mjs';
import { JSON_BODY, Wire, chunked, get, post, request } from './support/http.mjs';
import { tick } from './support/wait.mjs';

const server = await front({ after });
const emit = (body = EMIT, ...fields) => post('/api/emit', body, AUTHORIZED, JSON_BODY, ...fields);
const chunks = (body, ...fields) =>
    request('POST', '/api/emit', AUTHORIZED, JSON_BODY, 'Transfer-Encoding: chunked', ...fields) + body;

for (const [name, port, how] of ports(server)) {
    describe(name, () => {
        const wire = (t) => new Wire(t, port, how);

        test('a chunked body is accepted, in whatever pieces it comes', async (t) => {
            const whole = chunks(chunked(EMIT.slice(0, 5), EMIT.slice(5, 6), EMIT.slice(6)));
            const odd = chunks(`00${EMIT.length.toString(16).toUpperCase()};ext;name=value\r\n${EMIT}\r\n0\r\nX-Trailer: said\r\n\r\n`);
            for (const bytes of [whole, odd, whole.replace('chunked', 'CHUNKED')]) {
                for (const send of [(one) => one.send(bytes), (one) => one.drip(bytes)]) {
                    const one = wire(t);
                    await send(one);
                    const answer = await one.answer();
                    assert.equal(answer.status, 200, answer.body);
                    assert.equal(JSON.parse(answer.body).data.event, 'notification');
                    await goesOn(one, answer, 'behind chunks');
                }
            }
        });

        test('an empty body is a body, however it is declared', async (t) => {
            for (const bytes of [emit(''), chunks(chunked()), request('POST', '/api/emit', AUTHORIZED, JSON_BODY)]) {
                const one = wire(t).send(bytes);
                const answer = await one.answer();
                assert.equal(refusal(answer, 400, 'no JSON').code, 'json_malformed');
                await goesOn(one, answer, 'behind an empty body');
            }
        });

        test('a polling body may be chunked', async (t) => {
            const one = wire(t);
            const sid = JSON.parse((await one.send(get(POLLING)).answer()).body.slice(1)).sid;
            const where = `${POLLING}&sid=${sid}`;
            const packet = request('POST', where, 'Transfer-Encoding: chunked') + chunked('4', '0');
            assert.equal((await one.send(packet).answer()).body, 'ok');
            assert.match((await one.send(get(where)).answer()).body, /^40{"sid":/);
        });

        test('100 is sent before a wanted body, otherwise a refusal', async (t) => {
            for (const [bytes, body] of [[emit(EMIT, 'Expect: 100-continue'), EMIT],
                [chunks(chunked(EMIT), 'Expect: 100-Continue'), chunked(EMIT)]]) {
                const one = wire(t).send(bytes.slice(0, -body.length));
                assert.equal((await one.answer()).status, 100);
                assert.equal((await one.send(body).answer()).status, 200);
                const next = await one.send(bytes).answer(); // the body does not wait
                if (next.status === 100) assert.equal((await one.answer()).status, 200);
                else assert.equal(next.status, 200);
            }
            const head = (...fields) => request('POST', '/api/emit', JSON_BODY, 'Expect: 100-continue', ...fields);
            for (const [status, bytes] of [
                [401, head('Authorization: Bearer wrong', 'Content-Length: 100')],
                [413, head(AUTHORIZED, 'Content-Length: 2000000')],
                [415, head(AUTHORIZED, 'Content-Encoding: gzip', 'Content-Length: 100')],
                [404, request('POST', '/nowhere', 'Expect: 100-continue', 'Content-Length: 100')],
            ]) refusal(await wire(t).send(bytes).answer(), status, `refused with ${status}`);
            const old = wire(t).send(emit(EMIT, 'Expect: 100-continue').replace('HTTP/1.1', 'HTTP/1.0'));
            assert.equal((await old.answer()).status, 200); // which knows no interim answers
        });

        test('a message in a GET is never taken for a request', async (t) => {
            for (const bytes of [get('/health', `Content-Length: ${get('/metrics').length}`) + get('/metrics'),
                get('/health', 'Transfer-Encoding: chunked') + chunked(get('/metrics')), get('/health', 'Content-Length: 0')]) {
                const one = wire(t).send(bytes);
                const answer = await one.answer();
                assert.ok([200, 400].includes(answer.status), answer.line);
                await goesOn(one, answer, 'behind it');
            }
        });

        test('requests in one segment are answered in their order, with bodies among them', async (t) => {
            const list = [
                [get('/health'), 200], [emit(), 200], [get('/nowhere'), 404], [chunks(chunked(EMIT)), 200],
                [emit('{'), 400], [get('/api/emit', AUTHORIZED), 405], ['\r\n' + emit(), 200],
                [post('/nowhere', EMIT), 404], [emit(EMIT, 'X-A: b'), 200], [get('/ready'), 200],
            ];
            const bytes = list.map(([one]) => one).join('');
            for (const send of [(one) => one.send(bytes), (one) => one.drip(bytes, bytes.match(/[^]{1,7}/g))]) {
                const one = wire(t);
                await send(one);
                for (const [i, [, status]] of list.entries()) assert.equal((await one.answer()).status, status, `request ${i}`);
            }
        });

        test('many requests at once are all answered', async (t) => {
            const one = wire(t);
            for (let i = 0; i < 50; i++) one.send(get('/health') + emit());
            for (let i = 0; i < 100; i++) assert.equal((await one.answer()).status, 200, `request ${i}`);
        });

        test('a request behind one that ends the connection is not processed', async (t) => {
            for (const last of [get('/health', 'Connection: close'), 'GET /health HTTP/1.0\r\n\r\n', get('/health', 'X : y')]) {
                const one = wire(t).send(last + get('/health'));
                await one.answer();
                await one.ends();
            }
        });

        test('Connection is obeyed, in HTTP/1.1 and 1.0', async (t) => {
            const old = (...fields) => ['GET /health HTTP/1.0', ...fields].join('\r\n') + '\r\n\r\n';
            for (const [bytes, stays] of [
                [get('/health'), true], [get('/health', 'Connection: close'), false],
                [get('/health', 'Connection: Close, TE'), false],
                [get('/health', 'Connection: TE', 'Connection: close'), false],
                [get('/health', 'Connection: keep-alive'), true], [old(), false], [old('Connection: keep-alive'), true],
                [old('Connection: Keep-Alive'), true], [old('Host: localhost'), false],
            ]) {
                const one = wire(t).send(bytes);
                const answer = await one.answer();
                assert.equal(answer.status, 200);
                const said = (answer.headers.connection ?? '').toLowerCase();
                if (!stays) assert.equal(said, 'close', JSON.stringify(bytes));
                if (stays && bytes.includes('1.0')) assert.equal(said, 'keep-alive', JSON.stringify(bytes));
                await goesOn(one, answer, JSON.stringify(bytes));
                if (stays) assert.equal(one.over, false);
            }
        });

        test('HEAD is answered as GET, without the body', async (t) => {
            const one = wire(t);
            for (const target of ['/health', '/nowhere', '/socket.io/socket.io.js']) {
                const whole = await one.send(get(target)).answer();
                const { status, headers } = await one.send(request('HEAD', target)).answer({ head: true });
                assert.equal(status, whole.status, target);
                for (const field of ['content-type', 'etag']) assert.equal(headers[field], whole.headers[field], target);
                if (target === '/health') continue; // which tells the time
                assert.equal(headers['content-length'], whole.headers['content-length'], target);
            }
            refusal(await one.send(get('/nowhere')).answer(), 404, 'behind them');
        });

        test('OPTIONS is answered, a preflight as one', async (t) => {
            const one = wire(t);
            const asks = [`Origin: ${PORTAL}`, 'Access-Control-Request-Method: POST'];
            const preflight = await one.send(request('OPTIONS', POLLING, ...asks)).answer();
            assert.deepEqual([preflight.status, shares(preflight)], [204, PORTAL]);
            const route = await one.send(request('OPTIONS', '/api/emit', ...asks)).answer();
            assert.equal(route.status, 405); // pages do not emit
            assert.equal(route.headers['access-control-allow-methods'], undefined);
            const all = await one.send(request('OPTIONS', '*')).answer();
            assert.ok(all.status < 500, all.line);
            await goesOn(one, all, 'OPTIONS *');
        });

        test('a websocket opens on a connection that was used before, and behind other requests', async (t) => {
            const one = wire(t);
            assert.equal((await one.send(get('/health')).answer()).status, 200);
            assert.equal((await one.send(emit() + upgrade()).answer()).status, 200);
            assert.equal((await one.answer()).status, 101);
        });
    });
}

test('a client that is slow with a body delays nobody', async (t) => {
    const slow = new Wire(t, server.port).send(emit().slice(0, -1));
    for (let i = 0; i < 20; i++) {
        assert.equal((await server.get('/health')).status, 200);
        await tick(5);
    }
    assert.equal((await slow.send(EMIT.at(-1)).answer()).status, 200);
});
