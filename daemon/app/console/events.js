// The table of events.  However many arrive, a frame adds at most ROWS rows, and rows that leave
// at the bottom are used again at the top.
import { $, brief, button, long, make } from './dom.js';
import { count, duration, hue, payload, rooms, sender, time, unrepeatable } from './event_text.js';

const ROWS = 200; // shown
const KEPT = 1000; // remembered, for the filters and while the table is paused

// The text of a new cell: a node of its own, so that the next event costs no new elements.
function cell(row, name) {
    const text = document.createTextNode('');
    const made = make('span', name, text);
    made.setAttribute('role', 'cell');
    row.append(made);
    return text;
}

export class EventTable {
    #kept = [];      // oldest first
    #fresh = [];     // of those, not drawn yet
    #total = 0;
    #missed = 0;     // arrived while paused
    #paused = false;
    #open = null;    // the row whose payload is unfolded
    #frame = 0;
    #spare = [];     // rows that were removed

    constructor({ use }) {
        this.use = use; // takes an event that is to be sent again
        $('pause').addEventListener('click', () => this.#pause());
        $('clear').addEventListener('click', () => this.#clear());
        for (const filter of ['filter-event', 'filter-room']) {
            $(filter).addEventListener('input', () => this.#redraw());
            $(filter).addEventListener('keydown', (e) => {
                if (e.key !== 'Escape') return;
                e.preventDefault();
                $(filter).value = '';
                this.#redraw();
            });
        }
        $('rows').addEventListener('click', (e) => {
            const row = e.target.closest('.row');
            if (row?.event?.event && (e.target.closest('button') || !getSelection().toString())) this.#unfold(row);
        });
        $('scroller').addEventListener('keydown', (e) => {
            if (e.key === 'Escape' && this.#open) this.#unfold(this.#open);
        });
    }

    add(events) {
        this.#total += events.length;
        this.#take(events);
    }

    // A line of the page's own, between the events.
    note(text) {
        this.#take([{ note: text, time: new Date().toISOString() }]);
    }

    get #held() {
        return this.#paused || this.#open !== null;
    }

    #take(events) {
        this.#kept.push(...events);
        if (this.#kept.length > KEPT) this.#kept.splice(0, this.#kept.length - KEPT);
        if (this.#held) {
            this.#missed += events.length;
        } else {
            this.#fresh.push(...events);
            if (this.#fresh.length > KEPT) this.#fresh.splice(0, this.#fresh.length - KEPT);
        }
        this.#soon();
    }

    #soon() {
        this.#frame ||= requestAnimationFrame(() => this.#draw());
    }

    #draw() {
        this.#frame = 0;
        if (!this.#held) {
            const list = $('rows'), wanted = this.#filter(this.#fresh).slice(-ROWS);
            this.#fresh = [];
            const added = document.createDocumentFragment();
            for (const event of wanted.reverse()) {
                if (list.childElementCount + added.childElementCount >= ROWS && list.lastElementChild)
                    this.#drop(list.lastElementChild);
                added.append(this.#row(event));
            }
            list.prepend(added);
        }
        this.#tell();
    }

    #redraw() {
        this.#close();
        if (!this.#held) this.#missed = 0;
        for (const row of [...$('rows').children]) this.#drop(row);
        const until = this.#held ? this.#kept.length - Math.min(this.#missed, this.#kept.length) : undefined;
        const shown = this.#filter(this.#kept.slice(0, until)).slice(-ROWS);
        $('rows').append(...shown.reverse().map((event) => this.#row(event)));
        if (!this.#held) this.#fresh = [];
        this.#tell();
    }

    #filter(events) {
        const event = $('filter-event').value.trim(), room = $('filter-room').value.trim();
        if (!event && !room) return events;
        return events.filter((one) => !one.note && one.event.includes(event) &&
            (!room || (one.rooms ?? []).some((name) => name.includes(room))));
    }

    #tell() {
        const missed = this.#missed ? ` (${count.format(this.#missed)} new)` : '';
        $('pause').textContent = this.#held ? `Go on${missed}` : 'Pause';
        $('pause').setAttribute('aria-pressed', String(this.#held));
        $('events-count').textContent = this.#total ? `${count.format(this.#total)} so far` : 'none yet';
        const shown = $('rows').childElementCount;
        $('events-empty').hidden = shown > 0;
        $('events-empty').textContent = $('filter-event').value || $('filter-room').value
            ? `None of the latest ${count.format(KEPT)} events is like that.`
            : 'Every event that the daemon sends appears here.';
    }

    #row(event) {
        const row = this.#spare.pop() ?? this.#make();
        row.event = event;
        row.className = event.note ? 'row note' : `row hue${hue(event.event)}`;
        const { parts } = row;
        const note = event.note !== undefined;
        parts.time.data = time(event.time);
        parts.event.data = note ? event.note : event.event;
        parts.rooms.data = note ? '' : rooms(event);
        parts.number.data = note ? '' : String(event.recipients);
        parts.latency.data = note ? '' : duration(event.latency);
        parts.source.data = note ? '' : sender(event.source);
        parts.payload.hidden = note;
        parts.payload.textContent = note ? '' : event.args ? brief(payload(event)) : 'too long to show';
        parts.payload.setAttribute('aria-expanded', 'false');
        return row;
    }

    #make() {
        const row = make('div', 'row');
        row.setAttribute('role', 'row');
        row.parts = {};
        for (const name of ['time', 'event', 'rooms', 'number', 'latency', 'source'])
            row.parts[name] = cell(row, name);
        row.parts.payload = button('', '', () => {});
        row.parts.payload.className = 'fold';
        const last = make('span', 'payload', row.parts.payload);
        last.setAttribute('role', 'cell');
        row.append(last);
        return row;
    }

    #drop(row) {
        row.remove();
        if (this.#spare.length < ROWS) this.#spare.push(row);
    }

    // Shows or hides a row's whole payload.  The table waits meanwhile: the row would run away.
    #unfold(row) {
        const { event } = row, same = row === this.#open;
        this.#close();
        if (!same) {
            this.#open = row;
            row.parts.payload.setAttribute('aria-expanded', 'true');
            row.after(this.#details(event));
            this.#soon();
        } else if (!this.#paused) {
            this.#resume();
            const again = [...$('rows').children].find((other) => other.event === event);
            (again?.parts.payload ?? $('scroller')).focus({ preventScroll: true });
        }
    }

    #details(event) {
        const facts = [`to ${rooms(event)}`,
            `${count.format(event.recipients)} clients`, `${count.format(event.bytes)} bytes`,
            `from ${sender(event.source)}`];
        if (event.namespace !== '/') facts.push(`namespace ${event.namespace}`);
        if (event.volatile) facts.push('volatile');
        if (event.attachments) facts.push(`${event.attachments} attachments`);
        const obstacle = unrepeatable(event);
        const inside = make('div', '',
            make('p', 'quiet', facts.join(' · ')),
            make('pre', '', event.args ? long(payload(event)) : 'Payloads over 16 KiB are not recorded.'),
            obstacle ? make('p', 'quiet', `The form cannot send it again: ${obstacle}.`)
                : button('Send it again…', '', () => this.use(event)));
        inside.setAttribute('role', 'cell');
        const row = make('div', 'details', inside);
        row.setAttribute('role', 'row');
        return row;
    }

    #close() {
        if (!this.#open) return;
        this.#open.nextElementSibling.remove();
        this.#open.parts.payload.setAttribute('aria-expanded', 'false');
        this.#open = null;
    }

    #pause() {
        if (this.#held) return this.#resume();
        this.#paused = true;
        this.#tell();
    }

    #resume() {
        this.#close();
        this.#paused = false;
        this.#redraw();
    }

    #clear() {
        this.#kept = [];
        this.#fresh = [];
        this.#missed = 0;
        this.#redraw();
    }
}
