// Made by `roomd catalogue types`. To change it, change the catalogue and run it again.
// Digest of the catalogue: 0123456789abcdef
//
// import { io, type Socket } from 'socket.io-client';
// const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io(url);

/** A price */
export type Price = {
    shopId: string;
    /** In euros */
    price: number;
    unit?: "h" | "d";
};

export type Typing = boolean;

/** The answer to `join:` and `leave:`. The codes are in docs/errors.md. */
export type RoomAnswer =
    | { ok: true; room: string; members: number }
    | { ok: false; error: { code: string; message: string; data?: unknown } };

/** The answer to an event that goes to a room. */
export type EmitAnswer =
    | { ok: true; recipients: number }
    | { ok: false; error: { code: string; message: string; pointer?: string } };

export interface ServerToClientEvents {
    "news": (data: unknown) => void;
    "price:set": (data: Price) => void;
    "typing": (room: `shop:${string}`, data: Typing, from: { user: string | null }) => void;
    /** A join without an ack was refused; `room` is null where there can be none of the name. */
    "join:error": (refusal: { room: string | null; code: string; message: string; data?: unknown }) => void;
    /** The rules have changed: the client is not in the room any more. */
    "room:left": (left: { room: string; reason: string }) => void;
    /** The token gives no room of this kind: what `claim` holds can be no id. */
    "room:refused": (refusal: { kind: string; claim: string; code: string; message: string }) => void;
    /** Too many events: they wait (`slowed_down`), or one without an ack was dropped (`too_many_events`). */
    "rate:warning": (warning: { code: string; message: string; limit?: number; event?: string }) => void;
    /** An event without an ack was refused. */
    "emit:error": (refusal: { event: string; room?: string; code: string; message: string; pointer?: string }) => void;
}

export interface ClientToServerEvents {
    "join:shop": (id: string | number, answer: (answer: RoomAnswer) => void) => void;
    "leave:shop": (id: string | number, answer: (answer: RoomAnswer) => void) => void;
    join: (room: string, answer: (answer: RoomAnswer) => void) => void;
    leave: (room: string, answer: (answer: RoomAnswer) => void) => void;
    "typing": (room: `shop:${string}`, data: Typing, answer?: (answer: EmitAnswer) => void) => void;
}
