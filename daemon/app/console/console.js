// The live console: ties its parts together and asks the daemon, again and again, how it is.
import { Refused, get, key, needsKey, post, whenRefused, why } from './api.js';
import { Client } from './client.js';
import { Demo } from './demo.js';
import { $, answer } from './dom.js';
import { EventTable } from './events.js';
import { follow } from './feed.js';
import { Lists, showHealth } from './lists.js';
import { Send } from './send.js';
import { Rates, Sparkline } from './sparklines.js';

const SECOND = 1000;

const client = new Client(), demo = new Demo(client), lists = new Lists(), send = new Send();
const table = new EventTable({ use: (event) => send.use(event) });
const figures = {
    emits: new Sparkline('figure-emits'),
    deliveries: new Sparkline('figure-deliveries'),
    connections: new Sparkline('figure-connections'),
    lag: new Sparkline('figure-lag'),
};
const rates = new Rates();
let daemon = null; // its last stats; null while it does not answer
let seen = null;   // pid and uptime of the daemon that answered last
let forms = '';    // the catalogue that the forms are made of, as JSON
let digest = '';   // of its events
let outdated = true; // the daemon may be configured otherwise by now

// ---- how the daemon is -------------------------------------------------------------------------

function status(state, text) {
    if ($('status').textContent === text) return; // else it is read aloud each second
    $('status').dataset.state = state;
    $('status').textContent = text;
}

function up(stats) {
    // In a container each daemon has the same pid.
    const restarted = seen && (seen.pid !== stats.pid || stats.uptime < seen.uptime);
    if (restarted) table.note('The daemon was restarted.');
    outdated ||= Boolean(restarted);
    daemon = seen = stats;
    status('up', `Connected to roomd ${stats.version}`);
    const { emits, deliveries } = rates.next({ emits: stats.emits, deliveries: stats.deliveries });
    figures.emits.push(emits);
    figures.deliveries.push(deliveries);
    figures.connections.push(stats.sessions_polling + stats.sessions_websocket);
    figures.lag.push(stats.loop_lag_us === undefined ? undefined : stats.loop_lag_us / 1000);
}

function failed(error) {
    if (needsKey(error)) status('key', 'This console needs a key');
    else if (error instanceof Refused) status('down', `The daemon refuses: ${why(error)}`);
    else {
        if (daemon) table.note('The daemon does not answer any more.');
        daemon = null;
        status('down', 'The daemon does not answer. Trying again…');
    }
}

// Runs `task` every `period`, one at a time, while somebody looks at the page.
async function every(period, task) {
    for (;;) {
        if (!document.hidden) await task().catch(failed);
        await new Promise((done) => setTimeout(done, period));
    }
}

// What the daemon is configured with.
async function configure() {
    outdated = false;
    try {
        const catalogue = await get('catalogue'), text = JSON.stringify(catalogue);
        if (text !== forms) {
            client.configure(catalogue);
            send.configure(catalogue);
            $('kinds').replaceChildren(...catalogue.kinds.map(({ name }) => new Option(`${name}:`)));
        }
        [forms, digest] = [text, catalogue.digest];
        await demo.configure();
    } catch (error) {
        outdated = true;
        throw error;
    }
}

// Whoever comes back to the page may have edited the configuration meanwhile.
document.addEventListener('visibilitychange', () => (outdated ||= !document.hidden));

// ---- the key -----------------------------------------------------------------------------------

function askForKey(refused) {
    if ($('key-dialog').open) return;
    $('key-why').textContent = refused ? why(refused) : '';
    $('key').value = key.get();
    $('key-dialog').showModal();
}

let asked = false; // once by itself; after that somebody presses the button
whenRefused((refused) => {
    $('key-open').hidden = false;
    if (asked) return;
    asked = true;
    askForKey(refused);
});
$('key-open').hidden = !key.get();
$('key-open').addEventListener('click', () => askForKey());
$('key-cancel').addEventListener('click', () => $('key-dialog').close());
$('key-form').addEventListener('submit', (e) => {
    e.preventDefault();
    key.set($('key').value.trim());
    asked = false;
    outdated = true; // this key may be told more
    $('key-dialog').close();
});

// ---- explain -----------------------------------------------------------------------------------

$('explain').addEventListener('submit', async (e) => {
    e.preventDefault();
    const token = $('explain-token').value.trim() || client.token, join = $('explain-room').value.trim();
    if (!join) return answer('explain-answer', 'Name a room.', false);
    try {
        const said = await post('explain', token ? { token, join } : { join });
        answer('explain-answer', said.why, said.yes);
    } catch (error) {
        answer('explain-answer', why(error), false);
    }
});

// ---- go ----------------------------------------------------------------------------------------

$('welcome-one').addEventListener('click', async () => {
    if (!await send.one()) answer('welcome-answer', `${$('send-answer').textContent}`, false);
});

follow({
    events: (events) => {
        $('welcome').hidden = true;
        table.add(events);
    },
    // After those that came, as at the end of a thousand nobody would see it.
    lost: (number) => table.note(number === 1 ? 'One event before these was not recorded.'
        : `${number} events before these were not recorded.`),
    failed,
});
every(SECOND, async () => {
    up(await get('stats', {}, { timeout: 5 * SECOND }));
    if (outdated) await configure();
});
every(2 * SECOND, async () => {
    if (!daemon) return;
    await lists.turn().catch((error) => {
        if (!(error instanceof Refused) || needsKey(error)) throw error; // else: half a name is typed
    });
});
every(5 * SECOND, async () => {
    if (!daemon) return;
    const [health] = await Promise.all([showHealth(), demo.refresh()]);
    if (digest && health.catalogue !== digest) outdated = true;
});
