// Stands in for a database: one library, the last booking of each of its seats, and the price of an hour.
import type { Booking, Pricing, Seat } from './realtime.js';

export const library = { libraryId: 'lib1', tenantId: 't1', name: 'Reading room' };
export const seats = ['A', 'B', 'C', 'D'].flatMap((row) => [1, 2, 3, 4, 5, 6].map((place) => `${row}${place}`));

export type Taken = Booking & { seatId: string; userId: string };
const bookings = new Map<string, Taken>(); // by seat
let price: Omit<Pricing, 'libraryId'> = { newPrice: 2, currency: 'EUR', unit: 'hour' };
let last = 0;

/** What a request asks for and cannot have; Fastify answers with the status. */
export function refuse(statusCode: number, message: string): never {
    throw Object.assign(new Error(message), { statusCode });
}

const isOver = ({ status }: Booking): boolean => status === 'cancelled' || status === 'completed';
const free = (seatId: string): boolean => isOver(bookings.get(seatId) ?? ({ status: 'completed' } as Booking));

export const snapshot = () => ({ ...library, seats, price, bookings: [...bookings.values()], at: new Date().toISOString() });
export const availability = (): Seat =>
    ({ libraryId: library.libraryId, totalSeats: seats.length, availableSeats: seats.filter(free).length });

export function book(seatId: string, userId: string): Taken {
    if (!seats.includes(seatId)) refuse(404, `there is no seat ${seatId}`);
    if (!free(seatId)) refuse(409, `seat ${seatId} is taken`);
    const now = Date.now();
    const booking: Taken = { bookingId: `b${++last}`, userId, libraryId: library.libraryId, tenantId: library.tenantId, seatId, status: 'confirmed',
        startTime: new Date(now).toISOString(), endTime: new Date(now + 7_200_000).toISOString(), totalPrice: 2 * price.newPrice,
        currency: price.currency, updatedAt: new Date(now).toISOString() };
    bookings.set(seatId, booking);
    return booking;
}

export const find = (bookingId: string): Taken =>
    [...bookings.values()].find((one) => one.bookingId === bookingId) ?? refuse(404, `there is no booking ${bookingId}`);

/** Moves a booking on, from one of the states that it may be in. */
export function move(booking: Taken, from: Booking['status'][], status: Booking['status']): Taken {
    if (!from.includes(booking.status)) refuse(409, `the booking is ${booking.status}`);
    const moved = { ...booking, status, updatedAt: new Date().toISOString() };
    bookings.set(booking.seatId, moved);
    return moved;
}

export function reprice(newPrice: number): Omit<Pricing, 'libraryId'> {
    return (price = { ...price, oldPrice: price.newPrice, newPrice, effectiveFrom: new Date().toISOString() });
}
