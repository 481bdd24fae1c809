import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../../src/core/config/read';
import { configSchema } from '../../../src/core/config/schema';
import { overlaySchema } from '../../../src/core/overlay/schema';
import { readOverlay } from '../../../src/core/overlay/read';

// The schemas that editors check by say the same as our own reader.

const validators = new Map(
  ['config', 'overlay'].map((name) => {
    const schema = JSON.parse(readFileSync(`media/schemas/${name}.schema.json`, 'utf8')) as object;
    return [name, new Ajv({ strict: false }).compile(schema)] as const;
  }),
);

it.each([
  ['config', configSchema()],
  ['overlay', overlaySchema],
])('%s.schema.json is what the generator writes', (name, schema) => {
  expect(JSON.parse(readFileSync(`media/schemas/${name}.schema.json`, 'utf8'))).toMatchObject(JSON.parse(JSON.stringify(schema)) as object);
});

describe.each([
  ['config', (text: string) => readConfig(text, '').problems.length === 0],
  ['overlay', (text: string) => readOverlay(text, '').problems.length === 0],
] as const)('%s', (name, accepts) => {
  const texts: Record<typeof name, readonly (readonly [string, boolean])[]> = {
    config: [
      ['rules: { image: off, tensorrt-engine-copied: error }', true],
      ['targets: [{ name: a, gpus: [T4, 8.0, RTX 4090], driver: 535.54, platform: jetson, os: wsl2 }]', true],
      ['overlay: a.yaml', true],
      ['overlay: [a.yaml, b.json]', true],
      ['buildArgs: { A: 1, B: true, C: x }', true],
      ['rules: { image: loud }', false],
      ['rules: { no-such-rule: off }', false],
      ['targets: [{ gpus: [T4] }]', false],
      ['targets: [{ name: a, driver: latest }]', false],
      ['targets: { name: a }', false],
      ['ignore: x', false],
      ['other: 1', false],
    ],
    overlay: [
      ['checked: "2026-11-01"\nimages: [{ name: a, cuda: 12.4.1, python: 3.10, complete: true, env: { A: 1 } }]', true],
      ['mirrors: [{ prefix: a/b, of: docker.io }]', true],
      ['tags: [{ image: nvidia/cuda, served: [a], removed: ["*"] }]', true],
      ['images: [{ os: ubuntu22.04 }]', false],
      ['images: [{ name: a, os: ubuntu }]', false],
      ['images: [{ name: a, flavor: big }]', false],
      ['mirrors: [{ prefix: a }]', false],
      ['images: [{ name: a, cuda: latest }]', false],
    ],
  };

  it.each(texts[name])('%s: %s', (text, valid) => {
    expect(accepts(text), 'our reader').toBe(valid);
    expect(validators.get(name)?.(parse(text)), 'the schema').toBe(valid);
  });
});
