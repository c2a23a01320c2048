// What `roomd explain` says, and what a daemon of the same file does, in the same words.
import { call, request } from './admin.mjs';
import { client } from './clients.mjs';
import { until, within } from './wait.mjs';

// Runs a command with the daemon's file and its environment.
export const told = (server, words, options = {}) =>
    within(`roomd ${words[0]}`, call([...words, '--config', server.file], { env: server.env, ...options }).ended);

export async function explained(server, ...words) {
    const { code, out } = await told(server, ['explain', '--json', ...words]);
    const { success, data, error } = JSON.parse(out);
    return success ? { exit: code, ...data } : { exit: code, error: error.code };
}

const page = (options) => (options.origin === undefined ? {} : { extraHeaders: { Origin: options.origin } });

// How someone gets on who wants to be in a room: 'auto', 'yes', or the code of the refusal.
export async function joined(t, server, room, { token, origin, namespace = '/' } = {}) {
    const auth = token === undefined ? {} : { token };
    const socket = client(t, server, { transports: ['websocket'], auth, ...page({ origin }) }, namespace);
    let refusal;
    socket.on('connect_error', (error) => (refusal = error));
    await until('the connection or why not', () => socket.connected || refusal);
    if (refusal) return code_of(refusal);
    const there = async () => {
        const query = `room=${encodeURIComponent(room)}&namespace=${encodeURIComponent(namespace)}&limit=10000`;
        const answer = await request(server.admin, 'GET', `/admin/clients?${query}`);
        return answer.status === 200 && JSON.parse(answer.body).data.clients.some(({ id }) => id === socket.id);
    };
    try {
        if (await there()) return 'auto';
        const answer = await within('the answer', socket.emitWithAck('join', room));
        return answer.ok ? 'yes' : answer.error.code;
    } finally {
        socket.io._close();
    }
}

function code_of(error) {
    if (error.data?.code) return error.data.code;
    if (error.message === 'Invalid namespace') return 'namespace_unknown';
    return error.message === 'websocket error' ? 'origin_refused' : error.message;
}

// What a backend is answered: the rooms, or the code of the refusal.
export async function emitted(server, body) {
    const answer = await (await server.post('/api/emit', body)).json();
    return answer.success ? answer.data.rooms : answer.error.code;
}
