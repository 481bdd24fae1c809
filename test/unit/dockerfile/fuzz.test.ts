import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDockerfile } from '../../../src/core/dockerfile/read';
import { findOutside, FUZZ_FILE, fuzzTargets } from '../../../src/dev/fuzz-targets';
import { createRandom, mutate } from '../../../src/dev/mutate';

const FOLDER = path.join(import.meta.dirname, '../../cases/fuzz-seeds');
const seeds = readdirSync(FOLDER).map((name) => readFileSync(path.join(FOLDER, name), 'utf8'));
const run = fuzzTargets.find(({ name }) => name === 'dockerfile')?.run;

test('2,000 mutated files: nothing throws and every range lies in its text', () => {
  expect(run).toBeDefined();
  for (let seed = 0; seed < 2000; seed++) {
    const random = createRandom(seed);
    const text = mutate(seeds[random(seeds.length)] ?? '', seeds, random);
    expect(findOutside(run?.(text), text.length), `seed ${seed}`).toBeUndefined();
  }
});

test('any code units at all', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 200 }), (units) => {
      const text = String.fromCharCode(...units);
      const file = `FROM a\nRUN ${text}\nENV ${text}`;
      expect(findOutside(run?.(file), file.length)).toBeUndefined();
    }),
  );
});

test('instructions stand in order and do not overlap', () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = createRandom(seed);
    const dockerfile = readDockerfile(mutate(seeds[random(seeds.length)] ?? '', seeds, random), FUZZ_FILE);
    if ('problem' in dockerfile) continue;
    const ranges = [...dockerfile.globals, ...dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions])].map(({ range }) => range);
    for (let i = 1; i < ranges.length; i++) expect(ranges[i - 1]?.end).toBeLessThanOrEqual(ranges[i]?.start ?? -1);
  }
});

describe('the check for ranges itself', () => {
  test.each([
    { name: 'behind the end', value: { range: { start: 0, end: 5 } }, found: true },
    { name: 'turned round', value: [{ start: 3, end: 2 }], found: true },
    { name: 'in a map', value: new Map([['a', { start: -1, end: 2 }]]), found: true },
    { name: 'of another file', value: { file: 'other', range: { start: 0, end: 99 } }, found: false },
    { name: 'within', value: { deep: [{ file: FUZZ_FILE, range: { start: 0, end: 4 } }] }, found: false },
  ])('$name', ({ value, found }) => {
    expect(findOutside(value, 4) !== undefined).toBe(found);
  });
});
