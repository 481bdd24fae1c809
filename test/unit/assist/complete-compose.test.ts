import { describe, expect, it } from 'vitest';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import type { Completion } from '../../../src/core/assist/completion/model';
import { analyse } from '../../../src/core/engine/analyse';
import { allCudaImages } from '../../../src/core/facts/cuda-images';
import { toPlain } from '../../../src/core/schema/plain';
import { readTargets } from '../../../src/core/target/read';
import type { TargetSource } from '../../../src/core/target/model';

/** What is offered at `│` in a Compose file. */
function completeAt(marked: string, targets: readonly TargetSource[] = []): readonly Completion[] {
  return completeCompose(marked.replace('│', ''), marked.indexOf('│'), readTargets(toPlain(targets)).targets);
}

/** The text after the first item was taken. */
function takeFirst(marked: string): string {
  const text = marked.replace('│', '');
  const [first] = completeAt(marked);
  return first === undefined ? text : text.slice(0, first.range.start) + first.newText + text.slice(first.range.end);
}

const SERVICE = 'services:\n  train:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n';
const DEVICES = `${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n`;
const JETSON: readonly TargetSource[] = [{ name: 'robot', platform: 'jetson' }];

describe('the first item is what an expert would take', () => {
  it.each<[string, string, (readonly TargetSource[])?]>([
    [`${SERVICE}    │`, 'gpus: all'],
    [`${SERVICE}    gp│\n    command: python train.py\n`, 'gpus: all'],
    [`${SERVICE}    gpus:│`, ' all'],
    [`${SERVICE}    gpus: │`, 'all'],
    [`version: "3.8"\n${SERVICE}    │`, 'deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${SERVICE}    de│`, 'deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${SERVICE}    deploy:\n      │`, 'resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${SERVICE}    deploy: # GPUs\n      resources:\n        reservations:\n          │`, 'devices:\n            - driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${DEVICES}            │`, '- driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${DEVICES}            - │`, 'driver: nvidia\n              count: all\n              capabilities: [gpu]'],
    [`${DEVICES}          - dr│`, 'driver: nvidia\n            count: all\n            capabilities: [gpu]'],
    [`${DEVICES}            - driver: │`, 'nvidia'],
    [`${DEVICES}            - driver: nvidia\n              │`, 'count: all'],
    [`${DEVICES}            - driver: nvidia\n              count: 1\n              │`, 'capabilities: [gpu]'],
    [`${DEVICES}            - driver: nvidia\n              dev│\n              capabilities: [gpu]\n`, 'device_ids: ["0"]'],
    [`${DEVICES}            - driver: nvidia\n              count: │\n              capabilities: [gpu]\n`, 'all'],
    [`${DEVICES}            - capabilities: [│]\n`, 'gpu'],
    [`${DEVICES}            - capabilities: [gpu, v│]\n`, 'video'],
    [`${DEVICES}            - count: 1\n              capabilities:\n                - │\n`, 'gpu'],
    ['x-gpu: &gpu\n  deploy:\n    resources:\n      reservations:\n        devices:\n          - │\n', 'driver: nvidia\n            count: all\n            capabilities: [gpu]'],
    [`${SERVICE}    gpus:\n      - dr│\n`, 'driver: nvidia\n        count: all\n        capabilities: [gpu]'],
    [`${SERVICE}    ru│`, 'runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all'],
    [`${SERVICE}    ru│\n    environment:\n      - A=1\n`, 'runtime: nvidia'],
    [`${SERVICE}    │`, 'runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all', JETSON],
    [`${SERVICE}    gpus: all\n    │`, 'shm_size: 8gb'],
    [`${SERVICE}    shm_size: │`, '8gb'],
    [`${SERVICE}    ip│`, 'ipc: host'],
    [`${SERVICE}    ul│`, 'ulimits:\n      memlock: -1\n      stack: 67108864'],
    [`${SERVICE}    ulimits:\n      memlock: -1\n      s│`, 'stack: 67108864'],
    ['services:\n  app:\n    image: nv│', 'nvidia/cuda:'],
    ['services:\n  app:\n    image: nvidia/cuda:12.4│\n', '12.4.1-runtime-ubuntu22.04'],
    ['services:\n  app:\n    image: "nvidia/cuda:12.4.1-d│"\n', '12.4.1-devel-ubuntu22.04'],
    ['services:\n  app:\n    image: ${IMAGE:-nvidia/cuda:11.8│}\n', '11.8.0-runtime-ubuntu22.04'],
    ['services:\n  app:\n    image: nvidia/cuda:│\n  other:\n    image: nvidia/cuda:11.6.2-base-ubuntu20.04\n', '11.6.2-runtime-ubuntu20.04'],
    ['services:\n  app:\n    image: nvidia/cuda:│\n', '12.2.2-runtime-ubuntu22.04', [{ name: 'server', driver: '535.183.06' }]],
    ['services:\n  triton:\n    image: nvcr.io/nvidia/tritonserver:24.0│\n', '24.09-py3'],
    ['services:\n  app:\n    build:\n      context: .\n      args:\n        BASE: nvidia/cuda:12.2.│\n', '12.2.2-runtime-ubuntu22.04'],
    ['services:\n  app:\n    build:\n      args:\n        - BASE=nvidia/cuda:12.2.│\n', '12.2.2-runtime-ubuntu22.04'],
    [`${SERVICE}    environment:\n      NVIDIA_V│`, 'NVIDIA_VISIBLE_DEVICES: '],
    [`${SERVICE}    environment:\n      NVIDIA_DRIVER_CAPABILITIES: │`, 'compute,utility'],
    [`${SERVICE}    environment:\n      - NVIDIA_D│`, 'NVIDIA_DRIVER_CAPABILITIES='],
    [`${SERVICE}    environment:\n    - "NVIDIA_DRIVER_CAPABILITIES=compute,v│"\n`, 'video'],
  ])('%j', (marked, text, targets) => {
    expect(completeAt(marked, targets)[0]?.newText).toBe(text);
  });
});

describe('nothing is offered', () => {
  it.each([
    '│',
    'services:\n  │',
    'ser│',
    'volumes:\n  data:\n    │',
    'networks:\n  front:\n    dr│',
    `${SERVICE}    # gp│`,
    `${SERVICE}    gpus: all\n    gp│`,
    `${SERVICE}    gpus: all\n    de│`,
    `${SERVICE}    runtime: nvidia\n    gp│`,
    `${DEVICES}            - capabilities: [gpu]\n    gp│`,
    `${SERVICE}    ipc: host\n    shm│`,
    `${SERVICE}    command: |\n      gp│`,
    `${SERVICE}      gp│`,
    `${SERVICE}    image: ubu│`,
    `${SERVICE}    image: ubuntu:│`,
    `${SERVICE}    environment:\n      OTHER: │`,
    `${SERVICE}    labels:\n      - gp│`,
    `${SERVICE}    deploy:\n      resources:\n        limits:\n          │`,
    `${DEVICES}            - driver: nvidia\n              device_ids: ["0"]\n              cou│`,
    `${DEVICES}            - driver: nvidia\n              count: 1\n              dev│`,
    `${DEVICES}            - capabilities: [gpu] │`,
  ])('at %j', (marked) => {
    expect(completeAt(marked)).toEqual([]);
  });

  it.each([`${SERVICE}    gp│`, `${SERVICE}    deploy:\n      │`])('for device requests on Jetson: %j', (marked) => {
    expect(completeAt(marked)).not.toEqual([]);
    expect(completeAt(marked, JETSON)).toEqual([]);
  });
});

it('writes what Compose reads: a service with a GPU, with no new finding', () => {
  for (const typed of ['gp', 'de']) {
    const text = takeFirst(`${SERVICE}    ${typed}│\n    shm_size: 8gb\n`);
    const { compose, findings } = analyse(text, 'compose.yaml', {});
    expect(compose?.services[0]?.requests).toHaveLength(1);
    expect(findings).toEqual([]);
  }
  expect(takeFirst(`${DEVICES}          - │\n`)).toContain('          - driver: nvidia\n            count: all\n            capabilities: [gpu]\n');
});

it('offers no tag that is not served', () => {
  const served = new Set(allCudaImages().flatMap(({ tag, status }) => (status === 'served' ? tag : [])));
  for (const prefix of ['', '8', '10', '11', '11.7', '12', '13']) {
    for (const { newText } of completeAt(`services:\n  app:\n    image: nvidia/cuda:${prefix}│\n`)) expect(served).toContain(newText);
  }
});

it('offers nothing that is an error when it is taken', () => {
  for (const marked of [`${SERVICE}    │\n`, `${SERVICE}    deploy:\n      │\n`, `${DEVICES}            - │\n`, `${DEVICES}            - capabilities: [gpu]\n              │\n`, `${SERVICE}    gpus:\n      - │\n`]) {
    const text = marked.replace('│', '');
    for (const { newText, range } of completeAt(marked)) {
      const { findings, problems } = analyse(text.slice(0, range.start) + newText + text.slice(range.end), 'compose.yaml', {});
      expect(problems, newText).toEqual([]);
      // A request of one key alone lacks capabilities.
      expect(findings.filter(({ severity, rule }) => severity === 'error' && rule !== 'compose-capabilities-missing'), newText).toEqual([]);
    }
  }
});

it('never throws, wherever the cursor stands', () => {
  const text = `${DEVICES}            - driver: nvidia\n              capabilities: [gpu]\n\t- x: &a {b: [\r\n- - c\n`;
  for (let offset = 0; offset <= text.length; offset++) {
    for (const { range } of completeCompose(text.slice(0, offset), offset)) expect(range.end).toBe(offset);
    expect(completeCompose(text, offset)).toBeInstanceOf(Array);
  }
});
