// Values of a JSON document by their pointers: /price/amount.

const unescape = (name) => name.replace(/~1/g, '/').replace(/~0/g, '~');
const names = (pointer) => pointer.slice(1).split('/').map(unescape);

// Object.defineProperty, because a member may be called __proto__.
const own = (object, name, value) =>
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });

export function put(data, pointer, value) {
    const path = names(pointer), last = path.pop();
    let at = data;
    for (const name of path) {
        if (!Object.hasOwn(at, name) || typeof at[name] !== 'object' || at[name] === null) own(at, name, {});
        at = at[name];
    }
    own(at, last, value);
}

// Removes the value at the pointer and gives it; objects that are empty without it go too.
export function take(data, pointer) {
    return remove(data, names(pointer));
}

const isObject = (value) => typeof value === 'object' && value !== null;

function remove(data, [name, ...deeper]) {
    if (!isObject(data) || !Object.hasOwn(data, name)) return undefined;
    const value = deeper.length ? remove(data[name], deeper) : data[name];
    const bare = isObject(data[name]) && Object.keys(data[name]).length === 0;
    if (!deeper.length || bare) delete data[name];
    return value;
}
