// A configuration of several files: conf.d beside the main one.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { MODES, connected } from './support/clients.mjs';
import { plugin, roomd, settings } from './support/roomd.mjs';
import { until } from './support/wait.mjs';

// Writes a file of the server's conf.d.
function write(server, name, text) {
    const folder = path.join(server.folder, 'conf.d');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, name), text);
}

test('a file that is dropped into conf.d adds its plugin and its room kinds on reload', async (t) => {
    const server = await roomd(t, (port) => settings(port, { plugins: {} }));
    assert.equal((await server.post('/api/emit', { event: 'a', data: 1, room: 'b:1' })).status, 404);

    write(server, 'http_emit.yaml', `plugins:\n  load:\n    - { name: http_emit, file: ${plugin('http_emit')} }\n`);
    write(server, 'cellar.yaml', 'rooms:\n  cellar: { join: request, allow: all }\n');
    server.process.kill('SIGHUP');
    const join = async () => {
        const socket = await connected(t, server, MODES['websocket only']);
        const answer = await socket.emitWithAck('join', 'cellar:1');
        socket.close();
        return answer.ok;
    };
    await until('the new room kind', join);
    assert.equal((await server.emit('a', 1, 'cellar:1')).recipients, 0);

    rmSync(path.join(server.folder, 'conf.d/cellar.yaml'));
    server.process.kill('SIGHUP');
    await until('the room kind to go', async () => !(await join()));
});

test('a fault in any file changes nothing and is reported with its file, line and column', async (t) => {
    const server = await roomd(t);
    write(server, 'a.yaml', 'rooms:\n  cellar: { join: request, allow: all }\n');
    write(server, 'b.yaml', '# of a package\ndrain: 1s\nplugins:\n  load:\n    - { name: http_emit, instance: two, path: 5 }\n');
    const mark = server.output.length;
    server.process.kill('SIGHUP');
    await until('the fault in the log', () => /not reloaded/.test(server.output.slice(mark)));
    const said = server.output.slice(mark);
    assert.match(said, /conf\.d\/b\.yaml:2:1: duplicate .*drain/);
    assert.match(said, /the first is at .*roomd\.yaml:\d+:\d+;/);
    const socket = await connected(t, server, MODES['websocket only']);
    assert.equal((await socket.emitWithAck('join', 'cellar:1')).ok, false);

    write(server, 'b.yaml', 'plugins:\n  load:\n    - { name: http_emit, instance: two, path: 5 }\n');
    const again = server.output.length;
    server.process.kill('SIGHUP');
    await until('the fault of the section', () => /conf\.d\/b\.yaml:3:47: .*path.* must be text/.test(server.output.slice(again)));
});
