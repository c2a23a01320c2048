import type { Check, Confirmation, EmitOptions } from './event.js';
import type { Stats } from './sender.js';
import type { Queryable } from './transaction.js';

/** What the catalogue says of an event, as far as a backend is concerned. */
export interface Known {
    readonly check?: Check | undefined;
    readonly volatile?: boolean | undefined;
    /** Templates such as `library:{libraryId}`. */
    readonly rooms?: readonly string[] | undefined;
}

/** Where events go: to a daemon, into a transaction, or into a list. */
export interface Sink {
    emit(event: string, data: unknown, options: EmitOptions, known?: Known): unknown;
    confirmed(event: string, data: unknown, options: EmitOptions, known?: Known): Promise<Confirmation>;
    within(transaction: Queryable): Sink;
    flush(ms: number): Promise<boolean>;
    close(ms: number): Promise<boolean>;
    stats(): Stats;
}
