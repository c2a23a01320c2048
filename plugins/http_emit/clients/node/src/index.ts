import { Fake } from './fake.js';
import { Daemon, type Options } from './live.js';
import { Emitter, type Events } from './target.js';
import { fromEnvironment } from './typed.js';

export { Clients, FakeClients, createClients, type ClientsOptions, type Done, type Members, type Moved, type OneClient, type Presence,
    type Whom } from './clients.js';
export { EmitDropped, EmitRefused, RoomdError } from './errors.js';
export type { Check, Confirmation, EmitOptions, Fault } from './event.js';
export { Fake, type Emitted } from './fake.js';
export type { Options } from './live.js';
export { checker, type Schema } from './schema.js';
export type { Stats } from './sender.js';
export { Emitter, Target, type Events, type Within } from './target.js';
export type { Queryable } from './transaction.js';
export { typed, type Call, type Live, type Spec, type Table } from './typed.js';
export { Ulids } from './ulid.js';

/** An emitter to a daemon.  What is left out comes from ROOMD_URL, ROOMD_SOCKET and ROOMD_KEY.  Throws what is wrong with the options. */
export function createEmitter<E = Events>(options: Options = {}): Emitter<E> {
    return new Emitter<E>(new Daemon(fromEnvironment(options)));
}

/** An emitter for tests. */
export function fake<E = Events>(): Fake<E> {
    return new Fake<E>();
}
