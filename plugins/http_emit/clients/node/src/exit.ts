/** What wants to be flushed when the process ends. */
export interface Leaving {
    flush(ms: number): Promise<boolean>;
    /** After the flush: what is left is lost. */
    leave(): void;
    waiting(): number;
    readonly exitTimeout: number;
}

interface Exits {
    readonly all: Set<Leaving>;
    signals: boolean;
}

// One for the process, also when the package is loaded twice, as an ES module and as CommonJS.
const KEY = Symbol.for('roomd-emit.exits');

function exits(): Exits {
    const known = globalThis as { [KEY]?: Exits };
    return (known[KEY] ??= install());
}

function install(): Exits {
    const all = new Set<Leaving>();
    const flushed = (): Promise<unknown> => Promise.all([...all].map((one) => one.flush(one.exitTimeout)));
    process.on('beforeExit', () => {
        if (![...all].some((one) => one.waiting() > 0)) return;
        void flushed().then(() => all.forEach((one) => one.leave()));
    });
    process.on('exit', () => {
        const lost = [...all].reduce((sum, one) => sum + one.waiting(), 0);
        if (lost > 0) console.warn(`roomd: ${lost} events are lost: await flush() before process.exit()`);
    });
    return { all, signals: false };
}

function catchTerm(all: Set<Leaving>): void {
    let leaving = false;
    const raise = (): void => {
        process.removeListener('SIGTERM', term);
        process.kill(process.pid, 'SIGTERM');
    };
    const term = (): void => {
        // Whoever else listens ends the process when it is ready.  Node alone would end it now, so we do after the flush.
        const alone = process.listenerCount('SIGTERM') === 1;
        if (alone && leaving) return raise();
        leaving = true;
        void Promise.all([...all].map((one) => one.flush(one.exitTimeout))).then(() => alone && raise());
    };
    // First in line: a `once` listener that has run is not counted any more.
    process.prependListener('SIGTERM', term);
}

export function flushAtExit(one: Leaving, signals: boolean): void {
    const known = exits();
    known.all.add(one);
    if (signals && !known.signals) {
        known.signals = true;
        catchTerm(known.all);
    }
}

export function forget(one: Leaving): void {
    exits().all.delete(one);
}
