import { EmitRefused } from './errors.js';
import type { Check, Confirmation, EmitOptions } from './event.js';
import { Daemon, inDevelopment, type Options } from './live.js';
import { Nowhere } from './nowhere.js';
import { checker, type Schema } from './schema.js';
import type { Known, Sink } from './sink.js';
import { Emitter, Target, type Within } from './target.js';

/** One event as generated code tells it. */
export interface Spec<E, N extends keyof E & string = keyof E & string> {
    readonly name: N;
    /** Members of the data that come as arguments ahead of it. */
    readonly arguments?: readonly string[];
    readonly schema?: Schema;
    /** The catalogue's templates; only `fake()` fills them. */
    readonly rooms?: readonly string[];
    readonly volatile?: boolean;
}
export type Table<E> = { readonly [call: string]: Spec<E> };

type Leading<S> = S extends { readonly arguments: infer L extends readonly string[] } ? L : readonly [];
// A member's type: unknown where the data, or one type of a union, does not tell of it.
type Member<D, N> = unknown extends D ? unknown : D extends unknown ? (N extends keyof D ? D[N] : unknown) : never;
type Of<D, L extends readonly string[]> = { -readonly [I in keyof L]: Member<D, L[I]> };
// Of each type of a union by itself.
type Without<D, N extends string> = D extends unknown ? Omit<D, N> : never;
type Arguments<E, S extends Spec<E>> = Leading<S> extends readonly []
    ? [data: E[S['name']]]
    : [...Of<E[S['name']], Leading<S>>, data: Without<E[S['name']], Leading<S>[number]>];

export interface Call<A extends unknown[]> {
    (...args: [...A, options?: EmitOptions]): void;
    confirmed(...args: [...A, options?: EmitOptions]): Promise<Confirmation>;
}
export type Calls<E, T extends Table<E>> = { readonly [K in keyof T]: Call<Arguments<E, T[K]>> };
export type CallsWithin<E, T extends Table<E>> = {
    readonly [K in keyof T]: (...args: [...Arguments<E, T[K]>, options?: EmitOptions]) => Promise<string>;
};

type Values<E, T extends Table<E>> = Calls<E, T> & Omit<Target<E>, 'to' | 'except' | 'of' | 'volatile' | 'durable' | 'in'> & {
    to(...rooms: (string | readonly string[])[]): Values<E, T>;
    except(...rooms: (string | readonly string[])[]): Values<E, T>;
    of(namespace: string): Values<E, T>;
    readonly volatile: Values<E, T>;
    readonly durable: Values<E, T>;
    in(transaction: Parameters<Target<E>['in']>[0]): WithinOf<E, T>;
};
type WithinOf<E, T extends Table<E>> = CallsWithin<E, T> & Omit<Within<E>, 'to' | 'except'> & {
    to(...rooms: (string | readonly string[])[]): WithinOf<E, T>;
    except(...rooms: (string | readonly string[])[]): WithinOf<E, T>;
};
/** What generated code exports: a call for each event, and all that an `Emitter` can do. */
export type Live<E, T extends Table<E>> = Values<E, T> & Pick<Emitter<E>, 'flush' | 'close' | 'stats'> & {
    /** From now on, events go through that emitter: one with other options, or a `fake()`. */
    use(emitter: Emitter<any>): Live<E, T>;
    /** ... through a new one with these options. */
    configure(options: Options): Live<E, T>;
};

/** The sink of generated code.  Until it is told another it makes one from the environment, at the first event. */
class Chosen implements Sink {
    private chosen: Sink | undefined;

    constructor(private readonly catalogue: string | undefined) {}

    use(sink: Sink): void {
        this.chosen = sink;
        if (this.catalogue !== undefined && sink instanceof Daemon) sink.expect(this.catalogue);
    }
    emit(...args: Parameters<Sink['emit']>): unknown {
        return this.sink().emit(...args);
    }
    confirmed(...args: Parameters<Sink['confirmed']>): Promise<Confirmation> {
        return this.sink().confirmed(...args);
    }
    within(...args: Parameters<Sink['within']>): Sink {
        return this.sink().within(...args);
    }
    flush(ms: number): Promise<boolean> {
        return this.chosen ? this.chosen.flush(ms) : Promise.resolve(true);
    }
    close(ms: number): Promise<boolean> {
        return this.chosen ? this.chosen.close(ms) : Promise.resolve(true);
    }
    stats(): ReturnType<Sink['stats']> {
        return this.sink().stats();
    }
    private sink(): Sink {
        try {
            if (!this.chosen) this.use(new Daemon(fromEnvironment()));
            return this.chosen!;
        } catch (why) {
            if (inDevelopment()) throw why;
            return (this.chosen = new Nowhere(why));
        }
    }
}

/** ROOMD_URL, ROOMD_SOCKET and ROOMD_KEY. */
export function fromEnvironment(options: Options = {}): Options {
    const { ROOMD_URL: url, ROOMD_SOCKET: socketPath, ROOMD_KEY: key } = process.env;
    const placed = options.url !== undefined || options.socketPath !== undefined;
    return { ...(placed ? {} : { url, socketPath }), key, ...options };
}

function call(target: Target<any>, spec: Spec<any>): Call<any[]> {
    const leading = spec.arguments ?? [];
    const split = (args: any[]): [any, EmitOptions | undefined] => {
        const data = args[leading.length];
        if (leading.length === 0) return [data, args[1]];
        const named = Object.fromEntries(leading.map((name, i) => [name, args[i]]));
        return [{ ...data, ...named }, args[leading.length + 1]];
    };
    const made = (...args: any[]): void => {
        const [data, options] = split(args);
        return target.emit(spec.name, data, options);
    };
    return Object.assign(made, { confirmed: (...args: any[]) => target.confirmed(spec.name, ...split(args)) });
}

/**
 * `typed<Events>()({ bookingCreated: { name: 'booking:created', … }, … })`: a call for each event.
 * `catalogue`: the digest of the catalogue that the table was made from; a daemon with another one is warned of once.
 */
export function typed<E>(made: { catalogue?: string } = {}): <const T extends Table<E>>(table: T, emitter?: Emitter<any>) => Live<E, T> {
    return (table, emitter) => {
        const knowns = new Map<string, Known>();
        for (const spec of Object.values(table)) {
            let check: Check | undefined;
            const schema = spec.schema;
            knowns.set(spec.name, { rooms: spec.rooms, volatile: spec.volatile,
                check: schema === undefined ? undefined : (data) => (check ??= checker(schema))(data) });
        }
        const chosen = new Chosen(made.catalogue);
        if (emitter) chosen.use(emitter.through);

        class View extends Emitter<E> {
            protected override known(event: string): Known | undefined {
                return knowns.get(event);
            }
            use(other: Emitter<any>): this {
                chosen.use(other.through);
                return this;
            }
            configure(options: Options): this {
                chosen.use(new Daemon(fromEnvironment(options)));
                return this;
            }
        }
        for (const [name, spec] of Object.entries(table)) {
            if (name in View.prototype) throw new EmitRefused('event_invalid', `"${name}" is a name of the emitter`, { event: spec.name });
            Object.defineProperty(View.prototype, name, { get(this: View) {
                const value = call(this, spec);
                Object.defineProperty(this, name, { value, enumerable: true });
                return value;
            } });
        }
        return new View(chosen) as unknown as Live<E, typeof table>;
    };
}
