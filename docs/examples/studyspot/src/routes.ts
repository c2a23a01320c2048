// The routes of the product. Each changes something, and says so with a line that the catalogue has given a name.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { availability, book, find, library, move, refuse, reprice, snapshot } from './library.js';
import { bearer, person, tokenOf, type Person } from './people.js';
import { emitBookingCancelled, emitBookingCheckin, emitBookingCheckout, emitBookingCreated, emitNotification, emitPricingUpdated,
    emitSeatAvailability } from './realtime.js';

const text = (most: number) => ({ type: 'string', minLength: 1, maxLength: most, pattern: '^[A-Za-z0-9_.@+~-]+$' });
const body = (properties: Record<string, unknown>, required: string[]) => ({ schema: { body: { type: 'object', properties, required } } });
const staff = ['library_owner', 'front_desk'] as const;

// Whoever asks, where the role is one of these.
function asking(request: FastifyRequest, ...roles: Person['role'][]): Person {
    const who = bearer(request.headers.authorization?.replace(/^Bearer /, '') ?? '') ?? refuse(401, 'log in first');
    return !roles.length || roles.includes(who.role) ? who : refuse(403, `not for the role ${who.role}`);
}

export function routes(app: FastifyInstance, live: string): void {
    app.post<{ Body: { user: string } }>('/api/login', body({ user: text(64) }, ['user']), async ({ body: { user } }) => {
        const who = person(user) ?? refuse(401, `nobody is called ${user}`);
        return { token: tokenOf(who), live, role: who.role, libraryId: library.libraryId };
    });

    app.get('/api/library', async (request) => {
        asking(request);
        return snapshot();
    });

    // Students book for themselves, the desk for whoever stands there.
    app.post<{ Body: { seatId: string; userId?: string } }>('/api/bookings', body({ seatId: text(8), userId: text(64) }, ['seatId']),
        async (request, reply) => {
            const who = asking(request, 'student', ...staff);
            const booking = book(request.body.seatId, who.role === 'student' ? who.sub : (request.body.userId ?? 'guest'));
            emitBookingCreated(booking);
            emitSeatAvailability(availability());
            return reply.code(201).send(booking);
        });

    app.post<{ Params: { id: string } }>('/api/bookings/:id/checkin', async (request) => {
        asking(request, ...staff);
        const booking = move(find(request.params.id), ['confirmed'], 'checked_in');
        emitBookingCheckin(booking);
        emitNotification({ userId: booking.userId, title: `Welcome! Seat ${booking.seatId} is yours until ${booking.endTime?.slice(11, 16)} UTC.` });
        return booking;
    });

    app.post<{ Params: { id: string } }>('/api/bookings/:id/checkout', async (request) => {
        asking(request, ...staff);
        const booking = move(find(request.params.id), ['checked_in'], 'completed');
        emitBookingCheckout(booking);
        emitSeatAvailability(availability());
        return booking;
    });

    app.delete<{ Params: { id: string } }>('/api/bookings/:id', async (request) => {
        const who = asking(request);
        const booking = find(request.params.id);
        if (who.role === 'student' && booking.userId !== who.sub) refuse(403, 'the booking is somebody else\'s');
        const cancelled = move(booking, ['confirmed'], 'cancelled');
        emitBookingCancelled(cancelled);
        emitSeatAvailability(availability());
        return cancelled;
    });

    app.put<{ Params: { libraryId: string }; Body: { newPrice: number } }>('/api/libraries/:libraryId/pricing',
        body({ newPrice: { type: 'number', minimum: 0, maximum: 1000 } }, ['newPrice']), async (request) => {
            const { libraryIds = [] } = asking(request, 'library_owner');
            if (!libraryIds.includes(request.params.libraryId)) refuse(403, 'the library is somebody else\'s');
            const plan = reprice(request.body.newPrice);
            emitPricingUpdated(request.params.libraryId, plan);
            return plan;
        });
}
