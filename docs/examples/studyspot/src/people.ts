// Stands in for a login: the people of the demonstration, and the tokens that say who they are.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { secret } from './secrets.js';

export interface Person {
    sub: string;
    role: 'student' | 'library_owner' | 'front_desk';
    tenantId?: string;
    libraryIds?: string[];
}

const works = { tenantId: 't1', libraryIds: ['lib1'] };
const PEOPLE: Person[] = [
    { sub: 'ada', role: 'student' },
    { sub: 'ben', role: 'student' },
    { sub: 'olga', role: 'library_owner', ...works },
    { sub: 'dan', role: 'front_desk', ...works },
];
export const person = (name: string): Person | undefined => PEOPLE.find(({ sub }) => sub === name);

const LIFETIME = 300; // s: short, because a token cannot be revoked
const key = secret('jwt_key');
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signature = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');

export function tokenOf(who: Person): string {
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'studyspot', aud: 'roomd', iat: now, exp: now + LIFETIME, ...who })}`;
    return `${text}.${signature(text)}`;
}

/** Whom a token of ours names; undefined where it is not ours, or too old. */
export function bearer(token: string): Person | undefined {
    const [head, body, sign = ''] = token.split('.');
    const wanted = Buffer.from(signature(`${head}.${body}`));
    const given = Buffer.from(sign);
    if (wanted.length !== given.length || !timingSafeEqual(wanted, given)) return undefined;
    const claims = JSON.parse(Buffer.from(body ?? '', 'base64url').toString()) as Person & { exp: number };
    return claims.exp > Date.now() / 1000 ? claims : undefined;
}
