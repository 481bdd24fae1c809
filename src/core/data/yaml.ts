import { isAlias, isMap, isScalar, parseDocument, Scalar as YamlScalar, type Alias, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Range } from '../text/range';
import { Traced } from '../text/traced';
import type { Data, DataEntry, DataMap, Scalar } from './model';

/** Replaces the variables in a scalar's text. */
export type Interpolate = (text: Traced) => Traced;

/** Deeper nesting than this is left out: no file of people comes near it. */
const MAX_DEPTH = 64;

/**
 * The first document of a YAML text as data: aliases stand for what their anchor has, merge keys (`<<`) are resolved.
 * A text with syntax errors gives what can be read of it. Undefined when there is nothing to read. Never throws.
 */
export function readYaml(text: string, file: string, interpolate: Interpolate = (value) => value): Data | undefined {
  try {
    const { contents } = parseDocument(text, { uniqueKeys: false, logLevel: 'silent', strict: false });
    return contents === null ? undefined : new Reader(text, file, interpolate).read(contents, 0);
  } catch {
    // The parser descends by recursion: thousands of open brackets exhaust the stack.
    return undefined;
  }
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #interpolate: Interpolate;
  /** What each anchor stands for at this point of the document. */
  readonly #anchors = new Map<string, Data>();

  constructor(text: string, file: string, interpolate: Interpolate) {
    this.#text = text;
    this.#file = file;
    this.#interpolate = interpolate;
  }

  read(node: ParsedNode | Alias, depth: number): Data | undefined {
    if (isAlias(node)) return this.#anchors.get(node.source);
    if (depth > MAX_DEPTH) return undefined;
    const data = isScalar(node) ? this.#scalar(node) : isMap(node) ? this.#map(node, depth) : this.#list(node, depth);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, data);
    return data;
  }

  #scalar(node: YamlScalar & ParsedNode): Scalar {
    const { value, type: style } = node;
    const range = rangeOf(node);
    const quoted = style === YamlScalar.QUOTE_SINGLE || style === YamlScalar.QUOTE_DOUBLE;
    const raw = typeof value === 'string' ? value : value === null ? '' : (node.source ?? this.#text.slice(range.start, range.end));
    const inner = quoted ? { start: range.start + 1, end: range.end - 1 } : range;
    const verbatim = this.#text.slice(inner.start, inner.end) === raw;
    const literal = new Traced([{ text: raw, file: this.#file, range: verbatim ? inner : range, verbatim }]);
    return {
      kind: 'scalar',
      file: this.#file,
      range,
      type: typeof value === 'number' || typeof value === 'bigint' ? 'number' : typeof value === 'boolean' ? 'boolean' : value === null ? 'null' : 'string',
      text: raw.includes('$') ? this.#interpolate(literal) : literal,
      raw,
      style: quoted ? 'quoted' : style === YamlScalar.PLAIN ? 'plain' : 'block',
      ...tagOf(node),
    };
  }

  #map(node: YAMLMap & ParsedNode, depth: number): DataMap {
    const own = new Map<string, DataEntry>();
    const merged: DataEntry[] = [];
    let { end } = rangeOf(node);
    if (node.flow !== true) end = rangeOf(node).start;
    for (const pair of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
      const { key, value } = pair;
      if (!isScalar(key)) continue;
      const keyRange = rangeOf(key);
      const data = value === null ? this.#null(keyRange.end) : this.read(value, depth + 1);
      const last = value === null ? keyRange.end : isAlias(value) ? rangeOf(value).end : (data?.range.end ?? rangeOf(value).end);
      if (node.flow !== true) end = Math.max(end, last);
      if (data === undefined) continue;
      if (key.value === '<<' && key.type === YamlScalar.PLAIN) {
        for (const source of data.kind === 'list' ? data.items : [data]) if (source.kind === 'map') merged.push(...source.entries);
        continue;
      }
      const quoted = key.type === YamlScalar.QUOTE_SINGLE || key.type === YamlScalar.QUOTE_DOUBLE;
      const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
      own.delete(name);
      own.set(name, { key: name, file: this.#file, keyRange: quoted ? { start: keyRange.start + 1, end: keyRange.end - 1 } : keyRange, value: data });
    }
    // What a map writes itself wins over what it merges, and of several merged maps the first.
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry);
    return { kind: 'map', file: this.#file, range: { start: rangeOf(node).start, end }, entries: [...own.values()], flow: node.flow === true, ...tagOf(node) };
  }

  #list(node: YAMLSeq & ParsedNode, depth: number): Data {
    const flow = node.flow === true;
    const { start, end } = rangeOf(node);
    const items: Data[] = [];
    let last = start;
    for (const item of node.items as ParsedNode[]) {
      const data = this.read(item, depth + 1);
      last = Math.max(last, isAlias(item) ? rangeOf(item).end : (data?.range.end ?? rangeOf(item).end));
      if (data !== undefined) items.push(data);
    }
    return { kind: 'list', file: this.#file, range: { start, end: flow ? end : last }, items, flow, ...tagOf(node) };
  }

  /** The value of a key that has none. */
  #null(position: number): Scalar {
    const range = { start: position, end: position };
    return { kind: 'scalar', file: this.#file, range, type: 'null', text: Traced.literal('', this.#file, range), raw: '', style: 'plain' };
  }
}

function rangeOf(node: ParsedNode | Alias): Range {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** Tags of Compose alone: those of YAML itself (`!!str`) say nothing that the value does not. */
function tagOf({ tag }: ParsedNode): { tag?: string } {
  return tag !== undefined && /^!\w+$/.test(tag) ? { tag: tag.slice(1) } : {};
}
