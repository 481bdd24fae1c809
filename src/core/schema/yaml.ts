import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type ParsedNode, type Scalar } from 'yaml';
import type { Range } from '../text/range';
import type { Fault, Path, Plain } from './model';

/** A YAML (or JSON) text as plain values that remember their places. */
export interface YamlValue {
  /** null for an empty document. */
  readonly value: Plain;
  /** What the text itself does wrong, as YAML. */
  readonly errors: readonly { readonly range: Range; readonly message: string }[];
  /** Where a fault lies: its key, its value, or the nearest thing around it that is written. */
  locate(fault: Pick<Fault, 'path' | 'onKey'>): Range;
}

/** Aliases can make a short text stand for a huge or endless value; what goes beyond these is taken for empty. */
const MAX_NODES = 20_000;
const MAX_DEPTH = 32;

/** Reads one YAML document; never throws. */
export function readYaml(text: string): YamlValue {
  let document: Document.Parsed<ParsedNode>;
  try {
    document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  } catch {
    // The parser descends once for each level.
    const range = { start: 0, end: endOfLine(text, 0) };
    return { value: null, errors: [{ range, message: 'This is no YAML: it is nested too deeply.' }], locate: () => range };
  }
  const [start = 0] = [document.contents?.range?.[0]];
  return {
    value: new PlainReader(document).read(document.contents),
    errors: document.errors.map(({ pos, message }) => ({ range: { start: Math.min(pos[0], text.length), end: endOfLine(text, pos[0]) }, message: `This is no YAML: ${message}` })),
    locate: ({ path, onKey }) => trim(text, locate(document, path, onKey)) ?? { start, end: endOfLine(text, start) },
  };
}

/** Every scalar as its text; numbers keep their spelling, so that 8.0 and 535.10 are not cut. */
class PlainReader {
  readonly #document: Document;
  #left = MAX_NODES;

  constructor(document: Document) {
    this.#document = document;
  }

  read(node: unknown, depth = 0): Plain {
    if (this.#left-- <= 0 || depth > MAX_DEPTH) return null;
    if (isAlias(node)) return this.read(node.resolve(this.#document), depth + 1);
    if (isMap(node)) return Object.fromEntries(node.items.map(({ key, value }) => [keyOf(key), this.read(value, depth + 1)]));
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    return isScalar(node) && node.value !== null && node.value !== undefined ? textOf(node) : null;
  }
}

function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

function keyOf(key: unknown): string {
  return isScalar(key) ? textOf(key) : '';
}

function locate(document: Document.Parsed<ParsedNode>, path: Path, onKey: boolean): Range | undefined {
  let node: unknown = document.contents;
  let range = rangeOf(document.contents);
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const item: unknown = isMap(node) ? node.items.find(({ key }) => keyOf(key) === step) : isSeq(node) ? node.items[Number(step)] : undefined;
    if (item === undefined) break;
    const key = isPair(item) ? rangeOf(item.key) : undefined;
    node = isPair(item) ? item.value : item;
    const last = i === path.length - 1;
    range = (last && onKey ? key : undefined) ?? rangeOf(node) ?? key ?? range;
  }
  // Of a whole map the first key is shown: a mark under all its lines helps nobody.
  return isMap(node) && !onKey ? (rangeOf(node.items[0]?.key) ?? range) : range;
}

/** The text of a node; undefined for one that is empty. */
function rangeOf(node: unknown): Range | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range === undefined || range === null || range[0] === range[1] ? undefined : { start: range[0], end: range[1] };
}

/** Block collections reach to the next line. */
function trim(text: string, range: Range | undefined): Range | undefined {
  return range && { start: range.start, end: range.start + text.slice(range.start, range.end).trimEnd().length };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
