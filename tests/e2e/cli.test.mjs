// The commands that need no daemon, as strangers use them: good, and wrong in each way.  What talks to
// a daemon is in admin.test.mjs, explain in explain.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { administered, call } from './support/admin.mjs';
import { binary, freePort, plugin, settings, source } from './support/roomd.mjs';
import { ENV, IDENTITY, SECRET, now, token } from './support/token.mjs';
import { until, within } from './support/wait.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name, text) {
    const where = path.join(folder, name);
    writeFileSync(where, typeof text === 'object' && !Buffer.isBuffer(text) ? JSON.stringify(text, null, 1) : text);
    return where;
}
// To its end: one that goes on, as a daemon does, is a failure and is ended.
async function roomd(words, options = {}) {
    const { child, ended } = call(words, { env: ENV, ...options });
    try {
        return await within(`roomd ${words.join(' ').slice(0, 80)}`, ended, 10000);
    } finally {
        child.kill('SIGKILL');
    }
}
// One JSON document, and the exit code beside it.
async function json(words, options) {
    const { code, out, err } = await roomd([...words, '--json'], options);
    assert.equal(err, '');
    return { code, ...JSON.parse(out) };
}

const PORTALS = [
    { name: 'owner', origins: ['http://localhost:3000', 'https://studyspot-*.vercel.app'], roles: ['library_owner', 'staff'] },
    { name: 'student', origins: ['https://*.pages.dev'] },
];
const DIGEST = '01795235db240bcc0705a42cd3437be34e093c207081da8e90340caac84506ea';
const KEYS = [{ name: 'backend', key: `sha256:${DIGEST}`, scopes: ['emit'] }];
const good = file('good.yaml', settings(3999, { ...IDENTITY, portals: PORTALS, keys: KEYS }));
const open = file('open.yaml', settings(3999));
const secret = file('secret', `${SECRET}\n`);

// No message shows these.
const quiet = ({ out, err }) => {
    for (const text of [SECRET, DIGEST, 'hunter2']) assert.ok(!(out + err).includes(text), out + err);
};
const table = (name, cases, run) =>
    describe(name, { concurrency: 8 }, () => {
        for (const [about, ...given] of cases) test(about, () => run(...given));
    });

describe('check', { concurrency: 8 }, () => {
    test('a good file is good; warnings are printed, also for programs', async () => {
        const said = await roomd(['check', '-c', good]);
        assert.deepEqual([said.code, said.out], [0, `${good}: good\n`]);
        assert.match(said.err, /good\.yaml:\d+:\d+: warning: .*anyone can register a name under "pages\.dev"/);
        const { code, data } = await json(['check', '-c', good]);
        assert.equal(code, 0);
        assert.deepEqual(data.warnings.map(({ line }) => line > 1), [true, true]);
    });
    test('the shipped samples are good in a checkout, without credentials and with no plugin installed', async () => {
        const { CREDENTIALS_DIRECTORY: _, ...env } = ENV;
        const sample = path.join(source, 'conf/studyspot.yaml');
        const said = await roomd(['check', '-c', sample], { env });
        assert.deepEqual([said.code, said.out], [0, `${sample}: good\n`], said.err);
        const lines = said.err.split('\n').filter((line) => !line.includes('anyone can register') && /warning/.test(line));
        assert.deepEqual(lines, [`${sample}: warning: not checked: the secrets jwt_key, emit_key, which only the running service and root beside it can read`]);
        const unread = await json(['token', 'verify', 'x', '-c', sample], { env });
        assert.deepEqual([unread.code, unread.error.code], [3, 'issuer_keys_unreadable']);
        assert.match(unread.error.message, /run this as root beside the running service.*\(not read: jwt_key, emit_key\)/);
        const dev = path.join(source, 'conf/roomd.dev.yaml');
        assert.equal((await roomd(['check', '-c', dev], { env })).out, `${dev}: good\n`);
        assert.equal((await roomd(['run', '-c', sample], { env })).code, 3);
    });
    test('a file that every user may write to is a fault, for the start too', async () => {
        const writable = file('writable.yaml', settings(3999));
        chmodSync(writable, 0o666);
        for (const command of ['check', 'run']) {
            const said = await roomd([command, '-c', writable]);
            assert.deepEqual([said.code, said.err], [3, `${writable}: every user of this machine may write to "${writable}"\n  chmod o-w ${writable}\n`]);
        }
        chmodSync(writable, 0o664);
        assert.equal((await roomd(['check', '-c', writable])).code, 0);
    });
    test('a certificate that has expired, or soon will, is warned of with its date', async (t) => {
        const port = await freePort();
        const certified = (days) => {
            const at = (name) => path.join(folder, `${name}.${days}.pem`);
            execFileSync('openssl', ['req', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=a', '-keyout', at('key'), '-out', at('request')], { stdio: 'ignore' });
            execFileSync('openssl', ['x509', '-req', '-in', at('request'), '-signkey', at('key'), '-days', String(days), '-out', at('cert')], { stdio: 'ignore' });
            const listen = [{ address: `127.0.0.1:${port}`, tls: { certificate: at('cert'), key: at('key') } }];
            return file(`tls${days}.yaml`, settings(port, { listen }));
        };
        const date = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
        const expired = certified(-1);
        const said = await roomd(['check', '-c', expired]);
        assert.deepEqual([said.code, said.out], [0, `${expired}: good\n`], said.err);
        assert.match(said.err, new RegExp(`: warning: certificate \\S+cert\\.-1\\.pem expired on ${date(-1)}T\\S+Z: clients refuse it\n {2}replace it`));
        const { data } = await json(['check', '-c', expired]);
        assert.match(data.warnings[0].what, /expired on/);
        assert.match((await roomd(['check', '-c', certified(10)])).err, new RegExp(`expires on ${date(10)}T\\S+Z, in 9 days\n`));
        assert.equal((await roomd(['check', '-c', certified(15)])).err, '');
        // The start says so too, and goes on.
        const child = spawn(binary, ['run', '-c', expired], { stdio: ['ignore', 'ignore', 'pipe'] });
        t.after(() => child.kill('SIGKILL'));
        let log = '';
        child.stderr.on('data', (text) => (log += text));
        await until('the start', () => /notice ready/.test(log));
        assert.match(log, /warning configuration warning=.*certificate \S+ expired on/);
    });
    test('every fault is printed with its place, also for programs', async () => {
        const faulty = file('faulty.yaml', 'auth: { mode: none, cookei: x }\ndrain: 5\n');
        const said = await roomd(['check', '-c', faulty]);
        assert.deepEqual([said.code, said.out], [3, '']);
        assert.match(said.err, /^\S+:1:21: unknown key "cookei" in auth\n {2}did you mean "cookie"\?\n\S+:2:8: "drain"/);
        const { code, error } = await json(['check', '-c', faulty]);
        assert.deepEqual([code, error.code, error.faults.map(({ line, column }) => `${line}:${column}`)], [3, 'configuration_invalid', ['1:21', '2:8']]);
    });
});

let starts = 0;
table('what only the start would meet is met by check:', [
    ['a certificate that is not there', { listen: [{ address: '127.0.0.1:3999', tls: { certificate: '/nowhere.crt', key: '/nowhere.key' } }] },
        /listen 127\.0\.0\.1:3999: certificate \/nowhere\.crt: No such file/],
    ['a file that is not a certificate', { listen: [{ address: '127.0.0.1:3999', tls: { certificate: secret, key: secret } }] }, /certificate .*secret: /],
    ['a client bundle that is not there', { socketio: { client_directory: folder } }, /no client bundle in /],
    ['a guarded plugin that others reach without a key', { listen: [{ address: '0.0.0.0:3999' }] }, /can be reached by other machines/],
], async (changes, expected) => {
    const where = file(`start-${++starts}.yaml`, settings(3999, changes));
    for (const command of ['check', 'run']) {
        const said = await roomd([command, '-c', where]);
        assert.ok(said.code === 3 || (command === 'run' && said.code === 1), `${command}: ${said.code}`);
        assert.match(said.err, expected);
        quiet(said);
    }
});

const issuer = (key) => `auth: { mode: required, issuers: [ { algorithms: [HS256], key: ${key} } ] }`;
table('a file that check refuses', [
    ['that is not there', path.join(folder, 'nowhere.yaml'), /nowhere\.yaml: cannot be read: No such file/],
    ['that is a folder', folder, /cannot be read: it is not a file/],
    ['without end', '/dev/zero', /larger than 1048576 bytes/],
    ['with a name that no file has', 'x'.repeat(5000), /name too long/i],
    ['empty', file('empty.yaml', ''), /the file is empty/],
    ['of bytes', file('bytes.yaml', Buffer.from([0xff, 0xfe, 0, 1])), /bytes.yaml:1:1: the file is not UTF-8 here/],
    ['with a NUL', file('nul.yaml', 'auth: { mode: none }\n\0'), /nul.yaml:2:1: the file holds a control character/],
    ['that is not YAML', file('not.yaml', 'auth: [\n'), /not\.yaml:\d+:\d+: not YAML/],
    ['nested without end', file('deep.yaml', `a: ${'['.repeat(50000)}`), /nested more than 32 deep/],
    ['with a plugin that is not there', file('plugin.yaml', 'auth: { mode: none }\nplugins: { load: [ { name: nope } ] }'), /:2:\d+: plugin .*nope\.so: .*No such file/],
    ['with a file that is not a plugin', file('none.yaml', `auth: { mode: none }\nplugins: { load: [ { name: http_emit, file: ${good} } ] }`), /:2:\d+: plugin .*good\.yaml/],
    ['with an unknown key of a plugin', file('key.yaml', `auth: { mode: none }\nplugins: { load: [ { name: http_emit, file: ${plugin('http_emit')}, pth: 7 } ] }`), /unknown key "pth"\n {2}did you mean "path"\?/],
    ['with a secret in it', file('secret.yaml', issuer('hunter2hunter2hunter2hunter2hunter2')), /must not hold the key itself\n {2}write "\$\{file/],
    ['with an API key in it', file('api.yaml', 'auth: { mode: none }\nkeys: [ { name: a, key: hunter2, scopes: [emit] } ]'), /must not hold the key itself/],
    ['with a secret that is too short', file('short.yaml', issuer(`"\${file:${file('short', 'hunter2')}}"`)), /at least 32 bytes/],
    ['with a secret that is not there', file('unset.yaml', issuer('"${env:ROOMD_TEST_UNSET}"')), /ROOMD_TEST_UNSET.*cannot be read\n {2}it is not set/],
], async (where, expected) => {
    for (const command of [['check'], ['config', 'show'], ['run'], ['cors', 'test', 'http://a.test']]) {
        const said = await roomd([...command, '-c', where]);
        assert.deepEqual([said.code, said.out], [3, ''], said.err);
        assert.match(said.err, expected);
        quiet(said);
    }
});

describe('a configuration against the running one', () => {
    test('shows what a reload and what a restart would change, and no secret', async (t) => {
        const server = await administered(t, { keys: KEYS });
        const same = await roomd(['check', '--diff', '-c', server.file]);
        assert.equal(same.code, 0, same.err);
        assert.match(same.out, /: good\nthe daemon runs exactly this configuration\n$/);
        const running = await roomd(['config', 'show', '--running', '-c', server.file]);
        assert.match(running.out, /^service:\n {2}name: auth-service/);
        quiet(running);

        const next = file('next.yaml', settings(server.port + 1, { admin: { socket: server.admin }, drain: '3s', keys: [{ ...KEYS[0], key: `sha256:${'ab'.repeat(32)}` }] }));
        const said = await roomd(['check', '--diff', '-c', next]);
        assert.equal(said.code, 0, said.err);
        assert.match(said.out, /^drain: 200ms -> 3s \(reload\)$/m);
        assert.match(said.out, /^listen\[127\.0\.0\.1:\d+\]: .* \(restart\)$/m);
        assert.match(said.out, /^keys\[backend\]\.key: .*<hidden>.* -> .*<hidden>.* \(reload\)$/m);
        quiet(said);
        const { data } = await json(['check', '--diff', '-c', next]);
        assert.equal(data.changes.length, said.out.trim().split('\n').length - 1);

        const other = await roomd(['config', 'show', '--running', '--socket', server.admin]);
        assert.equal(other.out, running.out);
    });
    test('says that no daemon runs', async () => {
        const nowhere = path.join(folder, 'no.sock');
        const named = file('named.yaml', settings(3999, { admin: { socket: nowhere } }));
        for (const words of [['check', '--diff', '-c', good, '--socket', nowhere], ['check', '--diff', '-c', named],
            ['config', 'show', '--running', '--socket', nowhere], ['config', 'show', '--running', '-c', named]]) {
            const said = await roomd(words);
            assert.equal(said.code, 1, words.join(' '));
            assert.match(said.err, /there is no socket .*no\.sock: is the daemon running/);
        }
        const { code, error } = await json(['check', '--diff', '-c', named]);
        assert.deepEqual([code, error.code], [1, 'not_listening']);
    });
});

describe('config', { concurrency: 8 }, () => {
    test('show prints each key and its place, and no secret', async () => {
        const said = await roomd(['config', 'show', '--effective', '-c', good]);
        assert.equal(said.code, 0);
        assert.match(said.out, /^ {2}name: auth-service {2}# .*good\.yaml:\d+$/m);
        assert.match(said.out, /^ {2}leeway: 30s {2}# default$/m);
        assert.match(said.out, /key: "\$\{env:ROOMD_TEST_JWT\}"/);
        quiet(said);
    });
    test('schema is a JSON Schema', async () => {
        const said = await roomd(['config', 'schema']);
        const schema = JSON.parse(said.out);
        assert.equal(schema.additionalProperties, false);
        assert.ok(schema.properties.auth && schema.properties.rooms);
        assert.equal((await roomd(['config', 'schema', '-c', good])).code, 2);
    });
});

describe('token mint', { concurrency: 8 }, () => {
    const mint = (claims, more = [], key = secret) => ['token', 'mint', claims, '--key', key, ...more];
    test('makes a token that verify accepts, until it expires', async () => {
        const { out, code } = await roomd(mint('{"iss":"studyspot","aud":"roomd","sub":"u1","role":"student"}', ['--seconds', '60']));
        assert.equal(code, 0);
        const { data } = await json(['token', 'verify', out.trim(), '-c', good]);
        assert.equal(data.identity.user, 'u1');
        assert.deepEqual(data.identity.roles, ['student']);
        const { exp, iat } = data.identity.claims;
        assert.equal(exp - iat, 60);
        assert.equal(data.expires, new Date((exp + 30) * 1000).toISOString());
    });
    test('keeps the times in the claims, and has output for programs', async () => {
        const { data } = await json(mint('{"exp":7,"iat":5}'));
        assert.deepEqual(JSON.parse(Buffer.from(data.token.split('.')[1], 'base64url')), { exp: 7, iat: 5 });
    });
    const cases = [
        ['claims that are not an object', mint('[1]'), 2, /not a JSON object: write/],
        ['claims that are not JSON', mint('{'), 2, /not a JSON object/],
        ['a claim twice', mint('{"sub":"a","sub":"b"}'), 1, /duplicate members/],
        ['no algorithm', mint('{}', ['--algorithm', 'none']), 2, /"none" is not an algorithm: write HS256/],
        ['an invalid time', mint('{}', ['--seconds', '-5']), 2, /--seconds/],
        ['a key that is not there', mint('{}', [], path.join(folder, 'nokey')), 1, /nokey cannot be read: No such file/],
        ['a folder', mint('{}', [], folder), 1, /cannot be read: it is a folder/],
        ['a key without end', mint('{}', [], '/dev/zero'), 1, /larger than 65536 bytes/],
        ['a key that is too short', mint('{}', [], file('tiny', 'hunter2')), 1, /at least 32 bytes/],
        ['a secret for RS256', mint('{}', ['--algorithm', 'RS256']), 1, /secret cannot sign: it is neither PEM nor a JWK/],
        ['no key at all', ['token', 'mint', '{}'], 2, /--key is required/],
        ['an empty name', mint('{}', [], ''), 2, /--key: it is empty: name a file/],
    ];
    for (const [about, words, code, expected] of cases)
        test(`refuses ${about}`, async () => {
            const said = await roomd(words);
            assert.deepEqual([said.code, said.out], [code, ''], said.err);
            assert.match(said.err, expected);
            quiet(said);
        });
});

table('token verify', [
    ['takes a token from standard input, with any line end', '-', 0, 'u1', `${token()}\r\nmore\n`],
    ['refuses one that is over', token({ exp: now() - 90 }), 1, 'token_expired'],
    ['refuses one of another key', token({}, { secret: 'x'.repeat(40) }), 1, 'token_signature'],
    ['refuses one of another issuer', token({ iss: 'x' }), 1, 'token_issuer'],
    ['refuses one that was cut', token().slice(0, -2), 1, 'token_malformed'],
    ['refuses one with "Bearer"', `Bearer ${token()}`, 1, 'token_malformed'],
    ['refuses a huge one', 'a'.repeat(100000), 1, 'token_too_large'],
    ['refuses one without end', '-', 1, 'token_too_large', 'a'.repeat(1 << 20)],
    ['refuses bytes', '-', 1, 'token_malformed', Buffer.from([0, 0xff, 0x1b, 0x5b])],
    ['refuses nothing', '-', 1, 'token_missing', ''],
    ['refuses an empty word', '', 1, 'token_missing'],
], async (given, code, expected, input = '') => {
    const words = ['token', 'verify', given, '-c', good];
    const said = await json(words, { input });
    assert.equal(said.code, code);
    assert.equal(code === 0 ? said.data.identity.user : said.error.code, expected);
    if (code !== 0) assert.match((await roomd(words, { input })).err, new RegExp(`^roomd: ${expected}: `));
});
test('token verify says when tokens are ignored', async () => {
    const { code, err } = await roomd(['token', 'verify', token(), '-c', open]);
    assert.equal(code, 3);
    assert.match(err, /open\.yaml: "auth\.mode" is none/);
});

table('cors test', [
    ['an origin of a portal with roles', 'http://localhost:3000', 'owner', /admitted\n {2}portal "owner".*\n {2}only for the role library_owner or staff\n$/],
    ['a part of a label', 'https://studyspot-git-main.vercel.app', 'owner', /"https:\/\/studyspot-\*\.vercel\.app"/],
    ['a whole label', 'https://a.pages.dev', 'student', /is admitted\n {2}portal "student": "https:\/\/\*\.pages\.dev"\n$/],
    ['the default port', 'https://a.pages.dev:443', 'student', /is admitted/],
    ['another port', 'http://localhost:3001', undefined, /no portal names it\n(.*\n)+ {2}to admit its pages/],
    ['two labels', 'https://a.b.pages.dev', undefined, /another host/],
    ['a foreign end', 'https://studyspot-x.vercel.app.evil.test', undefined, /another host/],
    ['a path', 'http://localhost:3000/', undefined, /not have a path, not even a trailing slash/],
    ['null', 'null', undefined, /no portal names it/],
    ['no origin', '*', undefined, /an origin is scheme:\/\/host/],
    ['bytes for a terminal', '\u001b[2J', undefined, /"\?\[2J" is refused/],
    ['a long one', `https://${'a'.repeat(9000)}.pages.dev`, undefined, /malformed/],
], async (origin, portal, expected) => {
    const said = await roomd(['cors', 'test', origin, '-c', good]);
    assert.equal(said.code, portal ? 0 : 1);
    assert.match(said.out, expected);
    const { code, data } = await json(['cors', 'test', origin, '-c', good]);
    assert.deepEqual([code, data.allowed, data.portal], [said.code, Boolean(portal), portal]);
});

describe('key new', { concurrency: 8 }, () => {
    test('makes an entry that check accepts, and a different key each time', async () => {
        const { data } = await json(['key', 'new', '--name', 'desk', '--scope', 'emit', '--scope', 'test']);
        const config = settings(3999);
        const where = file('keyed.yaml', `auth: { mode: none }\nlisten: ${JSON.stringify(config.listen)}\n${data.yaml}`);
        assert.equal((await roomd(['check', '-c', where])).code, 0);
        const shown = await roomd(['config', 'show', '-c', where]);
        assert.match(shown.out, /scopes: \[emit, test\]/);
        assert.ok(!shown.out.includes(data.key) && !shown.out.includes(data.digest));
        const again = await roomd(['key', 'new']);
        assert.match(again.out, /^roomd_[\w-]{43}\n/);
        assert.ok(!again.out.includes(data.key));
    });
    test('refuses invalid names and scopes', async () => {
        for (const words of [['--name', 'a b'], ['--name', ''], ['--scope', 'a,b'], ['--scope', ''], ['more']])
            assert.equal((await roomd(['key', 'new', ...words])).code, 2, words.join(' '));
        assert.equal((await json(['key', 'new', '--name', 'a\u001bb'])).error.code, 'usage');
    });
});

table('wrong usage', [
    ['an unknown command', ['chek'], /there is no command "chek"; did you mean "check"\?/],
    ['of a group', ['config', 'sho'], /there is no command "config sho"; did you mean "config show"\?/],
    ['a group alone', ['token'], /choose a command: mint, verify; `roomd help token` has details/],
    ['an unknown option', ['check', '--jsn'], /there is no option "--jsn"; did you mean "--json"\?/],
    ['an option without its value', ['check', '-c'], /--config.*`roomd help check` has details/],
    ['an argument too many', ['version', 'x'], /not expected: x/],
    ['an empty configuration', ['run', '-c', ''], /--config: it is empty/],
    ['an unknown shell', ['completion', 'tcsh'], /tcsh not in/],
    ['dev with a configuration', ['dev', '-c', good], /there is no option|not expected/],
    ['a long word', ['x'.repeat(100000)], /^roomd: there is no command "x{1,200}/],
    ['bytes for a terminal', ['check', '--\u001b[2J'], /there is no option "--\\u001b\[2J"/],
], async (words, expected) => {
    const said = await roomd(words);
    assert.deepEqual([said.code, said.out], [2, ''], said.err);
    assert.match(said.err, expected);
    assert.equal(said.err.trim().split('\n').length, 1);
    const { error } = JSON.parse((await roomd([words[0], '--json', ...words.slice(1)])).out);
    assert.equal(error.code, 'usage');
});

describe('what is printed', { concurrency: 8 }, () => {
    const COMMANDS = [['version'], ['help'], ['key', 'new'], ['config', 'schema'], ['config', 'show', '-c', open], ['completion', 'bash']];
    test('is an error when it cannot be written', { skip: os.platform() !== 'linux' }, () => {
        const full = openSync('/dev/full', 'w');
        for (const words of COMMANDS) {
            const said = spawnSync(binary, words, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
            assert.deepEqual([said.status, /^roomd: the output cannot be written/.test(said.stderr)], [1, true], words.join(' '));
        }
        closeSync(full);
    });
    test('never goes to a file that has replaced a closed output', () => {
        for (const words of COMMANDS) {
            const said = spawnSync('sh', ['-c', 'exec "$0" "$@" >&-', binary, ...words], { encoding: 'utf8' });
            assert.deepEqual([said.status, /^roomd: the output cannot be written/.test(said.stderr)], [1, true], words.join(' '));
        }
    });
    test('of version and help is for programs too', async () => {
        const version = await roomd(['version']);
        const { data } = await json(['version']);
        assert.equal(version.out, `roomd ${data.version}\nplugin interface ${data.plugin_interface}\n`);
        const whole = (await json(['help'])).data;
        assert.ok(['check', 'explain', 'token', 'cors', 'dev'].every((name) => whole.commands.some((one) => one.name === name)));
    });
});

describe('completion', { concurrency: 8 }, () => {
    const complete = (...words) => {
        const script = `source <("$0" completion bash); COMP_WORDS=(roomd "$@"); COMP_CWORD=$#; _roomd; echo "\${COMPREPLY[*]}"`;
        return spawnSync('bash', ['-c', script, binary, ...words], { encoding: 'utf8', cwd: folder }).stdout.trim();
    };
    test('of bash knows commands, options, choices and files', () => {
        assert.equal(complete('chec'), 'check');
        assert.equal(complete('config', 's'), 'show schema');
        assert.equal(complete('explain', '--jo'), '--join');
        assert.equal(complete('completion', 'z'), 'zsh');
        assert.equal(complete('check', '-c', 'goo'), 'good.yaml');
        assert.equal(complete('explain', '--token', 'a'), '');
        assert.equal(complete('frob', '--zz'), '');
    });
    test('of each shell names every command', async () => {
        for (const shell of ['bash', 'fish', 'zsh']) {
            const { code, out } = await roomd(['completion', shell]);
            assert.equal(code, 0);
            for (const name of ['explain', 'cors', 'mint', 'verify', 'schema']) assert.ok(out.includes(name), `${shell} ${name}`);
        }
    });
});
