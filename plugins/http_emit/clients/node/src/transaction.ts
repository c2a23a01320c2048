import { EmitRefused } from './errors.js';
import { names, text, type Confirmation, type EmitOptions } from './event.js';
import type { Known, Sink } from './sink.js';
import type { Stats } from './sender.js';

/** A client or a pool's client of `pg`, or whatever asks as it does. */
export interface Queryable {
    query(text: string, values: unknown[]): Promise<{ rows: any[] }>;
}

/** Emits with the commit of a transaction: `SELECT roomd.emit(…)`.  Gives the event's id in the outbox. */
export class Transaction implements Sink {
    constructor(private readonly tx: Queryable, private readonly development: boolean) {}

    async emit(event: string, data: unknown, options: EmitOptions, known?: Known): Promise<string> {
        const fault = this.development ? known?.check?.(data) : undefined;
        if (fault) throw new EmitRefused('schema_mismatch', fault.message, { event, pointer: `/data${fault.pointer}` });
        const values: unknown[] = [event, text(event, data)];
        let more = '';
        const add = (name: string, value: unknown): void => {
            if (value !== undefined) more += `, ${name} => $${values.push(value)}`;
        };
        const rooms = names(options.rooms);
        if (rooms?.length === 0)
            throw new EmitRefused('rooms_empty', 'name at least one room, or leave the rooms out', { event, pointer: '/rooms' });
        add('rooms', rooms);
        add('except_rooms', names(options.except));
        add('traceparent', options.traceparent);
        // Only where it is asked for: a schema before version 10 has none of them.
        add('namespace', options.namespace);
        add('volatile', options.volatile || undefined);
        add('broadcast', options.broadcast || undefined);
        const { rows } = await this.tx.query(`SELECT roomd.emit($1, $2::jsonb${more}) AS id`, values);
        return String(rows[0]?.id ?? '');
    }
    confirmed(event: string): Promise<Confirmation> {
        return Promise.reject(new EmitRefused('not_in_transaction', 'nobody knows the recipients before the commit', { event }));
    }
    within(tx: Queryable): Sink {
        return new Transaction(tx, this.development);
    }
    flush(): Promise<boolean> {
        return Promise.resolve(true);
    }
    close(): Promise<boolean> {
        return Promise.resolve(true);
    }
    stats(): Stats {
        return { queued: 0, queuedBytes: 0, sent: 0, duplicates: 0, refused: 0, dropped: 0, requests: 0, retries: 0 };
    }
}
