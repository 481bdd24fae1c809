import { describe, expect, test } from 'vitest';
import type { Scope } from '../../../src/core/dockerfile/scope';
import { createGlobalScope, stageScope } from '../../../src/core/dockerfile/scope';
import { LayeredMap } from '../../../src/core/dockerfile/layered-map';
import { Traced, UNKNOWN } from '../../../src/core/text/traced';
import { inText, read } from './reading';

interface Given {
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Environment of every external image. */
  readonly env?: Readonly<Record<string, string>>;
  readonly complete?: boolean;
}

/** The global scope of a Dockerfile, and the one at the end of each of its stages. */
function scopesOf(text: string, { buildArgs = {}, env = {}, complete = true }: Given = {}): { global: Scope; stages: Scope[] } {
  const dockerfile = read(text);
  const global = createGlobalScope(dockerfile, new Map(Object.entries(buildArgs)));
  const traced = new Map(Object.entries(env).map(([name, value]) => [name, Traced.literal(value, 'image', { start: 0, end: value.length })]));
  const stages: Scope[] = [];
  for (const stage of dockerfile.stages) {
    const parent = dockerfile.stages.findIndex(({ name, index }) => name === stage.from.image.raw && index < stage.index);
    let scope = stageScope(global, stages[parent] ?? { env: traced, complete });
    for (const instruction of stage.instructions) {
      if (instruction.kind === 'arg' || instruction.kind === 'env') scope = scope.apply(instruction);
    }
    stages.push(scope);
  }
  return { global, stages };
}

/** Value and origin of `name` at the end of the last stage. */
function final(text: string, name: string, given?: Given): [string | undefined, string] | undefined {
  const binding = scopesOf(text, given).stages.at(-1)?.lookup(name);
  return binding && [binding.value?.value, binding.origin];
}

describe('global ARGs', () => {
  test.each([
    { name: 'default', text: 'ARG A=1\nFROM x', value: '1', origin: 'arg' },
    { name: 'later wins', text: 'ARG A=1\nARG A=2\nFROM x', value: '2', origin: 'arg' },
    { name: 'a name alone keeps the value', text: 'ARG A=1\nARG A\nFROM x', value: '1', origin: 'arg' },
    { name: 'uses an earlier one', text: 'ARG B=1\nARG A=${B}2\nFROM x', value: '12', origin: 'arg' },
    { name: 'uses an earlier one of the same ARG', text: 'ARG B=1 A=${B}2\nFROM x', value: '12', origin: 'arg' },
    { name: 'uses none that comes later', text: 'ARG A=${B}2\nARG B=1\nFROM x', value: '2', origin: 'arg' },
    { name: 'without value', text: 'ARG A\nFROM x', value: undefined, origin: 'arg' },
    { name: 'by --build-arg', text: 'ARG A=1\nFROM x', buildArgs: { A: '9' }, value: '9', origin: 'build-arg' },
    { name: 'without default, by --build-arg', text: 'ARG A\nFROM x', buildArgs: { A: '9' }, value: '9', origin: 'build-arg' },
  ])('$name', ({ text, buildArgs = {}, value, origin }) => {
    const binding = scopesOf(text, { buildArgs }).global.lookup('A');
    expect([binding?.value?.value, binding?.origin]).toEqual([value, origin]);
    expect(inText(text, binding?.declared)).toEqual({ file: 'Dockerfile', range: 'A' });
  });

  test('FROM sees neither ARG of a stage nor an undeclared --build-arg', () => {
    const { global } = scopesOf('FROM x\nARG A=1\nFROM y$A', { buildArgs: { B: '2' } });
    expect([global.lookup('A'), global.lookup('B')]).toEqual([undefined, undefined]);
    expect(global.unset('A')).toBe('empty');
  });

  test('an ENV before FROM counts for nothing', () => {
    expect(scopesOf('ENV A=1\nFROM x').global.lookup('A')).toBeUndefined();
  });
});

describe('in a stage', () => {
  test.each<{ name: string; text: string; given?: Given; result: [string | undefined, string] | undefined }>([
    { name: 'a global ARG is not seen', text: 'ARG A=1\nFROM x', result: undefined },
    { name: 'a global ARG is seen when declared again', text: 'ARG A=1\nFROM x\nARG A', result: ['1', 'arg'] },
    { name: 'a default beats the global ARG', text: 'ARG A=1\nFROM x\nARG A=2', result: ['2', 'arg'] },
    { name: 'ARG without any value', text: 'FROM x\nARG A', result: [undefined, 'arg'] },
    { name: 'global ARG without any value', text: 'ARG A\nFROM x\nARG A', result: [undefined, 'arg'] },
    { name: '--build-arg', text: 'FROM x\nARG A=1', given: { buildArgs: { A: '9' } }, result: ['9', 'build-arg'] },
    { name: '--build-arg through the global ARG', text: 'ARG A=1\nFROM x\nARG A', given: { buildArgs: { A: '9' } }, result: ['9', 'build-arg'] },
    { name: '--build-arg of an undeclared name', text: 'FROM x', given: { buildArgs: { A: '9' } }, result: undefined },
    { name: 'ENV', text: 'FROM x\nENV A=1', result: ['1', 'env'] },
    { name: 'ENV after ARG', text: 'FROM x\nARG A=1\nENV A=2', result: ['2', 'env'] },
    { name: 'ENV from an ARG of its name', text: 'FROM x\nARG A=1\nENV A=${A:-3}', result: ['1', 'env'] },
    { name: 'ARG after ENV', text: 'FROM x\nENV A=1\nARG A=2', result: ['2', 'arg'] },
    { name: 'ARG without value after ENV', text: 'FROM x\nENV A=1\nARG A', result: ['1', 'env'] },
    { name: 'ENV of the base image', text: 'FROM x', given: { env: { A: '1' } }, result: ['1', 'base'] },
    { name: 'ENV over the base image', text: 'FROM x\nENV A=${A}2', given: { env: { A: '1' } }, result: ['12', 'env'] },
    { name: 'an ARG over the base image', text: 'FROM x\nARG A=2', given: { env: { A: '1' } }, result: ['2', 'arg'] },
    { name: 'one ENV does not see itself', text: 'FROM x\nENV A=1\nENV B=2 A=3 C=$B', result: ['3', 'env'] },
    { name: 'an ARG of another stage', text: 'FROM x\nARG A=1\nFROM y', result: undefined },
    { name: 'ENV of another stage', text: 'FROM x\nENV A=1\nFROM y', result: undefined },
    { name: 'an ARG of the stage it is built upon', text: 'FROM x AS b\nARG A=1\nFROM b', result: ['1', 'arg'] },
    { name: 'ENV of the stage it is built upon', text: 'FROM x AS b\nENV A=1\nFROM b', result: ['1', 'base'] },
    { name: 'ENV hidden by an ARG comes back in the next stage', text: 'FROM x AS b\nENV A=1\nARG A=2\nFROM b', result: ['1', 'base'] },
    { name: 'ENV of a stage of a stage', text: 'FROM x AS b\nENV A=1\nFROM b AS c\nFROM c', result: ['1', 'base'] },
    { name: 'PATH is always set', text: 'FROM scratch\nENV A=/x:$PATH', result: ['/x:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'env'] },
    { name: 'PATH of the image', text: 'FROM x\nENV A=/x:$PATH', given: { env: { PATH: '/y' } }, result: ['/x:/y', 'env'] },
  ])('$name', ({ text, given, result }) => {
    expect(final(text, 'A', given)).toEqual(result);
  });

  test('the assignments of one ENV see the older values', () => {
    expect(final('FROM x\nENV A=1\nENV A=2 B=$A', 'B')).toEqual(['1', 'env']);
  });

  test('the declarations of one ARG see each other', () => {
    expect(final('FROM x\nARG A=2 B=$A', 'B')).toEqual(['2', 'arg']);
  });
});

describe('what is not set', () => {
  const expanded = (text: string, given?: Given) => final(`${text}\nENV R=$A S=\${A:-x}`, 'R', given)?.[0];
  const defaulted = (text: string, given?: Given) => final(`${text}\nENV R=$A S=\${A:-x}`, 'S', given)?.[0];

  test.each<{ name: string; text: string; given?: Given; plain: string; withDefault: string }>([
    { name: 'nowhere, on a known image', text: 'FROM x', plain: '', withDefault: 'x' },
    { name: 'nowhere, on an image of which not all is known', text: 'FROM x', given: { complete: false }, plain: UNKNOWN, withDefault: UNKNOWN },
    { name: 'by an ARG that waits for --build-arg', text: 'FROM x\nARG A', plain: UNKNOWN, withDefault: 'x' },
    { name: 'a global ARG, not declared again', text: 'ARG A=1\nFROM x', plain: '', withDefault: 'x' },
  ])('$name', ({ text, given, plain, withDefault }) => {
    expect([expanded(text, given), defaulted(text, given)]).toEqual([plain, withDefault]);
  });
});

describe('predefined arguments', () => {
  test('of the platform are known to FROM, with unknown values', () => {
    const { global } = scopesOf('FROM x');
    for (const name of ['TARGETPLATFORM', 'TARGETARCH', 'TARGETOS', 'TARGETVARIANT', 'BUILDPLATFORM', 'BUILDARCH', 'TARGETSTAGE']) {
      expect(global.lookup(name)).toMatchObject({ value: { value: UNKNOWN }, origin: 'predefined', declared: undefined });
    }
    expect(global.lookup('HTTP_PROXY')).toBeUndefined();
  });

  test('of the platform take a --build-arg', () => {
    const { global, stages } = scopesOf('FROM x\nARG TARGETARCH', { buildArgs: { TARGETARCH: 'arm64' } });
    expect(global.lookup('TARGETARCH')).toMatchObject({ value: { value: 'arm64' }, origin: 'build-arg' });
    expect(stages[0]?.lookup('TARGETARCH')).toMatchObject({ value: { value: 'arm64' }, origin: 'build-arg' });
  });

  test('of the platform must be declared in a stage', () => {
    expect(final('FROM x', 'TARGETARCH')).toBeUndefined();
    expect(final('FROM x\nARG TARGETARCH', 'TARGETARCH')).toEqual([UNKNOWN, 'predefined']);
    expect(final('FROM x\nARG TARGETARCH=amd64', 'TARGETARCH')).toEqual(['amd64', 'arg']);
  });

  test('for proxies need no declaration', () => {
    expect(final('FROM x', 'HTTP_PROXY')).toEqual([UNKNOWN, 'predefined']);
    expect(final('FROM x', 'no_proxy', { buildArgs: { no_proxy: 'a' } })).toEqual(['a', 'build-arg']);
  });
});

test('values lead to where they are written', () => {
  const text = 'ARG A=11.6.2\nFROM x\nARG A\nENV B=v${A}';
  const [scope] = scopesOf(text).stages;
  expect(inText(text, scope?.value('B')?.pieces)).toEqual([
    { text: 'v', file: 'Dockerfile', range: 'v', verbatim: true },
    { text: '11.6.2', file: 'Dockerfile', range: '11.6.2', verbatim: true, use: { file: 'Dockerfile', range: '${A}', name: 'A' } },
  ]);
  expect(scope?.lookup('A')?.declared?.range).toEqual({ start: 4, end: 5 });
});

test('a --build-arg is shown at the ARG that takes it', () => {
  const text = 'FROM x\nARG A=1';
  expect(inText(text, scopesOf(text, { buildArgs: { A: '11.8' } }).stages[0]?.value('A')?.pieces)).toEqual([
    { text: '11.8', file: 'Dockerfile', range: 'A', verbatim: false },
  ]);
});

test('a scope does not change', () => {
  const { stages } = scopesOf('FROM x\nENV A=1');
  const before = stages[0] as Scope;
  const after = before.setEnv('A', Traced.literal('2', 'Dockerfile', { start: 0, end: 1 }), { start: 0, end: 1 });
  expect([before.value('A')?.value, after.value('A')?.value]).toEqual(['1', '2']);
});

test('env holds what the image would have', () => {
  const [scope] = scopesOf('FROM x\nENV A=1\nARG A=2\nARG B=3\nENV C=$B', { env: { PATH: '/p' } }).stages;
  expect([...(scope?.env() ?? [])].map(([name, { value, origin }]) => [name, value?.value, origin])).toEqual([
    ['PATH', '/p', 'base'],
    ['A', '1', 'env'],
    ['C', '3', 'env'],
  ]);
  expect([...(scope?.bindings().keys() ?? [])]).toEqual(['PATH', 'A', 'B', 'C']);
});

test('a map of many layers holds all entries', () => {
  let map = new LayeredMap<number>(new Map());
  for (let i = 0; i < 200; i++) map = map.with([[`k${i % 150}`, i]]);
  expect(map.entries().size).toBe(150);
  expect([map.get('k0'), map.get('k49'), map.get('k50'), map.get('k149'), map.get('no')]).toEqual([150, 199, 50, 149, undefined]);
});
