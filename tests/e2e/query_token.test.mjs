// A token in the query of the handshake: it counts where it is allowed, last of all, and is written nowhere.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { request } from './support/admin.mjs';
import { MODES, client, connected } from './support/clients.mjs';
import { roomd, settings } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { once } from './support/wait.mjs';

const open = { ...IDENTITY, auth: { ...IDENTITY.auth, query: 'token' }, log: { level: 'debug' } };
const server = await roomd({ after }, open, ENV);
const members = async (room, on = server) => (await on.emit('probe', null, room)).recipients;

async function refusal(t, options, on = server) {
    const socket = client(t, on, options);
    const [error] = await once(socket, 'connect_error');
    return error.data?.code;
}

for (const [mode, options] of Object.entries(MODES)) {
    describe(mode, () => {
        test('the token in the query says who it is', async (t) => {
            const sub = `q-${mode.replaceAll(' ', '-')}`;
            await connected(t, server, { ...options, query: { token: token({ sub }) } });
            assert.equal(await members(`user:${sub}`), 1);
        });

        test('a bad one is refused with its code', async (t) => {
            const old = token({ exp: 1000000000 });
            assert.equal(await refusal(t, { ...options, query: { token: 'nonsense' } }), 'token_malformed');
            assert.equal(await refusal(t, { ...options, query: { token: old } }), 'token_expired');
            assert.equal(await refusal(t, { ...options, query: { token: '' } }), 'token_missing');
        });
    });
}

test('the token may stand in the URL; the one in CONNECT goes before it', async (t) => {
    const socket = client(t, { url: '' }, {}, `${server.url}/?token=${token({ sub: 'url' })}`);
    await once(socket, 'connect');
    assert.equal(await members('user:url'), 1);
    await connected(t, server, { query: { token: token({ sub: 'query' }) }, auth: { token: token({ sub: 'packet' }) } });
    assert.deepEqual([await members('user:packet'), await members('user:query')], [1, 0]);
    assert.equal(await refusal(t, { query: { token: token() }, auth: { token: 'bad' } }), 'token_malformed');
});

test('where auth.query is not set, the query says nothing', async (t) => {
    const other = await roomd(t, IDENTITY, ENV);
    assert.equal(await refusal(t, { query: { token: token() } }, other), 'token_missing');
});

test('neither log nor pages nor tail show the token', async (t) => {
    const own = await roomd(t, (port) => ({ ...settings(port, open), admin: { socket: 'admin.sock' } }), ENV);
    const admin = (where) => request(path.join(own.folder, 'admin.sock'), 'GET', where).then(({ body }) => body);
    const good = token({ sub: 'hidden' });
    const bad = token({ sub: 'hidden' }, { secret: 'x'.repeat(40) });
    const tail = admin('/admin/tail');
    for (const options of Object.values(MODES)) {
        await connected(t, own, { ...options, query: { token: good } });
        assert.equal(await refusal(t, { ...options, query: { token: bad } }, own), 'token_signature');
        const strangers = { ...options, query: { token: good }, extraHeaders: { Origin: 'https://evil.example' } };
        await once(client(t, own, strangers), 'connect_error');
    }
    await fetch(`${own.url}/socket.io/?EIO=3&transport=polling&token=${good}`);
    await fetch(`${own.url}/socket.io/?EIO=4&transport=polling&sid=gone&token=${good}`);
    await fetch(`${own.url}/elsewhere?token=${good}`);
    await own.logs(/origin not allowed/);
    const pages = await Promise.all([
        own.get('/metrics').then((answer) => answer.text()),
        own.get('/health').then((answer) => answer.text()),
        admin('/admin/clients?user=hidden'),
        admin('/admin/stats'),
        own.emit('probe', null, 'user:hidden').then(() => tail),
    ]);
    await own.stop();
    for (const said of [own.output, ...pages])
        for (const secret of [good, bad])
            assert.ok(!said.includes(secret) && !said.includes(secret.split('.')[2]), said);
});
