import { describe, expect, it } from 'vitest';
import { renderPlain } from '../../../src/core/assist/card';
import { describeRunArgumentAt } from '../../../src/core/assist/hover/run-argument';

function hoverAt(kind: 'compose' | 'devcontainer', marked: string): string | undefined {
  const text = marked.replace('│', '');
  const card = describeRunArgumentAt(text, kind, marked.indexOf('│'));
  return card && `${text.slice(card.range.start, card.range.end)} → ${renderPlain(card)}`;
}

const SERVICE = 'services:\n  a:\n    image: x\n';
const DEVICES = `${SERVICE}    deploy:\n      resources:\n        reservations:\n          devices:\n`;

describe('what a Compose file says of GPUs and memory', () => {
  it.each<[string, RegExp]>([
    [`${SERVICE}    gp│us: all\n`, /^gpus → gpus: all\n {2}GPUs: every GPU\n[^]*needs Docker Compose 2\.30\.0[^]*\(2026-/],
    [`${SERVICE}    gpus: al│l\n`, /^all → gpus: all\n/],
    [`${DEVICES}            - driver: nvidia\n              co│unt: 2\n              capabilities: [gpu]\n`, /^count → count\n {2}GPUs: 2\n[^]*count is a whole number or all/],
    [`${DEVICES}            - driver: nvidia\n              count: all\n              capabilities: [gp│u]\n`, /^\[gpu\] → capabilities\n[^]*Compose refuses the file without them/],
    [`x-gpu: &gpu\n  deploy:\n    resources:\n      reservations:\n        dev│ices:\n          - capabilities: [gpu]\n`, /docker-compose 1\.28\.0/],
    [`${DEVICES}            - driver: nvidia\n              device_ids:\n                - "0│"\n`, /exclude each other/],
    [`${SERVICE}    gpus: "al│l" # every one\n`, /^"all" → gpus: all\n {2}GPUs: every GPU/],
    [`${SERVICE}    environment:\n      "CUDA_VISIBLE_DE│VICES": "0"\n`, /^"CUDA_VISIBLE_DEVICES" → [^]*Value here: 0/],
    [`${SERVICE}    runtime: nv│idia\n`, /^nvidia → runtime: nvidia\n[^]*registered with the daemon/],
    [`${SERVICE}    shm_si│ze: 8gb\n`, /64 MB/],
    [`${SERVICE}    environment:\n      NVIDIA_DRIVER_CAPA│BILITIES: compute,utility\n`, /Value here: compute,utility\n[^]*video/],
    [`${SERVICE}    environment:\n      - NVIDIA_VISIBLE_DEVICES=vo│id\n`, /Value here: void\n[^]*turn the injection off/],
    [`${SERVICE}    build:\n      context: .\n      args:\n        BASE: nvidia/cuda:12.4.1-base-ub│untu22.04\n`, /Contains: CUDA 12\.4\.1/],
  ])('%j', (marked, shown) => {
    expect(hoverAt('compose', marked)).toMatch(shown);
  });

  it.each([`${SERVICE}    gpus: all # gp│us\n`, `${SERVICE}   │ gpus: all\n`, `${SERVICE}    por│ts: ["80"]\n`, `${SERVICE}    environment:\n      FO│O: bar\n`, 'volumes:\n  gp│us: all\n', 'services: [│', '│', `${SERVICE}    build:\n      args:\n        V: 1│2\n`])('says nothing at %j', (marked) => {
    expect(hoverAt('compose', marked)).toBeUndefined();
  });
});

describe('what a devcontainer.json says of GPUs and memory', () => {
  it.each<[string, RegExp]>([
    ['{ "runArgs": ["--gp│us", "device=0"] }', /^"--gpus", "device=0" → --gpus device=0\n {2}GPUs: 0\n[^]*fail where Docker has no GPU/],
    ['{ "runArgs": ["--gpus=al│l"] }', /GPUs: every GPU/],
    ['{ "runArgs": ["--rm", "--ipc", "ho│st"] }', /^"--ipc", "host" → --ipc host\n/],
    ['{ "runArgs": ["-e", "CUDA_VISIBLE_DEVICES=a│ll"] }', /CUDA stops at the first entry that is none/],
    ['{ "run│Args": [] }', /one argument of docker run/],
    ['{ "hostRequirements": { "gpu": "opt│ional" } }', /^"optional" → hostRequirements\.gpu: optional\n[^]*optional goes on without one/],
    ['{ "containerEnv": { "NVIDIA_VISIBLE_│DEVICES": "all" } }', /Value here: all/],
    ['{ "features": { "ghcr.io/devcontainers/features/nvidia-│cuda:1": {} } }', /it passes no GPU/],
    ['{ "build": { "args": { "BASE": "nvcr.io/nvidia/tensorrt:23.0│8-py3" } } }', /TensorRT 8\.6\.1/],
  ])('%j', (marked, shown) => {
    expect(hoverAt('devcontainer', marked)).toMatch(shown);
  });

  it.each(['{ "runArgs": ["--na│me", "x"] }', '{ "runArgs": [] │}', '{ "na│me": "x" }', '{ "containerEnv": { "A│": "b" } }', '│'])('says nothing at %j', (marked) => {
    expect(hoverAt('devcontainer', marked)).toBeUndefined();
  });
});
