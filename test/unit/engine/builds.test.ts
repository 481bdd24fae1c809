import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { readContext } from '../../../src/core/engine/example';
import { parseMarks } from '../../../src/core/engine/marks';
import type { Finding } from '../../../src/core/rules/model';
import { LineIndex } from '../../../src/core/text/line-index';

// What the rules on Dockerfiles find because of another file is reported in that file, at the value that is to blame.

const DOCKERFILE = 'ARG CUDA=12.4.1\nARG OS=ubuntu22.04\nFROM nvidia/cuda:${CUDA}-devel-${OS} AS build\nRUN make\nFROM ubuntu:22.04 AS runtime\nRUN true\n';
const COMPOSE = 'services:\n  app:\n    build:\n      context: .\n      args:\n        CUDA: "11.2.0"\n        OS: ubuntu20.04\n      target: build\n    gpus: all\n';

function check(text: string, file: string, files: Readonly<Record<string, string>>): readonly Finding[] {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
  const errors: unknown[] = [];
  const analysis = analyse(text, file, { folder, context: readContext(files), onRuleError: (rule, error) => errors.push(rule, error) });
  expect(errors).toEqual([]);
  expect(analysis.problems).toEqual([]);
  return analysis.findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
}

function describeFindings(text: string, findings: readonly Finding[]): string[] {
  const lines = new LineIndex(text);
  return findings.map(({ rule, location: { range } }) => `${lines.positionAt(range.start).line + 1} ${text.slice(range.start, range.end)} ${rule}`);
}

describe('findings that another file brings about', () => {
  it('lie at the argument, with the Dockerfile related and a fix for the argument', () => {
    const findings = check(COMPOSE, 'compose.yaml', { Dockerfile: DOCKERFILE });
    expect(describeFindings(COMPOSE, findings)).toEqual(['6 11.2.0 image-tag-removed']);
    expect(findings[0]?.related[0]).toMatchObject({ location: { file: 'Dockerfile' } });
    expect(findings[0]?.fixes[0]?.edits[0]).toMatchObject({ file: 'compose.yaml' });
  });

  it('are none where the Dockerfile has them by itself', () => {
    const text = COMPOSE.replace('"11.2.0"', '"12.4.1"').replace('      target: build\n', '');
    expect(check(text, 'compose.yaml', { Dockerfile: DOCKERFILE.replace('RUN true', 'COPY libcuda.so.1 /usr/lib/') })).toEqual([]);
    const plain = 'services:\n  app:\n    build: .\n    gpus: all\n';
    expect(check(plain, 'compose.yaml', { Dockerfile: DOCKERFILE.replace('12.4.1', '11.2.0') })).toEqual([]);
  });

  it('lie at the target where that makes a stage the one that is shipped', () => {
    const dockerfile = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nCOPY libcuda.so.1 /usr/lib/\nFROM ubuntu:22.04\nRUN true\n';
    const text = 'services:\n  app:\n    build:\n      context: .\n      target: build\n    gpus: all\n';
    expect(describeFindings(text, check(text, 'compose.yaml', { Dockerfile: dockerfile }))).toContain('5 build cuda-driver-library-copied');
  });

  it('lie at the image that takes the place of a stage', () => {
    const text = 'services:\n  app:\n    build:\n      context: .\n      additional_contexts:\n        base: docker-image://nvidia/cuda:11.2.0-base-ubuntu20.04\n    gpus: all\n';
    expect(describeFindings(text, check(text, 'compose.yaml', { Dockerfile: 'FROM base\nRUN true\n' }))).toEqual(['6 11.2.0-base-ubuntu20.04 image-tag-removed']);
  });

  it('are silenced by a comment in the Dockerfile, or in the file', () => {
    const quiet = DOCKERFILE.replace('FROM nvidia', '# trtc ignore=image-tag-removed -- kept in the registry\nFROM nvidia');
    expect(check(COMPOSE, 'compose.yaml', { Dockerfile: quiet })).toEqual([]);
    expect(check(COMPOSE.replace('        CUDA', '        # trtc ignore=image-tag-removed\n        CUDA'), 'compose.yaml', { Dockerfile: DOCKERFILE })).toEqual([]);
  });

  it('are those of a Dockerfile that stands in the file', () => {
    const { text, ranges } = parseMarks('services:\n  app:\n    build:\n      dockerfile_inline: |\n        FROM nvidia/cuda:«11.2.0-base-ubuntu20.04»\n        RUN true\n    gpus: all\n');
    expect(check(text, 'compose.yaml', {}).map(({ location }) => location.range)).toEqual(ranges);
  });

  it('are found for dev containers', () => {
    const text = '{\n  "build": { "dockerfile": "../Dockerfile", "context": "..", "target": "build", "args": { "CUDA": "11.2.0", "OS": "ubuntu20.04" } },\n  "hostRequirements": { "gpu": "optional" }\n}\n';
    expect(describeFindings(text, check(text, '.devcontainer/devcontainer.json', { Dockerfile: DOCKERFILE }))).toEqual(['2 11.2.0 image-tag-removed']);
  });

  it('are found for bake files, once for targets that share an argument', () => {
    const text = 'target "base" {\n  args = { CUDA = "11.2.0", OS = "ubuntu20.04" }\n}\ntarget "a" {\n  inherits = ["base"]\n  target = "build"\n}\ntarget "b" {\n  inherits = ["base"]\n}\n';
    expect(describeFindings(text, check(text, 'docker-bake.hcl', { Dockerfile: DOCKERFILE }))).toContain('2 11.2.0 image-tag-removed');
    expect(check(text, 'docker-bake.hcl', {})).toEqual([]);
  });

  it('name the place in the environment file through the variable', () => {
    const text = COMPOSE.replace('"11.2.0"', '${CUDA_VERSION}');
    const findings = check(text, 'compose.yaml', { Dockerfile: DOCKERFILE, '.env': 'CUDA_VERSION=11.2.0\n' });
    expect(describeFindings(text, findings)).toEqual(['6 ${CUDA_VERSION} image-tag-removed']);
    expect(findings[0]?.fixes[0]?.edits[0]).toMatchObject({ file: '.env' });
    expect(check(text, 'compose.yaml', { Dockerfile: DOCKERFILE })).toEqual([]);
  });
});

describe('images that a file names', () => {
  it.each([
    ['compose.yaml', 'services:\n  a:\n    image: nvidia/cuda:«11.2.0-base-ubuntu20.04»\n    gpus: all\n'],
    ['compose.yaml', 'services:\n  a:\n    image: nvidia/cuda:${V:-«11.2.0}-base-ubuntu20.04»\n    gpus: all\n'],
    ['devcontainer.json', '{ "image": "nvidia/cuda:«11.2.0-base-ubuntu20.04»", "hostRequirements": { "gpu": "optional" } }\n'],
  ])('are checked in %s', (file, marked) => {
    const { text, ranges } = parseMarks(marked);
    const findings = check(text, file, {});
    expect(findings.map(({ rule, location }) => [rule, location.range])).toEqual([['image-tag-removed', ranges[0]]]);
  });
});

describe('suppressions', () => {
  const service = (comment: string, trailing = ''): string => `services:\n  a:\n    ${comment}\n    image: nvidia/cuda:11.2.0-base-ubuntu20.04${trailing}\n    gpus: all\n`;
  it.each([
    ['above the line', 'compose.yaml', service('# trtc ignore=image')],
    ['behind it', 'compose.yaml', service('tty: true', ' # trtc ignore=image-tag-removed -- mirrored')],
    ['above the service', 'compose.yaml', service('tty: true').replace('  a:', '  # trtc ignore=image\n  a:')],
    ['for the file', 'compose.yaml', `# trtc ignore-file=image-tag-removed\n${service('tty: true')}`],
    ['in JSON', 'devcontainer.json', '{\n  "hostRequirements": { "gpu": "optional" },\n  // trtc ignore=image\n  "image": "nvidia/cuda:11.2.0-base-ubuntu20.04"\n}\n'],
    ['in JSON behind the line', 'devcontainer.json', '{\n  "hostRequirements": { "gpu": "optional" },\n  "image": "nvidia/cuda:11.2.0-base-ubuntu20.04" // trtc ignore=image\n}\n'],
  ])('silence %s', (_, file, text) => {
    expect(check(text, file, {})).toEqual([]);
  });

  it('speak of what is indented below them and of nothing else', () => {
    const text = `${service('tty: true').replace('  a:', '  # trtc ignore=image\n  a:')}  b:\n    image: nvidia/cuda:11.2.0-base-ubuntu20.04\n    gpus: all\n`;
    expect(describeFindings(text, check(text, 'compose.yaml', {}))).toEqual(['8 11.2.0-base-ubuntu20.04 image-tag-removed']);
  });

  it('are reported when they silence nothing', () => {
    const text = service('# trtc ignore=tensorrt').replace('11.2.0', '12.4.1').replace('20.04', '22.04');
    expect(analyse(text, 'compose.yaml').findings.map(({ rule }) => rule)).toContain('suppression-unused');
  });
});
