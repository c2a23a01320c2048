// Websocket frames by hand: those of a client, right and wrong, and those that come back.
import assert from 'node:assert/strict';
import { Wire, get } from './http.mjs';
import { WEBSOCKET } from './front.mjs';
import { DEADLINE, until } from './wait.mjs';

export const HANDSHAKE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
export const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
export const upgrade = (target = WEBSOCKET, ...fields) => get(target, ...HANDSHAKE, ...fields);

const MASK = [1, 2, 3, 4];

// A frame with that first byte.  `form`: 126 or 127 for a length written longer than it need be; `says`: another length.
export function frame(first, payload = '', { masked = true, form = 0, says } = {}) {
    const body = Buffer.from(payload);
    const size = BigInt(says ?? body.length);
    const bit = masked ? 0x80 : 0;
    let head;
    if (form === 127 || (!form && size > 65535n)) {
        head = Buffer.from([first, bit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
        head.writeBigUInt64BE(size, 2);
    } else if (form === 126 || size > 125n) {
        head = Buffer.from([first, bit | 126, Number(size >> 8n), Number(size & 255n)]);
    } else {
        head = Buffer.from([first, bit | Number(size)]);
    }
    if (!masked) return Buffer.concat([head, body]);
    return Buffer.concat([head, Buffer.from(MASK), body.map((byte, i) => byte ^ MASK[i % 4])]);
}
export const text = (payload) => frame(0x81, payload);
export const closing = (code, reason = '') =>
    frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

export class Websocket extends Wire {
    // Opens one and reads the first packet.
    static async open(t, port, options) {
        const one = new Websocket(t, port, options).send(upgrade());
        const answer = await one.answer();
        assert.equal(answer.status, 101, answer.body);
        assert.match((await one.frame()).text, /^0{"sid":/);
        return one;
    }

    // The next frame: {op, final, text, code}, code for a closing one.
    async frame(deadline = DEADLINE) {
        const got = () => JSON.stringify(this.seen.subarray(0, 60).toString('latin1'));
        const whole = await until(`a frame, got ${got()}`, () => {
            const one = unpacked(this.seen);
            assert.ok(one || !this.over, `closed without a frame, at ${got()}`);
            return one;
        }, deadline);
        this.seen = this.seen.subarray(whole.size);
        return whole;
    }

    // All frames until the connection is closed, which the closing frame is answered for.
    async rest() {
        const all = [];
        while (!(this.over && this.seen.length === 0)) {
            const one = await this.frame().catch((error) =>
                (this.over && !this.seen.length ? undefined : Promise.reject(error)));
            if (!one) break;
            all.push(one);
            if (one.op === 8) this.send(frame(0x88));
        }
        return all;
    }
}

function unpacked(bytes) {
    if (bytes.length < 2) return undefined;
    assert.equal(bytes[1] & 0x80, 0, 'a masked frame');
    assert.equal(bytes[0] & 0x70, 0, 'reserved bits');
    const head = { 126: 4, 127: 10 }[bytes[1]] ?? 2;
    if (bytes.length < head) return undefined;
    const long = head === 4 ? bytes.readUInt16BE(2) : head === 10 ? Number(bytes.readBigUInt64BE(2)) : bytes[1];
    if (bytes.length < head + long) return undefined;
    const body = bytes.subarray(head, head + long);
    const op = bytes[0] & 15;
    return { op, final: bytes[0] > 127, text: body.toString(), size: head + long,
        code: op === 8 && long >= 2 ? body.readUInt16BE(0) : undefined };
}
