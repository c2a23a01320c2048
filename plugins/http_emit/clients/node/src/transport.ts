import * as http from 'node:http';
import * as https from 'node:https';

export interface Place {
    /** The daemon's address, `http://127.0.0.1:3001` unless told otherwise; a path before `/api/emit` may stand in it. */
    url?: string | undefined;
    /** A Unix socket of the daemon.  It comes first; `url` is for when nobody listens there. */
    socketPath?: string | undefined;
    /** Where the plugin `http_emit` is: `/api/emit`. */
    path?: string | undefined;
    /** An API key of the scope `emit`. */
    key?: string | undefined;
    /** For `https:`, as `tls.connect()` takes them: `ca`, `cert`, `key`, `servername`. */
    tls?: https.AgentOptions | undefined;
}

export interface Answer {
    status: number;
    body: string;
    /** In ms. */
    retryAfter: number | undefined;
}

/**
 * No answer came.  `now`: the kept connection had been closed, and another one may do.  `unheard`: there was no
 * connection at all.
 */
export class Unreached extends Error {
    constructor(message: string, readonly now: boolean, readonly unheard = false) {
        super(message);
    }
}

const MAX_ANSWER = 8 * 1_048_576;
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTSOCK']);
const UNHEARD = new Set([...NOBODY, 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Posts batches over one connection that is kept. */
export class Transport {
    /** `once`: its connections are not kept. */
    private readonly ways: { client: typeof http | typeof https; options: http.RequestOptions; agent: http.Agent; once: http.Agent }[] = [];
    private readonly path: string;

    /** Throws what is wrong with the place. */
    constructor(place: Place) {
        const headers: http.OutgoingHttpHeaders = { 'Content-Type': 'application/json' };
        if (place.key) {
            headers['Authorization'] = `Bearer ${place.key}`;
            http.validateHeaderValue('Authorization', headers['Authorization']); // here, and not at each attempt
        }
        const path = this.path = `${(place.path ?? '/api/emit').replace(/\/+$/, '')}/batch`;
        const kept = { keepAlive: true, maxSockets: 1 };
        if (place.socketPath) {
            this.ways.push({ client: http, agent: new http.Agent(kept), once: new http.Agent(),
                options: { socketPath: place.socketPath, path, method: 'POST', headers: { ...headers, Host: 'localhost' } } });
        }
        if (place.url || !place.socketPath) {
            const url = new URL(place.url || 'http://127.0.0.1:3001');
            if (url.protocol !== 'http:' && url.protocol !== 'https:')
                throw new TypeError(`the url of roomd begins with http: or https:, not ${url.protocol}`);
            const secure = url.protocol === 'https:';
            this.ways.push({ client: secure ? https : http,
                agent: secure ? new https.Agent({ ...place.tls, ...kept }) : new http.Agent(kept),
                once: secure ? new https.Agent({ ...place.tls, keepAlive: false }) : new http.Agent(),
                options: { hostname: url.hostname.replace(/^\[|\]$/g, ''), port: url.port || (secure ? 443 : 80), method: 'POST',
                    path: url.pathname.replace(/\/+$/, '') + path, headers } });
        }
    }

    /** Rejects with `Unreached`.  The whole attempt takes `timeout` ms at most. */
    post(body: string, traceparent: string | undefined, timeout: number): Promise<Answer> {
        return this.byAny(body, traceparent, timeout, () => ({}));
    }

    /** Another path of the daemon.  `kept`: over the connection that is kept, which may have been closed.  Rejects as post() does. */
    ask(method: string, path: string, body: string, timeout: number, kept: boolean): Promise<Answer> {
        return this.byAny(body, undefined, timeout, ({ options: { path: own }, once }) =>
            ({ method, path: own!.slice(0, -this.path.length) + path, ...(kept ? {} : { agent: once }) }));
    }

    private async byAny(body: string, traceparent: string | undefined, timeout: number,
        other: (way: { options: http.RequestOptions; once: http.Agent }) => http.RequestOptions): Promise<Answer> {
        const end = performance.now() + timeout;
        for (let i = 0; ; ++i) {
            try {
                return await this.by(i, body, traceparent, Math.max(1, end - performance.now()), other(this.ways[i]!));
            } catch (error) {
                const { code, message } = error as NodeJS.ErrnoException;
                if (NOBODY.has(code ?? '') && i + 1 < this.ways.length) continue;
                throw error instanceof Unreached ? error : new Unreached(message || code || 'no connection', false, UNHEARD.has(code ?? ''));
            }
        }
    }

    /** The body of a page of the daemon itself, such as `/health`.  Rejects. */
    async page(path: string, timeout: number): Promise<string> {
        const { options } = this.ways[this.ways.length - 1]!;
        const before = options.path!.slice(0, -this.path.length);
        return (await this.by(this.ways.length - 1, '', undefined, timeout, { method: 'GET', path: before + path })).body;
    }

    close(): void {
        for (const { agent, once } of this.ways) {
            agent.destroy();
            once.destroy();
        }
    }

    private by(way: number, body: string, traceparent: string | undefined, timeout: number, other: http.RequestOptions = {}): Promise<Answer> {
        const { client, options, agent } = this.ways[way]!;
        return new Promise((resolve, reject) => {
            const headers: http.OutgoingHttpHeaders = { ...(options.headers as http.OutgoingHttpHeaders),
                'Content-Length': Buffer.byteLength(body) };
            if (traceparent) headers['traceparent'] = traceparent;
            const request = client.request({ ...options, agent, ...other, headers });
            // `timeout` of the request is of silence only, and does not end it.
            const timer = setTimeout(() => request.destroy(new Unreached(`no answer within ${Math.round(timeout)} ms`, false)), timeout);
            const failed = (error: NodeJS.ErrnoException): void => {
                clearTimeout(timer);
                const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
                reject(stale ? new Unreached(error.message, true) : error);
            };
            request.on('error', failed);
            request.on('close', () => failed(new Unreached('the connection was closed', false)));
            request.on('response', (answer) => {
                const chunks: Buffer[] = [];
                let size = 0;
                answer.on('data', (chunk: Buffer) => {
                    chunks.push(chunk);
                    size += chunk.length;
                    if (size > MAX_ANSWER) request.destroy(new Unreached('the answer is too long', false));
                });
                answer.on('error', failed);
                answer.on('end', () => {
                    clearTimeout(timer);
                    if (!answer.complete) return failed(new Unreached('the answer was cut', false));
                    resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString(),
                        retryAfter: wait(answer.headers['retry-after']) });
                });
            });
            request.end(body);
        });
    }
}

/** Retry-After is seconds or a date. */
export function wait(header: string | undefined): number | undefined {
    if (header === undefined) return undefined;
    if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
    const at = Date.parse(header);
    return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
