// How many seats of a library are free, always.
import { useState } from 'react';
import { useRoomd } from './useRoomd.js';

async function ask(path: string, init?: RequestInit) {
    const answer = await fetch(path, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
}

export function SeatCount({ url, libraryId }: { url: string; libraryId: string }) {
    const [free, setFree] = useState<number>();
    const { state, error } = useRoomd(url, {
        token: async () => (await ask('/api/token', { method: 'POST' })).token,
        rooms: [`library:${libraryId}`],
        on: { 'seat:availability': (seats) => setFree(seats.availableSeats) },
        onJoined: () => void ask(`/api/libraries/${libraryId}/seats`).then((seats) => setFree(seats.availableSeats), () => undefined),
    });
    return <p className={state}>{state === 'refused' ? error?.message : `${free ?? '–'} seats are free${state === 'live' ? '' : ` (${state})`}`}</p>;
}
