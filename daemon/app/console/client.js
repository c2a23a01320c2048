// This page as a client of the daemon, with the stock socket.io-client that the daemon serves.
import { Refused, post, why } from './api.js';
import { $, answer, brief, button, long, make } from './dom.js';

const SHOWN = 8; // events received
const DRAW = 100; // ms between two changes of the list: nobody reads faster
const WAIT = 5000;
const ROLES = ['student', 'library_owner', 'staff', 'front_desk']; // where no portal names any

// Loads the client bundle once; it sets window.io.
let bundle;
function load(path) {
    return bundle ??= new Promise((loaded, failed) => {
        const script = make('script');
        script.src = `${path}socket.io.min.js`;
        script.addEventListener('load', loaded);
        script.addEventListener('error', () => {
            bundle = undefined;
            failed(new Error(`${script.src} did not load: build it with ./dev build`));
        });
        document.head.append(script);
    });
}

// What became of a join or a leave.
function told(verb, room, said) {
    if (!said) return `${verb} ${room}: no answer within ${WAIT / 1000} s.`;
    if (!said.ok) return `${verb} ${room} was refused: ${said.error?.message} (${said.error?.code})`;
    if (verb === 'leave') return `Left ${room}.`;
    return `Joined ${said.room}; it has ${said.members === 1 ? 'one member' : `${said.members} members`}.`;
}

export class Client {
    #socket = null;
    #joined = new Set();
    #fresh = []; // received and not shown yet
    #count = 0;
    #drawing = 0; // the timer of the next #show()
    #path = document.body.dataset.socketio;
    #portals = [];
    token = '';     // that it connected with

    constructor() {
        $('connect').addEventListener('submit', (e) => {
            e.preventDefault();
            this.connect().catch((error) => answer('connect-answer', error.message, false));
        });
        $('connect').addEventListener('change', () => this.#choose());
        $('disconnect').addEventListener('click', () => this.#disconnect());
        $('join').addEventListener('submit', (e) => {
            e.preventDefault();
            this.join($('join-room').value.trim());
        });
        $('portal').addEventListener('change', () => this.#offerRoles());
        this.#choose();
    }

    // What the daemon is configured with.
    configure({ portals = [], mint, auth, namespaces = [] }) {
        $('namespaces').replaceChildren(...namespaces.map((name) => new Option(name)));
        const before = $('portal').value;
        this.#portals = portals;
        $('portal').replaceChildren(...portals.map(({ name }) => new Option(name)));
        if (portals.some(({ name }) => name === before)) $('portal').value = before;
        this.#offerRoles();
        const role = document.querySelector('input[name=how][value=role]');
        role.disabled = mint === false;
        role.parentElement.title = role.disabled ? 'Only a daemon in development signs tokens for this page.' : '';
        if (auth === 'required' && this.#how() === 'nobody' && !this.#socket) {
            document.querySelector(`input[name=how][value=${role.disabled ? 'token' : 'role'}]`).checked = true;
            this.#choose();
        }
    }

    // Settles once the daemon has let this page in, or with the reason why not.
    async connect() {
        this.#disconnect();
        answer('connect-answer', 'Connecting…');
        await load(this.#path);
        const how = this.#how(), namespace = $('namespace').value.trim().replace(/^(?!\/)/, '/');
        return new Promise((done, failed) => {
            const socket = this.#socket = globalThis.io(location.origin + namespace, {
                path: this.#path,
                transports: $('transport').value.split(','),
                forceNew: true,
                reconnectionDelayMax: 2000,
                auth: (give) => this.#auth(how).then(give, (error) => this.#noToken(socket, error, failed)),
            });
            socket.on('connect', () => {
                answer('connect-answer', `Connected as client ${socket.id}.`);
                socket.io.engine.on('upgrade', () => this.#tell());
                for (const room of this.#joined) this.#ask('join', room);
                this.#tell();
                done();
            });
            socket.on('connect_error', (error) => {
                const again = socket.active ? ' Trying again…' : '';
                const code = error.data?.code ? ` (${error.data.code})` : '';
                answer('connect-answer', `Not connected: ${error.message}${code}.${again}`, false);
                this.#tell();
                if (!socket.active) failed(new Error(`Not connected: ${error.message}${code}.`));
            });
            socket.on('disconnect', (reason) => {
                const again = socket.active ? ' Trying again…' : '';
                answer('connect-answer', `Disconnected: ${reason}.${again}`, false);
                this.#tell();
            });
            socket.on('room:left', ({ room }) => this.#left(room));
            socket.onAny((event, ...args) => this.#receive(event, args));
        });
    }

    // Never goes on without the token, as if without it had been chosen.
    #noToken(socket, error, failed) {
        if (socket !== this.#socket) return; // nobody waits for it any more
        const final = error instanceof Refused && error.status < 500;
        const text = `Not connected, as there is no token: ${why(error)}`;
        if (final) socket.disconnect();
        else socket.io.engine.close(); // tries again
        answer('connect-answer', final ? text : `${text} Trying again…`, false);
        this.#tell();
        if (final) failed(new Error(text));
    }

    get connected() {
        return Boolean(this.#socket?.connected);
    }

    // Resolves to whether this client is in the room now.
    async join(room) {
        if (!room) return false;
        if (!this.connected) {
            answer('join-answer', 'Connect first.', false);
            return false;
        }
        return this.#ask('join', room);
    }

    async #ask(verb, room) {
        const said = await this.#socket.timeout(WAIT).emitWithAck(verb, room).catch(() => null);
        answer('join-answer', told(verb, room, said), Boolean(said?.ok));
        if (said?.ok && verb === 'join') this.#joined.add(said.room);
        else if (said?.ok || verb === 'join') this.#joined.delete(room);
        this.#chips();
        return Boolean(said?.ok);
    }

    #left(room) {
        this.#joined.delete(room);
        answer('join-answer', `The daemon took this client out of ${room}: its rules have changed.`, false);
        this.#chips();
    }

    #disconnect() {
        this.#socket?.close();
        this.#socket = null;
        this.#joined.clear();
        this.#chips();
        answer('connect-answer', '');
        this.#tell();
    }

    #how() {
        return document.querySelector('input[name=how]:checked').value;
    }

    // A token is minted for each connection, as one may have expired since the last.
    async #auth(how) {
        this.token = '';
        if (how === 'token') this.token = $('token').value.trim();
        if (how === 'role') {
            const user = $('user').value.trim();
            this.token = (await post('mint', { portal: $('portal').value, role: $('role').value, user })).token;
        }
        return this.token ? { token: this.token } : {};
    }

    #choose() {
        for (const part of document.querySelectorAll('[data-how]'))
            part.hidden = part.dataset.how !== this.#how();
    }

    // A portal that names no roles is for all of them.
    #offerRoles() {
        const portal = this.#portals.find(({ name }) => name === $('portal').value);
        const all = [...new Set(this.#portals.flatMap(({ roles }) => roles ?? []))];
        const roles = portal?.roles?.length ? portal.roles : all.length ? all : ROLES;
        $('role').replaceChildren(...roles.map((role) => new Option(role)));
        $('role').value = roles.find((role) => portal && role.includes(portal.name)) ?? roles[0];
    }

    #tell() {
        const trying = this.#socket?.active ? 'connecting…' : 'not connected';
        $('client-state').textContent =
            this.connected ? `connected by ${this.#socket.io.engine.transport.name}` : trying;
        $('client-state').dataset.on = this.connected ? 'yes' : 'no';
        $('disconnect').disabled = !this.#socket;
    }

    #chips() {
        $('joined').replaceChildren(...[...this.#joined].map((room) =>
            make('li', '', button(`${room} ×`, `Leave ${room}`, () => {
                this.#ask('leave', room);
                $('join-room').focus();
            }))));
    }

    #receive(event, args) {
        ++this.#count;
        this.#fresh.push({ event, payload: args.length === 1 ? args[0] : args });
        if (this.#fresh.length > SHOWN) this.#fresh.shift();
        this.#drawing ||= setTimeout(() => this.#show(), DRAW);
    }

    #show() {
        this.#drawing = 0;
        $('received-count').textContent = String(this.#count);
        $('received-empty').hidden = true;
        for (const { event, payload } of this.#fresh) {
            const item = make('li', '', make('b', '', event), ' ', make('code', '', brief(payload, 120)));
            item.title = long(payload).slice(0, 2000);
            $('received').prepend(item);
        }
        this.#fresh = [];
        while ($('received').childElementCount > SHOWN) $('received').lastElementChild.remove();
    }
}
