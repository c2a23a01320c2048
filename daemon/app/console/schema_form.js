// Form fields from a JSON schema (draft 7), and the value they stand for.  They catch what a
// person gets wrong most; the daemon checks everything, and its answer is shown at the field.
import { make } from './dom.js';
import { put, take } from './pointer.js';
import { asText, example, fault, nested, parse, placeholder, resolve, types } from './schema.js';

let ids = 0;

// A field for one value.  `pointer` is where that is in the data: /userId.
class Field {
    constructor(name, schema, pointer, required) {
        Object.assign(this, { name, schema, pointer, required });
        const id = `field${++ids}`;
        this.input = this.#control(schema);
        this.input.id = id;
        this.error = make('p', 'error');
        this.error.id = `${id}-error`;
        this.input.setAttribute('aria-describedby', this.error.id);
        if (required) this.input.setAttribute('aria-required', 'true');
        const label = make('label', '', name, required ? '' : make('span', 'quiet', ' optional'));
        label.htmlFor = id;
        if (schema.description) this.input.title = schema.description;
        this.element = make('div', 'field', label, this.input, this.error);
        this.input.addEventListener('input', () => this.complain(''));
        if (required) this.fill(example(name, schema));
    }

    #control(schema) {
        const choices = schema.enum ?? (types(schema).join() === 'boolean' ? [true, false] : null);
        if (choices) {
            const select = make('select');
            this.choices = choices;
            select.append(...(this.required ? [] : [new Option('', '')]),
                ...choices.map((choice, i) => new Option(asText(choice), String(i))));
            return select;
        }
        const wide = types(schema).some((type) => type === 'object' || type === 'array');
        const input = make(wide ? 'textarea' : 'input');
        if (wide) input.rows = 3;
        input.spellcheck = false;
        input.placeholder = placeholder(schema);
        if (/^(integer|number)$/.test(types(schema).join())) input.inputMode = 'decimal';
        return input;
    }

    fill(value) {
        if (this.choices) {
            const at = this.choices.findIndex((choice) => JSON.stringify(choice) === JSON.stringify(value));
            this.input.value = at < 0 ? '' : String(at);
        } else if (value === undefined) this.input.value = '';
        else this.input.value = asText(value);
    }

    // The value, or undefined for a field left empty.
    read() {
        const text = this.input.value;
        if (text === '') {
            if (this.required) throw new Error('This is needed.');
            return undefined;
        }
        if (this.choices) return this.choices[Number(text)];
        const value = parse(text, this.schema);
        const wrong = fault(value, this.schema);
        if (wrong) throw new Error(wrong);
        return value;
    }

    complain(text) {
        this.error.textContent = text;
        if (text) this.input.setAttribute('aria-invalid', 'true');
        else this.input.removeAttribute('aria-invalid');
    }
}

export class SchemaForm {
    constructor(schema) {
        this.fields = [];
        this.rest = {}; // members that no field stands for
        this.element = document.createDocumentFragment();
        const root = resolve(schema, schema);
        this.usable = nested(root);
        if (this.usable) this.#add(this.element, root, schema, '', true, 0);
    }

    #add(parent, object, root, pointer, needed, depth) {
        for (const [name, raw] of Object.entries(object.properties)) {
            const schema = resolve(raw, root);
            const required = needed && (object.required ?? []).includes(name);
            const at = `${pointer}/${name.replace(/~/g, '~0').replace(/\//g, '~1')}`;
            if (nested(schema) && depth < 4) {
                const group = make('fieldset', 'group', make('legend', '', name));
                this.#add(group, schema, root, at, required, depth + 1);
                parent.append(group);
            } else {
                const field = new Field(name, schema, at, required);
                this.fields.push(field);
                parent.append(field.element);
            }
        }
    }

    // The data, or null after showing what is wrong at its fields.
    read() {
        const data = structuredClone(this.rest);
        let first = null;
        for (const field of this.fields) {
            try {
                const value = field.read();
                field.complain('');
                if (value !== undefined) put(data, field.pointer, value);
            } catch (error) {
                field.complain(error.message);
                first ??= field;
            }
        }
        first?.input.focus();
        return first ? null : data;
    }

    // The data as it stands, whether it is right or not.
    draft() {
        const data = structuredClone(this.rest);
        for (const field of this.fields) {
            let value = field.input.value;
            try {
                value = field.choices || value === '' ? field.read() : parse(value, field.schema);
            } catch {
                if (value === '') continue;
            }
            if (value !== undefined) put(data, field.pointer, value);
        }
        return data;
    }

    fill(data) {
        this.rest = data && typeof data === 'object' && !Array.isArray(data) ? structuredClone(data) : {};
        for (const field of this.fields) {
            field.fill(take(this.rest, field.pointer));
            field.complain('');
        }
    }

    // Shows a fault of the daemon's at its field; false when it is at none.
    complain(pointer, text) {
        const at = this.fields.find((field) => pointer === field.pointer || pointer.startsWith(`${field.pointer}/`));
        at?.complain(text);
        at?.input.focus();
        return Boolean(at);
    }
}
