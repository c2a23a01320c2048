// Waiting for conditions with a deadline, never for time.

export const DEADLINE = Number(process.env.ROOMD_DEADLINE ?? 20) * 1000;

const PAUSE = 20;
export const tick = (ms = PAUSE) => new Promise((done) => setTimeout(done, ms));

// What `check` gives as soon as it is true; fails with `what` when that takes too long.
export async function until(what, check, deadline = DEADLINE) {
    const end = Date.now() + deadline;
    for (;;) {
        const value = await check();
        if (value) return value;
        if (Date.now() > end) throw new Error(`timed out: ${what}`);
        await tick();
    }
}

// The arguments of the next `event` of an emitter.
export function once(emitter, event, deadline = DEADLINE) {
    return new Promise((resolve, reject) => {
        const off = () => {
            clearTimeout(timer);
            emitter.off(event, got);
        };
        const got = (...args) => {
            off();
            resolve(args);
        };
        const timer = setTimeout(() => {
            off();
            reject(new Error(`timed out: event '${event}'`));
        }, deadline);
        emitter.on(event, got);
    });
}

// Settles as `promise` does, or fails with `what` after the deadline.
export function within(what, promise, deadline = DEADLINE) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`timed out: ${what}`)), deadline);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
