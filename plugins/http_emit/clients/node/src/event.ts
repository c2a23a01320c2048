import { EmitRefused } from './errors.js';

/** Whom an event goes to and how.  Rooms that are left out are those of the catalogue, never everyone. */
export interface EmitOptions {
    rooms?: string | readonly string[] | undefined;
    except?: string | readonly string[] | undefined;
    /** Dropped for clients that are behind, and the first to go when this process is behind. */
    volatile?: boolean | undefined;
    /** Everyone in the namespace; then no room may be named. */
    broadcast?: boolean | undefined;
    namespace?: string | undefined;
    /** Kept by PostgreSQL before it is sent, so that a crash loses nothing; else as the emitter or its key has it. */
    durable?: boolean | undefined;
    /** W3C trace context of the cause. */
    traceparent?: string | undefined;
}

/** What became of an event that was sent. */
export interface Confirmation {
    id: string;
    /** Clients of the daemon that it was queued for. */
    recipients: number;
    rooms: string[];
    /** It had arrived before: an earlier attempt was heard, but not its answer. */
    duplicate: boolean;
}

/** A fault in an event's data: what a schema says of it. */
export interface Fault {
    /** A JSON pointer into the data. */
    pointer: string;
    message: string;
}
export type Check = (data: unknown) => Fault | undefined;

/** An event that is ready to be sent.  It does not change any more. */
export interface Prepared {
    readonly event: string;
    readonly key: string;
    readonly json: string; // the event as a member of a batch
    readonly volatile: boolean;
    readonly traceparent: string | undefined;
}

const MAX_EVENT = 1_048_576; // a daemon that takes less says so
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);
const ROOM = /^(?:[A-Za-z0-9_.@+~-]{1,64}:[!#-)+-;=?-_a-z|~]{1,255}|[!#-)+-9;=?-_a-z|~]{1,255})$/;

export function names(value: string | readonly string[] | undefined): readonly string[] | undefined {
    return typeof value === 'string' ? [value] : value;
}

/** Data as JSON text.  Throws `EmitRefused` for what JSON has not. */
export function text(event: string, data: unknown): string {
    let json: string | undefined;
    try {
        json = JSON.stringify(data === undefined ? null : data);
    } catch (cause) {
        throw new EmitRefused('data_invalid', `the data can not be written as JSON: ${(cause as Error).message}`,
            { event, pointer: '/data', cause });
    }
    if (json === undefined)
        throw new EmitRefused('data_invalid', `a ${typeof data} can not be written as JSON`, { event, pointer: '/data' });
    return json;
}

function member(event: string, name: 'rooms' | 'except', value: readonly string[]): string {
    if (!Array.isArray(value) || value.some((room) => typeof room !== 'string'))
        throw new EmitRefused('room_invalid', 'a room is named by a string', { event, pointer: `/${name}` });
    const wrong = value.findIndex((room) => !ROOM.test(room));
    if (wrong >= 0)
        throw new EmitRefused('room_invalid', `${JSON.stringify(value[wrong])} can be no room: see the id of a room in docs/rooms.md`,
            { event, pointer: `/${name}/${wrong}` });
    return `,"${name}":${JSON.stringify(value)}`;
}

/** Throws `EmitRefused` for what no daemon would take. */
export function prepare(event: string, data: unknown, options: EmitOptions, key: string, check?: Check): Prepared {
    if (typeof event !== 'string' || event === '')
        throw new EmitRefused('event_invalid', 'an event has a name', { event: String(event), pointer: '/event' });
    if (RESERVED.has(event) || Buffer.byteLength(event) > 256)
        throw new EmitRefused('event_invalid', 'Socket.IO reserves this name, or it is longer than 256 bytes', { event, pointer: '/event' });
    const fault = check?.(data);
    if (fault) throw new EmitRefused('schema_mismatch', fault.message, { event, pointer: `/data${fault.pointer}` });
    const rooms = names(options.rooms);
    const except = names(options.except);
    let json = `{"event":${JSON.stringify(event)},"data":${text(event, data)}`;
    if (rooms !== undefined) {
        if (rooms.length === 0)
            throw new EmitRefused('rooms_empty', 'name at least one room, or leave the rooms out', { event, pointer: '/rooms' });
        json += member(event, 'rooms', rooms);
    }
    if (except !== undefined && except.length > 0) json += member(event, 'except', except);
    if (options.broadcast) {
        if (rooms !== undefined)
            throw new EmitRefused('two_targets', 'a broadcast goes to everyone: leave the rooms out', { event, pointer: '/broadcast' });
        json += ',"broadcast":true';
    }
    if (options.volatile) json += ',"volatile":true';
    if (options.durable !== undefined) json += `,"durable":${options.durable === true}`;
    if (options.namespace !== undefined) json += `,"namespace":${JSON.stringify(options.namespace)}`;
    json += `,"key":"${key}"}`;
    if (json.length > MAX_EVENT)
        throw new EmitRefused('emit_too_big', `${json.length} characters are too many for one event`, { event, pointer: '/data' });
    return { event, key, json, volatile: options.volatile === true, traceparent: options.traceparent };
}
