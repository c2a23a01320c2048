import { EmitDropped } from './errors.js';
import type { Confirmation } from './event.js';
import type { Sink } from './sink.js';
import type { Stats } from './sender.js';
import { Transaction, type Queryable } from './transaction.js';

/** What a production process has that was told no address that can be one: its business goes on without events. */
export class Nowhere implements Sink {
    private dropped = 0;

    constructor(private readonly why: unknown) {
        console.error(`roomd: nothing is emitted: ${String(why)}`);
    }
    emit(): void {
        ++this.dropped;
    }
    confirmed(event: string): Promise<Confirmation> {
        ++this.dropped;
        const settled = Promise.reject(new EmitDropped('closed', String(this.why), { event, cause: this.why }));
        settled.catch(() => undefined);
        return settled;
    }
    within(transaction: Queryable): Sink {
        return new Transaction(transaction, false);
    }
    flush(): Promise<boolean> {
        return Promise.resolve(true);
    }
    close(): Promise<boolean> {
        return Promise.resolve(true);
    }
    stats(): Stats {
        return { queued: 0, queuedBytes: 0, sent: 0, duplicates: 0, refused: 0, dropped: this.dropped, requests: 0, retries: 0 };
    }
}
