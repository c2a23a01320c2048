import type { Check, Fault } from './event.js';

/** A JSON Schema of draft 7, as the catalogue takes them. */
export type Schema = boolean | { readonly [keyword: string]: any };

const FORMATS: Record<string, RegExp> = {
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i,
    date: /^\d{4}-\d\d-\d\d$/,
    time: /^\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i,
    email: /^[^\s@]+@[^\s@]+$/,
    uuid: /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i,
};
const is: Record<string, (value: any) => boolean> = {
    null: (v) => v === null,
    boolean: (v) => typeof v === 'boolean',
    integer: (v) => Number.isSafeInteger(v),
    number: (v) => typeof v === 'number',
    string: (v) => typeof v === 'string',
    array: (v) => Array.isArray(v),
    object: (v) => typeof v === 'object' && v !== null && !Array.isArray(v),
};
const escape = (name: string): string => name.replace(/~/g, '~0').replace(/\//g, '~1');
const equal = (a: unknown, b: unknown): boolean => {
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length &&
        names.every((name) => Object.hasOwn(b, name) && equal((a as any)[name], (b as any)[name]));
};
const UNCHECKED = new Error('a pattern cannot be checked here');

function built(pattern: string): RegExp | undefined {
    try {
        return new RegExp(pattern, 'u'); // the daemon too reads it in Unicode mode
    } catch {
        return undefined;
    }
}

// As the daemon decides it: 19.99 is a multiple of 0.01, although their quotient is no whole number.
function isMultiple(value: number, divisor: number): boolean {
    if (Number.isInteger(divisor)) return value % divisor === 0;
    const times = value / divisor;
    if (Math.abs(times) >= 2 ** 50) // has no fraction any more
        return Number.isInteger(value) && 1 / divisor < 2 ** 50 ? isMultiple(1, divisor) : value % divisor === 0;
    return Math.abs(times - Math.round(times)) <= Math.abs(times) * 2 ** -51;
}

/**
 * Checks data by a schema, for development and tests: the daemon has the last word, which also knows formats
 * that are not looked at here.  The data is taken as JSON would carry it.
 */
export function checker(schema: Schema): Check {
    const patterns = new Map<string, RegExp | undefined>();
    let exact = 0; // how many schemas deep it matters that data fits, and not only that it does not
    // Undefined where this engine cannot build the pattern, which is the daemon's to check.
    const matches = (text: string, value: string): boolean | undefined => {
        if (!patterns.has(text)) patterns.set(text, built(text));
        const known = patterns.get(text);
        if (!known && exact > 0) throw UNCHECKED;
        return known?.test(value);
    };
    const target = (ref: string): Schema => {
        let at: any = schema;
        for (const token of ref.replace(/^#\/?/, '').split('/').filter(Boolean))
            at = at?.[decodeURIComponent(token).replace(/~1/g, '/').replace(/~0/g, '~')];
        return at;
    };

    function find(value: any, by: Schema, pointer: string): Fault | undefined {
        if (typeof by === 'boolean') return by ? undefined : { pointer, message: 'must not be there' };
        if (by['$ref'] !== undefined) return find(value, target(by['$ref']), pointer);
        const fault = (message: string): Fault => ({ pointer, message });
        const all = (schemas: Schema[]): boolean => schemas.every((one) => !find(value, one, pointer));
        const fits = (one: Schema): boolean => all([one]);
        // Which of them the data fits: undefined where a pattern decides that cannot be checked.
        const exactly = (schemas: Schema[]): boolean[] | undefined => {
            ++exact;
            try {
                return schemas.map(fits);
            } catch (why) {
                if (why !== UNCHECKED || exact > 1) throw why;
                return undefined;
            } finally {
                --exact;
            }
        };

        const types: string[] | undefined = by['type'] === undefined ? undefined : [by['type']].flat();
        if (types && !types.some((type) => is[type]!(value))) return fault(`must be ${types.join(' or ')}`);
        if (by['enum'] && !by['enum'].some((one: unknown) => equal(one, value)))
            return fault(`must be one of ${JSON.stringify(by['enum'])}`);
        if (by['const'] !== undefined && !equal(by['const'], value)) return fault(`must be ${JSON.stringify(by['const'])}`);
        if (by['not'] !== undefined && exactly([by['not']])?.[0]) return fault('must not fit the schema of "not"');
        for (const one of by['allOf'] ?? []) {
            const inner = find(value, one, pointer);
            if (inner) return inner;
        }
        if (by['anyOf'] && !by['anyOf'].some(fits)) return fault('must fit one of the schemas of "anyOf"');
        const one = by['oneOf'] && exactly(by['oneOf']);
        if (one && one.filter(Boolean).length !== 1) return fault('must fit exactly one of the schemas of "oneOf"');
        const holds = by['if'] === undefined ? undefined : exactly([by['if']]);
        const branch = holds && by[holds[0] ? 'then' : 'else'];
        const inner = branch === undefined ? undefined : find(value, branch, pointer);
        if (inner) return inner;

        if (typeof value === 'string') return inText(value, by, fault);
        if (typeof value === 'number') return inNumber(value, by, fault);
        if (Array.isArray(value)) return inList(value, by, pointer, fault);
        if (is['object']!(value)) return inObject(value, by, pointer, fault);
        return undefined;
    }

    function inText(value: string, by: any, fault: (message: string) => Fault): Fault | undefined {
        const length = by.minLength === undefined && by.maxLength === undefined ? 0 : [...value].length;
        if (length < by.minLength) return fault(`must have at least ${by.minLength} characters`);
        if (length > by.maxLength) return fault(`must have at most ${by.maxLength} characters`);
        if (by.pattern !== undefined && matches(by.pattern, value) === false) return fault(`must fit the pattern ${by.pattern}`);
        if (FORMATS[by.format]?.test(value) === false) return fault(`must be a ${by.format}`);
        return undefined;
    }
    function inNumber(value: number, by: any, fault: (message: string) => Fault): Fault | undefined {
        if (value < by.minimum) return fault(`must be at least ${by.minimum}`);
        if (value > by.maximum) return fault(`must be at most ${by.maximum}`);
        if (value <= by.exclusiveMinimum) return fault(`must be more than ${by.exclusiveMinimum}`);
        if (value >= by.exclusiveMaximum) return fault(`must be less than ${by.exclusiveMaximum}`);
        if (by.multipleOf !== undefined && !isMultiple(value, by.multipleOf))
            return fault(`must be a multiple of ${by.multipleOf}`);
        return undefined;
    }
    function inList(value: unknown[], by: any, pointer: string, fault: (message: string) => Fault): Fault | undefined {
        if (value.length < by.minItems) return fault(`must have at least ${by.minItems} items`);
        if (value.length > by.maxItems) return fault(`must have at most ${by.maxItems} items`);
        if (by.uniqueItems && value.some((one, i) => value.slice(0, i).some((other) => equal(one, other))))
            return fault('must not have an item twice');
        if (by.contains !== undefined && value.every((one) => find(one, by.contains, pointer)))
            return fault('must have an item that fits "contains"');
        for (let i = 0; i < value.length; ++i) {
            const one: Schema | undefined = Array.isArray(by.items) ? (by.items[i] ?? by.additionalItems) : by.items;
            const inner = one === undefined ? undefined : find(value[i], one, `${pointer}/${i}`);
            if (inner) return inner;
        }
        return undefined;
    }
    function inObject(value: any, by: any, pointer: string, fault: (message: string) => Fault): Fault | undefined {
        const members = Object.keys(value);
        if (members.length < by.minProperties) return fault(`must have at least ${by.minProperties} members`);
        if (members.length > by.maxProperties) return fault(`must have at most ${by.maxProperties} members`);
        const missing = by.required?.find((name: string) => !Object.hasOwn(value, name));
        if (missing !== undefined) return { pointer, message: `must have ${missing}` };
        for (const name of members) {
            const below = `${pointer}/${escape(name)}`;
            if (by.propertyNames !== undefined && find(name, by.propertyNames, below))
                return { pointer: below, message: 'must have another name' };
            const schemas: Schema[] = [];
            if (by.properties && Object.hasOwn(by.properties, name)) schemas.push(by.properties[name]);
            let additional = schemas.length === 0;
            for (const [text, one] of Object.entries<Schema>(by.patternProperties ?? {})) {
                const matching = matches(text, name);
                if (matching) schemas.push(one);
                if (matching !== false) additional = false;
            }
            if (additional && by.additionalProperties !== undefined) schemas.push(by.additionalProperties);
            for (const one of schemas) {
                const inner = find(value[name], one, below);
                if (inner) return inner;
            }
        }
        for (const [name, needs] of Object.entries<any>(by.dependencies ?? {})) {
            if (!Object.hasOwn(value, name)) continue;
            const inner = find(value, Array.isArray(needs) ? { required: needs } : needs, pointer);
            if (inner) return inner;
        }
        return undefined;
    }

    return (data) => {
        let plain: unknown = data;
        try {
            plain = JSON.parse(JSON.stringify(data === undefined ? null : data)); // a Date is text, what is undefined is not there
        } catch {
            return undefined; // no JSON: that is told by whoever writes it
        }
        return find(plain, schema, '');
    };
}
