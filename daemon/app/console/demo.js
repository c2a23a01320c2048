// The demo: the test_event plugin makes up events, and this page joins one of the rooms they go to.
import { Refused, get, post, why } from './api.js';
import { $, answer } from './dom.js';

const GENERATOR = '/api/test/generator';
const ROOM = 'library:library1';

export class Demo {
    #rate = 0; // events per second that the daemon makes; 0: none
    #absent = false; // no test_event here, or not for this key

    constructor(client) {
        this.client = client;
        $('demo').addEventListener('submit', (e) => {
            e.preventDefault();
            if (this.#rate) this.#set(0);
            else this.start();
        });
        $('rate').addEventListener('change', () => this.#rate && this.#set(this.#wanted()));
        $('welcome-demo').addEventListener('click', () => this.start());
    }

    // Whether there is a demo may have changed.
    async configure() {
        this.#absent = false;
        await this.refresh();
    }

    // Somebody else may have started or stopped it.
    async refresh() {
        if (this.#absent) return;
        try {
            this.#show((await get(GENERATOR, {}, { listen: false })).rate);
            $('demo').hidden = $('welcome-demo').hidden = false;
        } catch (error) {
            if (!(error instanceof Refused)) throw error;
            this.#absent = [401, 403, 404].includes(error.status);
            $('demo').hidden = $('welcome-demo').hidden = true;
        }
    }

    async start() {
        if (!await this.#set(this.#wanted())) return;
        try {
            if (!this.client.connected) await this.client.connect();
            await this.client.join(ROOM);
        } catch {
            // The client's own card says why; the events are in the table all the same.
        }
    }

    #wanted() {
        const rate = Number($('rate').value.replace(',', '.'));
        return rate > 0 ? rate : 5;
    }

    async #set(rate) {
        try {
            this.#show((await post(GENERATOR, { rate })).rate ?? rate);
            answer('welcome-answer', '');
            return true;
        } catch (error) {
            answer('welcome-answer', `The demo did not start: ${why(error)}`, false);
            $('demo-toggle').title = why(error);
            return false;
        }
    }

    #show(rate) {
        this.#rate = rate;
        $('demo-toggle').textContent = rate ? 'Stop the demo' : 'Start the demo';
        $('demo-toggle').className = rate ? '' : 'primary';
        if (rate && document.activeElement !== $('rate')) $('rate').value = String(rate);
    }
}
