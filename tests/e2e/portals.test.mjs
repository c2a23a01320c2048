// The original service's origins, as written, by every way a browser comes: one matcher for all.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { MODES, connected } from './support/clients.mjs';
import { binary, roomd, settings } from './support/roomd.mjs';

const portals = [
    { name: 'owner', origins: ['http://localhost:3000', 'https://studyspot-*.vercel.app'] },
    { name: 'student', origins: ['http://localhost:5173', 'https://*.pages.dev'] },
];
const admitted = [
    'http://localhost:3000',
    'http://localhost:5173',
    'https://studyspot-git-main.vercel.app',
    'https://studyspot.pages.dev',
];
const refused = [
    'http://localhost:3001',
    'https://studyspot-a.evil.vercel.app',
    'https://studyspot-x.vercel.app.evil.com',
    'https://a.b.pages.dev',
    'http://studyspot.pages.dev',
    'https://studyspot.pages.dev.',
    'null',
];
const server = await roomd({ after }, { portals });
const preflight = (Origin) => server.get('/socket.io/?EIO=4&transport=polling', {
    method: 'OPTIONS',
    headers: { Origin, 'Access-Control-Request-Method': 'POST' },
});

for (const Origin of admitted)
    test(`${Origin} is admitted by polling, upgrade and preflight`, async (t) => {
        for (const mode of ['polling only', 'websocket only', 'polling that upgrades'])
            await connected(t, server, { ...MODES[mode], extraHeaders: { Origin } });
        assert.equal((await preflight(Origin)).headers.get('access-control-allow-origin'), Origin);
    });

for (const Origin of refused)
    test(`${Origin} is refused by polling, upgrade and preflight`, async (t) => {
        for (const mode of ['polling only', 'websocket only'])
            await assert.rejects(connected(t, server, { ...MODES[mode], extraHeaders: { Origin } }));
        assert.equal((await preflight(Origin)).headers.get('access-control-allow-origin'), null);
        const answer = await server.get('/socket.io/?EIO=4&transport=polling', { headers: { Origin } });
        assert.equal(answer.status, 403);
        assert.deepEqual(await answer.json(), { code: 4, message: 'Forbidden' });
    });

test('a wildcard under which anyone can register is a warning, at the start and in a check', () => {
    const told = 'anyone can register a name under';
    assert.equal(server.output.split(told).length - 1, 2);
    const check = spawnSync(binary, ['check', '--config', server.file], { encoding: 'utf8' });
    assert.equal(check.status, 0);
    assert.match(check.stderr, /warning: origin "https:\/\/\*\.pages\.dev": anyone can register/);
});

test('a wildcard under a public suffix prevents the start', () => {
    const file = path.join(server.folder, 'registry.yaml');
    writeFileSync(file, JSON.stringify(settings(0, { portals: [{ name: 'all', origins: ['https://*.com'] }] })));
    const check = spawnSync(binary, ['run', '--config', file], { encoding: 'utf8' });
    assert.equal(check.status, 3);
    assert.match(check.stderr, /the wildcard covers the public suffix "com"/);
});
