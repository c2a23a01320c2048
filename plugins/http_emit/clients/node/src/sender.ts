import { EmitDropped, RoomdError } from './errors.js';
import type { Confirmation, Prepared } from './event.js';
import { Queue, type Waiting } from './queue.js';
import { Transport, Unreached, type Answer } from './transport.js';
import { judge } from './verdict.js';

export interface Limits {
    /** Events in one request, 100. */
    maxBatch: number;
    /** ... and its size, 512 KiB. */
    maxBatchBytes: number;
    /** How long the first event of a batch waits for others: 5 ms. */
    window: number;
    /** Events in line, 10,000. */
    maxQueue: number;
    /** ... and their size, 16 MiB. */
    maxQueueBytes: number;
    /** One attempt, 2 s. */
    timeout: number;
    /** No attempt begins later than this after the call: 5 s. */
    deadline: number;
    /** The first wait after an attempt that failed, 50 ms, and the longest, 1 s. */
    retry: number;
    maxRetry: number;
}

export interface Stats {
    /** Events in line and on their way. */
    queued: number;
    queuedBytes: number;
    sent: number;
    /** Of those sent: had arrived with an attempt before. */
    duplicates: number;
    refused: number;
    dropped: number;
    /** Requests, and those of them that came to nothing. */
    requests: number;
    retries: number;
}

export type Settle = (outcome: Confirmation | RoomdError) => void;
interface Flush {
    order: number;
    done: (sent: boolean) => void;
}

/** Sends what is in line, batch by batch, one at a time and in order. */
export class Sender {
    private readonly queue: Queue;
    private onTheWay: Waiting[] = [];
    private sending = false;
    private most: number; // of the next batch: less after one that was to be split
    private timer: NodeJS.Timeout | undefined;
    private at = 0; // when `timer` is due
    private notBefore = 0;
    private failures = 0; // in a row
    private last = ''; // what became of the last attempt
    private order = 0;
    private flushes: Flush[] = [];
    private readonly count = { sent: 0, duplicates: 0, refused: 0, dropped: 0, requests: 0, retries: 0 };

    constructor(private readonly transport: Transport, private readonly limits: Limits,
        private readonly failed: (error: RoomdError) => void) {
        this.queue = new Queue(limits.maxQueue, limits.maxQueueBytes);
        this.most = limits.maxBatch;
    }

    push(event: Prepared, settle?: Settle): void {
        const now = performance.now();
        const order = ++this.order;
        const { event: name, key, json, volatile, traceparent } = event; // a spread takes a third of the whole call
        this.queue.push({ event: name, key, json, volatile, traceparent, order, deadline: now + this.limits.deadline, settle: settle as Waiting['settle'] });
        this.bound();
        this.arm(now);
    }

    /** Settled with whether all that was pushed so far is settled, after `ms` at the latest. */
    flush(ms: number): Promise<boolean> {
        return new Promise((resolve) => {
            const timer = setTimeout(() => one.done(false), Math.min(ms, 2 ** 31 - 1));
            const one = { order: this.order, done: (sent: boolean): void => {
                clearTimeout(timer);
                this.flushes = this.flushes.filter((other) => other !== one);
                resolve(sent);
            } };
            this.flushes.push(one);
            this.arm(performance.now());
            this.settleFlushes();
        });
    }

    /** Gives up what is in line; what is on its way goes on. */
    drop(code: string, why: string): void {
        while (this.queue.count > 0) this.lose(this.queue.shift(), code, why);
        this.settleFlushes();
    }

    stats(): Stats {
        return { queued: this.queue.count + this.onTheWay.length, queuedBytes: this.queue.bytes, ...this.count };
    }

    private arm(now: number): void {
        const first = this.queue.first();
        if (this.sending || !first) return;
        const paused = this.notBefore > now;
        const full = this.queue.count >= this.most || this.queue.bytes >= this.limits.maxBatchBytes || this.flushes.length > 0;
        const opened = first.deadline - this.limits.deadline;
        const at = paused ? Math.min(this.notBefore, first.deadline) : full ? now : opened + this.limits.window;
        if (this.timer && this.at <= at) return;
        clearTimeout(this.timer);
        this.at = at;
        this.timer = setTimeout(() => {
            // A mistake of ours must not become a rejection that nobody handles.
            this.run().catch((error) => this.failed(new EmitDropped('internal_error', String(error), { cause: error })));
        }, Math.max(0, at - now));
        // A pause does not keep a process alive that has nothing else to do: beforeExit bounds how long it may.
        if (paused) this.timer.unref();
    }

    private async run(): Promise<void> {
        this.timer = undefined;
        if (this.sending) return;
        this.sending = true;
        try {
            for (let now = performance.now(); ; now = performance.now()) {
                this.expire(now);
                this.settleFlushes();
                if (this.queue.count === 0 || this.notBefore > now) break;
                await this.attempt(this.take());
            }
        } finally {
            this.onTheWay = [];
            this.sending = false;
            this.arm(performance.now());
        }
    }

    private take(): Waiting[] {
        const batch: Waiting[] = [];
        let bytes = 0;
        for (let first; batch.length < this.most && (first = this.queue.first()); batch.push(this.queue.shift())) {
            bytes += first.json.length;
            if (batch.length > 0 && bytes > this.limits.maxBatchBytes) break;
        }
        return batch;
    }

    private async attempt(batch: Waiting[]): Promise<void> {
        this.onTheWay = batch;
        ++this.count.requests;
        let answer: Answer | Unreached;
        try {
            const body = `{"atomic":false,"events":[${batch.map((event) => event.json).join(',')}]}`;
            // One request has one context: that of the first cause.
            const traceparent = batch.find((event) => event.traceparent !== undefined)?.traceparent;
            answer = await this.transport.post(body, traceparent, this.limits.timeout);
        } catch (error) {
            answer = error as Unreached;
        }
        this.onTheWay = [];
        this.last = answer instanceof Error ? answer.message : `HTTP ${answer.status}`;
        if (answer instanceof Error) return this.again(batch, answer.now ? 0 : undefined);
        const judged = judge(batch, answer);
        if (judged.kind === 'again') return this.again(batch, undefined, answer.retryAfter);
        if (judged.kind === 'split') {
            this.most = Math.ceil(batch.length / 2);
            return this.putBack(batch);
        }
        if (judged.verdicts.some(({ kind }) => kind !== 'again')) {
            this.most = Math.min(this.limits.maxBatch, this.most * 2);
            this.failures = 0;
        }
        const later: Waiting[] = [];
        judged.verdicts.forEach((verdict, i) => {
            const event = batch[i]!;
            if (verdict.kind === 'again') later.push(event);
            else if (verdict.kind === 'failed') this.fail(event, verdict.error);
            else this.succeed(event, verdict.confirmation);
        });
        if (later.length > 0) this.again(later, undefined, answer.retryAfter);
    }

    /** Puts events back in their places, under their keys, and waits: `pause` ms, or as failures in a row ask for. */
    private again(events: Waiting[], pause?: number, retryAfter = 0): void {
        ++this.count.retries;
        const { retry, maxRetry } = this.limits;
        if (pause === undefined) {
            const longest = Math.min(maxRetry, retry * 2 ** Math.min(this.failures++, 20));
            const jitter = longest * (0.5 + Math.random() / 2);
            pause = Math.max(jitter, retryAfter > 0 ? retryAfter + jitter : 0);
        }
        this.notBefore = performance.now() + pause;
        this.putBack(events);
    }
    private putBack(events: Waiting[]): void {
        for (let i = events.length - 1; i >= 0; --i) this.queue.unshift(events[i]!);
        this.bound();
    }

    private bound(): void {
        for (let gone; (gone = this.queue.evict()); ) this.lose(gone, 'queue_full', 'more events are in line than may be');
    }
    private expire(now: number): void {
        for (let first; (first = this.queue.first()) && first.deadline <= now; )
            this.lose(this.queue.shift(), 'deadline', `not taken within ${this.limits.deadline} ms${this.last && `; the last attempt: ${this.last}`}`);
    }
    private lose(event: Waiting, code: string, why: string): void {
        this.fail(event, new EmitDropped(code, why, { event: event.event, key: event.key }));
    }
    private succeed(event: Waiting, confirmation: Confirmation): void {
        ++this.count.sent;
        if (confirmation.duplicate) ++this.count.duplicates;
        event.settle?.(confirmation);
    }
    private fail(event: Waiting, error: RoomdError): void {
        ++this.count[error instanceof EmitDropped ? 'dropped' : 'refused'];
        event.settle?.(error);
        if (!event.settle) this.failed(error);
    }

    private settleFlushes(): void {
        const first = this.onTheWay[0]?.order ?? this.queue.first()?.order ?? Infinity;
        for (const one of this.flushes) if (one.order < first) one.done(true);
    }
}
