// What a row of the table says about an event.

export const count = new Intl.NumberFormat('en');
export const payload = ({ args }) => args?.length === 1 ? args[0] : args;

export function rooms(event) {
    const to = event.broadcast ? 'everyone' : event.rooms?.join('  ') ?? `client ${event.client}`;
    return event.except ? `${to}  except ${event.except.join('  ')}` : to;
}

// Why the form cannot send the event once more, or ''.
export function unrepeatable({ args, attachments, client }) {
    if (!args) return 'its payload was not recorded';
    if (attachments) return 'its payload is binary';
    if (args.length !== 1) return args.length ? 'it has several arguments' : 'it has no argument';
    return client === undefined ? '' : 'it went to one client';
}

// 85 µs, 1.2 ms
export function duration(us) {
    if (us === undefined) return '–';
    return us < 1000 ? `${us} µs` : `${(us / 1000).toFixed(us < 10000 ? 1 : 0)} ms`;
}

// Who sent it: a plugin, with the key of a backend; a client; an operator, as this page is one.
export function sender({ plugin, key, client, operator } = {}) {
    if (plugin) return key ? `${key} (${plugin})` : plugin;
    return client ? `client ${client}` : operator ? 'operator' : '–';
}

export const time = (iso) => {
    const at = new Date(iso), two = (n, size = 2) => String(n).padStart(size, '0');
    return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
};

// Events of one family (booking:…) have one colour.
export function hue(name) {
    let sum = 0;
    for (const letter of name.split(':')[0]) sum = (sum * 31 + letter.codePointAt(0)) % 6;
    return sum;
}
