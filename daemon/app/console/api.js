// The daemon's answers: {"success":true,"data":…} or {"success":false,"error":{code,message,pointer}}.

const STORED = 'roomd-console-key';
const base = new URL('api/', document.baseURI);
const listeners = [];

export const key = {
    get: () => sessionStorage.getItem(STORED) ?? '',
    set: (value) => value ? sessionStorage.setItem(STORED, value) : sessionStorage.removeItem(STORED),
};

// The daemon answered, and the answer is no.
export class Refused extends Error {
    constructor(status, { code = '', message = `status ${status}`, pointer = '' } = {}) {
        super(message);
        Object.assign(this, { status, code, pointer });
    }
}

// It would say yes to a key, or to another key.
export const needsKey = (error) => error instanceof Refused && (error.status === 401 || error.code === 'key_scope');

// Called with a Refused whenever a call needs a key, or another one than the page has by then.
export const whenRefused = (listener) => listeners.push(listener);

export const get = (name, query = {}, options) => request('GET', name, { query, ...options });
export const post = (name, body, options) => request('POST', name, { body, ...options });

// `name`: below the console's own api/, or a path that begins with a slash.  `listen`: tell the
// listeners of a refusal.  `signal`: aborts the call.
async function request(method, name, { query, body, timeout = 15000, signal, listen = true } = {}) {
    const url = new URL(name, base);
    for (const [field, value] of Object.entries(query ?? {}))
        if (value !== '' && value !== undefined) url.searchParams.set(field, value);
    const headers = {}, used = key.get();
    if (used) headers.Authorization = `Bearer ${used}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const response = await fetch(url, {
        method, headers, cache: 'no-store', credentials: 'omit',
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]),
    });
    const said = await response.json().catch(() => ({}));
    if (response.ok && said.success) return said.data;
    const refused = new Refused(response.status, said.error);
    if (listen && needsKey(refused) && used === key.get()) for (const listener of listeners) listener(refused);
    throw refused;
}

// For people: why a call failed.
export const why = (error) => error instanceof Refused ? error.message : 'The daemon does not answer.';
