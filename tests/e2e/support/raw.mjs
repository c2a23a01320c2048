// Bytes on a socket, for what the real client would never do.
import crypto from 'node:crypto';
import net from 'node:net';
import { DEADLINE, until } from './wait.mjs';

// A masked text frame, as clients send them.
export function frame(text) {
    const body = Buffer.from(text);
    const mask = crypto.randomBytes(4);
    const head =
        body.length < 126
            ? Buffer.from([0x81, 0x80 | body.length])
            : Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255]);
    return Buffer.concat([head, mask, body.map((byte, i) => byte ^ mask[i % 4])]);
}

// A websocket handshake.
export const upgrade = (port) =>
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n' +
    `Host: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\n\r\n`;

export class Raw {
    constructor(t, port) {
        this.seen = Buffer.alloc(0);
        this.closed = false;
        this.socket = net.connect(port, '127.0.0.1');
        this.socket.on('data', (bytes) => (this.seen = Buffer.concat([this.seen, bytes])));
        this.socket.on('close', () => (this.closed = true));
        this.socket.on('error', () => (this.closed = true));
        t.after(() => this.socket.destroy());
    }

    send(bytes) {
        this.socket.write(bytes);
        return this;
    }

    clear() {
        this.seen = Buffer.alloc(0);
        return this;
    }

    // The payloads of the whole short text frames it has seen since clear().
    frames() {
        const texts = [];
        for (let at = 0; this.seen[at] === 0x81 && at + 2 + this.seen[at + 1] <= this.seen.length; ) {
            const end = at + 2 + this.seen[at + 1];
            texts.push(this.seen.toString('utf8', at + 2, end));
            at = end;
        }
        return texts;
    }

    // A close frame without a code stands at the end.
    get closing() {
        return this.seen.length >= 2 && this.seen.readUInt16BE(this.seen.length - 2) === 0x8800;
    }

    async expect(what, deadline = DEADLINE) {
        await until(`bytes '${what}', got '${this.seen.toString('latin1').slice(0, 400)}'`,
            () => this.seen.includes(what), deadline);
        return this;
    }
}

// A websocket that has joined a room and, from then on, reads only when told.
export async function rawWebsocket(t, server, room) {
    const raw = new Raw(t, server.port);
    raw.send(upgrade(server.port));
    await raw.expect('"sid"');
    raw.send(frame('40'));
    await raw.expect('40{"sid"');
    const [kind, id] = room.split(':');
    raw.send(frame(`421${JSON.stringify([`join:${kind}`, id])}`));
    await raw.expect('431[{"ok":true');
    return raw;
}

// The messages in what a server sent over a websocket, put together from their fragments.
export function messages(bytes) {
    const all = [];
    let parts = [];
    for (let at = 0; at + 2 <= bytes.length; ) {
        const [first, short] = [bytes[at], bytes[at + 1]];
        const head = { 126: 4, 127: 10 }[short] ?? 2;
        const size = head === 4 ? bytes.readUInt16BE(at + 2) : head === 10 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
        const payload = bytes.subarray(at + head, at + head + size);
        at += head + size;
        if ((first & 15) > 7) continue; // a ping between two fragments
        parts.push(payload);
        if (!(first & 128)) continue;
        all.push(Buffer.concat(parts).toString());
        parts = [];
    }
    return all;
}
