// Roomd.php, the emitter for PHP: what backends rely on, and the mistakes of its kind that it must not make.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { examples } from './support/emitter_examples.mjs';
import { asked, fpm, served } from './support/emitter_fpm.mjs';
import { clients } from './support/emitter_node.mjs';
import { StandIn } from './support/emitter_stand_in.mjs';
import { freePort } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const skip = spawnSync('php', ['--version']).status !== 0 && 'no php here: apt-get install php-cli';
const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-emit-php-'));
after(() => rmSync(folder, { recursive: true, force: true }));
copyFileSync(path.join(clients, 'php/Roomd.php'), path.join(folder, 'Roomd.php'));

let programs = 0;
// Runs a script that has $live, a patient emitter to `daemon`; gives {out, err, code}.
async function php(daemon, code, options = '', env = {}) {
    const file = path.join(folder, `program${++programs}.php`);
    writeFileSync(file, `<?php
        error_reporting(E_ALL);
        require __DIR__ . '/Roomd.php';
        $live = new Roomd\\Emitter(${JSON.stringify(daemon.url)}${/timeout:/.test(options) ? '' : ', timeout: 20'}${options && `, ${options}`});
        ${code}`);
    return start(file, env);
}
const start = (file, env = {}) => promisify(execFile)('php', ['-d', 'error_log=', '-d', 'zend.assertions=1', '-d', 'assert.exception=1', file],
    { cwd: folder, timeout: 60_000, env: { ...process.env, ...env } })
    .then(({ stdout, stderr }) => ({ out: stdout, err: stderr, code: 0 }), ({ stdout, stderr, code }) => ({ out: stdout, err: stderr, code }));
const bare = (sent) => sent.map(({ key, ...event }) => event);

describe('Roomd.php', { skip }, () => {
    test('sends in one batch at the end of the script, and rooms do not stick', async (t) => {
        const daemon = await StandIn.open(t);
        const { out, err } = await php(daemon, `
            $library = $live->to('library:l1')->except('role:staff');
            $library->emit('a', ['n' => 1.0]);
            $live->emit('b', null);
            $live->to('user:u1')->volatile()->emit('c', "\\u{fc}/", namespace: '/desk');
            $library->to(['library:l2'])->emit('d', new stdClass);
            $live->emit('e', [], broadcast: true);
            $library->emit('f', 6, rooms: null);
            echo count($live->stats()), ' ', $live->stats()['queued'];`, `key: 'secret'`);
        assert.deepEqual([out, err], ['8 6', '']);
        assert.equal(daemon.requests.length, 1);
        assert.equal(daemon.requests[0].headers.authorization, 'Bearer secret');
        assert.equal(daemon.requests[0].path, '/api/emit/batch');
        assert.deepEqual(bare(daemon.sent), [
            { event: 'a', data: { n: 1 }, rooms: ['library:l1'], except: ['role:staff'] }, { event: 'b', data: null },
            { event: 'c', data: 'ü/', rooms: ['user:u1'], volatile: true, namespace: '/desk' },
            { event: 'd', data: {}, rooms: ['library:l1', 'library:l2'], except: ['role:staff'] }, { event: 'e', data: [], broadcast: true },
            { event: 'f', data: 6, rooms: ['library:l1'], except: ['role:staff'] }]);
        for (const { key } of daemon.sent) assert.match(key, /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
        assert.deepEqual(daemon.sent.map(({ key }) => key), daemon.sent.map(({ key }) => key).sort());
    });

    test('answers the visitor first, where that can be', async (t) => {
        const daemon = await StandIn.open(t);
        const seen = [];
        daemon.always = (events) => void seen.push(events.length);
        const { out } = await php(daemon, `
            function fastcgi_finish_request() { global $live; echo 'finished with ', $live->stats()['queued'], ' in line'; }
            $live->emit('a', 1);
            register_shutdown_function(fn () => $live->emit('late', 2));
            throw new Exception('of the application');`);
        assert.match(out, /finished with 2 in line$/);
        assert.deepEqual(daemon.data(), [1, 2]);
    });

    test('... as under php-fpm: the visitor has the answer while the daemon has nothing yet', { skip: !fpm && 'no php-fpm here: apt-get install php-fpm' }, async (t) => {
        const daemon = await StandIn.open(t);
        const answered = {};
        answered.now = new Promise((now) => (answered.tell = now));
        daemon.always = () => answered.now; // the daemon does not answer before the visitor is
        const script = path.join(folder, 'page.php');
        writeFileSync(script, `<?php
            require __DIR__ . '/Roomd.php';
            (new Roomd\\Emitter(${JSON.stringify(daemon.url)}, timeout: 20))->emit('a', 1);
            echo 'the page';`);
        const socket = await served(t, folder);
        assert.equal(await asked(socket, script), 'the page');
        answered.tell();
        await until('the event', () => daemon.sent.length);
        assert.deepEqual(daemon.data(), [1]);
    });

    test('a daemon that does not answer holds a script for the time-out only', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.always = 'hang';
        const { out, code, err } = await php(daemon, `
            $begun = microtime(true);
            $live->emit('a', 1);
            echo microtime(true) - $begun < 5 ? 'at once ' : 'late ';
            $live->flush();
            $taken = microtime(true) - $begun;
            echo $taken >= 0.2 && $taken < 10 ? 'given up ' : "after $taken ";`, 'timeout: 0.2');
        assert.deepEqual([out, code], ['at once given up ', 0]);
        assert.match(err, /roomd: a was dropped: deadline/);
        assert.equal(new Set(daemon.requests.map(({ events }) => events[0].key)).size, 1);
        await until('the connections to be closed', () => daemon.open === 0);
    });

    test('... also when the answer comes byte by byte', async (t) => {
        const dripping = createServer((socket) => {
            const timer = setInterval(() => socket.write('H'), 10);
            socket.on('error', () => {}).on('close', () => clearInterval(timer)).resume();
        });
        await new Promise((done) => dripping.listen(0, '127.0.0.1', done));
        t.after(() => dripping.close());
        const { out, err } = await php({ url: `http://127.0.0.1:${dripping.address().port}` }, `$live->emit('a', 1);`, 'timeout: 0.3');
        assert.equal(out, '');
        assert.match(err, /roomd: a was dropped: deadline/);
    });

    test('a daemon that is away, a hook that throws, data that is none: the script goes on', async () => {
        const { out, err, code } = await php({ url: `http://127.0.0.1:${await freePort()}` }, `
            set_error_handler(function ($level, $message) { echo "a warning: $message"; });
            $live->emit('bad', "\\xff");
            $live->emit('infinite', INF);
            $live->emit('', 1);
            $live->emit('none', 1, rooms: []);
            $live->emit('lost', 1);`, `timeout: 0.2, onError: function ($error) { echo get_class($error), ' ', $error->reason, "\\n"; throw new Exception('of the hook'); }`);
        assert.deepEqual([out.split('\n'), err, code], [['Roomd\\EmitRefused data_invalid', 'Roomd\\EmitRefused data_invalid', 'Roomd\\EmitRefused event_invalid',
            'Roomd\\EmitRefused rooms_empty', 'Roomd\\EmitDropped deadline', ''], '', 0]);
    });

    test('throws in development what it can see by itself', async (t) => {
        const daemon = await StandIn.open(t);
        const { out } = await php(daemon, `
            foreach ([fn () => $live->emit('a', "\\xff"), fn () => $live->to()->emit('a', 1), fn () => $live->to('x:1')->emit('a', 1, broadcast: true)] as $call)
                try { $call(); echo 'nothing '; } catch (Roomd\\EmitRefused $why) { echo "$why->reason$why->pointer "; }
            foreach ([['redis://x'], ['no url'], [null, null, "a\\nb"]] as $wrong)
                try { new Roomd\\Emitter(...$wrong); echo 'nothing '; } catch (InvalidArgumentException) { echo 'told '; }`, 'development: true');
        assert.equal(out, 'data_invalid/data rooms_empty/rooms two_targets/broadcast told told told ');
    });

    test('... and names that no daemon takes, as the fake does', async (t) => {
        const daemon = await StandIn.open(t);
        const { out } = await php(daemon, `
            foreach ([$live, (clone $live)->use(new Roomd\\Fake())] as $one) {
                $calls = [];
                foreach (['library:a b', 'library:*', '', ':1', "a:1\\n", 'k:' . str_repeat('x', 256), str_repeat('k', 65) . ':1'] as $room)
                    array_push($calls, fn () => $one->to('library:l1', $room)->emit('a', 1), fn () => $one->except($room, 'a:1')->emit('a', 1));
                foreach (['connect', 'newListener', str_repeat('x', 257), str_repeat('ü', 129)] as $event) $calls[] = fn () => $one->emit($event, 1);
                foreach ($calls as $call)
                    try { $call(); echo 'nothing '; } catch (Roomd\\EmitRefused $why) { echo "$why->reason$why->pointer "; }
                foreach (['library:a:b', 'alone', str_repeat('k', 64) . ':' . str_repeat('x', 255)] as $room) $one->to($room)->emit(str_repeat('ü', 128), 1);
            }`, 'development: true');
        assert.equal(out, ('room_invalid/rooms/1 room_invalid/except/0 '.repeat(7) + 'event_invalid/event '.repeat(4)).repeat(2));
        assert.equal(daemon.sent.length, 3);
    });

    test('confirmed tells the recipients, and throws what was wrong', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ data }) => data === 'bad' && { code: 'schema_mismatch', message: 'must be good', pointer: '/data' };
        const { out } = await php(daemon, `
            $live->emit('first', 0);
            $said = $live->confirmed('a', 'good', rooms: 'x:1');
            echo json_encode($said), "\\n";
            try { $live->confirmed('a', 'bad'); } catch (Roomd\\EmitRefused $why) { echo "$why->reason $why->pointer $why->event $why->status ", $why->getMessage(); }`);
        assert.equal(out, '{"id":"id-2","recipients":1,"rooms":["x:1"],"duplicate":false}\nschema_mismatch /data a 422 schema_mismatch at /data: must be good');
        assert.deepEqual([daemon.data(), daemon.connections], [[0, 'good'], 1]);
    });

    test('durable is asked for, or the default, and refused where it is to be confirmed', async (t) => {
        const daemon = await StandIn.open(t);
        const { out } = await php(daemon, `
            $live->emit('a', 1);
            $live->emit('b', 2, durable: false);
            try { $live->confirmed('c', 3); } catch (Roomd\\EmitRefused $why) { echo "$why->reason $why->pointer"; }
            $live->confirmed('d', 4, durable: false);`, 'durable: true');
        assert.equal(out, 'durable_unconfirmed /durable');
        assert.deepEqual(daemon.sent.map(({ event, durable }) => [event, durable]), [['a', true], ['b', false], ['d', false]]);
    });

    test('a batch tells each of its events, and halves a body that one spoils', async (t) => {
        const daemon = await StandIn.open(t);
        let busy = true;
        daemon.verdict = ({ event }) => (event === 'bad' ? { code: 'schema_mismatch', message: 'must be integer', pointer: '/data/seats' }
            : event === 'later' && busy ? ((busy = false), { code: 'over_budget' }) : undefined);
        daemon.script.push(503, 'reset');
        daemon.always = (events) => events.some(({ event }) => event === 'deep') && { status: 400, body: { error: { code: 'json_too_deep' } } };
        const { out, err } = await php(daemon, `
            foreach (['good', 'bad', 'later', 'deep', 'bad', 'last'] as $i => $event) $live->emit($event, $i);
            register_shutdown_function(fn () => register_shutdown_function(fn () => register_shutdown_function(function () use ($live) { echo json_encode($live->stats()); })));`);
        assert.deepEqual(daemon.data().sort(), [0, 2, 5]);
        assert.deepEqual(err.trim().split('\n').map((line) => line.replace(/^.*?roomd: /, '')).sort(),
            ['bad was refused: schema_mismatch at /data/seats: must be integer', 'deep was refused: json_too_deep: HTTP 400']);
        const { sent, refused, dropped, queued } = JSON.parse(out);
        assert.deepEqual({ sent, refused, dropped, queued }, { sent: 3, refused: 3, dropped: 0, queued: 0 });
    });

    test('a retry doubles nothing', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.script.push('deaf', 'deaf'); // the events are taken, and nobody hears of it
        const { out } = await php(daemon, `
            for ($i = 0; $i < 3; ++$i) $live->emit('n', $i);
            echo $live->confirmed('n', 3)->duplicate ? 'known' : 'new', ' ', $live->stats()['duplicates'];`);
        assert.deepEqual([out, daemon.data(), daemon.requests.length], ['known 4', [0, 1, 2, 3], 3]);
    });

    test('statuses: what may pass is tried again, what will not is not', async (t) => {
        const daemon = await StandIn.open(t);
        const { out } = await php(daemon, `
            for ($i = 0; $i < 16; ++$i)
                try { echo $live->confirmed('a', $i)->recipients, ' '; } catch (Roomd\\RoomdError $why) { echo "$why->reason:$why->status "; }`);
        assert.equal(out, '1 '.repeat(16));
        daemon.requests.length = 0;
        daemon.script = [429, 502, 503, 504, 401, 404, 409, 413, 422, 500, 302, { status: 200, body: '<h1>Welcome</h1>' }];
        const again = await php(daemon, `
            for ($i = 0; $i < 9; ++$i)
                try { echo $live->confirmed('a', $i)->recipients, ' '; } catch (Roomd\\RoomdError $why) { echo "$why->reason "; }`);
        assert.equal(again.out, 'code_401 code_404 code_409 code_413 code_422 code_500 code_302 answer_invalid 1 ');
        daemon.script = [{ status: 429, headers: { 'Retry-After': '3600' } }];
        const late = await php(daemon, `try { $live->confirmed('a', 1); } catch (Roomd\\EmitDropped $why) { echo $why->reason; }`);
        assert.equal(late.out, 'deadline');
    });

    test('the line is bounded: the oldest volatile event goes first, then the oldest', async (t) => {
        const daemon = await StandIn.open(t);
        const { err } = await php(daemon, `foreach (['p1', 'v1', 'v2', 'p2', 'p3', 'p4', 'v3'] as $event) $live->emit($event, 0, volatile: $event[0] === 'v');`, 'maxQueue: 3');
        assert.deepEqual(daemon.sent.map(({ event }) => event), ['p2', 'p3', 'p4']);
        assert.match(err, /^[^\n]*roomd: v1 was dropped: queue_full[^\n]*\n$/);
    });

    test('a program that runs on sends when 100 are in line, over one connection; a fork has its own', async (t) => {
        const daemon = await StandIn.open(t);
        const { out } = await php(daemon, `
            for ($i = 0; $i < 250; ++$i) $live->emit('n', $i);
            echo $live->stats()['requests'], ' ', $live->stats()['queued'], "\\n";
            if (!function_exists('pcntl_fork')) exit('no fork');
            $pid = pcntl_fork();
            if ($pid === 0) { $live->emit('n', 'child'); exit; }
            pcntl_waitpid($pid, $status);`);
        assert.match(out, /^2 50\n/);
        assert.deepEqual(daemon.requests.slice(0, 2).map(({ events }) => events.length), [100, 100]);
        const forked = !out.includes('no fork');
        assert.deepEqual(daemon.data().filter((one) => one !== 'child'), Array.from({ length: 250 }, (_, i) => i));
        assert.deepEqual([daemon.data().filter((one) => one === 'child').length, daemon.connections], forked ? [1, 2] : [0, 1]);
        assert.equal(new Set(daemon.sent.map(({ key }) => key)).size, daemon.sent.length);
    });

    describe('a daemon with another catalogue than the code was made from', () => {
        const made = (daemon, options) => `
            class Made extends Roomd\\Emitter { public const CATALOGUE = '0123456789abcdef'; }
            $live = new Made(${JSON.stringify(daemon.url)}, timeout: 20${options ?? ''});`;
        const there = { catalogue: 'fedcba9876543210' };
        const warning = /^[^\n]*roomd: the daemon has the catalogue fedcba9876543210, and this code was made from 0123456789abcdef: run `roomd catalogue emitter php` again\n$/;

        test('is warned of once, behind the events, over their connection', async (t) => {
            const daemon = await StandIn.open(t);
            daemon.health = there;
            const { err } = await php(daemon, `${made(daemon)} for ($i = 0; $i < 250; ++$i) $live->emit('n', $i); $live->confirmed('n', 250);`);
            assert.match(err, warning);
            assert.deepEqual([daemon.asked, daemon.data().length, daemon.connections], [1, 251, 1]);
            assert.match((await php(daemon, `${made(daemon)} $live->confirmed('n', 1);`)).err, warning);
        });

        test('nothing is said of the same one, of one that tells none, or by code without a digest', async (t) => {
            const daemon = await StandIn.open(t);
            for (const health of [{ catalogue: '0123456789abcdef' }, {}, 'text', { catalogue: 7 }]) {
                daemon.health = health;
                assert.equal((await php(daemon, `${made(daemon)} $live->emit('n', 1);`)).err, '');
            }
            assert.equal(daemon.asked, 4);
            await php(daemon, `$live->emit('n', 1);`);
            daemon.always = 'reset'; // nobody there is not asked either
            await php(daemon, `${made(daemon, `, onError: fn () => 0`).replace('timeout: 20', 'timeout: 0.1')} $live->emit('n', 1);`);
            assert.equal(daemon.asked, 4);
        });

        test('under php-fpm one request of a thousand asks, and each in development', { skip: !fpm && 'no php-fpm here: apt-get install php-fpm' }, async (t) => {
            const daemon = await StandIn.open(t);
            const socket = await served(t, folder);
            const page = async (seed, options) => {
                writeFileSync(path.join(folder, 'made.php'), `<?php
                    require __DIR__ . '/Roomd.php';
                    ${made(daemon, options)}
                    mt_srand(${seed});
                    $live->emit('n', 1);
                    echo 'the page';`);
                assert.equal(await asked(socket, path.join(folder, 'made.php')), 'the page');
            };
            await page(1); // its first number of 1 to 1000 is 846
            await page(474); // ... is 1
            await until('the question', () => daemon.asked === 1);
            await page(1, ', development: true');
            await until('the next one', () => daemon.asked === 2);
            assert.equal(daemon.sent.length, 3);
        });
    });

    test('keys grow within a millisecond, and when the clock is put back', async (t) => {
        const { out } = await php({ url: 'http://127.0.0.1:1' }, `
            $now = 1700000000000;
            $ulids = new Roomd\\Ulids(function () use (&$now) { return $now; });
            for ($i = 0; $i < 5000; ++$i) {
                if ($i % 100 === 0) $now += $i % 300 === 0 ? -50 : 1;
                $made[] = $ulids->next();
            }
            $sorted = $made;
            sort($sorted, SORT_STRING);
            echo $sorted === $made && count(array_unique($made)) === 5000 ? 'grow' : 'do not', ' ', strlen($made[0]);`);
        assert.equal(out, 'grow 26');
    });

    test('a Unix socket comes first, and chunks and traces are understood', async (t) => {
        const near = await StandIn.open(t, path.join(folder, 's'));
        const far = await StandIn.open(t);
        near.script = [{ status: 200, headers: { 'Transfer-Encoding': 'chunked' }, body: { data: { results: [{ success: true, id: 'x', recipients: 4, rooms: [] }] } } }];
        const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
        const { out } = await php(far, `
            echo $live->confirmed('a', 1, traceparent: '${trace}')->recipients, ' ', $live->confirmed('a', 2, traceparent: "x\\r\\nX-Evil: 1")->recipients;`, `socketPath: ${JSON.stringify(path.join(folder, 's'))}`);
        assert.equal(out, '4 1');
        assert.deepEqual(near.requests.map(({ headers }) => headers.traceparent), [trace, undefined]);
        await near.close();
        assert.equal((await php(far, `echo $live->confirmed('a', 3)->recipients;`, `socketPath: ${JSON.stringify(path.join(folder, 's'))}`)).out, '1');
    });

    test('an answer in chunks ends with its last empty line, and not before', async (t) => {
        const answer = (id) => {
            const text = JSON.stringify({ data: { results: [{ success: true, id, recipients: 1, rooms: [] }] } });
            return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n`;
        };
        const ends = ['', 'X-Trailer: 1\r\n', 'X-Trailer: 1\r\n\r\n', '\r\n']; // the first two are cut off
        let asked = 0;
        const cutting = createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => {
            if (!/\}$/.test(bytes)) return;
            const end = ends[asked++];
            socket.write(answer(`id-${asked}`) + end);
            if (!end.endsWith('\r\n\r\n') && end !== '\r\n') socket.end();
        }));
        await new Promise((done) => cutting.listen(0, '127.0.0.1', done));
        t.after(() => cutting.close());
        const { out } = await php({ url: `http://127.0.0.1:${cutting.address().port}` }, `
            echo $live->confirmed('a', 1)->id, ' ', $live->confirmed('a', 2)->id;`);
        assert.deepEqual([out, asked], ['id-3 id-4', 4]);
    });

    test('the examples of its README run', async (t) => {
        const daemon = await StandIn.open(t);
        daemon.verdict = ({ event }) => event === 'notification' && { code: 'event_denied', pointer: '/event' };
        const page = examples('php');
        page['emit.php'] = page['emit.php'].replace('http://127.0.0.1:3001', daemon.url);
        page['db.php'] = `<?php
            final class Asked extends PDOStatement { public function execute(?array $params = null): bool { echo json_encode($params); return true; } }
            $database = new class extends PDO {
                public function __construct() {}
                public function beginTransaction(): bool { return true; }
                public function commit(): bool { return true; }
                public function exec(string $sql): int|false { return 1; }
                public function prepare(string $sql, array $options = []): PDOStatement|false { echo $sql, ' '; return new Asked(); }
            };`;
        for (const [name, text] of Object.entries(page)) writeFileSync(path.join(folder, name), text);
        const env = { ROOMD_URL: daemon.url, ROOMD_KEY: 'a-key' };
        // 200 ms may be too short for a machine that is busy: what is sent is looked at above.
        for (const name of ['emit.php', 'targets.php', 'test.php']) assert.equal((await start(path.join(folder, name), env)).code, 0, name);
        assert.match((await start(path.join(folder, 'confirmed.php'), env)).out, /^(event_denied \/event|nobody knows: deadline)\n$/);
        assert.equal((await start(path.join(folder, 'transaction.php'), env)).out,
            'SELECT roomd.emit(?, CAST(? AS jsonb), rooms => ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb)))) ["booking:created","{\\"bookingId\\":\\"b1\\"}","[\\"user:u1\\"]"]');
    });
});
