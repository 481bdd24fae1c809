import type { ContextReader } from '../../../src/core/shell/installers/model';
import type { StackReport } from '../../../src/core/stack/model';

/** Variables of which it is told what an instruction knows. */
const NAMES = ['A', 'B', 'TRT', 'TAG', 'BASE', 'TRT_VERSION', 'PATH', 'LD_LIBRARY_PATH', 'TARGETARCH', 'none'];

/**
 * A reading as text, sharing included: an object that is met again is told by its number, so that two readings have one
 * text only where they are of one shape in every respect.
 */
export function describeStack(stack: StackReport | undefined): string {
  const numbers = new Map<object, number>();
  const parts: string[] = [];
  const add = (value: unknown): void => {
    if (typeof value === 'function') {
      parts.push(JSON.stringify(NAMES.map((name) => (value as (name: string) => unknown)(name))));
      return;
    }
    if (typeof value !== 'object' || value === null) {
      parts.push(typeof value === 'string' ? JSON.stringify(value) : String(value));
      return;
    }
    const known = numbers.get(value);
    if (known !== undefined) {
      parts.push(`#${known}`);
      return;
    }
    numbers.set(value, numbers.size);
    const entries: readonly (readonly [unknown, unknown])[] = value instanceof Map ? [...value] : value instanceof Set ? [...value].map((item: unknown) => [item, '']) : Object.entries(value);
    parts.push(`${value.constructor.name}(`);
    for (const [key, item] of entries) {
      add(key);
      parts.push(':');
      add(item);
      parts.push('\n');
    }
    parts.push(')');
  };
  add(stack && { ...stack, context: undefined });
  return parts.join('');
}

/** A build context of so many files. */
export function createContext(files: Readonly<Record<string, string>>): ContextReader {
  return { readText: (path) => files[path], exists: (path) => path in files, fileName: (path) => `context/${path}` };
}
