// Strangers who mean no good, or have a bad line.  Each visits once: it opens connections, does its harm and is gone.
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { frame, text, upgrade } from './frames.mjs';
import { POLLING, WEBSOCKET } from './front.mjs';
import { JSON_BODY, get, post, request } from './http.mjs';
import { tick } from './wait.mjs';

const random = (n) => Math.floor(Math.random() * n);
const ROOM = 'library:storm'; // events go to it all the time, whatever is abused

// A connection that minds nothing; `crowd.opened` counts those that were established.
export class Visit {
    constructor(crowd) {
        this.seen = '';
        // Of several addresses, so that ports do not run out while the kernel remembers closed connections.
        const localAddress = `127.0.0.${2 + random(50)}`;
        this.socket = net.connect({ port: crowd.port, host: '127.0.0.1', localAddress, noDelay: true });
        this.opened = new Promise((done) => {
            this.socket.on('connect', () => done(void crowd.opened++));
            this.socket.on('close', () => done((this.gone = true)));
        });
        this.socket.on('error', () => {});
        this.socket.on('data', (bytes) => {
            this.seen = (this.seen + bytes.toString('latin1')).slice(-20_000);
            this.woken?.();
        });
        this.socket.on('close', () => this.woken?.());
    }

    async send(bytes) {
        await this.opened;
        const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
        if (!this.gone) await new Promise((done) => this.socket.write(all, done));
        return this;
    }

    // Waits for these bytes, the end, or a while; tells whether they came.
    async expect(what, patience = 5000) {
        const late = setTimeout(() => this.woken?.((this.tired = true)), patience);
        while (!this.seen.includes(what) && !this.gone && !this.tired) {
            await new Promise((done) => (this.woken = done));
            this.gone ||= this.socket.destroyed;
        }
        clearTimeout(late);
        this.tired = false;
        return this.seen.includes(what);
    }

    async reset() {
        await this.opened;
        if (!this.gone) this.socket.resetAndDestroy();
    }

    leave() {
        this.socket.destroy();
    }

    // Goes away in one of the ways there are.
    async goes() {
        if (random(2)) await this.reset();
        else if (random(2)) this.socket.end(() => this.leave());
        else this.leave();
    }
}

// A polling session, joined to the room: its sid; undefined: it was refused.
async function session(crowd) {
    const visit = new Visit(crowd);
    try {
        await visit.send(get(POLLING));
        if (!(await visit.expect('"sid":"'))) return undefined;
        await tick(0);
        const sid = /"sid":"([^"]+)"/.exec(visit.seen)?.[1];
        if (!sid) return undefined;
        visit.seen = '';
        await visit.send(post(`${POLLING}&sid=${sid}`, `40\x1e42["join","${ROOM}"]`));
        return (await visit.expect('ok')) ? sid : undefined;
    } finally {
        visit.leave();
    }
}
const where = (sid) => `${POLLING}&sid=${sid}`;

// A websocket in the room.
async function websocket(crowd) {
    const visit = new Visit(crowd);
    await visit.send(Buffer.concat([Buffer.from(upgrade(), 'latin1'), text('40'), text(`420["join","${ROOM}"]`)]));
    return (await visit.expect('430[')) ? visit : void visit.leave();
}

// A reader that stops: from then on nothing is taken off the socket.
const deaf = (visit) => visit.socket.pause();

const GARBAGE = [
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n', '\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c', 'GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\nContent-Length: 99999\r\n\r\n', 'A'.repeat(70_000), '\r\n'.repeat(500),
    'SSH-2.0-x\r\n', post('/api/emit', '{', JSON_BODY), get('/health').repeat(20),
    `${get(WEBSOCKET, 'Upgrade: websocket')}\x81\x80`,
];

export const VISITORS = {
    'handshakes that are reset': async (crowd) => {
        for (let i = 0; i < 30; i++) {
            const visit = new Visit(crowd);
            await visit.send(get(POLLING));
            await visit.reset();
        }
    },
    'held polls that are reset as an event goes out': async (crowd) => {
        const sid = await session(crowd);
        if (!sid) return;
        for (let i = 0; i < 3; i++) {
            const visit = new Visit(crowd);
            await visit.send(get(where(sid)));
            await Promise.race([crowd.emitted(), tick(200)]);
            await visit.reset();
        }
    },
    'polls that are given up': async (crowd) => {
        const sid = await session(crowd);
        if (!sid) return;
        const [one, other] = [new Visit(crowd), new Visit(crowd)];
        await one.send(get(where(sid)));
        if (random(2)) await other.send(get(where(sid))); // at once, which ends it
        await tick(random(20));
        await Promise.all([one.goes(), other.goes()]);
    },
    'polling bodies that are given up': async (crowd) => {
        const sid = await session(crowd);
        if (!sid) return;
        const visit = new Visit(crowd);
        const chunks = request('POST', where(sid), 'Transfer-Encoding: chunked') + 'ffff\r\nabc';
        const body = random(2) ? post(where(sid), 'x'.repeat(50_000)) : chunks;
        await visit.send(body.slice(0, 1 + random(body.length)));
        await visit.goes();
    },
    'a head that drips': async (crowd) => {
        const visit = new Visit(crowd);
        for (const byte of get('/health', 'X-A: b', `Cookie: ${'x'.repeat(random(30))}`)) {
            if (visit.gone || visit.socket.destroyed) return;
            await visit.send(byte);
            await tick(30);
        }
        await visit.goes();
    },
    'a body that drips': async (crowd) => {
        const visit = new Visit(crowd);
        const framing = random(2) ? 'Content-Length: 5000' : 'Transfer-Encoding: chunked';
        await visit.send(request('POST', '/api/emit', JSON_BODY, framing));
        for (let i = 0; i < 30 && !visit.socket.destroyed; i++) {
            await visit.send('1');
            await tick(30);
        }
        await visit.goes();
    },
    'a websocket that does not read': async (crowd) => {
        const visit = await websocket(crowd);
        if (!visit) return;
        deaf(visit);
        await tick(1000);
        await visit.goes();
    },
    'answers that nobody reads': async (crowd) => {
        const visit = new Visit(crowd);
        await visit.opened;
        deaf(visit);
        await visit.send(get('/socket.io/socket.io.js').repeat(10));
        await tick(500);
        await visit.goes();
    },
    'an upgrade that is torn': async (crowd) => {
        const bytes = upgrade(random(2) ? WEBSOCKET : `${WEBSOCKET}&sid=${(await session(crowd)) ?? 'none'}`);
        const visit = new Visit(crowd);
        await visit.send(bytes.slice(0, 1 + (crowd.torn++ % bytes.length))); // each place in its turn
        await visit.goes();
    },
    'an upgrade in two pieces, and gone': async (crowd) => {
        const visit = new Visit(crowd);
        const bytes = upgrade();
        const at = 1 + (crowd.torn++ % (bytes.length - 1));
        await visit.send(bytes.slice(0, at));
        await visit.send(bytes.slice(at));
        await visit.goes();
    },
    'a session whose upgrade fails halfway': async (crowd) => {
        const sid = await session(crowd);
        if (!sid) return;
        const [held, visit] = [new Visit(crowd), new Visit(crowd)];
        await held.send(get(where(sid)));
        await visit.send(Buffer.concat([Buffer.from(upgrade(`${WEBSOCKET}&sid=${sid}`), 'latin1'), text('2probe')]));
        if (await visit.expect('3probe')) await visit.send(random(2) ? text('5') : frame(0x81, '5', { masked: false }));
        await Promise.all([held.goes(), visit.goes()]);
    },
    'a websocket cut in a frame': async (crowd) => {
        const visit = await websocket(crowd);
        if (!visit) return;
        const bytes = Buffer.concat([frame(0x01, '42["join'), frame(0x89, 'ping'), frame(0x00, '","'), frame(0x80, 'x"]'),
            frame(0x88)]);
        await visit.send(bytes.subarray(0, 1 + random(bytes.length)));
        await visit.goes();
    },
    'garbage in frames': async (crowd) => {
        const visit = await websocket(crowd);
        if (!visit) return;
        const any = frame(0x80 | random(16), randomBytes(random(130)), { masked: Boolean(random(2)) });
        await visit.send(random(2) ? randomBytes(1 + random(300)) : any);
        await visit.goes();
    },
    garbage: async (crowd) => {
        const visit = new Visit(crowd);
        await visit.send(random(2) ? GARBAGE[random(GARBAGE.length)] : randomBytes(1 + random(2000)));
        if (random(2)) await visit.expect('nothing of that kind', random(50));
        await visit.goes();
    },
    'a flood of connections': async (crowd) => {
        const flood = Array.from({ length: 20 }, () => new Visit(crowd));
        await Promise.all(flood.map(({ opened }) => opened));
        await Promise.all(flood.map((visit) => visit.goes()));
    },
};
