import { readDockerfile } from '../../../src/core/dockerfile/read';
import type { Dockerfile, Instruction } from '../../../src/core/dockerfile/model';
import type { Range } from '../../../src/core/text/range';

/** Reads a text that must be a Dockerfile. */
export function read(text: string): Dockerfile {
  const result = readDockerfile(text, 'Dockerfile');
  if ('problem' in result) throw new Error(`not a Dockerfile: ${result.problem}`);
  return result;
}

/** Every instruction in order, those before the first FROM and FROM itself included. */
export function instructionsOf(dockerfile: Dockerfile): Instruction[] {
  return [...dockerfile.globals, ...dockerfile.stages.flatMap(({ from, instructions }) => [from, ...instructions])];
}

/** The only instruction of `text`. */
export function readOne(text: string): Instruction {
  const all = instructionsOf(read(text));
  if (all.length !== 1) throw new Error(`${all.length} instructions`);
  return all[0] as Instruction;
}

/** `value` with every range replaced by the text that it spans, so that a test compares places and content at once. */
export function inText(text: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => inText(text, each));
  if (typeof value !== 'object' || value === null) return value;
  if (isRange(value)) return text.slice(value.start, value.end);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inText(text, each)]));
}

function isRange(value: object): value is Range {
  return 'start' in value && 'end' in value && typeof value.start === 'number' && typeof value.end === 'number';
}
