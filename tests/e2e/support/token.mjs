// Tokens as an issuer of the tests' own signs them.
import { createHmac } from 'node:crypto';

export const SECRET = 'a secret of the end-to-end tests, long enough';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const now = () => Math.floor(Date.now() / 1000);

// `claims` over sensible ones; undefined takes one away.  `how` may change header, secret, hash.
export function token(claims = {}, { header = { alg: 'HS256', typ: 'JWT' }, secret = SECRET, hash = 'sha256', raw } = {}) {
    const payload = raw ?? { iss: 'studyspot', aud: 'roomd', sub: 'u1', exp: now() + 600, ...claims };
    const signed = `${part(header)}.${part(payload)}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

export const ISSUER = { algorithms: ['HS256'], key: '${env:ROOMD_TEST_JWT}', issuer: 'studyspot', audience: 'roomd' };
export const ENV = { ROOMD_TEST_JWT: SECRET };

// The identity and the rooms of the contract.
export const IDENTITY = {
    auth: { mode: 'required', issuers: [ISSUER], claims: { user: 'sub', role: 'role', tenant: 'tenantId' } },
    rooms: {
        user: { join: 'auto', allow: [{ claim: 'sub', equals: '{id}' }] },
        role: { join: 'auto', allow: [{ claim: 'role', equals: '{id}' }] },
        tenant: { join: 'auto', allow: [{ claim: 'tenantId', equals: '{id}' }] },
        library: { join: 'request', allow: [{ claim: 'libraryIds', contains: '{id}' }] },
    },
};
