// The events of the daemon, for as long as somebody looks at the page: each request waits for what
// comes after the previous one, up to 20 s.  A browser has six connections to a daemon for all of
// its tabs; one that nobody sees takes none.
import { get } from './api.js';

const BUSY = 100; // ms between two requests while events keep coming: nobody reads faster
const RETRY = 1000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

let looking = new AbortController(); // until the page is hidden
document.addEventListener('visibilitychange', () => {
    if (document.hidden) looking.abort();
    else looking = new AbortController();
});
const shown = () => new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));

// Calls on.events(list), on.lost(how many before the list) and on.failed(error).
export async function follow(on) {
    let run, next;
    for (;;) {
        if (document.hidden) {
            await shown();
            continue;
        }
        const { signal } = looking;
        try {
            const said = await get('tail', { since: next }, { timeout: 30000, signal });
            const lost = run === said.run ? said.lost : 0;
            ({ run, next } = said);
            if (said.events.length) on.events(said.events);
            if (lost) on.lost(lost);
            if (said.events.length) await pause(BUSY);
        } catch (error) {
            if (signal.aborted) continue;
            on.failed(error);
            await pause(RETRY);
        }
    }
}
