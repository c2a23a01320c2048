import { randomFillSync } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PAIRS = Array.from({ length: 1024 }, (_, n) => LETTERS.charAt(n >> 5) + LETTERS.charAt(n & 31));
const four = (bits: number): string => PAIRS[bits >> 10]! + PAIRS[bits & 1023]!; // of 20 bits

/** ULIDs that grow, also within a millisecond and when the clock is put back. */
export class Ulids {
    private time = -1;
    private prefix = '';
    private readonly random = [0, 0, 0, 0]; // 80 bits, 20 in each
    private readonly bytes = new Uint8Array(12);

    constructor(private readonly now: () => number = Date.now,
        private readonly fill: (bytes: Uint8Array) => unknown = randomFillSync) {}

    next(): string {
        const now = this.now();
        if (now > this.time) this.begin(now);
        else this.increment();
        const [a, b, c, d] = this.random as [number, number, number, number];
        return this.prefix + four(a) + four(b) + four(c) + four(d);
    }

    private begin(time: number): void {
        this.time = time;
        this.prefix = '';
        for (let rest = time, i = 0; i < 5; ++i, rest = Math.floor(rest / 1024)) this.prefix = PAIRS[rest % 1024]! + this.prefix;
        this.fill(this.bytes);
        for (let i = 0; i < 4; ++i) {
            const at = i * 3;
            this.random[i] = (this.bytes[at]! << 12) | (this.bytes[at + 1]! << 4) | (this.bytes[at + 2]! >> 4);
        }
    }

    private increment(): void {
        for (let i = 3; i >= 0; --i) {
            if (this.random[i]! < 0xfffff) {
                ++this.random[i]!;
                return;
            }
            this.random[i] = 0;
        }
        this.begin(this.time + 1);
    }
}
