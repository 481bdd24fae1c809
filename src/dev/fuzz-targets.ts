import { analyse, analyseDockerfile } from '../core/engine/analyse';
import { readContext } from '../core/engine/example';
import { readDockerfile } from '../core/dockerfile/read';
import { createGlobalScope, stageScope } from '../core/dockerfile/scope';
import type { Dockerfile, Instruction, Word } from '../core/dockerfile/model';
import { readRequirements } from '../core/requirements/read';
import { readScript } from '../core/shell/read';
import type { Target } from '../core/target/model';
import { readTargets } from '../core/target/read';
import { Traced } from '../core/text/traced';

/** What a seed file is; each target takes some kinds. */
export type SeedKind = 'dockerfile' | 'shell' | 'requirements' | 'compose' | 'devcontainer' | 'bake';

/** Something that must cope with any text. */
export interface FuzzTarget {
  readonly name: string;
  readonly kinds: readonly SeedKind[];
  /** Works on a text; all ranges in the result must lie in it. */
  readonly run: (text: string) => unknown;
}

/** Name under which targets hand in their text. */
export const FUZZ_FILE = 'fuzzed';

/** Every word of an instruction, those of an ONBUILD trigger included. */
function wordsOf(instruction: Instruction): (Word | undefined)[] {
  const flags = instruction.flags.map(({ value }) => value);
  switch (instruction.kind) {
    case 'from':
      return [...flags, instruction.image, instruction.alias];
    case 'arg':
      return [...flags, ...instruction.declarations.map(({ value }) => value)];
    case 'env':
    case 'label':
      return [...flags, ...instruction.assignments.map(({ value }) => value)];
    case 'copy':
    case 'add':
      return [...flags, ...instruction.sources, instruction.destination];
    case 'user':
    case 'workdir':
      return [...flags, instruction.argument];
    case 'other':
      return [...flags, ...instruction.arguments];
    case 'onbuild':
      return instruction.trigger === undefined ? flags : [...flags, ...wordsOf(instruction.trigger)];
    default:
      return flags;
  }
}

/** Throws when a word or script is not exactly what the document holds at its place. */
function checkPlaces({ text }: Dockerfile, instruction: Instruction): void {
  for (const word of wordsOf(instruction)) {
    if (word !== undefined && text.slice(word.range.start, word.range.end) !== word.raw) throw new Error(`the word ${word.raw} is not at its place`);
  }
  if ('script' in instruction && instruction.script !== undefined) {
    const { start, end } = instruction.scriptRange;
    if (instruction.script.length !== end - start) throw new Error('the script has another length than its place');
  }
}

function expandAll(text: string): unknown {
  const dockerfile = readDockerfile(text, FUZZ_FILE);
  if ('problem' in dockerfile) return undefined;
  const global = createGlobalScope(dockerfile, new Map([['A', '1.2.3']]));
  const results: unknown[] = [dockerfile];
  for (const stage of dockerfile.stages) {
    results.push(global.expand(stage.from.image));
    let scope = stageScope(global, { env: new Map(), complete: stage.index % 2 === 0 });
    for (const instruction of stage.instructions) {
      checkPlaces(dockerfile, instruction);
      for (const word of wordsOf(instruction)) if (word !== undefined) results.push(scope.expand(word));
      if (instruction.kind === 'arg' || instruction.kind === 'env') scope = scope.apply(instruction);
    }
  }
  for (const value of results) {
    if (!(value instanceof Traced)) continue;
    for (const { text: part, range, verbatim, file } of value.pieces) {
      if (verbatim && file === FUZZ_FILE && text.slice(range.start, range.end) !== part) throw new Error(`the piece ${part} is not at its place`);
    }
  }
  return results;
}

/** Hosts that most images fail on, one way or another. */
const TARGETS = readTargets([
  { name: 'old', gpus: ['V100', 'GTX 980'], driver: '470.57.02', platform: 'linux/arm64' },
  { name: 'new', gpus: ['RTX 5090'], driver: '550', platform: 'linux/amd64' },
  { name: 'board', gpus: ['Jetson Nano'], os: 'jetpack4.6' },
]).targets;

/** All targets; one more is one more line. */
export const fuzzTargets: readonly FuzzTarget[] = [
  { name: 'dockerfile', kinds: ['dockerfile'], run: expandAll },
  { name: 'shell', kinds: ['shell'], run: (text) => readScript({ file: FUZZ_FILE, text, offset: 0 }, () => undefined) },
  { name: 'requirements', kinds: ['requirements'], run: (text) => readRequirements(FUZZ_FILE, text) },
  { name: 'analysis', kinds: ['dockerfile'], run: (text) => analyseWithoutRuleErrors(text, []) },
  { name: 'analysis-for-targets', kinds: ['dockerfile'], run: (text) => analyseWithoutRuleErrors(text, TARGETS) },
  ...(['compose', 'devcontainer', 'bake'] as const).map((kind): FuzzTarget => ({
    name: kind,
    kinds: [kind],
    run: (text) => analyse(text, FUZZ_FILE, { kind, folder: '', context: FILES, onRuleError: failOnRuleError }).findings,
  })),
];

/** What Compose files and their like may name. */
const FILES = readContext({
  Dockerfile: 'ARG CUDA=12.4.1\nFROM nvidia/cuda:${CUDA}-devel-ubuntu22.04 AS build\nRUN nvcc a.cu\nFROM ubuntu:22.04 AS runtime\nCOPY --from=build /app /app\n',
  'base.yaml': 'services:\n  base: {image: nvidia/cuda:12.4.1-base-ubuntu22.04, extends: {file: base.yaml, service: base}}\n',
  '.env': 'CUDA_VERSION=11.2.0\n',
});

function failOnRuleError(rule: string, error: unknown): void {
  throw new Error(`the rule ${rule} threw: ${String(error)}`);
}

function analyseWithoutRuleErrors(text: string, targets: readonly Target[]): unknown {
  return analyseDockerfile(text, FUZZ_FILE, {
    targets,
    onRuleError: failOnRuleError,
  });
}

/**
 * The first range in `value`, however deep, that does not lie in the text of `length`; undefined when all do.
 * Ranges of a place with another `file` are left out.
 */
export function findOutside(value: unknown, length: number): string | undefined {
  const seen = new Set<object>();
  const queue: unknown[] = [value];
  while (queue.length > 0) {
    const item = queue.pop();
    if (typeof item !== 'object' || item === null || seen.has(item)) continue;
    seen.add(item);
    if ('file' in item && typeof item.file === 'string' && 'range' in item && item.file !== FUZZ_FILE) continue;
    if ('start' in item && 'end' in item && typeof item.start === 'number' && typeof item.end === 'number') {
      const { start, end } = item;
      if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length)) return `[${start}, ${end}) of ${length}`;
    } else if (item instanceof Map) {
      for (const each of (item as Map<unknown, unknown>).values()) queue.push(each);
    } else {
      for (const each of Object.values(item) as unknown[]) queue.push(each);
    }
  }
  return undefined;
}
