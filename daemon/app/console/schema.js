// What a JSON schema (draft 7) says about one value, and whether a text is one.

// What the schema says here; a $ref stands for what it points at, in the same file.
export function resolve(schema, root) {
    for (let hops = 0; schema?.$ref && hops < 16; ++hops) {
        const path = schema.$ref.replace(/^#\/?/, '').split('/').filter(Boolean);
        schema = path.reduce((at, name) => at?.[decodeURIComponent(name).replace(/~1/g, '/').replace(/~0/g, '~')], root);
    }
    return schema && typeof schema === 'object' ? schema : {};
}

export const asText = (value) => typeof value === 'string' ? value : JSON.stringify(value);
export const types = ({ type }) => type === undefined ? [] : [type].flat();

// Is this an object whose members get fields of their own?
export const nested = (schema) => types(schema).includes('object') && Object.keys(schema.properties ?? {}).length > 0;

// Something to begin with, so that a first event takes one click.
export function example(name, schema) {
    if ('default' in schema) return schema.default;
    if ('const' in schema) return schema.const;
    if (schema.examples?.length) return schema.examples[0];
    if (schema.enum) return schema.enum[0];
    const is = types(schema);
    if (is.includes('boolean')) return false;
    if (is.includes('array')) return [];
    if (is.includes('object')) return {};
    if (is.includes('string')) {
        if (schema.format === 'date-time') return new Date().toISOString();
        if (schema.format === 'date') return new Date().toISOString().slice(0, 10);
        if (/currency/i.test(name)) return 'EUR';
        const plain = /^(.+?)_?ids?$/i.exec(name);
        return plain ? `${plain[1]}1` : schema.format || schema.pattern ? '' : `a ${name}`;
    }
    if (is.includes('integer') || is.includes('number'))
        return Math.max(schema.minimum ?? 1, Math.min(7, schema.maximum ?? 7));
    return '';
}

// What is wrong with a value, or ''.
export function fault(value, schema) {
    if (typeof value === 'number') {
        if (value < schema.minimum) return `At least ${schema.minimum}.`;
        if (value > schema.maximum) return `At most ${schema.maximum}.`;
        if (value <= schema.exclusiveMinimum) return `More than ${schema.exclusiveMinimum}.`;
        if (value >= schema.exclusiveMaximum) return `Less than ${schema.exclusiveMaximum}.`;
    }
    if (typeof value === 'string') {
        const size = [...value].length;
        if (size < schema.minLength) return `At least ${schema.minLength} characters.`;
        if (size > schema.maxLength) return `At most ${schema.maxLength} characters.`;
        if (schema.format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value))
            return 'A time, as 2026-01-31T09:30:00Z.';
        if (schema.pattern && !matches(schema.pattern, value)) return `Must match ${schema.pattern}.`;
    }
    return '';
}

// A pattern that this browser cannot read is left to the daemon.
function matches(pattern, value) {
    try {
        return new RegExp(pattern, 'u').test(value);
    } catch {
        return true;
    }
}

// What was typed as a value of the schema; throws the fault as a text.
export function parse(text, schema) {
    const is = types(schema);
    const number = Number(text);
    const numeric = text.trim() !== '' && Number.isFinite(number);
    if (is.includes('string') || (!is.length && !/^\s*[[{"\d-]|^\s*(true|false|null)\s*$/.test(text))) return text;
    if (is.includes('integer') && !is.includes('number')) {
        if (!numeric || !Number.isSafeInteger(number)) throw new Error('A whole number.');
        return number;
    }
    if (is.includes('number')) {
        if (!numeric) throw new Error('A number, as 4.5.');
        return number;
    }
    try {
        return JSON.parse(text);
    } catch {
        throw new Error(is.includes('array') ? 'A JSON list, as ["a", "b"].' : 'Not valid JSON.');
    }
}

export const placeholder = (schema) => {
    const is = types(schema);
    if (schema.format) return schema.format;
    if (is.includes('array')) return '["a", "b"]';
    if (is.includes('object')) return '{ }';
    return is.join(' or ');
};
