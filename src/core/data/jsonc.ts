import { parseTree, type Node } from 'jsonc-parser';
import type { Range } from '../text/range';
import { Traced } from '../text/traced';
import type { Data, DataEntry, Scalar } from './model';
import type { Interpolate } from './yaml';

/** Deeper nesting than this is left out: no file of people comes near it. */
const MAX_DEPTH = 64;

/**
 * A JSON text, comments and trailing commas allowed, as data. A text with errors gives what can be read of it.
 * Undefined when there is nothing to read. Never throws.
 */
export function readJsonc(text: string, file: string, interpolate: Interpolate = (value) => value): Data | undefined {
  try {
    const root = parseTree(text, [], { allowTrailingComma: true, disallowComments: false });
    return root === undefined ? undefined : convert(root, text, file, interpolate, 0);
  } catch {
    // The parser descends by recursion: thousands of open brackets exhaust the stack.
    return undefined;
  }
}

function convert(node: Node, text: string, file: string, interpolate: Interpolate, depth: number): Data | undefined {
  const range = rangeOf(node, text);
  if (depth > MAX_DEPTH) return undefined;
  if (node.type === 'object') {
    const entries = new Map<string, DataEntry>();
    for (const { children = [] } of node.children ?? []) {
      const [key, value] = children;
      const data = value && convert(value, text, file, interpolate, depth + 1);
      if (key === undefined || data === undefined) continue;
      const name = String(key.value);
      entries.delete(name);
      entries.set(name, { key: name, file, keyRange: innerOf(key, text), value: data });
    }
    return { kind: 'map', file, range, entries: [...entries.values()], flow: true };
  }
  if (node.type === 'array') {
    const items = (node.children ?? []).flatMap((child) => convert(child, text, file, interpolate, depth + 1) ?? []);
    return { kind: 'list', file, range, items, flow: true };
  }
  return convertScalar(node, text, file, interpolate);
}

function convertScalar(node: Node, text: string, file: string, interpolate: Interpolate): Scalar | undefined {
  const type = node.type;
  if (type !== 'string' && type !== 'number' && type !== 'boolean' && type !== 'null') return undefined;
  const range = rangeOf(node, text);
  const quoted = type === 'string';
  const raw = type === 'null' ? '' : quoted ? String(node.value) : text.slice(range.start, range.end);
  const inner = quoted ? innerOf(node, text) : range;
  const verbatim = text.slice(inner.start, inner.end) === raw;
  const literal = new Traced([{ text: raw, file, range: verbatim ? inner : range, verbatim }]);
  return { kind: 'scalar', file, range, type, text: raw.includes('$') ? interpolate(literal) : literal, raw, style: quoted ? 'quoted' : 'plain' };
}

/** A node's place; the parser counts one unit too many for what nothing closes. */
function rangeOf({ offset, length }: Node, text: string): Range {
  return { start: offset, end: Math.min(offset + length, text.length) };
}

/** Between the quotes of a string; the closing one may be missing. */
function innerOf({ offset, length }: Node, text: string): Range {
  const start = Math.min(offset + 1, text.length);
  return { start, end: Math.max(start, Math.min(offset + length, text.length) - 1) };
}
