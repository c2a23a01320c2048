// docs/operations: alert rules and the dashboard's queries, against a Prometheus that scrapes a daemon.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { client, connected } from './support/clients.mjs';
import { freePort, roomd, settings, source } from './support/roomd.mjs';
import { ENV, IDENTITY, token } from './support/token.mjs';
import { until } from './support/wait.mjs';

const operations = path.join(source, 'docs/operations');
const read = (file) => readFileSync(path.join(operations, file), 'utf8');
const there = (program) => !spawnSync(program, ['--version']).error;
const skip = there('promtool') && there('prometheus') ? false : 'Debian\'s package prometheus is not installed';

// The rules, one a list item; their YAML is as simple as this.
const alerts = read('alerts.yaml').split(/^ {6}- alert: /m).slice(1).map((text) => ({
    name: /^\w+/.exec(text)[0],
    expr: /^ {8}expr: (.*)$/m.exec(text)[1],
    runbook: /runbook: "(.*?)"/.exec(text)?.[1],
}));
const dashboard = JSON.parse(read('dashboard.json'));
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

test('each alert has its section in the runbook, and each section its alert', () => {
    assert.ok(alerts.length >= 15);
    const anchors = [...read('runbook.md').matchAll(/^## (.*)$/gm)].map(([, heading]) => `runbook.md#${heading.toLowerCase().replaceAll(' ', '-')}`);
    assert.deepEqual(alerts.map(({ runbook }) => runbook), anchors);
    for (const { name, runbook } of alerts) assert.equal(runbook, `runbook.md#${name.toLowerCase()}`);
});

test('each alert, query and sentence of the runbook uses metrics that there are', () => {
    const names = new Set([...readFileSync(path.join(source, 'docs/metrics.md'), 'utf8').matchAll(/`((?:roomd|process)_\w+)`/g)].map(([, name]) => name));
    const text = read('alerts.yaml') + JSON.stringify(dashboard) + read('runbook.md');
    for (const [name] of text.matchAll(/\b(?:roomd|process)_[a-z_]+[a-z]\b/g))
        if (name !== 'roomd_metrics_key') assert.ok(names.has(name) || names.has(name.replace(/_(bucket|sum|count)$/, '')), name);
});

describe('against a real Prometheus', { skip }, () => {
    test('promtool takes rules and their tests', () => {
        for (const words of [['check', 'rules', 'alerts.yaml'], ['check', 'config', 'prometheus.yaml'], ['test', 'rules', 'alerts_test.yaml']]) {
            const { status, stdout, stderr } = spawnSync('promtool', words, { cwd: operations, encoding: 'utf8' });
            assert.equal(status, 0, stdout + stderr);
        }
    });

    test('every query of the alerts and of the dashboard is valid and has a series', async (t) => {
        const KEY = 'a-key-for-prometheus-and-emits', LIMITED = 'a-key-that-soon-is-over-its-rate';
        const server = await roomd(t, (port) => {
            const config = settings(port, { ...IDENTITY, events: { known: {} },
                keys: [{ name: 'backend', key: '${env:ROOMD_TEST_KEY}', scopes: ['emit', 'metrics'], broadcast: true },
                    { name: 'limited', key: '${env:ROOMD_TEST_LIMITED}', scopes: ['emit'], rate: 1, burst: 1 }],
                auth: { ...IDENTITY.auth, mode: 'optional' }, catalogue: { unknown: 'refuse' } });
            config.socketio = { ping_interval: '300ms' };
            config.plugins.load.push({ name: 'postgres', dsn: 'postgresql://nobody@127.0.0.1:1/nothing', outbox: {} });
            return config;
        }, { ...ENV, ROOMD_TEST_KEY: KEY, ROOMD_TEST_LIMITED: LIMITED });
        const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-prometheus-'));
        t.after(() => rmSync(folder, { recursive: true, force: true }));
        cpSync(path.join(operations, 'alerts.yaml'), path.join(folder, 'alerts.yaml'));
        writeFileSync(path.join(folder, 'key'), KEY);
        const config = read('prometheus.yaml').replace('127.0.0.1:3001', `127.0.0.1:${server.port}`).replaceAll('15s', '1s')
            .replace('# authorization: { credentials_file: /etc/prometheus/roomd_metrics_key }', `authorization: { credentials_file: ${folder}/key }`);
        writeFileSync(path.join(folder, 'prometheus.yaml'), config);
        const port = await freePort();
        const prometheus = spawn('prometheus', [`--config.file=${folder}/prometheus.yaml`, `--storage.tsdb.path=${folder}/data`,
            `--web.listen-address=127.0.0.1:${port}`], { stdio: 'ignore', env: { ...process.env, GOMAXPROCS: '1' } });
        const ended = new Promise((done) => prometheus.on('close', done));
        t.after(() => (prometheus.kill(), ended));
        // Everything that is alerted on happens at least once, before and between two scrapes.
        const act = async () => {
            const socket = await connected(t, server, { auth: { token: token({ libraryIds: ['l1'] }) }, transports: ['websocket'] });
            await socket.emitWithAck('join:library', 'l1');
            await socket.emitWithAck('join:library', 'l2');
            client(t, server, { auth: { token: token({ iss: 'another' }) } });
            const emit = (body, key = KEY) => server.post('/api/emit', { data: 1, room: 'library:l1', ...body }, { Authorization: `Bearer ${key}` });
            for (const body of [{ event: 'known' }, { event: 'unknown' }, { event: 'known', durable: true }]) await emit(body);
            for (let i = 0; i < 3; ++i) await emit({ event: 'known' }, LIMITED);
            socket.disconnect();
        };
        await act();
        const query = async (expr) => {
            const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`).catch(() => null);
            return answer?.ok || answer?.status === 400 ? answer.json() : null; // null: it is not ready
        };
        const samples = 'count_over_time(roomd_emits_total[1h])';
        await until('some scrapes', async () => Number((await query(samples))?.data?.result?.[0]?.value[1]) >= 3, 60_000);
        await act();
        const before = Number((await query(samples)).data.result[0].value[1]);
        await until('some more', async () => Number((await query(samples)).data.result[0].value[1]) >= before + 3, 60_000);
        const asked = [
            ...alerts.map(({ name, expr }) => {
                const parts = /^(.*) [<>] \d+(\.\d+)?$/.exec(expr);
                assert.ok(parts, `${name}: a query, a comparison and a number`);
                return { title: name, expr: parts[1] };
            }),
            ...queries.map(({ title, expr }) => ({ title, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*') })),
        ];
        assert.ok(asked.length > 50);
        const faults = [];
        for (const { title, expr } of asked) {
            const { status, error, data } = await query(expr);
            if (status !== 'success') faults.push(`${title}: ${expr}: ${error}`);
            else if (data.result.length === 0) faults.push(`${title}: ${expr}: no series`);
        }
        assert.deepEqual(faults, []);
        const rules = await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json();
        assert.equal(rules.data.groups[0].rules.length, alerts.length);
        assert.ok(rules.data.groups[0].rules.every(({ health }) => health === 'ok'));
    });
});
