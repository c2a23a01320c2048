// The real socket.io-client, in each of the ways it connects.
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';
import { once, until } from './wait.mjs';

export const MODES = {
    'websocket only': { transports: ['websocket'] },
    'polling only': { transports: ['polling'], upgrade: false },
    'polling that upgrades': { transports: ['polling', 'websocket'] },
};

// A client that is told to close when the test ends.  Not connected yet.  The test fails when one
// that is to poll has used anything else, in any of its connections.
export function client(t, server, options = {}, namespace = '/') {
    const socket = io(server.url + namespace, { reconnection: false, forceNew: true, ...options });
    const used = new Set();
    socket.io.on('open', () => {
        used.add(socket.io.engine.transport.name);
        socket.io.engine.on('upgrade', ({ name }) => used.add(name));
    });
    t.after(() => {
        socket.close();
        socket.io._close(); // with the other namespaces a test has joined on it
        if (options.upgrade === false && used.size) assert.deepEqual([...used], ['polling']);
    });
    return socket;
}

export async function connected(t, server, options, namespace) {
    const socket = client(t, server, options, namespace);
    let refused;
    socket.on('connect_error', (error) => (refused = error));
    await until('the connection', () => {
        if (refused) throw refused;
        return socket.connected;
    });
    return socket;
}

// Waits for the transport the mode is about.  A polling client has nothing to wait for.
export async function settled(mode, socket) {
    if (mode !== 'polling only')
        await until('the upgrade', () => socket.io.engine.transport.name === 'websocket');
    return socket;
}

export const transport = (socket) => socket.io.engine.transport.name;

// Everything `event` brings, as a growing list.
export function received(socket, event) {
    const list = [];
    socket.on(event, (...args) => list.push(args.length === 1 ? args[0] : args));
    return list;
}
