// Packets as they are on the wire, for what the real client leaves to chance: several in one payload
// or one TCP segment, and who never says CONNECT.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Raw, frame, upgrade } from './support/raw.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

const server = await roomd({ after }, (port) => {
    const config = settings(port, {
        namespaces: ['/desk'],
        limits: { events_per_second: 0, connect_timeout: '2s' },
    });
    config.plugins.load.push({ name: 'sparring', file: plugin('sparring') });
    return config;
});
const RS = '\x1e';
const SID = /"sid":"[A-Za-z0-9_-]{20}"/g;
const plain = (text) => text.replaceAll(SID, '"sid":"S"').split(RS);

// One polling session: `post` gives status and body, `poll` the packets of the next GET.
async function polling() {
    const where = '/socket.io/?EIO=4&transport=polling';
    const { sid } = JSON.parse((await (await server.get(where)).text()).slice(1));
    return {
        post: async (...packets) => {
            const answer = await server.get(`${where}&sid=${sid}`, { method: 'POST', body: packets.join(RS) });
            return `${answer.status} ${await answer.text()}`;
        },
        poll: async () => plain(await (await server.get(`${where}&sid=${sid}`)).text()),
    };
}
const GONE = ['{"code":1,"message":"Session ID unknown"}'];

const CASES = {
    'CONNECT and an event behind it': {
        say: ['40', '420["echo",1,"x"]'],
        hear: ['40{"sid":"S"}', '430[1,"x"]'],
    },
    'leaving, coming back, and an event': {
        say: ['40', '41', '40', '427["echo"]'],
        hear: ['40{"sid":"S"}', '40{"sid":"S"}', '437[]'],
    },
    'the same in a namespace, beside another': {
        say: ['40', '40/desk,', '41/desk,', '40/desk,', '421["echo",1]', '40/nowhere,{"a":1}'],
        hear: ['40{"sid":"S"}', '40/desk,{"sid":"S"}', '40/desk,{"sid":"S"}', '431[1]', '44/nowhere,{"message":"Invalid namespace"}'],
    },
    'an event behind a CONNECT whose verdict comes later': {
        say: ['40/late,', '42/late,5["echo",5]', '42/late,6["echo",6]'],
        hear: ['42/late,["early",1]', '40/late,{"sid":"S"}', '43/late,5[5]', '43/late,6[6]'],
    },
    'an event behind a CONNECT that is refused later, and another CONNECT': {
        say: ['40/late/no,', '42/late/no,1["echo"]', '40'],
        hear: ['42/late/no,["early",1]', '40{"sid":"S"}', '44/late/no,{"message":"closed today","data":{"code":"closed","retryable":false}}'],
    },
    'an ack id beyond 2^53, a lone surrogate, NUL and a separator in text': {
        say: ['40', '429007199254740993["echo","\\ud83d","\\u0000\\u001e"]'],
        hear: ['40{"sid":"S"}', '439007199254740993["\\ud83d","\\u0000\\u001e"]'],
    },
    'a number that no double holds': { say: ['40', '420["echo",1e400]'], hear: ['40{"sid":"S"}'], closed: true },
    'packets ahead of a bad one are served': {
        say: ['40', '420["echo"]', '49'],
        hear: ['40{"sid":"S"}', '430[]'],
        closed: true,
    },
    'an event ahead of any CONNECT': { say: ['420["echo"]'], hear: [], closed: true },
    'an event for a namespace that was left': {
        say: ['40', '41', '420["echo"]', '40', '421["echo"]'],
        hear: ['40{"sid":"S"}', '40{"sid":"S"}', '431[]'],
    },
    'a second CONNECT while the first waits for its verdict': {
        say: ['40/late,', '40/late,', '42/late,5["echo",5]'],
        hear: ['42/late,["early",1]', '40/late,{"sid":"S"}', '43/late,5[5]'],
    },
};

for (const [what, { say, hear, closed }] of Object.entries(CASES)) {
    test(`in one payload: ${what}`, async () => {
        const session = await polling();
        assert.equal(await session.post(...say), '200 ok');
        const heard = [];
        while (heard.length < hear.length || (closed && heard.at(-1) !== '1')) heard.push(...(await session.poll()));
        assert.deepEqual(heard, closed ? [...hear, '1'] : hear);
        if (closed) assert.deepEqual(await session.poll(), GONE);
        else await session.post('1');
    });

    test(`in one TCP segment: ${what}`, async (t) => {
        const raw = new Raw(t, server.port);
        await raw.send(upgrade(server.port)).expect('"sid"');
        raw.clear().send(Buffer.concat(say.map(frame)));
        const sum = () => raw.frames().map((text) => plain(text)[0]);
        await until(`${hear}, got ${sum()}`, () => (closed ? raw.closed || raw.closing : sum().length >= hear.length));
        assert.deepEqual(sum(), hear);
    });
}

test('a binary event and its answer in one payload', async () => {
    const session = await polling();
    await session.post('40', '452-3["echo",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', 'bAQIDBA==', 'b');
    assert.deepEqual(await session.poll(), ['40{"sid":"S"}',
        '462-3[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', 'bAQIDBA==', 'b']);
    await session.post('1');
});

test('a client that is disconnected is told so, in its own answer, and may reconnect', async () => {
    const session = await polling();
    await session.post('40');
    assert.deepEqual(await session.poll(), ['40{"sid":"S"}']);
    await session.post('42["send-away"]');
    assert.deepEqual(await session.poll(), ['41']);
    await session.post('40');
    assert.deepEqual(await session.poll(), ['40{"sid":"S"}']);
    await session.post('1');
});

test('a client that joins no namespace in time is closed, over polling and websocket; one that was in one is not', async (t) => {
    const [silent, refused, left] = [await polling(), await polling(), await polling()];
    const raw = new Raw(t, server.port);
    await raw.send(upgrade(server.port)).expect('"sid"');
    await refused.post('40/nowhere,');
    await left.post('40', '41');
    assert.deepEqual(await left.poll(), ['40{"sid":"S"}']);

    assert.deepEqual(await silent.poll(), ['1']); // held until then
    await until('the websocket to be closed', () => raw.closing || raw.closed);
    assert.deepEqual(await refused.poll(), ['44/nowhere,{"message":"Invalid namespace"}', '1']);
    assert.equal(await left.post('40'), '200 ok');
    await left.post('1');
});
