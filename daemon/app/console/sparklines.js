// A figure and its last minute.
import { $ } from './dom.js';

const POINTS = 60, HEIGHT = 32;
const SVG = 'http://www.w3.org/2000/svg';

const small = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const large = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' });

export class Sparkline {
    constructor(id) {
        this.values = [];
        this.output = $(id).querySelector('output');
        const svg = document.createElementNS(SVG, 'svg');
        svg.setAttribute('viewBox', `0 0 ${POINTS - 1} ${HEIGHT}`);
        svg.setAttribute('preserveAspectRatio', 'none');
        svg.setAttribute('aria-hidden', 'true');
        [this.area, this.line] = ['area', 'line'].map((name) => {
            const path = document.createElementNS(SVG, 'path');
            path.setAttribute('class', name);
            svg.append(path);
            return path;
        });
        $(id).append(svg);
    }

    // `value` of this second; undefined when it is not known.
    push(value) {
        this.output.textContent = value === undefined ? '–' : (value < 100 ? small : large).format(value);
        this.values.push(value ?? 0);
        if (this.values.length > POINTS) this.values.shift();
        const top = Math.max(...this.values, 1e-9);
        const from = POINTS - this.values.length;
        const line = this.values
            .map((y, i) => `${i ? 'L' : 'M'}${from + i} ${(HEIGHT - 1 - (y / top) * (HEIGHT - 3)).toFixed(1)}`)
            .join('');
        this.line.setAttribute('d', line);
        this.area.setAttribute('d', `${line}L${POINTS - 1} ${HEIGHT}L${from} ${HEIGHT}Z`);
    }
}

// Turns counters that only grow into figures per second.
export class Rates {
    #last = null;

    // Gives undefined the first time, and after the daemon began again from 0.
    next(counters) {
        const now = performance.now(), last = this.#last;
        this.#last = { now, counters };
        const rates = {};
        for (const [name, value] of Object.entries(counters)) {
            const more = last ? value - last.counters[name] : -1;
            rates[name] = more < 0 ? undefined : (more * 1000) / (now - last.now);
        }
        return rates;
    }
}
