import { EmitDropped, EmitRefused, RoomdError } from './errors.js';
import { prepare, type Confirmation, type EmitOptions } from './event.js';
import { flushAtExit, forget, type Leaving } from './exit.js';
import { Reporter, type Log } from './reporter.js';
import { Sender, type Limits, type Settle, type Stats } from './sender.js';
import type { Known, Sink } from './sink.js';
import { Transaction, type Queryable } from './transaction.js';
import { Transport, type Place } from './transport.js';
import { Ulids } from './ulid.js';

export interface Options extends Place, Partial<Limits> {
    /** Hears of every event that was refused or dropped, `confirmed` ones aside; without it, a few lines go to `log`. */
    onError?: ((error: RoomdError) => void) | undefined;
    log?: Log | undefined;
    /** The context of the cause of an event that names none. */
    traceparent?: (() => string | undefined) | undefined;
    /** The default of `durable`. */
    durable?: boolean | undefined;
    /** Where a platform freezes a process that has answered: told at each emit to wait for what is in line. */
    waitUntil?: ((sent: Promise<unknown>) => void) | undefined;
    /** `emit` throws what it can see by itself.  Unless told otherwise: where NODE_ENV is not `production`. */
    development?: boolean | undefined;
    /** How long the end of the process waits, 2 s. */
    exitTimeout?: number | undefined;
    /** false: SIGTERM is none of our business. */
    signals?: boolean | undefined;
}

const LIMITS: Limits = { maxBatch: 100, maxBatchBytes: 524_288, window: 5, maxQueue: 10_000, maxQueueBytes: 16_777_216,
    timeout: 2000, deadline: 5000, retry: 50, maxRetry: 1000 };
const COMPARE_AFTER = 1000;
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;
const ulids = new Ulids();

export const inDevelopment = (): boolean => process.env['NODE_ENV'] !== 'production';

/** Sends to a daemon. */
export class Daemon implements Sink, Leaving {
    readonly exitTimeout: number;
    private readonly limits: Limits;
    private readonly transport: Transport;
    private readonly sender: Sender;
    private readonly reporter: Reporter;
    private readonly development: boolean;
    private known = false; // to the end of the process
    private closed = false;
    private idle: Promise<unknown> | undefined;
    private catalogue: string | undefined;

    /** Throws what is wrong with the options. */
    constructor(private readonly options: Options) {
        const limits = this.limits = { ...LIMITS };
        for (const name of Object.keys(LIMITS) as (keyof Limits)[]) {
            const value = options[name];
            if (value === undefined) continue;
            if (!(value > 0)) throw new TypeError(`${name} is more than 0`);
            limits[name] = value;
        }
        this.exitTimeout = options.exitTimeout ?? 2000;
        this.development = options.development ?? inDevelopment();
        this.reporter = new Reporter(options.onError, options.log ?? console);
        this.transport = new Transport(options);
        this.sender = new Sender(this.transport, limits, (error) => this.reporter.report(error));
    }

    emit(event: string, data: unknown, options: EmitOptions, known?: Known): void {
        try {
            this.push(event, data, options, known);
        } catch (error) {
            if (this.development) throw error;
            this.reporter.report(error instanceof RoomdError ? error
                : new EmitRefused('internal_error', String(error), { event, cause: error }));
        }
    }

    confirmed(event: string, data: unknown, options: EmitOptions, known?: Known): Promise<Confirmation> {
        if (options.durable ?? this.options.durable)
            return Promise.reject(new EmitRefused('durable_unconfirmed', 'nobody knows the recipients of a durable event: say durable: false',
                { event, pointer: '/durable' }));
        const settled = new Promise<Confirmation>((resolve, reject) => {
            this.push(event, data, { ...options, durable: false }, known, (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
        });
        // A rejection that nobody awaits would end the process.
        settled.catch(() => undefined);
        return settled;
    }

    /** Warns once, some time after the first event, when the daemon has another catalogue than generated code was made from. */
    expect(catalogue: string): void {
        this.catalogue = catalogue;
    }

    within(transaction: Queryable): Sink {
        return new Transaction(transaction, this.development);
    }
    flush(ms: number): Promise<boolean> {
        return this.sender.flush(ms);
    }
    async close(ms: number): Promise<boolean> {
        this.closed = true;
        const sent = await this.sender.flush(ms);
        this.leave();
        forget(this);
        this.transport.close();
        return sent;
    }
    leave(): void {
        this.sender.drop('closed', 'the process ended, or the emitter was closed');
    }
    waiting(): number {
        return this.sender.stats().queued;
    }
    stats(): Stats {
        return this.sender.stats();
    }

    private push(event: string, data: unknown, options: EmitOptions, known?: Known, settle?: Settle): void {
        const check = this.development ? known?.check : undefined;
        const durable = options.durable ?? this.options.durable;
        const prepared = prepare(event, data, durable === options.durable ? options : { ...options, durable }, ulids.next(), check);
        if (this.closed) throw new EmitDropped('closed', 'the emitter was closed', { event, key: prepared.key });
        this.sender.push({ event, key: prepared.key, json: prepared.json, volatile: prepared.volatile || known?.volatile === true,
            traceparent: this.context(options.traceparent) }, settle);
        if (!this.known) {
            this.known = true;
            flushAtExit(this, this.options.signals !== false);
            // Behind the first batch, and not what keeps a process alive.
            if (this.catalogue !== undefined) setTimeout(() => void this.compare(this.catalogue!), COMPARE_AFTER).unref();
        }
        if (this.options.waitUntil) this.keepAwake(this.options.waitUntil);
    }
    private async compare(catalogue: string): Promise<void> {
        try {
            const told = JSON.parse(await this.transport.page('/health', this.limits.timeout)).data?.catalogue;
            if (typeof told === 'string' && told !== catalogue)
                (this.options.log ?? console).warn(`roomd: the daemon has the catalogue ${told}, and this code was made from ${catalogue}: `
                    + 'run `roomd catalogue emitter ts` again');
        } catch {
            // No answer, or not one of roomd: the events will tell.
        }
    }
    private context(given: string | undefined): string | undefined {
        try {
            const one = given ?? this.options.traceparent?.();
            return one !== undefined && TRACEPARENT.test(one) ? one : undefined;
        } catch {
            return undefined;
        }
    }
    private keepAwake(waitUntil: (sent: Promise<unknown>) => void): void {
        // Settled when nothing is in line; each event is given up by its deadline, so that is soon.
        const drained = async (): Promise<void> => {
            while (this.waiting() > 0) await this.sender.flush(60_000);
            this.idle = undefined;
        };
        try {
            waitUntil((this.idle ??= drained()));
        } catch {
            // Outside of a request there is nobody to wait.
        }
    }
}
