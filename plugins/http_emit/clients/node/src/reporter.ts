import { EmitDropped, type RoomdError } from './errors.js';

export interface Log {
    warn(line: string): void;
    error(line: string): void;
}

const MINUTE = 60_000;
const MAX_KINDS = 100;

/** Tells what went wrong: each error to the application's hook, else few lines to a log. */
export class Reporter {
    private readonly kinds = new Map<string, { until: number; more: number }>();

    constructor(private readonly onError: ((error: RoomdError) => void) | undefined, private readonly log: Log,
        private readonly now: () => number = Date.now) {}

    report(error: RoomdError): void {
        try {
            if (this.onError) this.onError(error);
            else if (error instanceof EmitDropped) this.dropped(error);
            else this.refused(error);
        } catch {
            // What the application's hook or log throws is not the business of who emits.
        }
    }

    private dropped(error: EmitDropped): void {
        const more = this.due('dropped');
        if (more !== undefined)
            this.log.warn(`roomd: ${error.event} was dropped: ${error.code}: ${error.message}${also(more)}`);
    }
    private refused(error: RoomdError): void {
        const more = this.due(`${error.event} ${error.code} ${error.pointer ?? ''}`);
        const where = error.pointer ? ` at ${error.pointer}` : '';
        if (more !== undefined)
            this.log.error(`roomd: ${error.event} was refused: ${error.code}${where}: ${error.message}${also(more)}`);
    }
    /** Of each kind one a minute: how many were kept back, or undefined for one more of them. */
    private due(kind: string): number | undefined {
        const now = this.now();
        const last = this.kinds.get(kind);
        if (last && now < last.until) {
            ++last.more;
            return undefined;
        }
        if (this.kinds.size >= MAX_KINDS) this.kinds.clear();
        this.kinds.set(kind, { until: now + MINUTE, more: 0 });
        return last?.more ?? 0;
    }
}

const also = (more: number): string => (more ? ` (and ${more} more since the last such line)` : '');
