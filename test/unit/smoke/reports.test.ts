import { execFileSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { writeJobs } from '../../../src/smoke/cluster';
import { readSmokeFile } from '../../../src/core/smoke-file/read';
import { formatText } from '../../../src/core/l10n/message';
import { readTexts } from '../../../src/dev/translations.mjs';
import { explainFailure, explainRefusal } from '../../../src/smoke/explain';
import { writeJUnit } from '../../../src/smoke/junit';
import { jobManifests, readPodEnd, readPodPhase, readPodTrouble } from '../../../src/smoke/kubernetes';
import type { CheckResult, ContainerSpec, Refusal } from '../../../src/smoke/model';
import { isGood, readHistory, recordRun } from '../../../src/smoke/record';
import { DEFAULT_LIMITS } from '../../../src/smoke/run';
import { block, fail, pass, say, skip } from '../../../src/smoke/verdict';
import { imageWith } from './image';

const result = (id: string, verdict: CheckResult['verdict']): CheckResult => ({ id, title: id, kind: 'cpu', durationMs: 12.4, verdict });
const RECORD = recordRun({
  started: '2026-11-20T10:00:00.000Z',
  durationMs: 1234.5,
  subject: 'a <b> & "c"',
  image: imageWith(),
  engine: { name: 'default', host: 'gpu-host', version: '28.0' },
  profiles: ['cpu'],
  results: [
    result('good', pass(say('{a} works', { a: 'x' }), { measured: { torch: '2.5.1', gpu: 'NVIDIA H200', driver: '580.1' } })),
    result('bad', fail(say('{a} is broken', { a: 'x' }), { details: [say('why')], evidence: '\u001b[31m]]> \u0000 <end>' })),
    result('host', block(say('no GPU'))),
    result('none', skip(say('nothing'))),
  ],
});

describe('records', () => {
  it('hold what was tested, where, and what came out', () => {
    expect(RECORD).toMatchObject({ gpu: 'NVIDIA H200', driver: '580.1', versions: { torch: '2.5.1' }, counts: { passed: 1, failed: 1, blocked: 1, skipped: 1 }, durationMs: 1235 });
    expect(RECORD.checks[1]).toMatchObject({ state: 'failed', sentence: 'x is broken', details: ['why'], durationMs: 12 });
    expect(isGood(RECORD)).toBe(false);
    expect(isGood({ ...RECORD, counts: { passed: 1, failed: 0, blocked: 0, skipped: 5 } })).toBe(true);
  });

  it('are written in the language that is asked for, down to the cause that an error of the host has', () => {
    const verdict = explainFailure(say('The program of nvcc'), 'CUDA error 100: no CUDA-capable device is detected');
    const results: readonly CheckResult[] = [{ id: 'own', title: 'my own check', kind: 'gpu', durationMs: 1, verdict }, { id: 'a', title: say('trtexec runs {name}', { name: 'a.onnx' }), kind: 'gpu', durationMs: 1, verdict }];
    const parts = { ...RECORD, image: null, results, problem: '' };
    expect(recordRun(parts).checks[0]?.sentence).toMatch(/^The program of nvcc: .*CUDA/);
    const { checks } = recordRun({ ...parts, translations: readTexts('zh-cn').bundle });
    expect(checks.map(({ title }) => title)).toEqual(['my own check', 'trtexec 运行 a.onnx']);
    expect(checks[0]?.sentence).toMatch(/^nvcc 编译的程序：/);
    for (const text of [checks[0]?.sentence ?? '', ...(checks[0]?.details ?? [])]) expect(text).toMatch(/\p{Script=Han}{3}/u);
  });

  it('are read again, whatever else is in the file', () => {
    const text = `${JSON.stringify(RECORD)}\nnot json\n{"version":2}\n\n${JSON.stringify(RECORD).slice(0, 40)}\n${JSON.stringify(RECORD)}\n`;
    expect(readHistory(text)).toEqual([RECORD, RECORD]);
  });
});

describe('JUnit', () => {
  const xml = writeJUnit([RECORD, recordRun({ ...RECORD, image: null, results: [], problem: 'no such image' })]);

  it('is well-formed, whatever an image prints', () => {
    // libxml2, as any reader would.
    expect(() => execFileSync('python3', ['-c', 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())'], { input: xml, stdio: ['pipe', 'ignore', 'pipe'] })).not.toThrow();
  });

  it('tells failures of the image from errors of the host', () => {
    expect(xml).toContain('tests="4" failures="1" errors="1" skipped="1"');
    expect(xml).toContain('<failure message="x is broken">');
    expect(xml).toContain('<error message="no GPU">');
    expect(xml).toContain('<property name="gpu" value="NVIDIA H200"/>');
    expect(xml).toContain('tests="1" failures="0" errors="1"');
    expect(xml).toContain('<error message="no such image">');
  });
});

describe('Kubernetes', () => {
  const spec: ContainerSpec = {
    image: 'registry.example/app:1',
    entrypoint: [],
    argv: ['/bin/sh', '/trtc-smoke/files/run.sh', '@@trtc:n'],
    env: { A: 'b' },
    mounts: [],
    gpu: { how: 'gpus', devices: 2, capabilities: [] },
    network: 'none',
    memoryBytes: 1024 ** 3,
    pidsLimit: 1,
    timeoutMs: 60_000,
    outputLimitBytes: 1,
    user: '1000:1000',
    files: [
      { path: '/trtc-smoke/files/run.sh', content: 'echo', mode: 0o644 },
      { path: '/trtc-smoke/files/network.onnx', content: Buffer.from([0, 1, 255]), mode: 0o644 },
    ],
  };

  // What the reference of each kind demands of the fields that are used: names, types, and those without which the API
  // server refuses. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
  const text = { type: 'string' };
  const map = { type: 'object', additionalProperties: text };
  const metadata = { type: 'object', additionalProperties: false, required: ['name'], properties: { name: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', maxLength: 63 }, labels: map } };
  const container = {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'image', 'command'],
    properties: {
      name: text,
      image: text,
      command: { type: 'array', items: text },
      workingDir: text,
      env: { type: 'array', items: { type: 'object', additionalProperties: false, required: ['name'], properties: { name: text, value: text } } },
      resources: { type: 'object', additionalProperties: false, properties: { limits: { type: 'object', additionalProperties: { type: 'string', pattern: '^\\d+$' } } } },
      securityContext: {
        type: 'object',
        additionalProperties: false,
        properties: { allowPrivilegeEscalation: { type: 'boolean' }, privileged: { const: false }, runAsUser: { type: 'integer' }, runAsGroup: { type: 'integer' } },
      },
      volumeMounts: { type: 'array', items: { type: 'object', additionalProperties: false, required: ['name', 'mountPath'], properties: { name: text, mountPath: text, readOnly: { type: 'boolean' } } } },
    },
  };
  const pod = {
    type: 'object',
    additionalProperties: false,
    required: ['containers', 'restartPolicy'],
    properties: {
      restartPolicy: { enum: ['Never', 'OnFailure'] },
      automountServiceAccountToken: { const: false },
      enableServiceLinks: { type: 'boolean' },
      tolerations: { type: 'array', items: { type: 'object', additionalProperties: false, properties: { key: text, operator: { enum: ['Exists', 'Equal'] }, value: text, effect: { enum: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] } } } },
      containers: { type: 'array', minItems: 1, items: container },
      volumes: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: text, configMap: { type: 'object', required: ['name'] }, emptyDir: { type: 'object' } } } },
    },
  };
  const KINDS: Readonly<Record<string, object>> = {
    'v1 ConfigMap': { type: 'object', additionalProperties: false, required: ['metadata'], properties: { apiVersion: text, kind: text, metadata, data: map, binaryData: { type: 'object', additionalProperties: { type: 'string', pattern: '^[A-Za-z0-9+/]*=*$' } } } },
    'networking.k8s.io/v1 NetworkPolicy': {
      type: 'object',
      additionalProperties: false,
      properties: { apiVersion: text, kind: text, metadata, spec: { type: 'object', additionalProperties: false, required: ['podSelector'], properties: { podSelector: { type: 'object' }, policyTypes: { type: 'array', items: { enum: ['Ingress', 'Egress'] } } } } },
    },
    'batch/v1 Job': {
      type: 'object',
      additionalProperties: false,
      properties: {
        apiVersion: text,
        kind: text,
        metadata,
        spec: {
          type: 'object',
          additionalProperties: false,
          required: ['template'],
          properties: { backoffLimit: { type: 'integer' }, activeDeadlineSeconds: { type: 'integer' }, ttlSecondsAfterFinished: { type: 'integer' }, template: { type: 'object', additionalProperties: false, properties: { metadata: { type: 'object' }, spec: pod } } },
        },
      },
    },
  };
  const validate = (manifest: unknown): void => {
    const { apiVersion, kind } = manifest as { readonly apiVersion: string; readonly kind: string };
    const ajv = new Ajv({ strict: false });
    const valid = ajv.validate(KINDS[`${apiVersion} ${kind}`] ?? { not: {} }, manifest);
    expect(`${kind}: ${ajv.errorsText(ajv.errors)}`).toBe(`${kind}: No errors`);
    expect(valid).toBe(true);
  };

  it('makes a Job with its files, limits and GPUs, and without a network', () => {
    const manifests = jobManifests(spec, 'trtc-smoke-1a2b');
    manifests.forEach(validate);
    const [files, policy, job] = manifests as [Record<string, unknown>, Record<string, unknown>, { spec: { backoffLimit: number; template: { spec: { containers: { resources: unknown; securityContext: unknown; image: string }[] } } } }];
    expect(files).toMatchObject({ kind: 'ConfigMap', data: { 'run.sh': 'echo' }, binaryData: { 'network.onnx': 'AAH/' } });
    expect(policy).toMatchObject({ kind: 'NetworkPolicy', spec: { podSelector: { matchLabels: { 'tensorrt-containers.run': 'trtc-smoke-1a2b' } } } });
    expect(job.spec.template.spec.containers[0]).toMatchObject({ image: 'registry.example/app:1', resources: { limits: { 'nvidia.com/gpu': '2', memory: String(1024 ** 3) } }, securityContext: { privileged: false, allowPrivilegeEscalation: false, runAsUser: 1000 } });
    expect(job.spec.backoffLimit).toBe(0);
    expect(jobManifests({ ...spec, network: 'bridge' }, 'n').map((manifest) => (manifest as { kind: string }).kind)).toEqual(['ConfigMap', 'Job']);
  });

  it('writes every check of the profiles, as YAML that is read back the same', () => {
    let n = 0;
    const smoke = readSmokeFile('image: x\nchecks:\n  - {name: mine, run: "echo \'it`s $HOME\'", profile: gpu}\n', 'f').smoke;
    const documents = parseAllDocuments(writeJobs({ image: 'registry.example/app:1', profiles: ['cpu', 'gpu'], file: { smoke, resolve: (path) => path }, limits: DEFAULT_LIMITS }, () => `word-${n++}`)).map((document) => document.toJS() as { kind: string; data?: Record<string, string>; metadata: { name: string } });
    documents.forEach(validate);
    expect(documents.map(({ kind }) => kind)).toEqual(['ConfigMap', 'NetworkPolicy', 'Job', 'ConfigMap', 'NetworkPolicy', 'Job']);
    expect(new Set(documents.map(({ metadata: { name } }) => name)).size).toBe(2);
    expect(Object.values(documents[3]?.data ?? {}).some((script) => script.includes('nvidia-smi'))).toBe(true);
    expect(Object.values(documents[3]?.data ?? {}).some((script) => script.includes(`'echo '\\''it`))).toBe(true);
    // A ConfigMap holds 1 MiB at most.
    expect(Math.max(...documents.map((document) => JSON.stringify(document).length))).toBeLessThan(512 * 1024);
  });

  it('writes nothing for static checks', () => {
    expect(writeJobs({ image: 'x', profiles: ['static'], limits: DEFAULT_LIMITS }, () => 'w')).toBe('');
  });

  it('tells why a pod does not run', () => {
    const waiting = (reason: string, message: string): object => ({ items: [{ status: { phase: 'Pending', containerStatuses: [{ state: { waiting: { reason, message } } }] } }] });
    expect(readPodTrouble(waiting('ContainerCreating', ''))).toBe(null);
    expect(readPodTrouble(waiting('ErrImagePull', 'manifest unknown'))).toBe('ErrImagePull: manifest unknown');
    const pending = { items: [{ status: { phase: 'Pending', conditions: [{ reason: 'Unschedulable', message: '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.' }] } }] };
    expect(readPodTrouble(pending)).toContain('Insufficient nvidia.com/gpu');
    expect(readPodPhase(pending)).toBe('Pending');
    for (const odd of [undefined, null, 5, { items: 'x' }, { items: [null] }]) expect([readPodTrouble(odd), readPodPhase(odd), readPodEnd(odd)]).toEqual([null, null, null]);
  });

  it('tells how a pod ended', () => {
    const pod = (status: object): object => ({ items: [{ status }] });
    const terminated = (exitCode: number, reason: string): object => ({ phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode, reason } } }] });
    expect(readPodEnd(pod({ phase: 'Running', containerStatuses: [{ state: { running: {} } }] }))).toBeNull();
    expect(readPodEnd(pod(terminated(0, 'Completed')))).toEqual({ status: 0, outOfMemory: false, trouble: null });
    expect(readPodEnd(pod(terminated(137, 'OOMKilled')))).toEqual({ status: 137, outOfMemory: true, trouble: null });
    expect(readPodEnd(pod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' }))).toEqual({ status: null, outOfMemory: false, trouble: 'Evicted: The node was low on resource: memory.' });
  });

  it('is told from a broken image', () => {
    const told = (kind: Refusal['kind'], detail: string): string => {
      const { state, sentence } = explainRefusal({ kind, detail });
      return `${state}: ${formatText(sentence)}`;
    };
    expect(told('no-node', 'Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.')).toBe('blocked: No node of the cluster has a GPU to give: Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu.');
    expect(told('no-node', "Unschedulable: 0/3 nodes are available: 3 node(s) didn't match.")).toMatch(/^blocked: No node of the cluster takes the container/);
    expect(told('cluster', 'ErrImagePull: manifest unknown')).toBe('blocked: The cluster did not run the container to its end: ErrImagePull: manifest unknown');
  });

  it('is taken by nodes that are kept for GPUs only where it asks for one', () => {
    const tolerations = (manifests: readonly object[]): unknown => (manifests.at(-1) as { spec: { template: { spec: { tolerations?: unknown } } } }).spec.template.spec.tolerations;
    expect(tolerations(jobManifests(spec, 'n'))).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }]);
    expect(tolerations(jobManifests({ ...spec, gpu: { how: 'none' } }, 'n'))).toBeUndefined();
  });
});
