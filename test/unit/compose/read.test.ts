import { describe, expect, it } from 'vitest';
import { listSyntaxes, readGpuWish } from '../../../src/core/compose/gpu-wish';
import { readCompose } from '../../../src/core/compose/read';
import { findVariable } from '../../../src/core/compose/service';
import { toPlain } from '../data/plain';
import { read } from './reading';

const RESERVED = 'deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 1, capabilities: [gpu]}]}}}';

describe('readCompose', () => {
  it.each(['', 'just text', '- a\n', '\0'])('gives nothing for %j', (text) => {
    expect(readCompose(text, 'compose.yaml')?.services ?? []).toEqual([]);
  });

  it('passes over services without attributes', () => {
    expect(read('services:\n  a:\n  b: text\n  c: {image: c}\n').services.map(({ name }) => name)).toEqual(['c']);
  });

  it.each([
    ['a base in the same file', 'services:\n  base: {image: a, runtime: nvidia}\n  s: {extends: {service: base}, image: b}\n', {}, { image: 'b', runtime: 'nvidia' }],
    ['a base by its name alone', 'services:\n  base: {image: a}\n  s: {extends: base, command: x}\n', {}, { image: 'a', command: 'x' }],
    ['a base of a base', 'services:\n  a: {image: a}\n  b: {extends: a, tty: 1}\n  s: {extends: b}\n', {}, { image: 'a', tty: '1' }],
    ['a base in another file', 'services:\n  s: {extends: {file: common/base.yaml, service: b}}\n', { 'common/base.yaml': 'services:\n  b: {image: a}\n' }, { image: 'a' }],
    ['lists of both', 'services:\n  a: {image: a, volumes: [x:/x]}\n  s: {extends: a, volumes: [y:/y]}\n', {}, { volumes: ['x:/x', 'y:/y'] }],
    ['a command that replaces', 'services:\n  a: {image: a, command: [x]}\n  s: {extends: a, command: [y]}\n', {}, { command: ['y'] }],
    ['what is taken back', 'services:\n  a: {image: a, runtime: nvidia, volumes: [x:/x]}\n  s: {extends: a, runtime: !reset null, volumes: !override [y:/y]}\n', {}, { image: 'a', volumes: ['y:/y'] }],
    ['both forms of build', 'services:\n  a: {build: ./x}\n  s: {extends: a, build: {args: {A: 1}}}\n', {}, { build: { context: './x', args: { A: '1' } } }],
    ['arguments by name', 'services:\n  a: {build: {args: [A=1, B=2]}}\n  s: {extends: a, build: {args: {A: 3}}}\n', {}, { build: { args: { A: '3', B: '2' } } }],
    ['variables of .env', 'services:\n  s: {image: "x:${TAG:-1}"}\n', { '.env': 'TAG=2\n' }, { image: 'x:2' }],
    ['an override file', 'services:\n  s: {image: a}\n', { 'compose.override.yaml': 'services:\n  s: {runtime: nvidia}\n' }, { image: 'a', runtime: 'nvidia' }],
  ])('merges %s', (_, text, files, expected) => {
    const service = read(text, files).services.find(({ name }) => name === 's');
    expect(toPlain(service?.node)).toMatchObject(expected);
    expect(service?.complete).toBe(true);
  });

  it('takes back what is reset', () => {
    const [, service] = read('services:\n  a: {image: a, runtime: nvidia}\n  s: {extends: a, runtime: !reset null}\n').services;
    expect(service?.runtime).toBeUndefined();
  });

  it.each([
    ['a base that is nowhere', 'services:\n  s: {extends: {file: other.yaml, service: b}, image: a}\n'],
    ['a base outside of what may be read', 'services:\n  s: {extends: {file: ../other.yaml, service: b}, image: a}\n'],
    ['a service that extends itself', 'services:\n  s: {extends: s, image: a}\n'],
    ['neither image nor build', `services:\n  s: {${RESERVED}}\n`],
  ])('knows that a service is incomplete: %s', (_, text) => {
    expect(read(text).services[0]?.complete).toBe(false);
  });

  it('lays an override file over the file that it is for', () => {
    const { services } = read('services:\n  s: {runtime: nvidia}\n', { 'compose.yaml': 'services:\n  s: {image: a}\n  t: {image: b}\n' }, 'compose.override.yaml');
    expect(services.map(({ name, complete, image }) => [name, complete, image?.text.value])).toEqual([['s', true, 'a']]);
  });

  it('reads what is included, and what that includes', () => {
    const files = { 'db/compose.yaml': 'include: [more.yaml]\nservices:\n  db: {image: db}\n', 'db/more.yaml': 'services:\n  more: {image: more}\n' };
    const { included, files: texts } = read('include:\n  - path: db/compose.yaml\nservices: {}\n', files);
    expect(included.map(({ name }) => name)).toEqual(['db', 'more']);
    expect([...texts.keys()]).toEqual(['db/compose.yaml', 'db/more.yaml']);
  });

  it('survives files that include each other', () => {
    const files = { 'a.yaml': 'include: [b.yaml]\nservices: {a: {image: a}}\n', 'b.yaml': 'include: [a.yaml]\nservices: {b: {image: b}}\n' };
    expect(read('include: [a.yaml]\n', files).included.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('finds the GPU that another file adds', () => {
    const project = read('services:\n  s: {image: a}\n  t: {image: b}\n', { 'docker-compose.gpu.yml': 'services:\n  s: {gpus: all}\n  t: {image: c}\n' });
    expect(['s', 't'].map((name) => project.isWiredElsewhere(name))).toEqual([true, false]);
  });
});

describe('a service', () => {
  it('has the variables of its environment and of its files', () => {
    const text = 'services:\n  s:\n    image: a\n    env_file: [a.env, {path: b.env}]\n    environment:\n      - B=3\n      - DISPLAY\n';
    const [service] = read(text, { 'a.env': 'A=1\nB=1\n', 'b.env': 'C=2\n' }).services;
    expect(['A', 'B', 'C', 'DISPLAY'].map((name) => service && findVariable(service, name)?.value?.value)).toEqual(['1', '3', '2', undefined]);
    expect(service?.environmentComplete).toBe(true);
    expect(read(text).services[0]?.environmentComplete).toBe(false);
  });

  it('points at the line of a variable', () => {
    const text = 'services:\n  s:\n    image: a\n    environment:\n      - A=1\n      - B=2\n';
    const variable = read(text).services[0]?.environment.find(({ name }) => name === 'B');
    expect(text.slice(variable?.location.range.start, variable?.location.range.end)).toBe('B=2');
  });

  it.each([
    ['./app', 'docker/app', 'docker/app/Dockerfile'],
    ['{context: .., dockerfile: gpu.Dockerfile}', '', 'gpu.Dockerfile'],
    ['{context: ../src, dockerfile: ../Dockerfile}', 'src', 'Dockerfile'],
    ['{args: {A: 1}}', 'docker', 'docker/Dockerfile'],
    ['../..', undefined, undefined],
    ['https://github.com/a/b.git', undefined, undefined],
    ['"${DIR}/app"', undefined, undefined],
    ['"${DIR:-.}/app"', 'docker/app', 'docker/app/Dockerfile'],
  ])('builds from %s', (build, context, dockerfile) => {
    const [service] = read(`services:\n  s:\n    build: ${build}\n`, {}, 'docker/compose.yaml').services;
    expect(service?.build).toMatchObject({ context, dockerfile });
  });

  it('counts the paths of a base from the base’s folder', () => {
    const [service] = read('services:\n  s: {extends: {file: common/base.yaml, service: b}}\n', { 'common/base.yaml': 'services:\n  b: {build: ./app}\n' }).services;
    expect(service?.build?.dockerfile).toBe('common/app/Dockerfile');
  });

  it.each([
    ['A: "3.10"', '3.10'],
    ['A: 3.10', '3.1'],
    ['A: 020', '020'],
    ['A: 12', '12'],
    ['A:', undefined],
  ])('hands its build %s', (argument, expected) => {
    const [service] = read(`services:\n  s:\n    build:\n      args:\n        ${argument}\n`).services;
    expect(service?.build?.args[0]?.value?.value).toBe(expected);
  });

  it.each([
    [RESERVED, ['deploy'], { kind: 'count', count: 1 }],
    ['gpus: all', ['gpus'], { kind: 'all' }],
    ['gpus: [{device_ids: ["0", "2"]}]', ['gpus'], { kind: 'devices', ids: ['0', '2'] }],
    ['runtime: nvidia', ['runtime'], { kind: 'all' }],
    ['{runtime: nvidia, environment: {NVIDIA_VISIBLE_DEVICES: "1,2"}}', ['runtime'], { kind: 'devices', ids: ['1', '2'] }],
    ['devices: ["nvidia.com/gpu=all"]', ['cdi'], { kind: 'all' }],
    ['{runtime: nvidia, gpus: all}', ['gpus', 'runtime'], undefined],
    ['devices: [/dev/dri]', [], undefined],
    ['runtime: runc', [], undefined],
  ])('asks for GPUs: %s', (attributes, syntaxes, wish) => {
    const inner = attributes.startsWith('{') ? attributes.slice(1, -1) : attributes;
    const [service] = read(`services:\n  s: {image: a, ${inner}}\n`).services;
    expect(service && listSyntaxes(service)).toEqual(syntaxes);
    expect(service && readGpuWish(service)).toEqual(wish);
  });
});
