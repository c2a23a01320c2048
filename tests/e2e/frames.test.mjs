// RFC 6455 by hand: what breaks it is closed once, with the code that says why, and nothing behind it.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Websocket, closing, frame, text, upgrade } from './support/frames.mjs';
import { front, ports } from './support/front.mjs';
import { until } from './support/wait.mjs';

const server = await front({ after });
const MOST = 1_000_000; // socketio.max_payload
const bytes = (...list) => Buffer.from(list);
const all = (...list) => Buffer.concat(list);
const over = (size) => Buffer.alloc(size, 'x');

// Each on a connection of its own, behind a CONNECT.
const BROKEN = {
    1002: {
        'an unmasked text': frame(0x81, '42["a"]', { masked: false }),
        'an unmasked ping': frame(0x89, '', { masked: false }),
        'an unmasked close': frame(0x88, bytes(3, 232), { masked: false }),
        'RSV1': frame(0xc1, '42["a"]'),
        'RSV2': frame(0xa1, '42["a"]'),
        'RSV3 on a ping': frame(0x99, 'hi'),
        ...Object.fromEntries([3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((op) => [`opcode ${op}`, frame(0x80 | op, 'hi')])),
        'a fragmented ping': frame(0x09, 'hi'),
        'a fragmented close': frame(0x08, bytes(3, 232)),
        'a ping of 126 bytes': frame(0x89, over(126)),
        'a close of 126 bytes': closing(1000, over(124)),
        'a short length written with 16 bits': frame(0x81, '42["a"]', { form: 126 }),
        'a short length written with 64 bits': frame(0x81, '42["a"]', { form: 127 }),
        'a length of 300 written with 64 bits': frame(0x81, over(300), { form: 127 }),
        'a length with the highest bit': frame(0x81, 'x', { form: 127, says: 2n ** 63n + 1n }),
        'a continuation of nothing': frame(0x80, 'x'),
        'an open continuation of nothing': frame(0x00, 'x'),
        'a text inside a message': all(frame(0x01, '42'), text('["a"]')),
        'a binary inside a message': all(frame(0x01, '42'), frame(0x82, 'b')),
        'a continuation behind a message': all(frame(0x01, '42'), frame(0x80, '["a"]'), frame(0x80, 'c')),
        'a close of one byte': frame(0x88, bytes(3)),
        ...Object.fromEntries([0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
            .map((code) => [`a close with ${code}`, closing(code)])),
    },
    1007: {
        'an overlong NUL': text(bytes(0x34, 0xc0, 0x80)),
        'an overlong slash': text(bytes(0x34, 0xe0, 0x80, 0xaf)),
        'a surrogate': text(bytes(0x34, 0xed, 0xa0, 0x80)),
        'beyond U+10FFFF': text(bytes(0x34, 0xf4, 0x90, 0x80, 0x80)),
        'F5': text(bytes(0x34, 0xf5, 0x80, 0x80, 0x80)),
        'a letter that is cut': text(bytes(0x34, 0xe2, 0x82)),
        'a continuation byte alone': text(bytes(0x34, 0x80)),
        'a letter broken in the second fragment': all(frame(0x01, bytes(0x34, 0xe2)), frame(0x00, bytes(0x28)),
            frame(0x80, 'x')),
        'a message that ends inside a letter': all(frame(0x01, bytes(0x34, 0xe2)), frame(0x80, bytes(0x82))),
        'a bad byte in a message that is not whole': all(frame(0x01, bytes(0x34, 0xff)), frame(0x00, 'abc').subarray(0, 7)),
        'a close whose reason is not UTF-8': closing(1000, bytes(0xff)),
    },
    1009: {
        'a message over max_payload': text(all(bytes(0x34), over(MOST))),
        'a length of 2^40': frame(0x81, 'x', { form: 127, says: 2n ** 40n }),
        'a length of 2^62': frame(0x82, 'x', { form: 127, says: 2n ** 62n }),
        'fragments over max_payload': all(frame(0x01, '4'), frame(0x00, over(600_000)), frame(0x80, over(600_000))),
    },
};

for (const [name, port, how] of ports(server)) {
    describe(name, () => {
        for (const [code, cases] of Object.entries(BROKEN)) {
            for (const [what, wrong] of Object.entries(cases)) {
                test(`${what}: ${code}`, async (t) => {
                    const one = await Websocket.open(t, port, how);
                    one.send(text('40'));
                    assert.match((await one.frame()).text, /^40{/);
                    one.send(all(wrong, frame(0x89, 'still there?'), text('42["behind"]'), closing(1000)));
                    const rest = await one.rest();
                    assert.deepEqual(rest.map(({ op, code }) => [op, code]), [[8, Number(code)]]);
                });
            }
        }

        test('a good close is answered once, and then it is over', async (t) => {
            for (const good of [
                frame(0x88), closing(1000), closing(1000, 'bye'), closing(1001), closing(1014), closing(3000),
                closing(4999), closing(1000, over(123)),
            ]) {
                const one = await Websocket.open(t, port, how);
                one.send(all(good, frame(0x89, 'still there?')));
                assert.deepEqual((await one.rest()).map(({ op }) => op), [8]);
                assert.ok(!one.reset, `reset: ${one.reset}`);
            }
        });
    });
}

const probe = (event) => text(`42["${event}"]`);

test('what is legal is accepted: fragments, empty ones, pings between, cut characters', async (t) => {
    const join = '420["join:library","a"]';
    const letters = Buffer.from('421["join:library","é€"]');
    const LEGAL = {
        'in three fragments': all(frame(0x01, join.slice(0, 4)), frame(0x00, join.slice(4, 9)), frame(0x80, join.slice(9))),
        'with empty fragments': all(frame(0x01), frame(0x00, join), frame(0x00), frame(0x80)),
        'with a ping inside': all(frame(0x01, join.slice(0, 4)), frame(0x89, 'p'), frame(0x80, join.slice(4))),
        'with a pong inside': all(frame(0x01, join.slice(0, 4)), frame(0x8a, 'p'), frame(0x80, join.slice(4))),
    };
    for (const [what, sent] of Object.entries(LEGAL)) {
        for (const step of [sent.length, 1]) {
            const one = await Websocket.open(t, server.port);
            await one.send(text('40')).frame();
            await one.drip('', sent.toString('latin1').match(step === 1 ? /[^]/g : /[^]+/g));
            let answer = await one.frame();
            if (answer.op === 10) answer = await one.frame();
            assert.match(answer.text, /^430\[{"ok":true/, what);
        }
    }
    const one = await Websocket.open(t, server.port);
    await one.send(text('40')).frame();
    const cut = letters.indexOf(0xc3) + 1; // inside a letter
    one.send(all(frame(0x01, letters.subarray(0, cut)), frame(0x89, 'p'), frame(0x00, letters.subarray(cut, cut + 3)),
        frame(0x80, letters.subarray(cut + 3))));
    assert.deepEqual(await one.frame().then(({ op, text: said }) => [op, said]), [10, 'p']);
    assert.match((await one.frame()).text, /^431\[{"ok":false/); // no room's name, and no fault of the frames
});

test('what breaks the frames is found byte by byte, too', async (t) => {
    const SHORT = Object.entries(BROKEN).flatMap(([code, cases]) =>
        Object.entries(cases).filter(([, wrong]) => wrong.length < 20).map(([what, wrong]) => [what, wrong, Number(code)]));
    await Promise.all(SHORT.map(async ([what, wrong, code]) => {
        const one = await Websocket.open(t, server.port);
        await one.send(text('40')).frame();
        await one.drip('', wrong.toString('latin1').match(/[^]/g));
        assert.deepEqual((await one.rest()).map((got) => [got.op, got.code]), [[8, code]], what);
    }));
});

test('of a burst of pings at least the latest is answered', async (t) => {
    for (const [, port, how] of ports(server)) {
        const one = await Websocket.open(t, port, how);
        await one.send(text('40')).frame();
        one.send(all(...Array.from({ length: 20 }, (_, i) => frame(0x89, `ping ${i}`)), probe('behind them')));
        const pongs = [];
        await until('the last pong', async () => pongs.push(await one.frame()) && pongs.at(-1).text === 'ping 19');
        assert.ok(pongs.every(({ op }) => op === 10));
        const numbers = pongs.map(({ text: said }) => Number(said.slice(5)));
        assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b));
    }
});

test('frames behind the upgrade in the same segment are read', async (t) => {
    for (const [, port, how] of ports(server)) {
        const one = new Websocket(t, port, how);
        one.send(all(Buffer.from(upgrade(), 'latin1'), text('40'), text('420["join:library","1"]')));
        assert.equal((await one.answer()).status, 101);
        const said = [await one.frame(), await one.frame(), await one.frame()].map((got) => got.text);
        assert.match(said[0], /^0{"sid"/);
        assert.match(said[1], /^40{"sid"/);
        assert.match(said[2], /^430\[{"ok":true/);
    }
    const wrong = new Websocket(t, server.port);
    wrong.send(all(Buffer.from(upgrade(), 'latin1'), frame(0x81, 'x', { masked: false })));
    assert.equal((await wrong.answer()).status, 101);
    const last = (await wrong.rest()).map(({ op, code }) => code ?? op); // the open packet may not have gone out
    assert.deepEqual(last.filter((code, i) => i || code !== 1), [1002]);
});
