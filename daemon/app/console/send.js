// The form that sends an event: fields from the catalogue's schema, or any JSON.
import { Refused, post, why } from './api.js';
import { $, answer, button, long, make } from './dom.js';
import { SchemaForm } from './schema_form.js';

export class Send {
    #events = new Map(); // name -> {schema, rooms}
    #form = null;        // of the event that is chosen
    #shown = '';         // its name
    #as = 'form';        // what the person prefers
    #also = {};          // members of the body that no field stands for, from an event sent again

    constructor() {
        $('send-event').addEventListener('input', () => this.#choose());
        $('send-as').addEventListener('change', (e) => this.#switch(e.target.value));
        $('send-json').addEventListener('input', () => this.#complain('send-json', ''));
        $('send-rooms').addEventListener('input', () => this.#complain('send-rooms', ''));
        $('send').addEventListener('submit', (e) => {
            e.preventDefault();
            this.#send();
        });
        $('send-explain').addEventListener('click', () => this.#explain());
    }

    configure({ events = [], unknown }) {
        this.#events = new Map(events.map((event) => [event.name, event]));
        const names = [...this.#events.keys()];
        $('catalogue').replaceChildren(...names.map((name) => new Option(name)));
        const first = names.includes('seat:availability') ? 'seat:availability' : names[0];
        const asked = this.#events.has($('send-event').value) || (this.#shown !== '' && unknown !== 'refuse');
        if (first && !asked) $('send-event').value = first;
        if (!names.length && !$('send-rooms').value) $('send-rooms').value = 'library:library1';
        const before = { name: this.#shown, data: this.#form?.draft(), text: $('send-json').value, also: this.#also };
        this.#shown = '';
        this.#choose();
        if (!before.name || before.name !== this.#shown) return;
        if (before.data && this.#form) this.#form.fill(before.data);
        $('send-json').value = before.text;
        this.#showAlso(before.also);
    }

    // Takes over an event of the table, one that is not unrepeatable().
    use({ event, namespace, rooms, except, broadcast, volatile, args: [data] }) {
        $('send-event').value = event;
        $('send-rooms').value = broadcast ? '' : (rooms ?? []).join(' ');
        this.#choose();
        const also = { broadcast, except, volatile };
        if (namespace !== ($('namespace').value.trim() || '/')) also.namespace = namespace;
        this.#showAlso(also);
        $('send-json').value = long(data);
        if (this.#form) this.#form.fill(data);
        $('send-event').focus();
        $('send').scrollIntoView({ block: 'nearest' });
    }

    // Sends what the form begins with; resolves to whether it was taken.
    one() {
        return this.#send();
    }

    #choose() {
        const name = $('send-event').value.trim();
        if (name === this.#shown) return;
        this.#shown = name;
        const known = this.#events.get(name);
        const form = known?.schema ? new SchemaForm(known.schema) : null;
        this.#form = form?.usable ? form : null;
        $('send-fields').replaceChildren(...(this.#form ? [this.#form.element] : []));
        if (this.#form) $('send-json').value = long(this.#form.draft());
        $('send-rooms').placeholder = known?.rooms?.length ? known.rooms.join(' ') : 'library:library1';
        $('send-rooms-hint').textContent = known?.rooms?.length
            ? 'Empty: where the catalogue says.'
            : `${known || !name ? '' : 'Not in the catalogue: name its rooms. '}Separate several by blanks.`;
        document.querySelector('input[name=as][value=form]').disabled = !this.#form;
        this.#show(this.#form ? this.#as : 'json');
        for (const place of ['send-rooms', 'send-json']) this.#complain(place, '');
        this.#showAlso({});
    }

    // Each is shown, and goes at the press of its button.
    #showAlso(also) {
        this.#also = JSON.parse(JSON.stringify(also)); // without those that are undefined
        const { broadcast, except, volatile, namespace } = also;
        const texts = {
            broadcast: broadcast && 'to everyone', except: except && `except ${except.join(' ')}`,
            volatile: volatile && 'volatile', namespace: namespace && `in ${namespace}`,
        };
        const chips = Object.keys(this.#also).map((name) =>
            make('li', '', button(`${texts[name]} ×`, `Not ${texts[name]}`, () => {
                this.#showAlso({ ...this.#also, [name]: undefined });
                $('send-rooms').focus();
            })));
        $('send-also').replaceChildren(...chips);
    }

    // Takes along what was typed.
    #switch(as) {
        this.#as = as;
        if (as === 'json' && this.#form) $('send-json').value = long(this.#form.draft());
        if (as === 'form' && this.#form) {
            try {
                this.#form.fill(JSON.parse($('send-json').value));
            } catch {
                // Not JSON: the fields stay as they were.
            }
        }
        this.#show(as);
    }

    #show(as) {
        document.querySelector(`input[name=as][value=${as}]`).checked = true;
        $('send-fields').hidden = as !== 'form';
        $('send-text').hidden = as === 'form';
    }

    get #asForm() {
        return this.#form !== null && !$('send-fields').hidden;
    }

    // The body of an emit, or null when the person must change something first.
    #read() {
        const event = $('send-event').value.trim();
        if (!event) {
            answer('send-answer', 'An event needs a name.', false);
            $('send-event').focus();
            return null;
        }
        let data;
        if (this.#asForm) {
            data = this.#form.read();
            if (data === null) answer('send-answer', 'Not sent: see above.', false);
            if (data === null) return null;
        } else {
            try {
                data = JSON.parse($('send-json').value || 'null');
            } catch (error) {
                this.#complain('send-json', `Not valid JSON: ${error.message}`);
                $('send-json').focus();
                return null;
            }
        }
        const body = { event, data };
        const rooms = $('send-rooms').value.split(/\s+/).filter(Boolean);
        if (rooms.length) body.rooms = rooms;
        const namespace = $('namespace').value.trim(); // that of this page's client
        if (namespace && namespace !== '/') body.namespace = namespace;
        return { ...body, ...this.#also };
    }

    async #send() {
        const body = this.#read();
        if (!body) return false;
        try {
            const { rooms = [], recipients } = await post('emit', body);
            const to = rooms.length ? ` to ${rooms.join(', ')}` : '';
            const got = recipients === 1 ? 'one client gets it' : `${recipients} clients get it`;
            answer('send-answer', `Sent ${body.event}${to}: ${got}.`);
            return true;
        } catch (error) {
            this.#refused(error);
            return false;
        }
    }

    // A refusal is shown at the field that it is about.
    #refused(error) {
        const { pointer = '' } = error, text = why(error);
        const data = pointer.startsWith('/data') ? pointer.slice(5) : null;
        let placed = false;
        if (data !== null && this.#asForm) placed = this.#form.complain(data, text);
        else if (data !== null) placed = this.#complain('send-json', data ? `${data}: ${text}` : text);
        else if (/^\/rooms?\b/.test(pointer)) placed = this.#complain('send-rooms', text);
        const code = error instanceof Refused && error.code ? ` (${error.code})` : '';
        answer('send-answer', placed ? `Not sent: see above${code}.` : `Not sent: ${text}${code}`, false);
    }

    #complain(id, text) {
        $(`${id}-error`).textContent = text;
        if (text) $(id).setAttribute('aria-invalid', 'true');
        else $(id).removeAttribute('aria-invalid');
        return true;
    }

    async #explain() {
        const body = this.#read();
        if (!body) return;
        try {
            const said = await post('explain', body);
            answer('send-answer', said.why, said.yes);
        } catch (error) {
            answer('send-answer', why(error), false);
        }
    }
}
