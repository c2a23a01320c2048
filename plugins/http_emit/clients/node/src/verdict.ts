import { EmitDropped, EmitRefused } from './errors.js';
import type { Confirmation, Prepared } from './event.js';
import type { Answer } from './transport.js';

/** What an answer says of one event.  `again`: not taken now, and maybe later. */
export type Verdict =
    | { kind: 'sent'; confirmation: Confirmation }
    | { kind: 'again' }
    | { kind: 'failed'; error: EmitRefused | EmitDropped };

/** What an answer says of a batch.  `split`: one event spoils it for all, so they are sent in halves. */
export type Judgement = { kind: 'each'; verdicts: Verdict[] } | { kind: 'again'; why: EmitRefused } | { kind: 'split' };

interface Said {
    success?: boolean;
    error?: { code?: string; message?: string; pointer?: string };
    data?: { results?: unknown };
}

// 502 and 504 are how a proxy says that it could not connect or waited too long.
const LATER = new Set([429, 502, 503, 504]);
// Codes of results that stand for 429 and 503 (docs/errors.md).
const LATER_CODES = new Set(['over_budget', 'key_rate', 'overloaded', 'stopping', 'unavailable', 'draining', 'not_ready', 'plugin_timeout',
    'too_many_connections', 'verdict_timeout', 'store_unavailable', 'store_full', 'store_unsure']);
// The body is at fault and not the caller: it may be the fault of one event.
const OF_THE_BODY = new Set([400, 413, 422]);

function read(body: string): Said {
    try {
        const said: unknown = JSON.parse(body);
        return typeof said === 'object' && said !== null ? said : {};
    } catch {
        return {};
    }
}

function refusal(event: Prepared, error: Said['error'], status: number): EmitRefused {
    return new EmitRefused(error?.code ?? `http_${status}`, error?.message ?? `HTTP ${status}`,
        { event: event.event, key: event.key, pointer: error?.pointer, status });
}

function one(event: Prepared, result: Said & Partial<Confirmation>, status: number): Verdict {
    if (result.success) {
        const { id = '', recipients = 0, rooms = [], duplicate = false } = result;
        return { kind: 'sent', confirmation: { id, recipients, rooms, duplicate } };
    }
    if (LATER_CODES.has(result.error?.code ?? '')) return { kind: 'again' };
    return { kind: 'failed', error: refusal(event, result.error, status < 300 ? 422 : status) };
}

/** Reads the answer to a batch.  A batch that was refused as a whole is read by its results too, where it has them. */
export function judge(events: readonly Prepared[], answer: Answer): Judgement {
    const said = read(answer.body);
    const results = said.data?.results;
    if (Array.isArray(results) && results.length === events.length)
        return { kind: 'each', verdicts: events.map((event, i) => one(event, (results[i] ?? {}) as Said, answer.status)) };
    if (LATER.has(answer.status)) return { kind: 'again', why: refusal(events[0]!, said.error, answer.status) };
    if (OF_THE_BODY.has(answer.status) && events.length > 1) return { kind: 'split' };
    return { kind: 'each', verdicts: events.map((event) => {
        const taken = answer.status >= 200 && answer.status < 300;
        const error = taken
            ? new EmitDropped('answer_invalid', 'the answer is not one of roomd', { event: event.event, key: event.key, status: answer.status })
            : refusal(event, said.error, answer.status);
        return { kind: 'failed', error };
    }) };
}
