export interface About {
    event?: string | undefined;
    key?: string | undefined;
    pointer?: string | undefined;
    status?: number | undefined;
    cause?: unknown;
}

/** What can go wrong with an emit.  `code` is for programs and stays, `message` is for people. */
export class RoomdError extends Error {
    override readonly name: string = 'RoomdError';
    readonly event: string | undefined;
    /** The event's key, by which the daemon knows it again. */
    readonly key: string | undefined;
    /** Where in the event the fault is: a JSON pointer such as `/data/status`. */
    readonly pointer: string | undefined;
    readonly status: number | undefined;

    constructor(readonly code: string, message: string, about: About = {}) {
        super(message, about.cause === undefined ? undefined : { cause: about.cause });
        this.event = about.event;
        this.key = about.key;
        this.pointer = about.pointer;
        this.status = about.status;
    }
}

/** The daemon, or this library ahead of it, does not take the event.  Sending it again changes nothing. */
export class EmitRefused extends RoomdError {
    override readonly name = 'EmitRefused';
}

/**
 * The event was given up: `queue_full`, `deadline`, `closed`, or `answer_invalid`.  After `deadline` and
 * `answer_invalid` it may have been sent all the same.
 */
export class EmitDropped extends RoomdError {
    override readonly name = 'EmitDropped';
}
