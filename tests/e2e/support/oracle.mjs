// What a daemon says in its log of its clients and of its place in PostgreSQL's log, and whether clients got what that
// makes of the log's rows.

// "postgres=4f0c.17" or "4f0c.17": {epoch, seq}; undefined for none.
function position(text) {
    const [, epoch, seq] = /(?:^|=)(\w+)\.(\d+)$/.exec(text ?? '') ?? [];
    return epoch && { epoch, seq: Number(seq) };
}

// One life of a daemon, from its lines in JSON.
export class Life {
    constructor(output) {
        this.came = new Map(); // id: where the daemon was
        this.left = new Map(); // id: {reason, at}
        this.from = []; // where it began to read; more than once in another epoch
        this.lost = []; // why, of each connection to the database
        for (const line of output.split('\n')) {
            if (!line.startsWith('{') || !line.endsWith('}')) continue; // the last one of a life may be cut
            const { message, id, reason, why, from, position: where } = JSON.parse(line);
            if (message === 'the log is read') this.from.push(position(from));
            if (message === 'database connection lost') this.lost.push(why);
            if (message === 'client connected') this.came.set(id, position(where));
            if (message === 'client left') this.left.set(id, { reason, at: position(where) });
        }
    }
    // What a client was sent is behind this seq; before its first event a daemon is where it began.
    first(id) {
        return (this.came.get(id) ?? this.from[0])?.seq;
    }
    get epochs() {
        return [...this.from, ...this.came.values(), ...[...this.left.values()].map(({ at }) => at)].flatMap((at) => at?.epoch ?? []);
    }
}

// `rows` of the log, {seq, n, rooms, except}, that concern who is in `mine`, in (first, last].
export function due(rows, mine, first, last = Infinity) {
    const any = (list) => list.some((room) => mine.has(room));
    return rows.filter(({ seq, rooms, except }) => seq > first && seq <= last && any(rooms) && !any(except));
}

// How what came differs from what was due, in words; '' where it does not.  `whole`: to its end.
export function difference(came, rows, whole) {
    const place = new Map(rows.map(({ n }, i) => [n, i]));
    const got = new Set();
    const twice = came.filter((n) => got.has(n) || !got.add(n));
    const strange = came.filter((n) => !place.has(n));
    const late = came.filter((n, i) => i > 0 && place.get(n) < place.get(came[i - 1]));
    const end = whole ? rows.length : Math.max(-1, ...came.map((n) => place.get(n) ?? -1)) + 1;
    const lost = rows.slice(0, end).filter(({ n }) => !got.has(n));
    const told = Object.entries({ lost: lost.map(({ n }) => n), twice, strange, late })
        .filter(([, list]) => list.length)
        .map(([word, list]) => `${list.length} ${word} (${list.slice(0, 5).join(', ')})`);
    return told.join(', ');
}
