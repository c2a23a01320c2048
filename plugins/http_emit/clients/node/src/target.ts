import { names, type Confirmation, type EmitOptions } from './event.js';
import type { Stats } from './sender.js';
import type { Known, Sink } from './sink.js';
import type { Queryable } from './transaction.js';

/** Events by name, each with the type of its data. */
export type Events = { [event: string]: any };
type Name<E> = keyof E & string;

const more = (before: EmitOptions['rooms'], added: readonly (string | readonly string[])[]): readonly string[] =>
    [...(names(before) ?? []), ...added.flat()];

/** Whom events go to.  A value: `to()` and its like give another one, and nothing sticks to this one. */
export class Target<E = Events> {
    constructor(protected readonly sink: Sink, protected readonly options: EmitOptions = {}) {}

    /** Sends soon.  Does not wait and, in production, does not throw. */
    emit<N extends Name<E>>(event: N, data: E[N], options?: EmitOptions): void {
        // In a transaction it gives a promise; `Within` says so.
        return this.sink.emit(event, data, this.merged(options), this.known(event)) as void;
    }
    /** ... and tells what became of it.  Rejects with `EmitRefused` or `EmitDropped`. */
    confirmed<N extends Name<E>>(event: N, data: E[N], options?: EmitOptions): Promise<Confirmation> {
        return this.sink.confirmed(event, data, this.merged(options), this.known(event));
    }

    to(...rooms: (string | readonly string[])[]): this {
        return this.with({ rooms: more(this.options.rooms, rooms) });
    }
    except(...rooms: (string | readonly string[])[]): this {
        return this.with({ except: more(this.options.except, rooms) });
    }
    of(namespace: string): this {
        return this.with({ namespace });
    }
    get volatile(): this {
        return this.with({ volatile: true });
    }
    get durable(): this {
        return this.with({ durable: true });
    }
    /** The same names inside a transaction: what is emitted is sent when it commits. */
    in(transaction: Queryable): Within<E> {
        return this.copy(this.sink.within(transaction), this.options) as unknown as Within<E>;
    }

    protected known(_event: string): Known | undefined {
        return undefined;
    }
    protected copy(sink: Sink, options: EmitOptions): this {
        return new (this.constructor as new (sink: Sink, options: EmitOptions) => this)(sink, options);
    }
    private with(changed: EmitOptions): this {
        return this.copy(this.sink, { ...this.options, ...changed });
    }
    private merged(given: EmitOptions | undefined): EmitOptions {
        if (given === undefined) return this.options;
        const merged: EmitOptions = { ...this.options };
        for (const [name, value] of Object.entries(given)) {
            if (value === undefined) continue; // as if it were not there: rooms that are unknown are not those of `to`
            const list = name === 'rooms' || name === 'except';
            merged[name as keyof EmitOptions] = list ? more(this.options[name], [value]) : value;
        }
        return merged;
    }
}

/** A target in a transaction: what a query does can fail, so each emit is awaited.  Gives the id in the outbox. */
export interface Within<E = Events> {
    emit<N extends Name<E>>(event: N, data: E[N], options?: EmitOptions): Promise<string>;
    to(...rooms: (string | readonly string[])[]): this;
    except(...rooms: (string | readonly string[])[]): this;
}

/** A target that owns its sink. */
export class Emitter<E = Events> extends Target<E> {
    /** Whether all that was emitted so far is settled, after `ms` at the latest. */
    flush(ms = 2000): Promise<boolean> {
        return this.sink.flush(ms);
    }
    /** Flushes, drops what is left, and takes no more. */
    close(ms = 2000): Promise<boolean> {
        return this.sink.close(ms);
    }
    stats(): Stats {
        return this.sink.stats();
    }
    /** What it sends through. */
    get through(): Sink {
        return this.sink;
    }
}
