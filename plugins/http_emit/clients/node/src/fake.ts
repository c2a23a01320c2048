import { EmitRefused } from './errors.js';
import { names, prepare, type Confirmation, type EmitOptions } from './event.js';
import type { Stats } from './sender.js';
import type { Known, Sink } from './sink.js';
import { Emitter, type Events } from './target.js';
import type { Queryable } from './transaction.js';
import { Ulids } from './ulid.js';

/** An event as a test sees it. */
export interface Emitted {
    event: string;
    /** As JSON carries it to the clients. */
    data: any;
    /** Those that the emit named, else those that the catalogue makes of the data, where it is known. */
    rooms: string[] | undefined;
    except: string[];
    volatile: boolean;
    broadcast: boolean;
    durable: boolean;
    namespace: string;
    key: string;
    /** The transaction that it was emitted in. */
    transaction: Queryable | undefined;
}

const FIELD = /\{\/?([^{}]+)\}/g;
const ROOM_ID = /^[!#-)+-;=?-_a-z|~]{1,255}$/;

/** The rooms that the catalogue's templates give for `data`.  Throws what a daemon would refuse. */
function filled(event: string, templates: readonly string[], data: unknown): string[] {
    const rooms = new Set<string>();
    for (const template of templates) {
        let made = [''];
        let end = 0;
        for (const field of template.matchAll(FIELD)) {
            const pointer = `/data/${field[1]}`;
            const value = field[1]!.split('/').reduce<any>((at, name) => at?.[name], data);
            if (value === undefined) throw new EmitRefused('room_field_missing', `${template} needs ${field[1]}`, { event, pointer });
            const values: unknown[] = [value].flat();
            const wrong = values.findIndex((one) => !(typeof one === 'string' ? ROOM_ID.test(one) : Number.isSafeInteger(one)));
            if (wrong >= 0)
                throw new EmitRefused('room_field_invalid', `${template}: ${field[1]} gives no room`,
                    { event, pointer: Array.isArray(value) ? `${pointer}/${wrong}` : pointer });
            const ids = values.map(String);
            const between = template.slice(end, field.index);
            made = made.flatMap((start) => ids.map((id) => start + between + id));
            end = field.index + field[0].length;
        }
        for (const start of made) rooms.add(start + template.slice(end));
    }
    if (templates.length === 0) throw new EmitRefused('no_target', 'the catalogue has no rooms for it: name them', { event, pointer: '/rooms' });
    if (rooms.size === 0) throw new EmitRefused('room_field_invalid', 'the data gives no room', { event, pointer: '/data' });
    return [...rooms];
}

class List implements Sink {
    readonly emitted: Emitted[] = [];
    recipients = 1;
    private readonly ulids = new Ulids();

    emit(event: string, data: unknown, options: EmitOptions, known?: Known): void {
        this.take(event, data, options, known);
    }
    async confirmed(event: string, data: unknown, options: EmitOptions, known?: Known): Promise<Confirmation> {
        if (options.durable)
            throw new EmitRefused('durable_unconfirmed', 'nobody knows the recipients of a durable event', { event, pointer: '/durable' });
        const { key, rooms } = this.take(event, data, options, known);
        return { id: key, recipients: this.recipients, rooms: rooms ?? [], duplicate: false };
    }
    within(transaction: Queryable): Sink {
        const list = this;
        return Object.assign(Object.create(list) as List, {
            emit: async (event: string, data: unknown, options: EmitOptions, known?: Known) =>
                list.take(event, data, options, known, transaction).key,
        });
    }
    flush(): Promise<boolean> {
        return Promise.resolve(true);
    }
    close(): Promise<boolean> {
        return Promise.resolve(true);
    }
    stats(): Stats {
        return { queued: 0, queuedBytes: 0, sent: this.emitted.length, duplicates: 0, refused: 0, dropped: 0, requests: 0, retries: 0 };
    }

    private take(event: string, data: unknown, options: EmitOptions, known?: Known, transaction?: Queryable): Emitted {
        const key = this.ulids.next();
        const plain = JSON.parse(prepare(event, data, options, key, known?.check).json).data;
        const named = names(options.rooms);
        const rooms = named ? [...named] : known?.rooms && !options.broadcast ? filled(event, known.rooms, plain) : undefined;
        const one = { event, data: plain, rooms, except: [...(names(options.except) ?? [])], volatile: options.volatile === true,
            broadcast: options.broadcast === true, durable: options.durable === true, namespace: options.namespace ?? '/', key, transaction };
        this.emitted.push(one);
        return one;
    }
}

/** An emitter for tests: it keeps what is emitted, and throws what a daemon would refuse. */
export class Fake<E = Events> extends Emitter<E> {
    private readonly list: List;

    constructor(list = new List(), options: EmitOptions = {}) {
        super(list, options);
        this.list = list;
    }
    get emitted(): readonly Emitted[] {
        return this.list.emitted;
    }
    /** The data of each `event`. */
    data<N extends keyof E & string>(event: N): E[N][] {
        return this.list.emitted.filter((one) => one.event === event).map((one) => one.data);
    }
    clear(): void {
        this.list.emitted.length = 0;
    }
    /** What `confirmed` says from now on. */
    recipients(number: number): this {
        this.list.recipients = number;
        return this;
    }
}
