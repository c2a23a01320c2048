import type { Prepared } from './event.js';

/** An event in line, and who wants to hear what becomes of it. */
export interface Waiting extends Prepared {
    readonly order: number; // grows with each call
    readonly deadline: number; // of the monotonic clock, in ms: no attempt begins later
    readonly settle: ((outcome: unknown) => void) | undefined;
}

class Line {
    private items: (Waiting | undefined)[] = [];
    private head = 0;

    first(): Waiting | undefined {
        return this.items[this.head];
    }
    push(item: Waiting): void {
        this.items.push(item);
    }
    unshift(item: Waiting): void {
        if (this.head > 0) this.items[--this.head] = item;
        else this.items.unshift(item);
    }
    shift(): Waiting {
        const item = this.items[this.head]!;
        this.items[this.head++] = undefined;
        if (this.head > 1024 && this.head * 2 > this.items.length) {
            this.items = this.items.slice(this.head);
            this.head = 0;
        }
        return item;
    }
}

/** Events in the order of their calls, bounded in number and size. */
export class Queue {
    private readonly plain = new Line();
    private readonly vanishing = new Line(); // the volatile ones
    private size = 0;
    private held = 0;

    constructor(private readonly most: number, private readonly mostBytes: number) {}

    get count(): number {
        return this.size;
    }
    get bytes(): number {
        return this.held;
    }

    push(item: Waiting): void {
        this.line(item).push(item);
        this.took(item, 1);
    }
    /** Puts back what was taken last, oldest last. */
    unshift(item: Waiting): void {
        this.line(item).unshift(item);
        this.took(item, 1);
    }
    first(): Waiting | undefined {
        return this.next()?.first();
    }
    shift(): Waiting {
        return this.out(this.next()!);
    }
    /** What has to go for the bounds to hold: the oldest volatile one, else the oldest. */
    evict(): Waiting | undefined {
        if (this.size <= this.most && this.held <= this.mostBytes) return undefined;
        return this.out(this.vanishing.first() ? this.vanishing : this.plain);
    }

    private line(item: Waiting): Line {
        return item.volatile ? this.vanishing : this.plain;
    }
    private next(): Line | undefined {
        const a = this.plain.first();
        const b = this.vanishing.first();
        if (!a) return b && this.vanishing;
        return b && b.order < a.order ? this.vanishing : this.plain;
    }
    private out(line: Line): Waiting {
        const item = line.shift();
        this.took(item, -1);
        return item;
    }
    private took(item: Waiting, sign: 1 | -1): void {
        this.size += sign;
        this.held += sign * item.json.length;
    }
}
