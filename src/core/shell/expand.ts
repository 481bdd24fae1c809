import type { CommandExpansionPart, ParameterExpansionPart, ProcessSubstitutionPart, Word, WordPart } from 'unbash';
import { modifyValue, substringOf } from '../text/parameter';
import type { Range } from '../text/range';
import { Traced, UNKNOWN, type Piece } from '../text/traced';
import { NOWHERE, type Environment, type Value } from './environment';
import type { SourceText } from './source-text';

/** What words are expanded against. */
export interface Scope {
  readonly source: SourceText;
  readonly environment: Environment;
  /** Runs the commands of a substitution; gives its output, unknown for most. */
  substitute(part: CommandExpansionPart | ProcessSubstitutionPart): Traced;
  /** Called with the length of each variable's value; false once the script has used up its share. */
  spend(length: number): boolean;
}

/** One word after expansion; a word of the script gives none, one or several. */
export interface Field {
  readonly text: Traced;
  readonly quoted: boolean;
}

/** A part of a word, or a piece of literal text inside braces. */
type Segment = WordPart | { readonly type: 'Text'; readonly pos: number; readonly end: number };

/** Characters that make a word more than its own text. */
const SPECIAL = /[\\"'`$*?[{(<>]/;

/** More words than this from braces are left as written. */
const MAX_BRACE_WORDS = 64;

/** The words that the shell makes of one: braces, variables, quotes, then splitting at blanks; globs stay as they are. */
export function expandFields(word: Word, scope: Scope): readonly Field[] {
  if (!SPECIAL.test(word.text)) return [{ text: scope.source.slice(word.pos, word.end), quoted: false }];
  const parts: readonly Segment[] = word.parts ?? [{ type: 'Text', pos: word.pos, end: word.end }];
  if (!parts.some((part) => part.type === 'BraceExpansion')) {
    const builder = new FieldBuilder(true);
    appendSegments(parts, scope, builder);
    return builder.finish();
  }
  const alternatives = expandBraces(parts, scope.source);
  return alternatives.flatMap((segments) => {
    const builder = new FieldBuilder(true);
    appendSegments(segments, scope, builder);
    return builder.finish().map((field) => ({ text: withoutVerbatim(field.text), quoted: field.quoted }));
  });
}

/** The value of a word where no splitting happens: an assignment, the subject of `case`, the target of a redirection. */
export function expandSingle(word: Word, scope: Scope): Traced {
  if (!SPECIAL.test(word.text)) return scope.source.slice(word.pos, word.end);
  return expandSegments(word.parts ?? [{ type: 'Text', pos: word.pos, end: word.end }], scope);
}

/** A word as a pattern: what is quoted in it stands for itself, by a backslash before each character that is special. */
export function expandPattern(word: Word, scope: Scope): string {
  if (word.parts === undefined) return word.text;
  return word.parts
    .map((part) => {
      const value = expandSegments([part], scope).value;
      return part.type === 'SingleQuoted' || part.type === 'DoubleQuoted' || part.type === 'AnsiCQuoted'
        ? value.replace(/[\\*?[\]]/g, '\\$&')
        : part.type === 'Literal'
          ? part.text
          : value;
    })
    .join('');
}

/** True when `value` as a whole matches the shell pattern. */
export function matchesPattern(value: string, pattern: string): boolean {
  if (value === '') return /^\**$/.test(pattern);
  return modifyValue(Traced.literal(value, '', { start: 0, end: value.length }), '##', pattern).value === '';
}

/** Text of a here-document's body. `quoted`: variables and backslashes are left alone. `stripTabs`: `<<-`. */
export function expandHeredoc(
  body: { readonly pos: number; readonly end: number; readonly parts: readonly WordPart[] | undefined },
  quoted: boolean,
  stripTabs: boolean,
  scope: Scope,
): Traced {
  let value: Traced;
  if (quoted) value = scope.source.slice(body.pos, body.end);
  else {
    const builder = new FieldBuilder(false);
    for (const part of body.parts ?? [{ type: 'Text' as const, pos: body.pos, end: body.end }]) {
      if (part.type === 'Literal' || part.type === 'Text') builder.append(literal(scope.source, part.pos, part.end, 'heredoc'));
      else appendSegment(part, scope, builder);
    }
    value = builder.joined();
  }
  if (!stripTabs || !value.value.includes('\t')) return value;
  const kept: Traced[] = [];
  let position = 0;
  for (const match of value.value.matchAll(/^\t+/gm)) {
    kept.push(value.slice(position, match.index));
    position = match.index + match[0].length;
  }
  kept.push(value.slice(position));
  return Traced.concat(kept);
}

/** Collects pieces into fields. */
class FieldBuilder {
  readonly #splits: boolean;
  readonly #fields: Field[] = [];
  #pieces: Piece[] = [];
  #open = false;
  #quoted = false;

  constructor(splits: boolean) {
    this.#splits = splits;
  }

  append(value: Traced): void {
    if (value.value === '') return;
    for (const piece of value.pieces) this.#pieces.push(piece);
    this.#open = true;
  }

  /** Marks the field as quoted: it then exists even when it is empty. */
  quote(): void {
    this.#open = true;
    this.#quoted = true;
  }

  /** The value of an unquoted expansion: blanks in it separate words. */
  appendSplit(value: Traced): void {
    if (!this.#splits || !/[ \t\n]/.test(value.value)) {
      this.append(value);
      return;
    }
    let position = 0;
    for (const match of value.value.matchAll(/[ \t\n]+/g)) {
      this.append(value.slice(position, match.index));
      this.close();
      position = match.index + match[0].length;
    }
    this.append(value.slice(position));
  }

  /** Several values as fields of their own (`"$@"`); joined by blanks where nothing is split. */
  appendAll(values: readonly Traced[], quoted: boolean): void {
    values.forEach((value, i) => {
      if (i > 0) {
        if (this.#splits) this.close();
        else this.append(blankAt(value));
      }
      if (quoted) {
        this.quote();
        this.append(value);
      } else this.appendSplit(value);
    });
  }

  close(): void {
    if (this.#open) this.#fields.push({ text: new Traced(this.#pieces), quoted: this.#quoted });
    this.#pieces = [];
    this.#open = false;
    this.#quoted = false;
  }

  finish(): readonly Field[] {
    this.close();
    return this.#fields;
  }

  /** All pieces as one value, for a builder that does not split. */
  joined(): Traced {
    return new Traced(this.#pieces);
  }
}

function blankAt(value: Traced): Traced {
  const [first] = value.pieces;
  return first === undefined ? Traced.literal(' ', '', { start: 0, end: 0 }) : new Traced([{ ...first, text: ' ', verbatim: false }]);
}

function expandSegments(segments: readonly Segment[], scope: Scope): Traced {
  const builder = new FieldBuilder(false);
  appendSegments(segments, scope, builder);
  return builder.joined();
}

function appendSegments(segments: readonly Segment[], scope: Scope, builder: FieldBuilder): void {
  for (const segment of segments) appendSegment(segment, scope, builder);
}

function appendSegment(segment: Segment, scope: Scope, builder: FieldBuilder): void {
  const { source } = scope;
  switch (segment.type) {
    case 'Text':
    case 'Literal':
      builder.append(literal(source, segment.pos, segment.end, 'bare'));
      return;
    case 'Glob':
    case 'ExtendedGlob':
      builder.append(source.slice(segment.pos, segment.end));
      return;
    case 'BraceExpansion':
      // Too many alternatives, braces within braces, or a sequence (`{1..3}`).
      builder.append(Traced.unknown(source.file, source.range(segment.pos, segment.end)));
      return;
    case 'SingleQuoted':
      builder.quote();
      builder.append(source.slice(segment.pos + 1, segment.end - 1));
      return;
    case 'AnsiCQuoted':
      builder.quote();
      builder.append(
        segment.text.includes('\\')
          ? atRange(segment.value, source.file, source.range(segment.pos, segment.end))
          : source.slice(segment.pos + 2, segment.end - 1),
      );
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      if (!(segment.parts.length === 1 && isEmptyList(segment.parts[0] as WordPart, scope))) builder.quote();
      for (const part of segment.parts) {
        if (part.type === 'Literal') builder.append(literal(source, part.pos, part.end, 'double'));
        else appendExpansion(part, scope, builder, true);
      }
      return;
    default:
      appendExpansion(segment, scope, builder, false);
  }
}

/** `"$@"` without parameters and `"${a[@]}"` without elements give no word at all. */
function isEmptyList(part: WordPart, scope: Scope): boolean {
  if (part.type !== 'SimpleExpansion' && part.type !== 'ParameterExpansion') return false;
  const value = expandVariable(part, scope);
  return Array.isArray(value) && value.length === 0;
}

function appendExpansion(part: WordPart, scope: Scope, builder: FieldBuilder, quoted: boolean): void {
  const { source } = scope;
  switch (part.type) {
    case 'SimpleExpansion':
    case 'ParameterExpansion': {
      const value = expandVariable(part, scope);
      if (!(value instanceof Traced)) builder.appendAll(value, quoted);
      else if (quoted) builder.append(value);
      else builder.appendSplit(value);
      return;
    }
    case 'CommandExpansion':
    case 'ProcessSubstitution': {
      const value = scope.substitute(part);
      if (quoted) builder.append(value);
      else builder.appendSplit(value);
      return;
    }
    default:
      builder.append(Traced.unknown(source.file, source.range(part.pos, part.end)));
  }
}

type VariablePart = Extract<WordPart, { readonly type: 'SimpleExpansion' | 'ParameterExpansion' }>;

/** Value of `$name` or `${name…}`; a list for `$@` and `${array[@]}`. */
function expandVariable(part: VariablePart, scope: Scope): Traced | readonly Traced[] {
  const { source, environment } = scope;
  const range = source.range(part.pos, part.end);
  const unknown = (name: string): Traced => Traced.unknown(source.file, range).usedAt(source.file, range, name);
  const used = (value: Traced, name: string): Traced => {
    if (!scope.spend(value.value.length)) return unknown(name);
    return value === NOWHERE ? unknown(name) : value.usedAt(source.file, range, name);
  };
  if (part.type === 'SimpleExpansion') {
    const name = part.text.slice(1);
    const value = name === '@' || name === '*' ? environment.parameters : environment.get(name);
    if (value === undefined) return name === '@' || name === '*' ? unknown(name) : new Traced([]);
    if (value instanceof Traced) return used(value, name);
    return name === '@' || name === '*' ? value.map((item) => used(item, name)) : used(value[0] ?? new Traced([]), name);
  }
  const name = part.parameter;
  const modified = modifyParameter(part, scope, range);
  if (modified instanceof Traced) return used(modified, name);
  return modified === undefined ? new Traced([]) : modified.map((item) => used(item, name));
}

/** Value of `${…}` before the place of its use is noted; undefined for an unset variable. */
function modifyParameter(part: ParameterExpansionPart, scope: Scope, range: Range): Value | undefined {
  const { source, environment } = scope;
  const unknown = Traced.unknown(source.file, range);
  let value: Value | undefined = part.parameter === '@' || part.parameter === '*' ? environment.parameters : environment.get(part.parameter);
  if (part.parameter === '@' || part.parameter === '*') {
    if (value === undefined || part.operation !== undefined || part.prefix !== undefined) return unknown;
    return value;
  }
  if (part.index !== undefined) {
    const all = part.index.text === '@' || part.index.text === '*';
    if (value instanceof Traced) value = all || part.index.text === '0' ? value : undefined;
    else if (value !== undefined && !all) {
      if (!/^\d+$/.test(part.index.text)) return unknown;
      value = value[Number(part.index.text)];
    }
    if (Array.isArray(value)) return part.operation === undefined && part.prefix === undefined ? value : unknown;
  } else if (value !== undefined && !(value instanceof Traced)) value = value[0];
  const scalar = value as Traced | undefined;
  if (part.prefix === '!') {
    if (part.operation !== undefined || scalar === undefined || !/^\w+$/.test(scalar.value)) return unknown;
    return environment.get(scalar.value);
  }
  if (part.prefix === '#') {
    if (scalar !== undefined && !scalar.known) return unknown;
    return atRange(String(scalar?.value.length ?? 0), source.file, range);
  }
  const { operation } = part;
  if (operation === undefined) return scalar;
  switch (operation.type) {
    case 'Default': {
      const operand = (): Traced => expandSingle(operation.operand, scope);
      const missing = scalar === undefined || (operation.operator.startsWith(':') && scalar.value === '');
      // A value that holds an unknown part may be empty as a whole.
      if (scalar !== undefined && operation.operator.startsWith(':') && /^\uFFFC+$/.test(scalar.value)) return unknown;
      if (scalar?.value === UNKNOWN) return unknown;
      switch (operation.operator) {
        case '-':
        case ':-':
          return missing ? operand() : scalar;
        case '=':
        case ':=': {
          const result = missing ? operand() : scalar;
          if (missing) environment.set(part.parameter, result);
          return result;
        }
        case '+':
        case ':+':
          return missing ? undefined : operand();
        default:
          return scalar;
      }
    }
    case 'Remove':
      return scalar && modifyValue(scalar, operation.operator, expandPattern(operation.operand, scope));
    case 'Replace':
      return (
        scalar &&
        modifyValue(scalar, operation.operator, expandPattern(operation.pattern, scope), expandSingle(operation.replacement, scope).value)
      );
    case 'Slice': {
      const offset = readInteger(expandSingle(operation.offset, scope).value);
      const length = operation.length && readInteger(expandSingle(operation.length, scope).value);
      if (scalar === undefined) return undefined;
      return offset === undefined || (operation.length !== undefined && length === undefined) ? unknown : substringOf(scalar, offset, length);
    }
    case 'CaseModification':
      return scalar && modifyValue(scalar, operation.operator, operation.operand === undefined ? '' : expandPattern(operation.operand, scope));
    default:
      return unknown;
  }
}

function readInteger(text: string): number | undefined {
  return /^\s*-?\d{1,6}\s*$/.test(text) ? Number(text) : undefined;
}

/** A value that stands at `range` in other characters. */
function atRange(text: string, file: string, range: Range): Traced {
  return new Traced([{ text, file, range, verbatim: false }]);
}

function withoutVerbatim(value: Traced): Traced {
  return new Traced(value.pieces.map((piece) => (piece.verbatim ? { ...piece, verbatim: false } : piece)));
}

/** Characters that a backslash escapes; before any other it stays. */
const ESCAPABLE = { bare: undefined, double: '$`"\\\n', heredoc: '$`\\\n' };

/** Literal text with its backslashes resolved, one piece for each stretch between them. */
function literal(source: SourceText, start: number, end: number, context: keyof typeof ESCAPABLE): Traced {
  const text = source.text.slice(start, end);
  let backslash = text.indexOf('\\');
  if (backslash < 0) return source.slice(start, end);
  const escapable = ESCAPABLE[context];
  const pieces: Piece[] = [];
  let position = 0;
  for (; backslash >= 0 && backslash < text.length - 1; backslash = text.indexOf('\\', backslash + 2)) {
    const next = text.charAt(backslash + 1);
    if (escapable?.includes(next) === false) continue;
    pieces.push(...source.slice(start + position, start + backslash).pieces);
    position = backslash + 2;
    if (next === '\n') continue;
    pieces.push({ text: next, file: source.file, range: source.range(start + backslash, start + position), verbatim: false });
  }
  pieces.push(...source.slice(start + position, end).pieces);
  return new Traced(pieces);
}

/** Every way to pick one alternative from each pair of braces, in the shell's order. */
function expandBraces(parts: readonly Segment[], source: SourceText): readonly (readonly Segment[])[] {
  let results: (readonly Segment[])[] = [[]];
  for (const part of parts) {
    const choices = part.type === 'BraceExpansion' ? readBraces(part, source.text) : [[part]];
    if (results.length * choices.length > MAX_BRACE_WORDS) return [parts];
    results = results.flatMap((result) => choices.map((choice) => [...result, ...choice]));
  }
  return results;
}

function readBraces(brace: Extract<WordPart, { readonly type: 'BraceExpansion' }>, text: string): readonly (readonly Segment[])[] {
  const bounds = [brace.pos + 1];
  const inside = brace.parts ?? [];
  const skip = new Map(inside.filter((part) => part.type !== 'Literal').map((part) => [part.pos, part.end]));
  let depth = 0;
  for (let i = brace.pos + 1; i < brace.end - 1; i++) {
    const jump = skip.get(i);
    if (jump !== undefined) {
      i = jump - 1;
      continue;
    }
    const unit = text.charAt(i);
    if (unit === '\\') i++;
    else if (unit === '{') depth++;
    else if (unit === '}') depth--;
    else if (unit === ',' && depth === 0) bounds.push(i + 1);
  }
  if (bounds.length === 1) return [[brace]];
  return bounds.map((start, i) => {
    const end = (bounds[i + 1] ?? brace.end) - 1;
    const segments: Segment[] = [];
    let position = start;
    for (const part of inside) {
      if (part.type === 'Literal' || part.pos < start || part.end > end) continue;
      if (part.pos > position) segments.push({ type: 'Text', pos: position, end: part.pos });
      segments.push(part);
      position = part.end;
    }
    if (position < end) segments.push({ type: 'Text', pos: position, end });
    return segments;
  });
}
