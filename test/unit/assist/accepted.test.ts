// What a file says once an offer was taken: every offer, at every place of many files, is applied and the result is read.
import { parse as parseJsonc, type ParseError } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import type { Completion } from '../../../src/core/assist/completion/model';
import { registry } from '../../../src/core/engine/analyse';
import { parseMarks } from '../../../src/core/engine/marks';
import { remember } from '../../../src/core/text/remember';

const examplesOf = (subject: 'compose' | 'devcontainer'): readonly string[] => registry.rules.filter((rule) => rule.subject === subject).flatMap(({ examples }) => examples.map(({ text }) => parseMarks(text).text));

function take(text: string, { range, newText }: Completion): string {
  return text.slice(0, range.start) + newText + text.slice(range.end);
}

/** The text with a line cut off at each of its characters in turn, and the places of the cuts. */
function* halfTyped(text: string): Generator<readonly [text: string, offset: number]> {
  for (const { index: start, 0: line } of text.matchAll(/^.*$/gm)) {
    for (let end = line.search(/\S|$/); end <= line.length; end++) yield [text.slice(0, start + end) + text.slice(start + line.length), start + end];
  }
}

const isYaml = remember((text: string): boolean => readYaml(text) !== undefined);

function readYaml(text: string): unknown {
  const { errors, contents } = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  return errors.length > 0 ? undefined : ((contents?.toJSON() as unknown) ?? null);
}

function readJson(text: string): unknown {
  const errors: ParseError[] = [];
  const value = parseJsonc(text, errors, { allowTrailingComma: true }) as unknown;
  return errors.length > 0 ? undefined : value;
}

const VOLUME = 'volumes:\n  data: {}\n';
const COMPOSE: readonly string[] = [
  ...examplesOf('compose'),
  `services:\n  a:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n    gpus: all\n    shm_size: 8gb\n    ulimits:\n      memlock: -1\n  b:\n    image: x\n    deploy:\n      resources:\n        reservations:\n          devices:\n          - driver: nvidia\n            count: 1\n            capabilities: [gpu, video]\n    environment:\n      - NVIDIA_DRIVER_CAPABILITIES=compute,utility\n${VOLUME}`,
  `x-gpu: &gpu\n    deploy:\n        resources:\n            reservations:\n                devices:\n                    -   driver: nvidia\n                        device_ids: ["0"]\n                        capabilities: [gpu]\nservices:\n    a:\n        <<: *gpu\n        image: x\n        environment:\n            NVIDIA_VISIBLE_DEVICES: all\n            NVIDIA_DRIVER_CAPABILITIES: "compute"\n${VOLUME}`,
];

describe('in Compose files', () => {
  it('every offer that is taken leaves YAML, with all that stood in other lines', () => {
    let taken = 0;
    for (const whole of COMPOSE) {
      for (const [text, offset] of halfTyped(whole)) {
        const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
        const lineEnd = text.indexOf('\n', offset);
        const rest = text.slice(0, lineStart) + (lineEnd < 0 ? '' : text.slice(lineEnd + 1));
        // A line that holds others together cannot be taken away; a quote or bracket is closed by who opened it.
        if (!isYaml(rest) || /\[[^\]]*$|^[^"]*"[^"]*$/.test(text.slice(lineStart, offset))) continue;
        for (const offer of completeCompose(text, offset)) {
          // A name before its colon, and a variable before its equals sign, are no end.
          if (/[:=] ?$/.test(offer.newText)) continue;
          taken++;
          const result = take(text, offer);
          expect(isYaml(result), `${result}\n--- ${offer.newText}`).toBe(true);
          const lines = new Set(result.split('\n'));
          expect(rest.split('\n').filter((line) => !lines.has(line))).toEqual([]);
        }
      }
    }
    expect(taken).toBeGreaterThan(3000);
  });

  const SERVICE = 'services:\n  a:\n    image: x\n';
  const DEVICE = { driver: 'nvidia', count: 'all', capabilities: ['gpu'] };
  const RESERVED = { image: 'x', deploy: { resources: { reservations: { devices: [DEVICE] } } } };

  it.each<[string, unknown]>([
    [`${SERVICE}    gp│\n${VOLUME}`, { image: 'x', gpus: 'all' }],
    [`${SERVICE}    gpus:│\n${VOLUME}`, { image: 'x', gpus: 'all' }],
    [`${SERVICE}    gpus: │\n${VOLUME}`, { image: 'x', gpus: 'all' }],
    [`${SERVICE}    gpus: a│\n`, { image: 'x', gpus: 'all' }],
    [`${SERVICE}    gpus:\n      - │\n${VOLUME}`, { image: 'x', gpus: [DEVICE] }],
    [`${SERVICE}    gpus:\n    - │\n${VOLUME}`, { image: 'x', gpus: [DEVICE] }],
    [`${SERVICE}    dep│\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n      │\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n        resources:\n            re│\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n            │\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n          - d│\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n          -   d│\n${VOLUME}`, RESERVED],
    [`${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count:│\n              capabilities: [gpu]\n`, RESERVED],
    [`${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities:│\n`, RESERVED],
    [`${SERVICE}    runtime:│\n`, { image: 'x', runtime: 'nvidia' }],
    [`${SERVICE}    run│\n`, { image: 'x', runtime: 'nvidia', environment: { NVIDIA_VISIBLE_DEVICES: 'all' } }],
    [`${SERVICE}    ul│\n`, { image: 'x', ulimits: { memlock: -1, stack: 67108864 } }],
    [`${SERVICE}    environment:\n      NVIDIA_DRIVER_CAPABILITIES: │\n`, { image: 'x', environment: { NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' } }],
    [`${SERVICE}    environment:\n      NVIDIA_DRIVER_CAPABILITIES: "compute,v│"\n`, { image: 'x', environment: { NVIDIA_DRIVER_CAPABILITIES: 'compute,video' } }],
    [`${SERVICE}    environment:\n      - NVIDIA_VISIBLE_DEVICES=│\n`, { image: 'x', environment: ['NVIDIA_VISIBLE_DEVICES=all'] }],
  ])('%j becomes what it says', (marked, service) => {
    const text = marked.replace('│', '');
    const [first] = completeCompose(text, marked.indexOf('│'));
    const read = readYaml(first === undefined ? text : take(text, first)) as { services: { a: unknown }; volumes?: unknown } | undefined;
    expect(read?.services.a).toEqual(service);
    if (text.endsWith(VOLUME)) expect(read?.volumes).toEqual({ data: {} });
  });
});

const DEVCONTAINERS: readonly string[] = [
  ...examplesOf('devcontainer'),
  '{\n  // GPUs\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "runArgs": ["--gpus", "all", "--shm-size=8g", "-e", "NVIDIA_DRIVER_CAPABILITIES=compute"],\n  "hostRequirements": { "cpus": 4, "gpu": "optional" },\n  "containerEnv": {\n    "NVIDIA_VISIBLE_DEVICES": "all", // every\n    "A": "b"\n  }\n}\n',
  '{"build":{"dockerfile":"Dockerfile","args":{"BASE":"nvidia/cuda:12.2.2-devel-ubuntu22.04"}},"runArgs":["--ipc=host","--rm"],"hostRequirements":{},"containerEnv":{}}',
];

describe('in devcontainer.json', () => {
  it('every offer that is taken within a whole file leaves JSON with the same other properties', () => {
    let taken = 0;
    for (const text of DEVCONTAINERS) {
      const before = readJson(text) as Readonly<Record<string, unknown>> | undefined;
      if (before === undefined) continue;
      for (let offset = 0; offset <= text.length; offset++) {
        for (const offer of completeDevcontainer(text, offset)) {
          taken++;
          const after = readJson(take(text, offer)) as Readonly<Record<string, unknown>> | undefined;
          expect(after, take(text, offer)).not.toBeUndefined();
          const lost = Object.keys(before).filter((key) => !(key in (after ?? {})));
          // The token under the cursor itself may be another one now.
          expect(lost.length, take(text, offer)).toBeLessThanOrEqual(Number(/^"/.test(text.slice(offer.range.start))));
        }
      }
    }
    expect(taken).toBeGreaterThan(1000);
  });

  it.each<[string, unknown]>([
    ['{ "runArgs": [│] }', { runArgs: ['--gpus', 'all'] }],
    ['{ "runArgs": ["│] }', { runArgs: ['--gpus', 'all'] }],
    ['{ "runArgs": ["--rm", │] }', { runArgs: ['--rm', '--gpus', 'all'] }],
    ['{ "runArgs": ["--g│", "--rm"] }', { runArgs: ['--gpus', 'all', '--rm'] }],
    ['{\n  "runArgs": [\n    "--gpus",\n    "│\n  ]\n}', { runArgs: ['--gpus', 'all'] }],
    ['{\n  "runArgs": [\n    "│\n    "--rm"\n  ]\n}', { runArgs: ['--gpus', 'all', '--rm'] }],
    ['{\n  "name": "x",\n  "hostR│\n}', { name: 'x', hostRequirements: { gpu: 'optional' } }],
    ['{\n  "hostR│"\n  "name": "x"\n}', { name: 'x', hostRequirements: { gpu: 'optional' } }],
    ['{ "hostRequirements": { "gpu": │ } }', { hostRequirements: { gpu: 'optional' } }],
    ['{ "hostRequirements": { │ } }', { hostRequirements: { gpu: 'optional' } }],
    ['{ "hostRequirements": { "g│ "cpus": 4 } }', { hostRequirements: { gpu: 'optional', cpus: 4 } }],
    ['{ "containerEnv": { "NVIDIA_V│" } }', { containerEnv: { NVIDIA_VISIBLE_DEVICES: 'all' } }],
    ['{ "containerEnv": { "NVIDIA_V│": "none" } }', { containerEnv: { NVIDIA_VISIBLE_DEVICES: 'none' } }],
    ['{ "containerEnv": { "NVIDIA_VISIBLE_DEVICES": "│" } }', { containerEnv: { NVIDIA_VISIBLE_DEVICES: 'all' } }],
  ])('%j becomes what it says', (marked, value) => {
    const text = marked.replace('│', '');
    const [first] = completeDevcontainer(text, marked.indexOf('│'));
    expect(readJson(first === undefined ? text : take(text, first))).toEqual(value);
  });
});
