// Stands in for a daemon that knows `events[].key`, and fails as a test asks.
import { createServer } from 'node:http';

const refused = (event, code, message, pointer) => ({ success: false, event, error: { code, message, ...(pointer && { pointer }) } });

export class StandIn {
    requests = []; // {events, headers, path, connection}
    sent = []; // what clients would have got, in order
    connections = 0;
    health = {}; // what /health tells, and how often it was asked
    asked = 0;
    // What becomes of the next requests: 'hang', 'reset', 'deaf' (takes the events and resets), a status, {status, headers,
    // body}, or a function of the events that gives one of these, later if it likes.
    script = [];
    always = undefined; // ... and of those that the script has nothing for
    // Why an event is refused: {code, message, pointer}, or nothing.
    verdict = () => undefined;
    #keys = new Map();
    #sockets = new Set();

    // `where`: a port (0: any), or the path of a Unix socket.
    static async open(t, where = 0) {
        const one = new StandIn();
        one.server = createServer((request, response) => one.#take(request, response));
        one.server.on('connection', (socket) => {
            socket.number = ++one.connections;
            one.#sockets.add(socket);
            socket.on('close', () => one.#sockets.delete(socket));
        });
        await one.listen(where);
        t.after(() => one.close());
        return one;
    }
    async listen(where) {
        await new Promise((done) => (typeof where === 'string' ? this.server.listen(where, done) : this.server.listen(where, '127.0.0.1', done)));
        const at = this.server.address();
        if (typeof at !== 'string') Object.assign(this, { port: at.port, url: `http://127.0.0.1:${at.port}` });
    }
    get open() {
        return this.#sockets.size;
    }
    // Ends all connections, and takes no more.
    async close() {
        const closed = new Promise((done) => this.server.close(done));
        for (const socket of this.#sockets) socket.destroy();
        await closed;
    }
    // The data of each event that was sent.
    data(event) {
        return this.sent.filter((one) => !event || one.event === event).map((one) => one.data);
    }

    async #take(request, response) {
        if (request.method === 'GET') {
            ++this.asked;
            return this.#answer(response, 200, { success: true, data: this.health });
        }
        let text = '';
        for await (const chunk of request) text += chunk;
        const { events, atomic } = JSON.parse(text);
        this.requests.push({ events, atomic, headers: request.headers, path: request.url, connection: request.socket.number });
        let act = this.script.shift() ?? this.always;
        if (typeof act === 'function') act = await act(events);
        if (act === 'hang') return;
        if (act === 'reset') return request.socket.destroy();
        if (typeof act === 'number') return this.#answer(response, act, { success: false, error: { code: `code_${act}`, message: 'as told' } });
        if (act?.status) return this.#answer(response, act.status, act.body ?? { success: false, error: { code: 'told', message: 'as told' } }, act.headers);
        const results = events.map((event) => this.#one(event));
        if (act === 'deaf') return request.socket.destroy();
        const taken = results.filter((one) => one.success).length;
        if (taken > 0) return this.#answer(response, 200, { success: true, data: { taken, refused: results.length - taken, results } });
        return this.#answer(response, 422, { success: false, error: results[0].error, data: { results } });
    }
    #one(event) {
        const known = this.#keys.get(event.key);
        if (known) {
            return known.text === JSON.stringify(event) ? { ...known.result, duplicate: true }
                : refused(event.event, 'idempotency_conflict', 'the key was used for something else');
        }
        const why = this.verdict(event);
        if (why) return refused(event.event, why.code, why.message ?? 'as told', why.pointer);
        const result = { success: true, event: event.event, rooms: event.rooms ?? ['of:catalogue'], recipients: 1, id: `id-${this.sent.length + 1}` };
        this.#keys.set(event.key, { text: JSON.stringify(event), result });
        this.sent.push(event);
        return result;
    }
    #answer(response, status, body, headers = {}) {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
    }
}
