// Feeds mutated inputs to the readers and to the whole analysis: nothing may throw, name a place outside the text, or
// take longer than 100 ms on 200 lines.
//   npm run fuzz -- [--count 100000] [--seed N] [--target NAME]
// The input number i is made from the seed N + i alone: --seed (N + i) --count 1 makes it again.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fileKind } from '../core/file-kind';
import { findOutside, fuzzTargets, type FuzzTarget, type SeedKind } from './fuzz-targets';
import { createRandom, mutate } from './mutate';

const SEED_FOLDER = 'test/cases/fuzz-seeds';
const FAILURE_FOLDER = '.cache/fuzz';
const LIMIT_MS = 100;
/** A run that takes longer is repeated, so that a busy machine is not taken for slow code. */
const REPEAT_MS = 15;
/** After so many failures a run ends. */
const MAX_FAILURES = 20;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const count = Number(values.count);
const firstSeed = Number(values.seed);
const targets = fuzzTargets.filter(({ name }) => values.target === undefined || name === values.target);
const seeds = readdirSync(SEED_FOLDER)
  .map((name) => ({ kind: kindOf(name), text: readFileSync(path.join(SEED_FOLDER, name), 'utf8') }))
  .filter(({ kind }) => targets.some(({ kinds }) => kinds.includes(kind)));
if (seeds.length === 0 || !Number.isInteger(count) || !Number.isInteger(firstSeed)) {
  console.error(`usage: fuzz [--count N] [--seed N] [--target ${fuzzTargets.map(({ name }) => name).join('|')}]`);
  process.exit(2);
}

const texts = seeds.map(({ text }) => text);
const runs = new Map(targets.map(({ name }) => [name, { inputs: 0, slowestMs: 0, slowestSeed: 0 }]));
let failures = 0;
for (let i = 0; i < count && failures < MAX_FAILURES; i++) {
  const random = createRandom(firstSeed + i);
  const seed = seeds[random(seeds.length)];
  if (seed === undefined) break;
  const text = mutate(seed.text, texts, random);
  for (const target of targets) if (target.kinds.includes(seed.kind)) check(target, text, firstSeed + i);
}
const rows = [...runs].map(([name, { inputs, slowestMs, slowestSeed }]) => [name, { inputs, 'slowest ms': Math.round(slowestMs * 10) / 10, 'its seed': slowestSeed }] as const);
console.table(Object.fromEntries(rows));
console.log(failures === 0 ? `${count} inputs, no failure` : `${failures} failures; the inputs are in ${FAILURE_FOLDER}`);
process.exit(failures === 0 ? 0 : 1);

function kindOf(name: string): SeedKind {
  const kind = fileKind(name);
  return kind ?? 'shell';
}

function check(target: FuzzTarget, text: string, seed: number): void {
  const record = runs.get(target.name);
  if (record === undefined) return;
  record.inputs++;
  try {
    const [result, firstMs] = time(target, text);
    const ms = firstMs > REPEAT_MS ? Math.min(firstMs, time(target, text)[1], time(target, text)[1]) : firstMs;
    if (ms > record.slowestMs) Object.assign(record, { slowestMs: ms, slowestSeed: seed });
    if (ms > LIMIT_MS) fail(target, text, seed, `took ${Math.round(ms)} ms`);
    const outside = findOutside(result, text.length);
    if (outside !== undefined) fail(target, text, seed, `has a range outside the text: ${outside}`);
  } catch (error) {
    fail(target, text, seed, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The time that this thread worked (before Node 23.9: the process); what other programs take from the processor does not count. */
function cpuMs(): number {
  const { user, system } = 'threadCpuUsage' in process ? process.threadCpuUsage() : (process as NodeJS.Process).cpuUsage();
  return (user + system) / 1000;
}

function time(target: FuzzTarget, text: string): [result: unknown, ms: number] {
  const start = cpuMs();
  const result = target.run(text);
  return [result, cpuMs() - start];
}

function fail(target: FuzzTarget, text: string, seed: number, why: string): void {
  failures++;
  mkdirSync(FAILURE_FOLDER, { recursive: true });
  const file = path.join(FAILURE_FOLDER, `${target.name}-${seed}.txt`);
  writeFileSync(file, text);
  console.error(`${target.name}, seed ${seed} (${file}): ${why}`);
}
