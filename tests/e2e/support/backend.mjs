// An HTTP backend of a test's own, which checks every signature and does as the test says.
import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { until } from './wait.mjs';

// As docs/webhooks.md shows it.
export function verify(secret, header, body, tolerance = 300) {
    const parts = String(header).split(',').map((part) => part.split('='));
    const time = parts.find(([name]) => name === 't')?.[1];
    if (!/^\d+$/.test(time ?? '') || Math.abs(Date.now() / 1000 - time) > tolerance) return false;
    const expected = createHmac('sha256', secret).update(`${time}.`).update(body).digest();
    return parts.some(([name, hex]) => {
        const given = Buffer.from(hex ?? '', 'hex');
        return name === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}

export class Backend {
    constructor(secret) {
        this.secret = secret;
        this.batches = []; // bodies that were answered with 2xx, as objects
        this.posts = []; // all that came: {path, body, headers}
        this.answers = {}; // by path: (body, response) => status, or [status, JSON]
        this.unverified = 0;
        this.under_way = 0;
        this.most_under_way = 0; // of batches
    }

    // `tls`: {key, cert}
    async start(port = 0, tls) {
        const serve = (request, response) => this.serve(request, response);
        this.server = tls ? https.createServer(tls, serve) : http.createServer(serve);
        await new Promise((done) => this.server.listen(port, '127.0.0.1', done));
        this.port = this.server.address().port;
        return this;
    }

    url(path) {
        return `http://127.0.0.1:${this.port}${path}`;
    }

    async stop() {
        this.server.closeAllConnections();
        await new Promise((done) => this.server.close(done));
    }

    async serve(request, response) {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const raw = Buffer.concat(chunks);
        if (!verify(this.secret, request.headers['roomd-signature'], raw)) {
            ++this.unverified;
            response.writeHead(401).end();
            return;
        }
        const body = JSON.parse(raw);
        this.posts.push({ path: request.url, body, headers: request.headers });
        const batch = body.kind === 'events';
        if (batch) this.most_under_way = Math.max(this.most_under_way, ++this.under_way);
        const said = await (this.answers[request.url]?.(body, response) ?? 204);
        if (batch) --this.under_way;
        if (response.headersSent || response.destroyed) return;
        const [status, json, headers = {}] = Array.isArray(said) ? said : [said];
        if (batch && status < 300) this.batches.push(body);
        response.writeHead(status, headers);
        response.end(json === undefined ? undefined : typeof json === 'string' ? json : JSON.stringify(json));
    }

    // The entries that were taken, in order.
    get entries() {
        return this.batches.flatMap(({ events }) => events);
    }

    // Of one type, without the number and the time.
    of(type) {
        return this.entries.filter((entry) => entry.type === type).map(({ n, at, type, ...rest }) => rest);
    }

    told(what, check) {
        return until(what, () => check(this));
    }
}
