import { parseDocument } from 'yaml';
import type { Data } from '../data/model';
import { readYaml } from '../data/yaml';
import { msg, type Message } from '../l10n/message';
import type { Range } from '../text/range';
import type { Fault, Plain } from './model';

/** A YAML (or JSON) text as plain values that remember their places. */
export interface PlainDocument {
  /** null for an empty document. */
  readonly value: Plain;
  /** What the text itself does wrong, as YAML. */
  readonly errors: readonly { readonly range: Range; readonly message: Message }[];
  /** Where a fault lies: its key, its value, or the nearest thing around it that is written. */
  locate(fault: Pick<Fault, 'path' | 'onKey'>): Range;
}

/** Aliases can make a short text stand for a huge value; what goes beyond this many values is taken for empty. */
const MAX_VALUES = 20_000;

/** Reads one YAML document; never throws. */
export function readPlainYaml(text: string): PlainDocument {
  const data = readYaml(text, '');
  return {
    value: new PlainReader().read(data),
    errors: findErrors(text),
    locate: (fault) => (data && locate(data, fault)) ?? { start: 0, end: endOfLine(text, 0) },
  };
}

function findErrors(text: string): PlainDocument['errors'] {
  try {
    const { errors } = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
    return errors.map(({ pos: [start], message }) => ({ range: { start: Math.min(start, text.length), end: endOfLine(text, start) }, message: msg`This is no YAML: ${message}` }));
  } catch {
    // The parser descends by recursion: thousands of open brackets exhaust the stack.
    return [{ range: { start: 0, end: endOfLine(text, 0) }, message: msg`This is no YAML: it is nested too deeply.` }];
  }
}

class PlainReader {
  #left = MAX_VALUES;

  read(data: Data | undefined): Plain {
    if (data === undefined || this.#left-- <= 0) return null;
    if (data.kind === 'map') return Object.fromEntries(data.entries.map(({ key, value }) => [key, this.read(value)]));
    if (data.kind === 'list') return data.items.map((item) => this.read(item));
    return data.type === 'null' ? null : data.raw;
  }
}

function locate(root: Data, { path, onKey }: Pick<Fault, 'path' | 'onKey'>): Range | undefined {
  let data = root;
  let range: Range | undefined;
  for (const [i, step] of path.entries()) {
    const entry = data.kind === 'map' ? data.entries.find(({ key }) => key === step) : undefined;
    const next = data.kind === 'list' ? data.items[Number(step)] : entry?.value;
    if (next === undefined) break;
    data = next;
    const keyed = onKey && i === path.length - 1;
    range = entry !== undefined && (keyed || isEmpty(data.range)) ? entry.keyRange : data.range;
    if (keyed) return range;
  }
  // Of a whole map the first key is shown: a mark under all its lines helps nobody.
  if (data.kind === 'map') return data.entries[0]?.keyRange ?? range ?? data.range;
  return range ?? data.range;
}

function isEmpty({ start, end }: Range): boolean {
  return start === end;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}
