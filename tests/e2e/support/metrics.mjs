// Reads Prometheus' text format, strictly: a line that is none fails.
import assert from 'node:assert/strict';

export function parse(text) {
    const families = {}, samples = [];
    let family;
    for (const line of text.split('\n')) {
        if (line === '') continue;
        const about = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line);
        if (about) {
            const [, what, name, value] = about;
            if (what === 'HELP') {
                assert.ok(!(name in families), `${name} comes twice`);
                family = families[name] = { help: value };
            } else {
                assert.ok(family === families[name] && /^(counter|gauge|histogram)$/.test(value), line);
                family.type = value;
            }
            family.name = name;
            continue;
        }
        const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?\d[\d.e+-]*|[+-]?Inf|NaN|Nan)$/.exec(line);
        assert.ok(sample, `not a sample: ${line}`);
        const [, name, inside = '', value] = sample;
        const base = family.type === 'histogram' ? name.replace(/_(bucket|sum|count)$/, '') : name;
        assert.equal(base, family.name, `${name} is under ${family.name}`);
        const labels = {};
        const rest = inside.replace(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\.)*)"(,|$)/g, (all, label, text) => {
            assert.ok(!(label in labels), line);
            labels[label] = text;
            return '';
        });
        assert.equal(rest, '', line);
        samples.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) });
    }
    const keys = samples.map(({ name, labels }) => name + JSON.stringify(Object.entries(labels).sort()));
    assert.equal(new Set(keys).size, keys.length, 'no sample comes twice');
    const matches = (labels) => (sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
    return {
        text, families, samples,
        // The value of the sample with exactly these labels.
        of: (name, labels) => samples.find((sample) => sample.name === name && matches(labels)(sample) &&
            Object.keys(sample.labels).length === Object.keys(labels).length)?.value,
        // Of all that have these.
        sum: (name, labels = {}) => samples.filter((sample) => sample.name === name && matches(labels)(sample))
            .reduce((sum, { value }) => sum + value, 0),
    };
}
