// What the daemon holds at this moment: rooms, clients, plugins.
import { get, post, why } from './api.js';
import { $, answer, button, keep, make } from './dom.js';

const MOST = 100; // rooms or clients shown
const count = new Intl.NumberFormat('en');

const several = (n, one, many) => `${count.format(n)} ${n === 1 ? one : many}`;

// How many there are, when only `shown` of them are.
function outOf(total, shown) {
    if (total > shown) return `the first ${shown} of ${count.format(total)}`;
    return total ? count.format(total) : '';
}

// 12 kB
function bytes(n) {
    if (n < 1000) return `${n} B`;
    return n < 1e6 ? `${(n / 1000).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`;
}

export class Lists {
    #namespace = ''; // of the room that was chosen
    #onScreen = false;
    #turn = 0;

    constructor() {
        new IntersectionObserver((changes) => {
            this.#onScreen = changes.at(-1).isIntersecting;
            if (this.#onScreen) this.#soon();
        }).observe($('rooms').closest('.pair'));
        $('rooms-prefix').addEventListener('input', () => this.#soon());
        $('clients-of').addEventListener('input', () => this.#soon());
        $('clients-by').addEventListener('change', () => {
            this.#namespace = '';
            $('clients-of').hidden = !$('clients-by').value;
            $('clients-of').focus();
            this.#soon();
        });
    }

    // To be called every 2 s.  Lists that nobody sees are asked for every 10 s: each costs the
    // daemon a walk over all rooms.
    async turn() {
        if (this.#onScreen || this.#turn++ % 5 === 0) await this.refresh();
    }

    async refresh() {
        await Promise.all([this.rooms(), this.clients()]);
    }

    // A daemon that does not answer is told of by those who ask all the time.
    #soon() {
        this.refresh().catch(() => {});
    }

    async rooms() {
        const { total, rooms } = await get('rooms', { prefix: $('rooms-prefix').value.trim(), limit: MOST });
        $('rooms-count').textContent = outOf(total, rooms.length);
        $('rooms-empty').hidden = rooms.length > 0;
        keep($('rooms'), rooms, {
            key: (room) => `${room.namespace} ${room.room}`,
            create: (room) => {
                const name = button(room.room, `Show the clients in ${room.room}`, () => this.#choose(room));
                name.className = 'link';
                const item = make('li', '', name, make('span', 'quiet'));
                if (room.namespace !== '/') name.after(make('span', 'quiet', `in ${room.namespace}`));
                return item;
            },
            update: (item, room) => (item.lastChild.textContent = several(room.members, 'client', 'clients')),
        });
    }

    async clients() {
        const by = $('clients-by').value, of = $('clients-of').value.trim();
        const query = by && of ? { [by]: of } : {};
        if (by !== 'user') query.namespace = this.#namespace || $('namespace').value.trim();
        const { total, clients } = await get('clients', { ...query, limit: MOST });
        if (by !== $('clients-by').value || of !== $('clients-of').value.trim()) return; // changed meanwhile
        $('clients-count').textContent = outOf(total, clients.length);
        $('clients-empty').hidden = clients.length > 0;
        $('clients-empty').textContent = by && of ? 'Nobody.' : 'Nobody is connected.';
        keep($('clients'), clients, {
            key: (client) => client.id,
            create: (client) => this.#client(client),
            update: (item, client) => {
                const facts = [client.portal && `portal ${client.portal}`, client.transport, client.address,
                    several(client.rooms.length, 'room', 'rooms')];
                if (client.backlog !== undefined) facts.push(`${bytes(client.backlog)} waiting`);
                item.querySelector('.facts').textContent = facts.filter(Boolean).join(' · ');
                item.title = client.rooms.join('\n');
            },
        });
    }

    #client(client) {
        const who = client.user || 'no identity';
        let sure = 0;
        const kick = button('Kick', `Kick the client of ${who}`, () => {
            if (!sure) {
                kick.textContent = 'Really?';
                sure = setTimeout(calm, 4000);
                return;
            }
            calm();
            this.#kick(client, who);
        });
        const calm = () => {
            clearTimeout(sure);
            sure = 0;
            kick.textContent = 'Kick';
        };
        kick.addEventListener('blur', calm);
        const name = make('div', 'who', make('b', '', who), ' ', make('code', 'quiet', client.id));
        name.append(make('div', 'facts quiet'));
        return make('li', '', name, kick);
    }

    async #kick(client, who) {
        try {
            await post('kick', { client: client.id, namespace: client.namespace });
            answer('clients-answer', `The client of ${who} was disconnected.`);
            await this.clients();
        } catch (error) {
            answer('clients-answer', why(error), false);
        }
    }

    #choose({ room, namespace }) {
        this.#namespace = namespace;
        $('clients-by').value = 'room';
        $('clients-of').value = room;
        $('clients-of').hidden = false;
        this.#soon();
    }
}

// Gives the daemon's health.
export async function showHealth() {
    const [{ plugins }, health] = await Promise.all([get('plugins'), get('health')]);
    const { status, parts = [] } = health;
    $('health').textContent = status;
    $('health').dataset.on = status === 'healthy' ? 'yes' : 'no';
    $('health').title = parts.map(({ name, why }) => `${name}: ${why}`).join('\n');
    const others = parts // issuers whose keys cannot be fetched
        .filter(({ name }) => !plugins.some(({ instance }) => instance === name))
        .map(({ name, status, why }) => ({ instance: name, plugin: name, version: '', state: status, why }));
    keep($('plugins'), [...plugins, ...others], {
        key: (plugin) => plugin.instance,
        create: (plugin) => make('li', '',
            make('div', 'who', make('b', '', plugin.instance), ' ',
                make('span', 'quiet', `${plugin.instance === plugin.plugin ? '' : plugin.plugin} ${plugin.version}`),
                make('div', 'facts quiet')),
            make('span', 'badge')),
        update: (item, plugin) => {
            const badge = item.lastChild;
            badge.textContent = plugin.state;
            badge.dataset.state = plugin.state;
            item.querySelector('.facts').textContent = plugin.why;
        },
    });
    return health;
}
