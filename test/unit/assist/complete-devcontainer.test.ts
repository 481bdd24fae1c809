import { describe, expect, it } from 'vitest';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import type { Completion } from '../../../src/core/assist/completion/model';
import { analyse } from '../../../src/core/engine/analyse';
import { allCudaImages } from '../../../src/core/facts/cuda-images';
import { toPlain } from '../../../src/core/schema/plain';
import { readTargets } from '../../../src/core/target/read';
import type { TargetSource } from '../../../src/core/target/model';

/** What is offered at `│` in a devcontainer.json. */
function completeAt(marked: string, targets: readonly TargetSource[] = []): readonly Completion[] {
  return completeDevcontainer(marked.replace('│', ''), marked.indexOf('│'), readTargets(toPlain(targets)).targets);
}

/** The text after the first item was taken. */
function takeFirst(marked: string): string {
  const text = marked.replace('│', '');
  const [first] = completeAt(marked);
  return first === undefined ? text : text.slice(0, first.range.start) + first.newText + text.slice(first.range.end);
}

const JETSON: readonly TargetSource[] = [{ name: 'robot', platform: 'jetson' }];

describe('the first item is what an expert would take', () => {
  it.each<[string, string, (readonly TargetSource[])?]>([
    ['{ "runArgs": [│] }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{ "runArgs": ["│"] }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{ "runArgs": ["--g│] }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{\n  // for training\n  "runArgs": [\n    "--rm",\n    "--g│\n  ],\n}', '{\n  // for training\n  "runArgs": [\n    "--rm",\n    "--gpus", "all"\n  ],\n}'],
    ['{ "runArgs": ["--gpus=│"] }', '{ "runArgs": ["--gpus=all"] }'],
    ['{ "runArgs": ["--gpus=d│"] }', '{ "runArgs": ["--gpus=device=0"] }'],
    ['{ "runArgs": ["--gpus", "│"] }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{ "runArgs": ["--gpus", │] }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{ "runArgs": ["--g│", "--rm"] }', '{ "runArgs": ["--gpus", "all", "--rm"] }'],
    ['{ "runArgs": ["--g│, "--rm"] }', '{ "runArgs": ["--gpus", "all", "--rm"] }'],
    ['{ "runArgs": [│ "--rm"] }', '{ "runArgs": ["--gpus", "all", "--rm"] }'],
    ['{ "runArgs": ["--gpus", "all", "│"] }', '{ "runArgs": ["--gpus", "all", "--shm-size=8g"] }'],
    ['{ "runArgs": ["--shm│"] }', '{ "runArgs": ["--shm-size=8g"] }'],
    ['{ "runArgs": ["--i│"] }', '{ "runArgs": ["--ipc=host"] }'],
    ['{ "runArgs": ["--ipc", "│"] }', '{ "runArgs": ["--ipc", "host"] }'],
    ['{ "runArgs": ["--ipc=host", "--u│"] }', '{ "runArgs": ["--ipc=host", "--ulimit=memlock=-1"] }'],
    ['{ "runArgs": ["--ulimit=memlock=-1", "--u│"] }', '{ "runArgs": ["--ulimit=memlock=-1", "--ulimit=stack=67108864"] }'],
    ['{ "runArgs": ["--dev│"] }', '{ "runArgs": ["--device=/dev/video0"] }'],
    ['{ "runArgs": ["--run│"] }', '{ "runArgs": ["--runtime=nvidia"] }'],
    ['{ "runArgs": ["│"] }', '{ "runArgs": ["--runtime=nvidia"] }', JETSON],
    ['{ "runArgs": ["-e", "NVIDIA_DRIVER_CAPABILITIES=│"] }', '{ "runArgs": ["-e", "NVIDIA_DRIVER_CAPABILITIES=compute,utility"] }'],
    ['{ "runArgs": ["--env=NVIDIA_V│"] }', '{ "runArgs": ["--env=NVIDIA_VISIBLE_DEVICES="] }'],
    ['{ "hostRequirements": { "gpu": │ } }', '{ "hostRequirements": { "gpu": "optional" } }'],
    ['{ "hostRequirements": { "gpu": "│" } }', '{ "hostRequirements": { "gpu": "optional" } }'],
    ['{ "hostRequirements": { "gpu": t│ } }', '{ "hostRequirements": { "gpu": true } }'],
    ['{ "hostRequirements": { "gpu": {│ } }', '{ "hostRequirements": { "gpu": { } }'],
    ['{ "hostRequirements": { "cpus": 4, "g│" } }', '{ "hostRequirements": { "cpus": 4, "gpu": "optional" } }'],
    ['{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "host│"\n}', '{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "hostRequirements": { "gpu": "optional" }\n}'],
    ['{\n  "host│"\n  "name": "x"\n}', '{\n  "hostRequirements": { "gpu": "optional" },\n  "name": "x"\n}'],
    ['{ "run│" }', '{ "runArgs": ["--gpus", "all"] }'],
    ['{ "│" }', '{ "runArgs": ["--runtime=nvidia"] }', JETSON],
    ['{ "image": "nv│" }', '{ "image": "nvidia/cuda:" }'],
    ['{ "image": "nvidia/cuda:12.4│" }', '{ "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04" }'],
    ['{ "image": "nvidia/cuda:│" }', '{ "image": "nvidia/cuda:12.2.2-devel-ubuntu22.04" }', [{ name: 'server', driver: '535.183.06' }]],
    ['{ "image": "nvcr.io/nvidia/pytorch:23.1│"', '{ "image": "nvcr.io/nvidia/pytorch:23.12-py3"'],
    ['{ "build": { "dockerfile": "Dockerfile", "args": { "BASE": "nvidia/cuda:11.8│" } } }', '{ "build": { "dockerfile": "Dockerfile", "args": { "BASE": "nvidia/cuda:11.8.0-devel-ubuntu22.04" } } }'],
    ['{ "containerEnv": { "NVIDIA_D│" } }', '{ "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "compute,utility" } }'],
    ['{ "containerEnv": { "NVIDIA_D│": "all" } }', '{ "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "all" } }'],
    ['{ "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "compute,g│" } }', '{ "containerEnv": { "NVIDIA_DRIVER_CAPABILITIES": "compute,graphics" } }'],
    ['{ /* GPUs */ "containerEnv": { "NVIDIA_VISIBLE_DEVICES": "│" } }', '{ /* GPUs */ "containerEnv": { "NVIDIA_VISIBLE_DEVICES": "all" } }'],
  ])('%j', (marked, text, targets) => {
    const [first] = completeAt(marked, targets);
    const plain = marked.replace('│', '');
    expect(first === undefined ? plain : plain.slice(0, first.range.start) + first.newText + plain.slice(first.range.end)).toBe(text);
  });
});

describe('nothing is offered', () => {
  it.each([
    '│',
    '{ "name": "│" }',
    '{ "na│" }',
    '{ // "runArgs": ["--g│"]\n}',
    '{ /* "--g│" */ }',
    '{ "runArgs": ["--rm" │] }',
    '{ "runArgs": ["--gpus", "all", "--g│"] }',
    '{ "runArgs": ["--name", "│"] }',
    '{ "runArgs": ["--ipc=host", "--shm│"] }',
    '{ "dockerComposeFile": "compose.yaml", "runArgs": ["│"] }',
    '{ "dockerComposeFile": "compose.yaml", "host│" }',
    '{ "hostRequirements": { "gpu": "optional" }, "runArgs": ["--g│"] }',
    '{ "hostRequirements": { "gpu": "optional" }, "run│" }',
    '{ "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04" "host│" }',
    '{ "hostRequirements": { "memory": "│" } }',
    '{ "mounts": ["--g│"] }',
    '{ "customizations": { "runArgs": ["--g│"] } }',
    '{ "remoteEnv": { "NVIDIA_│" } }',
    '{ "containerEnv": { "OTHER": "│" } }',
    '{ "image": "ubuntu:│" }',
    '{ "image": "nvidia/cuda:99│" }',
    '{ "runArgs": ["--runtime=nvidia", "--g│"] }',
  ])('at %j', (marked) => {
    expect(completeAt(marked)).toEqual([]);
  });

  it('for GPUs by --gpus on Jetson', () => {
    expect(completeAt('{ "runArgs": ["--g│"] }', JETSON)).toEqual([]);
  });
});

it('writes what the rules have nothing against', () => {
  const text = takeFirst('{\n  "image": "nvidia/cuda:12.4.1-devel-ubuntu22.04",\n  "host│"\n}\n');
  expect(text).toContain('"optional"');
  expect(analyse(text, 'devcontainer.json', {}).findings).toEqual([]);
});

it('offers nothing that is an error when it is taken, and JSON alone', () => {
  for (const marked of ['{ "runArgs": ["│"] }', '{ "runArgs": [│ "--rm"] }', '{ "hostRequirements": { "gpu": │ } }', '{ "hostRequirements": { "│" } }', '{ "│" "name": "x" }', '{ "containerEnv": { "NV│" } }']) {
    const text = marked.replace('│', '');
    const items = completeAt(marked);
    expect(items.length).toBeGreaterThan(0);
    for (const { newText, range } of items) {
      const taken = text.slice(0, range.start) + newText + text.slice(range.end);
      expect(() => JSON.parse(taken) as unknown, taken).not.toThrow();
      expect(analyse(taken, 'devcontainer.json', {}).findings.filter(({ severity }) => severity === 'error'), newText).toEqual([]);
    }
  }
});

it('offers no tag that is not served', () => {
  const served = new Set(allCudaImages().flatMap(({ tag, status }) => (status === 'served' ? tag : [])));
  for (const prefix of ['', '8', '10', '11', '11.7', '12', '13']) {
    for (const { newText } of completeAt(`{ "image": "nvidia/cuda:${prefix}│" }`)) expect(served).toContain(newText);
  }
});

it('never throws, and replaces a range around the cursor', () => {
  const text = '{ // x\n "runArgs": ["--gpus", "all", {"a": [1, tru, "b]\n}], /* y */ "hostRequirements": {"gpu": "op"}, "containerEnv": {"NVIDIA_X": "\\"" }]]}}\r\n"';
  for (let offset = 0; offset <= text.length; offset++) {
    for (const part of [text, text.slice(0, offset)]) {
      for (const { range } of completeDevcontainer(part, offset)) {
        expect(range.start).toBeLessThanOrEqual(offset);
        expect(range.end).toBeGreaterThanOrEqual(offset);
        expect(part.slice(range.start, range.end)).not.toContain('\n');
      }
    }
  }
});
