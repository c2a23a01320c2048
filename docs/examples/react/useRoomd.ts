// A connection to roomd that lives as long as the component that asked for it.
import { useEffect, useRef, useState } from 'react';
import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, RoomAnswer, ServerToClientEvents } from './events.js'; // roomd catalogue types > events.ts

export type Roomd = Socket<ServerToClientEvents, ClientToServerEvents>;

export interface Options {
    /** Asked before each connection, so also after each loss of one. What it throws is tried again. */
    token: () => Promise<string>;
    /** Joined at each connection. One more or one fewer later makes no new connection. */
    rooms?: readonly string[];
    /** What hears of events: always those of the last rendering. */
    on?: Partial<ServerToClientEvents>;
    /** Each time that the client is in its rooms: the place to ask a backend for what was missed. */
    onJoined?: (answers: Record<string, RoomAnswer>) => void;
}

/** `connecting`, `live`, `reconnecting`; `refused`: roomd will not have this client, and it does not try again by itself. */
export type State = 'connecting' | 'live' | 'reconnecting' | 'refused';

const pause = () => 2000 * (1 + Math.random()); // ms, before another try where roomd or the login says no for now

export function useRoomd(url: string, options: Options): { state: State; socket: Roomd | null; error: Error | null } {
    const [state, setState] = useState<State>('connecting');
    const [error, setError] = useState<Error | null>(null);
    const [socket, setSocket] = useState<Roomd | null>(null);
    const latest = useRef(options);
    useEffect(() => {
        latest.current = options;
    });

    useEffect(() => {
        let gone = false;
        let timer: ReturnType<typeof setTimeout> | undefined;
        const one: Roomd = io(url, {
            autoConnect: false,
            forceNew: true, // another component's is not ours to close
            auth: (send) => {
                const { engine } = one.io;
                const isNow = () => !gone && one.io.engine === engine; // a token that comes late belongs to no other connection
                latest.current.token().then((token) => isNow() && send({ token }), (why: Error) => {
                    if (!isNow()) return;
                    setError(why);
                    timer = setTimeout(() => isNow() && engine.close(), pause()); // the client comes back, and asks again
                });
            },
        });
        one.on('connect', () => setError(null));
        one.on('disconnect', (reason) => {
            if (!gone) setState(one.active ? 'reconnecting' : 'refused');
            if (!gone && !one.active) setError(new Error(reason));
        });
        one.on('connect_error', (why: Error & { data?: { retryable?: boolean } }) => {
            const again = one.active || why.data?.retryable === true;
            setState((was) => (!again ? 'refused' : was === 'connecting' ? was : 'reconnecting'));
            setError(why);
            if (again && !one.active) timer = setTimeout(() => one.connect(), pause());
        });
        one.onAny((event: string, ...args: unknown[]) => {
            const { on = {} } = latest.current;
            if (Object.hasOwn(on, event)) (on[event as keyof ServerToClientEvents] as (...args: unknown[]) => void)?.(...args);
        });
        setSocket(one);
        // StrictMode mounts, unmounts and mounts in one go: only what is still there after that connects.
        queueMicrotask(() => gone || one.connect());
        return () => {
            gone = true;
            clearTimeout(timer);
            one.off();
            one.offAny();
            one.disconnect();
            setSocket(null);
            setError(null);
            setState('connecting');
        };
    }, [url]);

    useRooms(socket, options.rooms ?? [], (answers) => {
        setState('live');
        latest.current.onJoined?.(answers);
    });
    return { state, socket, error };
}

// Keeps the client in these rooms; `joined` is told after each connection, and when the list has changed.
function useRooms(socket: Roomd | null, rooms: readonly string[], joined: (answers: Record<string, RoomAnswer>) => void): void {
    const tell = useRef(joined);
    const held = useRef(new Set<string>());
    useEffect(() => {
        tell.current = joined;
    });
    const key = [...new Set(rooms)].sort().join(' '); // no room has a blank in its name
    useEffect(() => {
        if (!socket) return;
        const wanted = key ? key.split(' ') : [];
        let over = false;
        const join = async () => {
            const left = [...held.current].filter((room) => !wanted.includes(room));
            held.current = new Set(wanted);
            for (const room of left) socket.emit('leave', room, () => undefined);
            try {
                const answers = await Promise.all(wanted.map(async (room) => [room, await socket.emitWithAck('join', room)] as const));
                if (!over) tell.current(Object.fromEntries(answers));
            } catch {
                // The connection is gone; `connect` comes again.
            }
        };
        const connected = () => {
            held.current.clear(); // of an earlier connection
            void join();
        };
        socket.on('connect', connected);
        if (socket.connected) void join();
        return () => {
            over = true;
            socket.off('connect', connected);
        };
    }, [socket, key]);
}
