// docs/kubernetes/roomd.yaml: its fields are ones that Kubernetes has, fit each other and the image, and the configuration in
// it is good.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { call } from './support/admin.mjs';
import { plugin, source } from './support/roomd.mjs';

const MANIFEST = path.join(source, 'docs/kubernetes/roomd.yaml');
const USER = 10001; // of image/build.sh
const CLOSES = 1, PLUGINS_STOP = 10; // seconds, of app/daemon: besides drain_delay and drain

const folder = mkdtempSync(path.join(os.tmpdir(), 'roomd-kubernetes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const yaml = (text) =>
    JSON.parse(execFileSync('python3', ['-c', 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))'], { input: text, encoding: 'utf8' }));
const objects = yaml(readFileSync(MANIFEST, 'utf8'));
const the = (kind, name = 'roomd') => objects.find((one) => one.kind === kind && one.metadata.name === name) ?? assert.fail(`no ${kind} ${name}`);
const pod = the('Deployment').spec.template.spec;
const [container] = pod.containers;
const text = the('ConfigMap').data['roomd.yaml'];
const [configuration] = yaml(text);

// What the API has, as far as it is used here: a map by its keys, a list by its elements, or what typeof says.
const PROBE = { httpGet: { path: 'string', port: 'string' }, periodSeconds: 'number', timeoutSeconds: 'number', failureThreshold: 'number' };
const AMOUNTS = { cpu: 'string', memory: 'string' };
const LABELS = { 'app.kubernetes.io/name': 'string' };
const META = { name: 'string', labels: LABELS };
const FIELDS = {
    ConfigMap: { metadata: META, data: { 'roomd.yaml': 'string' } },
    Service: { metadata: META, spec: { selector: LABELS, ports: [{ name: 'string', port: 'number', targetPort: 'string' }] } },
    Deployment: {
        metadata: META,
        spec: {
            replicas: 'number',
            strategy: { type: 'string' },
            selector: { matchLabels: LABELS },
            template: {
                metadata: { labels: LABELS },
                spec: {
                    enableServiceLinks: 'boolean',
                    automountServiceAccountToken: 'boolean',
                    terminationGracePeriodSeconds: 'number',
                    securityContext: { runAsNonRoot: 'boolean', runAsUser: 'number', runAsGroup: 'number', fsGroup: 'number', seccompProfile: { type: 'string' } },
                    containers: [{
                        name: 'string',
                        image: 'string',
                        args: ['string'],
                        ports: [{ name: 'string', containerPort: 'number' }],
                        startupProbe: PROBE,
                        livenessProbe: PROBE,
                        readinessProbe: PROBE,
                        resources: { requests: AMOUNTS, limits: AMOUNTS },
                        securityContext: { allowPrivilegeEscalation: 'boolean', readOnlyRootFilesystem: 'boolean', capabilities: { drop: ['string'] } },
                        volumeMounts: [{ name: 'string', mountPath: 'string', readOnly: 'boolean' }],
                    }],
                    volumes: [{
                        name: 'string',
                        configMap: { name: 'string' },
                        secret: { secretName: 'string', defaultMode: 'number' },
                        emptyDir: { medium: 'string', sizeLimit: 'string' },
                    }],
                },
            },
        },
    },
};
const VERSIONS = { ConfigMap: 'v1', Service: 'v1', Deployment: 'apps/v1' };

function fits(value, form, place) {
    if (typeof form === 'string') return assert.equal(typeof value, form, place);
    if (Array.isArray(form)) return value.forEach((one, i) => fits(one, form[0], `${place}[${i}]`));
    for (const [name, inner] of Object.entries(value)) {
        assert.ok(name in form, `${place}: Kubernetes has no field "${name}" here`);
        fits(inner, form[name], `${place}.${name}`);
    }
}

test('every field is one that Kubernetes has there, and of its type', () => {
    for (const { apiVersion, kind, ...rest } of objects) {
        assert.equal(apiVersion, VERSIONS[kind], kind);
        fits(rest, FIELDS[kind], kind);
    }
});

test('it runs as the image does, and may do no more than it needs', () => {
    const { securityContext } = pod;
    assert.deepEqual([securityContext.runAsUser, securityContext.runAsGroup, securityContext.fsGroup], [USER, USER, USER]);
    assert.match(readFileSync(path.join(source, 'debian/image/build.sh'), 'utf8'), new RegExp(`--config.user ${USER}:${USER} `));
    assert.deepEqual(container.args, ['run']);
    assert.equal(securityContext.runAsNonRoot, true);
    assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    assert.equal(pod.automountServiceAccountToken, false);
});

test('one pod at a time holds the rooms', () => {
    assert.equal(the('Deployment').spec.replicas, 1);
    assert.equal(the('Deployment').spec.strategy.type, 'Recreate');
});

test('names lead to each other: labels, ports, volumes', () => {
    const labels = the('Deployment').spec.template.metadata.labels;
    assert.deepEqual(the('Deployment').spec.selector.matchLabels, labels);
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    for (const name of ['roomd', 'roomd-internal']) {
        const { spec } = the('Service', name);
        assert.deepEqual(spec.selector, labels);
        for (const port of spec.ports) assert.equal(port.port, ports[port.targetPort]);
    }
    assert.deepEqual(container.volumeMounts.map(({ name }) => name).sort(), pod.volumes.map(({ name }) => name).sort());
});

test('probes and backends have a listener of their own, clients the other', () => {
    const ports = Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    const serves = Object.fromEntries(configuration.listen.map(({ address, serves }) => [address, serves]));
    assert.deepEqual(serves[`0.0.0.0:${ports.clients}`], ['clients']);
    assert.deepEqual(serves[`0.0.0.0:${ports.internal}`], ['api', 'health', 'metrics']);
    for (const [probe, page] of [['startupProbe', '/health'], ['livenessProbe', '/health'], ['readinessProbe', '/ready']])
        assert.deepEqual(container[probe].httpGet, { path: page, port: 'internal' });
});

test('the time to end is longer than the drain', () => {
    const seconds = (text = '0s') => Number(/^(\d+)s$/.exec(text)[1]);
    const longest = seconds(configuration.drain_delay) + seconds(configuration.drain) + CLOSES + PLUGINS_STOP;
    assert.ok(pod.terminationGracePeriodSeconds > longest, `${pod.terminationGracePeriodSeconds} and ${longest}`);
});

test('roomd takes the configuration, whose secrets are files of the mounted secret', async () => {
    const { mountPath } = container.volumeMounts.find(({ name }) => name === 'secrets');
    const named = [...text.matchAll(/\$\{file:([^}]*)\}/g)].map(([, file]) => file);
    assert.deepEqual(named, [`${mountPath}/jwt_key`, `${mountPath}/emit_key`]);
    const page = readFileSync(path.join(source, 'docs/kubernetes.md'), 'utf8');
    for (const file of named) {
        assert.ok(page.includes(`--from-file=${path.basename(file)}`), file);
        writeFileSync(path.join(folder, path.basename(file)), `a secret of the tests, ${path.basename(file)}, long enough\n`.replaceAll(/[ ,]+/g, '-'), { mode: 0o600 });
    }
    const file = path.join(folder, 'roomd.yaml');
    writeFileSync(file, text.replaceAll(mountPath, folder).replace('  load:\n', `  directory: ${path.dirname(plugin('http_emit'))}\n  load:\n`));
    const { code, out, err } = await call(['check', '--config', file]).ended;
    assert.deepEqual([code, out], [0, `${file}: good\n`], err);
    assert.equal(configuration.admin.socket, '/run/roomd/admin.sock');
    assert.ok(container.volumeMounts.some((mount) => mount.mountPath === '/run/roomd'));
});
