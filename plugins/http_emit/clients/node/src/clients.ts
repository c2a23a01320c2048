import { EmitDropped, EmitRefused } from './errors.js';
import type { Options } from './live.js';
import { Transport, Unreached, type Answer, type Place } from './transport.js';
import { fromEnvironment } from './typed.js';

export interface ClientsOptions extends Place {
    /** Where the plugin `http_clients` is: `/api/`. */
    clientsPath?: string | undefined;
    /** One attempt, 2 s. */
    timeout?: number | undefined;
    /** No attempt begins later than this after the call: 5 s. */
    deadline?: number | undefined;
}

/** Which clients are meant.  A string is a user. */
export type Whom = string | { user: string } | { client: string } | { room: string };

/** What became of a join or a leave, at the daemon that was asked. */
export interface Moved {
    /** That were meant. */
    clients: number;
    /** Of these, in other rooms now. */
    moved: number;
    /** Of these, joined none of the rooms: they would have had too many.  0 for a leave. */
    full: number;
}
export interface OneClient {
    id: string;
    namespace: string;
    portal?: string;
    transport: 'polling' | 'websocket';
    address?: string;
    rooms: string[];
}
export interface Presence {
    online: boolean;
    count: number;
    clients: OneClient[];
}
export interface Members {
    /** On all pages. */
    count: number;
    members: { id: string; user?: string }[];
    /** `after` of the next page; undefined on the last. */
    next: string | undefined;
}

/** One question: an `Error` is thrown, else its `data` is the answer. */
export type Ask = (method: 'GET' | 'POST', path: string, body: object | undefined, repeats: boolean) => Promise<any>;

const LATER = new Set([429, 502, 503, 504]);
const FROM_BETWEEN = new Set([502, 504]); // of a proxy: what is behind it may have heard
const MAX_USERS = 1000; // in one question
const named = (whom: Whom): object => (typeof whom === 'string' ? { user: whom } : whom);
const list = (rooms: string | readonly string[]): readonly string[] => (typeof rooms === 'string' ? [rooms] : rooms);
const query = (values: Record<string, string | number | undefined>): string => {
    const given = Object.entries(values).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
    return given.length ? `?${new URLSearchParams(given as [string, string][])}` : '';
};

/**
 * What a backend does to the clients of a daemon, and asks about them.  Each call is awaited, and rejects with `EmitRefused`
 * or `EmitDropped` as `confirmed` does.
 */
export class Clients {
    constructor(private readonly ask: Ask, private readonly hangUp: () => void = () => undefined) {}

    join(whom: Whom, rooms: string | readonly string[], options: { namespace?: string } = {}): Promise<Moved> {
        return this.moved('rooms/join', { ...named(whom), to: list(rooms), ...options });
    }
    leave(whom: Whom, rooms: string | readonly string[], options: { namespace?: string } = {}): Promise<Moved> {
        return this.moved('rooms/leave', { ...named(whom), from: list(rooms), ...options });
    }
    /** Disconnects, a user in every namespace, and tells how many.  `close`: stock clients come back by themselves. */
    async kick(whom: Whom, options: { namespace?: string; close?: boolean; reason?: string } = {}): Promise<number> {
        return (await this.ask('POST', 'kick', { ...named(whom), ...options }, false)).clients;
    }
    /** Whether a user is online; of many, those who are. */
    online(user: string): Promise<boolean>;
    online(users: readonly string[]): Promise<Set<string>>;
    async online(users: string | readonly string[]): Promise<boolean | Set<string>> {
        const asked = list(users);
        const there = new Set<string>();
        for (let from = 0; from < asked.length; from += MAX_USERS) {
            const { online } = await this.ask('POST', 'presence/online', { users: asked.slice(from, from + MAX_USERS) }, true);
            for (const user of online) there.add(user);
        }
        return typeof users === 'string' ? there.has(users) : there;
    }
    /** A user's clients. */
    user(user: string, options: { namespace?: string } = {}): Promise<Presence> {
        return this.ask('GET', `presence/users/${encodeURIComponent(user)}${query(options)}`, undefined, true);
    }
    /** A page of a room's members: 100 of them unless `limit` says otherwise. */
    async members(room: string, options: { namespace?: string; limit?: number; after?: string } = {}): Promise<Members> {
        const { count, members, next } = await this.ask('GET', `presence/rooms/${encodeURIComponent(room)}${query(options)}`, undefined, true);
        return { count, members, next };
    }
    /** Ends the connection. */
    close(): void {
        this.hangUp();
    }

    private async moved(path: string, body: object): Promise<Moved> {
        const { clients, moved, full = 0 } = await this.ask('POST', path, body, true);
        return { clients, moved, full };
    }
}

interface Said {
    success?: boolean;
    data?: object;
    error?: { code?: string; message?: string; pointer?: string };
}
function read(body: string): Said {
    try {
        const said: unknown = JSON.parse(body);
        return typeof said === 'object' && said !== null ? said : {};
    } catch {
        return {};
    }
}

/**
 * To a daemon, over a connection of its own: a question never waits behind a batch.  What is left out comes from ROOMD_URL,
 * ROOMD_SOCKET and ROOMD_KEY.  Throws what is wrong with the options.
 */
export function createClients(options: ClientsOptions = {}): Clients {
    const place = fromEnvironment(options as Options) as ClientsOptions;
    const { timeout = 2000, deadline = 5000 } = options;
    if (!(timeout > 0) || !(deadline > 0)) throw new TypeError('timeout and deadline are more than 0');
    const transport = new Transport(place);
    const base = `${(place.clientsPath ?? '/api/').replace(/\/+$/, '')}/`;

    const ask: Ask = async (method, path, body, repeats) => {
        const end = performance.now() + deadline;
        let last = '';
        let retryAfter = 0;
        for (let failures = 0, pause = 0; ; pause = retryAfter + Math.min(1000, 50 * 2 ** failures++) * (0.5 + Math.random() / 2)) {
            if (pause > 0) {
                if (performance.now() + pause >= end) throw new EmitDropped('deadline', `no answer within ${deadline} ms; the last attempt: ${last}`);
                await new Promise((resolve) => setTimeout(resolve, pause));
            }
            let answer: Answer;
            try {
                answer = await transport.ask(method, base + path, body === undefined ? '' : JSON.stringify(body), timeout, repeats);
            } catch (error) {
                const unreached = error as Unreached;
                // Who was kicked may be back by now: what was perhaps heard is not said again.
                if (!repeats && !unreached.unheard) throw new EmitDropped('deadline', `nobody knows: ${unreached.message}`, { cause: error });
                last = unreached.message;
                retryAfter = 0;
                continue;
            }
            const said = read(answer.body);
            if (answer.status === 200 && said.success && said.data) return said.data;
            if (!repeats && FROM_BETWEEN.has(answer.status)) throw new EmitDropped('deadline', `nobody knows: HTTP ${answer.status}`, { status: answer.status });
            if (LATER.has(answer.status)) {
                last = `HTTP ${answer.status}`;
                retryAfter = answer.retryAfter ?? 0;
                continue;
            }
            if (answer.status === 200) throw new EmitDropped('answer_invalid', 'the answer is not one of roomd', { status: 200 });
            throw new EmitRefused(said.error?.code ?? `http_${answer.status}`, said.error?.message ?? `HTTP ${answer.status}`,
                { pointer: said.error?.pointer, status: answer.status });
        }
    };
    return new Clients(ask, () => transport.close());
}

/** What a test saw a backend do. */
export interface Done {
    call: 'join' | 'leave' | 'kick';
    user?: string;
    client?: string;
    room?: string;
    rooms?: string[];
    namespace?: string;
    close?: boolean;
    reason?: string;
}

/** For tests: keeps what is done, and answers questions from what a test says. */
export class FakeClients extends Clients {
    readonly done: Done[] = [];
    /** The members of rooms by user.  Who is in one is online. */
    readonly rooms: Record<string, string[]> = {};
    /** Users that are online besides. */
    readonly users = new Set<string>();

    constructor() {
        super(async (method, path, body) => this.answer(method, path, body as any));
    }
    clear(): void {
        this.done.length = 0;
    }

    private is(user: string): boolean {
        return this.users.has(user) || Object.values(this.rooms).some((members) => members.includes(user));
    }
    private answer(method: string, path: string, body: any): any {
        if (method === 'POST' && path === 'presence/online') return { online: body.users.filter((user: string) => this.is(user)) };
        if (method === 'POST') {
            const { to, from, ...rest } = body;
            const rooms = to ?? from;
            this.done.push({ call: path.replace('rooms/', '') as Done['call'], ...rest, ...(rooms ? { rooms } : {}) });
            const clients = body.room !== undefined ? (this.rooms[body.room] ?? []).length : 1;
            return { clients, moved: clients, full: 0 };
        }
        const [, what, name] = path.split('?')[0]!.split('/') as [string, string, string];
        const one = decodeURIComponent(name);
        if (what === 'rooms') {
            const members = (this.rooms[one] ?? []).map((user, i) => ({ id: `fake${i}`, user }));
            return { count: members.length, members };
        }
        const online = this.is(one);
        const rooms = Object.keys(this.rooms).filter((room) => this.rooms[room]!.includes(one));
        const clients = online ? [{ id: 'fake0', namespace: '/', transport: 'websocket', rooms }] : [];
        return { online, count: clients.length, clients };
    }
}
