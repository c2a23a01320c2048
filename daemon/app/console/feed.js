// The events of the daemon, for as long as the page is open: each request waits for what comes
// after the previous one, up to 20 s.
import { get } from './api.js';

const BUSY = 100; // ms between two requests while events keep coming: nobody reads faster
const RETRY = 1000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Calls on.events(list), on.lost(number) and on.failed(error).
export async function follow(on) {
    let run, next;
    for (;;) {
        try {
            const said = await get('tail', { since: next }, { timeout: 30000 });
            if (said.lost > 0 && run === said.run) on.lost(said.lost);
            ({ run, next } = said);
            if (said.events.length === 0) continue;
            on.events(said.events);
            await pause(BUSY);
        } catch (error) {
            on.failed(error);
            await pause(RETRY);
        }
    }
}
