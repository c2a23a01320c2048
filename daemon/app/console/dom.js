// Elements are made here, and text is only ever set as text: nothing on this page is parsed as
// HTML after it has loaded.

export const $ = (id) => document.getElementById(id);

// An element with a class, and children that are elements or text.
export function make(tag, name, ...children) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children);
    return element;
}

export function button(text, label, press) {
    const made = make('button', 'small', text);
    made.type = 'button';
    if (label) made.setAttribute('aria-label', label);
    made.addEventListener('click', press);
    return made;
}

// What a call or an ack said, below the form that asked.
export function answer(id, text, good = true) {
    const place = $(id);
    place.textContent = text;
    place.dataset.good = good ? 'yes' : 'no';
}

// Puts `items` into a list and keeps the elements of those that were there: the keyboard's focus
// stays where it is while the list is refreshed.
export function keep(list, items, { key, create, update }) {
    const old = new Map([...list.children].map((element) => [element.dataset.key, element]));
    let at = list.firstElementChild;
    for (const item of items) {
        const name = key(item);
        let element = old.get(name);
        old.delete(name);
        if (!element) {
            element = create(item);
            element.dataset.key = name;
        }
        update(element, item);
        if (element === at) at = at.nextElementSibling;
        else list.insertBefore(element, at);
    }
    for (const element of old.values()) element.remove();
}

// One line of JSON; binary arguments arrive as buffers.
export function brief(value, most = 300) {
    const text = JSON.stringify(value, shown);
    if (text === undefined) return '';
    return text.length > most ? text.slice(0, most) + '…' : text;
}

export const long = (value) => JSON.stringify(value, shown, 2) ?? '';

const shown = (_, value) => value instanceof ArrayBuffer ? `binary, ${value.byteLength} bytes` : value;
