// HTTP/1.1 by hand: bytes go out as they are, answers are read one by one and strictly.
import assert from 'node:assert/strict';
import net from 'node:net';
import tls from 'node:tls';
import { DEADLINE, until } from './wait.mjs';

export class Wire {
    constructor(t, port, { from, secure = false } = {}) {
        this.seen = Buffer.alloc(0);
        this.ended = this.closed = this.reset = false;
        const to = { port, host: '127.0.0.1', localAddress: from, noDelay: true, rejectUnauthorized: false };
        this.socket = (secure ? tls : net).connect(to);
        this.socket.on('data', (bytes) => (this.seen = Buffer.concat([this.seen, bytes])));
        this.socket.on('end', () => (this.ended = true));
        this.socket.on('close', () => (this.closed = true));
        this.socket.on('error', ({ code }) => (this.reset = code));
        t.after(() => this.socket.destroy());
    }

    // Nobody minds when the peer has closed already: what it answered says why.
    send(bytes) {
        this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
        return this;
    }

    // Byte by byte, or in such parts, each given to the kernel by itself.
    async drip(bytes, parts = [...Buffer.from(bytes, 'latin1').keys()].map((i) => bytes.slice(i, i + 1))) {
        for (const part of parts) {
            if (this.over) break;
            await new Promise((done) => this.socket.write(Buffer.from(part, 'latin1'), done));
            await new Promise(setImmediate);
        }
        return this;
    }

    get over() {
        return this.ended || this.closed;
    }

    // The next answer, or interim answer; `head`: it answers a HEAD.
    async answer({ head = false, deadline = DEADLINE } = {}) {
        const seen = () => JSON.stringify(this.seen.toString('latin1').slice(0, 300));
        const whole = await until(`an answer, got ${seen()}`, () => {
            const one = read(this.seen, head, this.over);
            assert.ok(one || !this.over, `closed without a whole answer${this.reset ? ` (${this.reset})` : ''}: ${seen()}`);
            return one;
        }, deadline);
        this.seen = this.seen.subarray(whole.size);
        return whole;
    }

    // The peer closes, and says no more.
    async ends(deadline = DEADLINE) {
        await until('the end of the connection', () => this.over, deadline);
        assert.equal(this.seen.toString('latin1'), '', 'bytes behind the last answer');
        return this;
    }
}

// One answer at the beginning of `bytes`: {status, headers, body, size}; undefined: not all there.
function read(bytes, head, over) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [line, ...fields] = bytes.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(line)?.[1]);
    assert.ok(status, `no status line: ${line}`);
    const headers = {};
    for (const field of fields) {
        const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(field) ?? assert.fail(`no header: ${field}`);
        const key = name.toLowerCase();
        headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
    }
    const from = end + 4;
    const told = (body, size) => ({ status, line, headers, body: body.toString(), size });
    if (head || status < 200 || status === 204 || status === 304) return told('', from);
    if (headers['transfer-encoding'] === 'chunked') return chunks(bytes, from, told);
    if (!('content-length' in headers)) return over ? told(bytes.subarray(from), bytes.length) : undefined;
    const to = from + Number(headers['content-length']);
    return to <= bytes.length ? told(bytes.subarray(from, to), to) : undefined;
}

function chunks(bytes, at, told) {
    const parts = [];
    for (;;) {
        const line = bytes.indexOf('\r\n', at);
        if (line < 0) return undefined;
        const size = parseInt(bytes.toString('latin1', at, line), 16);
        at = line + 2 + size + 2;
        if (at > bytes.length) return undefined;
        if (size === 0) return told(Buffer.concat(parts), at);
        parts.push(bytes.subarray(line + 2, line + 2 + size));
    }
}

// One request on a connection of its own, and whether the peer closed behind the answer.
export async function ask(t, port, bytes, options = {}) {
    const wire = new Wire(t, port, options).send(bytes);
    return wire.answer(options).finally(() => wire.socket.destroy());
}

// The head of a request; `fields` are lines.
export const request = (method, target, ...fields) =>
    `${[`${method} ${target} HTTP/1.1`, 'Host: localhost', ...fields].join('\r\n')}\r\n\r\n`;
export const get = (target, ...fields) => request('GET', target, ...fields);
export const post = (target, body, ...fields) =>
    request('POST', target, `Content-Length: ${Buffer.byteLength(body)}`, ...fields) + body;
export const chunked = (...parts) =>
    parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('') + '0\r\n\r\n';
export const JSON_BODY = 'Content-Type: application/json';
