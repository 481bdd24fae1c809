import type { Range } from '../text/range';
import { commentAt, isSpace, lineEnd, readLogicalLine, skipSpace, withoutReturns } from './logical';
import type { EscapeCharacter, LogicalLine } from './logical';
import type {
  ArgInstruction,
  CommandInstruction,
  Comment,
  Dockerfile,
  EnvInstruction,
  Flag,
  FromInstruction,
  Heredoc,
  Instruction,
  Stage,
  Word,
} from './model';
import { findHeredocs, isBlank, readJsonStrings, splitBlanks, splitFlags, splitQuoted } from './words';
import type { JsonSpan } from './words';

/** Why a text is no Dockerfile. */
export interface DockerfileProblem {
  readonly file: string;
  /** A NUL in the text; more than 8 Mi code units; no instruction that Docker knows. */
  readonly problem: 'binary' | 'too-large' | 'no-instruction';
}

const MAX_LENGTH = 8 * 1024 * 1024;

const KEYWORDS: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
]);

/** What a reading leaves for that of the next text of the same file, whose instructions before the change are the same objects. */
export class ReadingMemory {
  last: Reading | undefined;
}

/** One text as it was read. */
interface Reading {
  readonly text: string;
  readonly file: string;
  readonly result: Dockerfile | DockerfileProblem;
  readonly escape: EscapeCharacter;
  readonly syntax: string | undefined;
  readonly comments: readonly Comment[];
  readonly instructions: readonly Instruction[];
  /** Where the reader stood behind each instruction. */
  readonly marks: readonly Mark[];
  /** The first instruction of each text of which instructions are left; their words keep the whole of it in memory. */
  readonly origins: readonly number[];
}

interface Mark {
  /** Where the next line begins. */
  readonly next: number;
  /** Comments so far. */
  readonly comments: number;
}

/** A file is read from scratch before words of more texts than these are in it. */
const MAX_ORIGINS = 16;

/**
 * Reads a Dockerfile as BuildKit does (frontend/dockerfile/parser and instructions/parse.go). What Docker would refuse
 * is kept as far as it makes sense, as an instruction of kind 'other' or with its parts missing, because a file is
 * read while somebody types in it. A file without FROM has no stages. `file` is the name under which locations are
 * reported. With a `memory` only what follows the first change is read again.
 */
export function readDockerfile(text: string, file: string, memory?: ReadingMemory): Dockerfile | DockerfileProblem {
  if (text.length > MAX_LENGTH) return { file, problem: 'too-large' };
  if (text.includes('\0')) return { file, problem: 'binary' };
  const last = memory?.last?.file === file ? memory.last : undefined;
  if (last?.text === text) return last.result;
  const reading = new Reader(text, file, last).read();
  if (memory !== undefined) memory.last = reading;
  return reading.result;
}

/** An instruction's line while it is read: `text[start, end)` is what is left of it. */
interface Rest {
  readonly line: LogicalLine;
  readonly start: number;
  readonly end: number;
}

/** What every instruction has. */
type Base = Pick<FromInstruction, 'keyword' | 'keywordRange' | 'range' | 'flags'>;

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #earlier: Reading | undefined;
  #comments: Comment[] = [];
  #escape: EscapeCharacter = '\\';
  #syntax: string | undefined;
  /** Where the line begins that is read next. */
  #next = 0;

  /** `earlier` is another text of the same file. */
  constructor(text: string, file: string, earlier: Reading | undefined) {
    this.#text = text;
    this.#file = file;
    this.#earlier = earlier;
  }

  read(): Reading {
    const text = this.#text;
    const kept = this.#resume();
    const instructions = this.#earlier?.instructions.slice(0, kept) ?? [];
    const marks = this.#earlier?.marks.slice(0, kept) ?? [];
    if (kept === 0) {
      if (text.startsWith('\uFEFF')) this.#next = 1;
      this.#readDirectives();
    }
    while (this.#next < text.length) {
      const end = lineEnd(text, this.#next);
      const start = skipSpace(text, this.#next, end);
      if (start === end || text.charAt(start) === '#') {
        if (start < end) this.#comments.push(commentAt(text, start));
        this.#next = end + 1;
        continue;
      }
      const { line, next } = readLogicalLine(text, start, this.#escape, this.#comments);
      this.#next = next;
      const instruction = this.#readInstruction(line, 0, false);
      if (instruction === undefined) continue;
      instructions.push(instruction);
      marks.push({ next: this.#next, comments: this.#comments.length });
    }
    const origins = [...(this.#earlier?.origins.filter((first) => first < kept) ?? []), kept];
    return { text, file: this.#file, result: this.#assemble(instructions), escape: this.#escape, syntax: this.#syntax, comments: this.#comments, instructions, marks, origins };
  }

  #assemble(instructions: readonly Instruction[]): Dockerfile | DockerfileProblem {
    if (!instructions.some(({ keyword }) => KEYWORDS.has(keyword))) return { file: this.#file, problem: 'no-instruction' };
    const first = instructions.findIndex(({ kind }) => kind === 'from');
    const earlier = this.#earlier !== undefined && 'stages' in this.#earlier.result ? this.#earlier.result.stages : [];
    return {
      file: this.#file,
      text: this.#text,
      escape: this.#escape,
      syntax: this.#syntax,
      comments: this.#comments,
      globals: first < 0 ? instructions : instructions.slice(0, first),
      stages: first < 0 ? [] : readStages(instructions.slice(first), earlier),
    };
  }

  /**
   * Takes the place of the reader of the earlier text behind the last instruction that is the same in both, and tells how
   * many instructions lie before it. The reader looks no further than the line that ends an instruction, unless the text
   * itself ends there.
   */
  #resume(): number {
    const earlier = this.#earlier;
    if (earlier === undefined) return 0;
    const same = countSame(earlier.text, this.#text);
    let kept = earlier.marks.length;
    while (kept > 0 && !isWithin(earlier.marks[kept - 1], same, earlier.text.length)) kept--;
    const mark = earlier.marks[kept - 1];
    if (mark === undefined || earlier.origins.filter((first) => first < kept).length >= MAX_ORIGINS) return 0;
    this.#next = mark.next;
    this.#comments = earlier.comments.slice(0, mark.comments);
    this.#escape = earlier.escape;
    this.#syntax = earlier.syntax;
    return kept;
  }

  /** `# name=value` lines at the very top; anything else, an empty line too, ends them. */
  #readDirectives(): void {
    const seen = new Set<string>();
    for (;;) {
      const end = lineEnd(this.#text, this.#next);
      const match = DIRECTIVE.exec(this.#text.slice(this.#next, end));
      const name = match?.[1]?.toLowerCase();
      const value = match?.[2];
      if (name === undefined || value === undefined) return;
      if (!seen.has(name)) {
        if (name === 'syntax') this.#syntax = value;
        if (name === 'escape' && (value === '\\' || value === '`')) this.#escape = value;
      }
      seen.add(name);
      this.#next = end + 1;
    }
  }

  /** The instruction that begins at `from` of a logical line; undefined for an empty one. `nested` after ONBUILD. */
  #readInstruction(line: LogicalLine, from: number, nested: boolean): Instruction | undefined {
    const { text } = line;
    const start = skipSpace(text, from, text.length);
    let end = text.length;
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
    if (start === end) return undefined;

    let keywordEnd = start;
    while (keywordEnd < end && !isBlank(text, keywordEnd)) keywordEnd++;
    const keyword = text.slice(start, keywordEnd).toUpperCase();
    const { flags: flagSpans, rest: restStart } = splitFlags(text, keywordEnd, end, this.#escape);
    const rest = { line, start: restStart, end };
    const keywordRange = rangeOf(line, { start, end: keywordEnd });
    const range = { start: line.at(start), end: line.endAt(end) };
    const flags = flagSpans.map((span) => this.#flag(line, span));
    const base = { keyword, keywordRange, range, flags };

    if (nested && NO_TRIGGERS.has(keyword)) return this.#other(base, rest);
    switch (keyword) {
      case 'FROM': {
        const [image, as, alias] = splitBlanks(text, restStart, end);
        const named = as !== undefined && text.slice(as.start, as.end).toLowerCase() === 'as';
        return {
          kind: 'from',
          keyword,
          keywordRange,
          range,
          flags,
          image: this.#word(line, image ?? { start: end, end }),
          alias: named && alias !== undefined ? this.#word(line, alias) : undefined,
        };
      }
      case 'ARG':
        return { kind: 'arg', keyword, keywordRange, range, flags, declarations: this.#declarations(rest) };
      case 'ENV':
        return { kind: 'env', keyword, keywordRange, range, flags, assignments: this.#assignments(rest) };
      case 'LABEL':
        return { kind: 'label', keyword, keywordRange, range, flags, assignments: this.#assignments(rest) };
      case 'RUN':
      case 'CMD':
      case 'ENTRYPOINT':
        return this.#command(KINDS[keyword], base, rest);
      case 'HEALTHCHECK': {
        const [type] = splitBlanks(text, restStart, end);
        const name = type && text.slice(type.start, type.end).toUpperCase();
        if (type !== undefined && name === 'NONE') {
          return createCommand('healthcheck', base, 'none', undefined, rangeOf(line, type), undefined, []);
        }
        if (type === undefined || name !== 'CMD') break;
        return this.#command('healthcheck', base, { ...rest, start: skipSpace(text, type.end, end) });
      }
      case 'COPY':
      case 'ADD': {
        const strings = readJsonStrings(text, restStart, end);
        if (strings === 'refused') break;
        const heredocs = strings === undefined ? this.#heredocs(rest) : [];
        const words = (strings?.map(({ span }) => span) ?? splitBlanks(text, restStart, end)).map((span) => this.#word(line, span));
        const destination = words.length > 1 ? words.pop() : undefined;
        const isPath = ({ range }: Word): boolean => !heredocs.some(({ operatorRange: { start, end } }) => start <= range.start && range.start < end);
        return {
          kind: keyword === 'COPY' ? 'copy' : 'add',
          keyword,
          keywordRange,
          range: this.#extend(range, heredocs),
          flags,
          sources: words.filter(isPath),
          destination,
          heredocs,
        };
      }
      case 'SHELL': {
        const strings = readJsonStrings(text, restStart, end);
        if (strings === undefined || strings === 'refused') break;
        return { kind: 'shell', keyword, keywordRange, range, flags, exec: jsonStrings(line, strings) };
      }
      case 'USER':
      case 'WORKDIR':
        return {
          kind: keyword === 'USER' ? 'user' : 'workdir',
          keyword,
          keywordRange,
          range,
          flags,
          argument: restStart < end ? this.#word(line, { start: restStart, end }) : undefined,
        };
      case 'ONBUILD': {
        const trigger = this.#readInstruction(line, restStart, true);
        return { kind: 'onbuild', keyword, keywordRange, range: { start: range.start, end: trigger?.range.end ?? range.end }, flags, trigger };
      }
      case 'MAINTAINER':
      case 'STOPSIGNAL':
        return createOther(base, restStart < end ? [this.#word(line, { start: restStart, end })] : []);
      case 'VOLUME': {
        const strings = readJsonStrings(text, restStart, end);
        if (strings === undefined || strings === 'refused') break;
        return createOther(base, strings.map(({ span }) => this.#word(line, span)));
      }
    }
    return this.#other(base, rest);
  }

  #other(base: Base, { line, start, end }: Rest): Instruction {
    return createOther(base, splitBlanks(line.text, start, end).map((span) => this.#word(line, span)));
  }

  /** RUN, CMD, ENTRYPOINT, or what follows HEALTHCHECK CMD. */
  #command(kind: CommandInstruction['kind'], base: Base, rest: Rest): Instruction {
    const { line, start, end } = rest;
    const scriptRange = rangeOf(line, rest);
    const strings = readJsonStrings(line.text, start, end);
    if (strings === 'refused') return this.#other(base, rest);
    if (strings !== undefined) {
      return createCommand(kind, base, 'exec', undefined, scriptRange, jsonStrings(line, strings), []);
    }
    const heredocs = kind === 'run' ? this.#heredocs(rest) : [];
    const script = blankOperators(joinScript(line, start, end), scriptRange.start, heredocs);
    return createCommand(kind, { ...base, range: this.#extend(base.range, heredocs) }, 'shell', script, scriptRange, undefined, heredocs);
  }

  /** An instruction's range with its here-documents, the last one's closing line included. */
  #extend(range: Range, heredocs: readonly Heredoc[]): Range {
    const last = heredocs[heredocs.length - 1];
    if (last === undefined) return range;
    const { end } = last.bodyRange;
    return { start: range.start, end: withoutReturns(this.#text, end, lineEnd(this.#text, end)) };
  }

  /** The here-documents of a line, whose bodies are the next lines. One without its end takes what is left of the file. */
  #heredocs(rest: Rest): Heredoc[] {
    const { line } = rest;
    if (!line.text.includes('<<')) return [];
    const text = this.#text;
    return findHeredocs(line.text, rest.start, rest.end).map(({ name, quoted, stripTabs, span }) => {
      const start = Math.min(this.#next, text.length);
      let end = text.length;
      while (this.#next < text.length) {
        const first = this.#next;
        const newline = lineEnd(text, first);
        this.#next = newline + 1;
        const content = text.slice(first, withoutReturns(text, first, newline));
        if ((stripTabs ? content.replace(/^\t+/, '') : content) === name) {
          end = first;
          break;
        }
      }
      return { name, quoted, stripTabs, operatorRange: rangeOf(line, span), bodyRange: { start, end } };
    });
  }

  #declarations({ line, start, end }: Rest): ArgInstruction['declarations'] {
    return splitQuoted(line.text, start, end, this.#escape).map((span) => this.#pair(line, span));
  }

  #flag(line: LogicalLine, span: Range): Flag {
    const { name, value } = this.#pair(line, { start: span.start + 2, end: span.end });
    return { name, range: rangeOf(line, span), value };
  }

  /** `ENV A=1 B=2`, or `ENV A the rest of the line`. */
  #assignments({ line, start, end }: Rest): EnvInstruction['assignments'] {
    const words = splitQuoted(line.text, start, end, this.#escape);
    const first = words[0];
    if (first === undefined) return [];
    if (!line.text.slice(first.start, first.end).includes('=')) {
      let nameEnd = start;
      while (nameEnd < end && !isBlank(line.text, nameEnd)) nameEnd++;
      const valueStart = skipSpace(line.text, nameEnd, end);
      if (valueStart === end) return [];
      const name = withoutQuotes(line.text.slice(start, nameEnd));
      return [{ name, nameRange: rangeOf(line, { start, end: nameEnd }), value: this.#word(line, { start: valueStart, end }) }];
    }
    return words.flatMap((span) => {
      const { name, nameRange, value } = this.#pair(line, span);
      return value === undefined ? [] : [{ name, nameRange, value }];
    });
  }

  /** `name=value` or `name`. Quotes around the name are taken off. */
  #pair(line: LogicalLine, { start, end }: Range): { name: string; nameRange: Range; value: Word | undefined } {
    const equals = line.text.slice(start, end).indexOf('=');
    const nameEnd = equals < 0 ? end : start + equals;
    return {
      name: withoutQuotes(line.text.slice(start, nameEnd)),
      nameRange: rangeOf(line, { start, end: nameEnd }),
      value: equals < 0 ? undefined : this.#word(line, { start: nameEnd + 1, end }),
    };
  }

  #word(line: LogicalLine, span: Range): Word {
    const range = rangeOf(line, span);
    return { raw: this.#text.slice(range.start, range.end), range };
  }
}

const DIRECTIVE = /^\s*#\s*(syntax|escape|check)\s*=\s*(\S(?:.*\S)?)\s*$/i;

/** What Docker refuses after ONBUILD. */
const NO_TRIGGERS: ReadonlySet<string> = new Set(['FROM', 'MAINTAINER', 'ONBUILD']);

const KINDS = { RUN: 'run', CMD: 'cmd', ENTRYPOINT: 'entrypoint' } as const;

/** The document range of a span of a logical line; an empty span lies behind what comes before it. */
function rangeOf(line: LogicalLine, { start, end }: Range): Range {
  if (start < end) return { start: line.at(start), end: line.endAt(end) };
  const offset = line.endAt(start);
  return { start: offset, end: offset };
}

function withoutQuotes(name: string): string {
  return name.replace(/['"]/g, '');
}

function jsonStrings(line: LogicalLine, strings: readonly JsonSpan[]): { value: string; range: Range }[] {
  return strings.map(({ value, span }) => ({ value, range: rangeOf(line, span) }));
}

// The literals name every property: objects made by spreading cost a hundred times as much in Node 20.

function createCommand(
  kind: CommandInstruction['kind'],
  { keyword, keywordRange, range, flags }: Base,
  form: CommandInstruction['form'],
  script: string | undefined,
  scriptRange: Range,
  exec: CommandInstruction['exec'],
  heredocs: readonly Heredoc[],
): CommandInstruction {
  return { kind, keyword, keywordRange, range, flags, form, script, scriptRange, exec, heredocs };
}

function createOther({ keyword, keywordRange, range, flags }: Base, args: readonly Word[]): Instruction {
  return { kind: 'other', keyword, keywordRange, range, flags, arguments: args };
}

/** How many UTF-16 code units two texts begin with that are the same. */
function countSame(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let same = 0;
  // Whole stretches are compared faster than single units.
  for (let stretch = 4096; stretch >= 1; stretch = Math.floor(stretch / 16)) {
    while (same + stretch <= length && a.slice(same, same + stretch) === b.slice(same, same + stretch)) same += stretch;
  }
  return same;
}

function isWithin(mark: Mark | undefined, same: number, length: number): boolean {
  return mark !== undefined && mark.next <= same && mark.next < length;
}

/** Stages that hold the instructions of earlier ones are those. */
function readStages(instructions: readonly Instruction[], earlier: readonly Stage[]): Stage[] {
  const stages: Stage[] = [];
  for (let i = 0; i < instructions.length; ) {
    const from = instructions[i] as FromInstruction;
    let next = i + 1;
    while (next < instructions.length && instructions[next]?.kind !== 'from') next++;
    const own = instructions.slice(i + 1, next);
    const before = earlier[stages.length];
    const isSame = before?.from === from && before.instructions.length === own.length && own.every((instruction, j) => instruction === before.instructions[j]);
    stages.push(
      isSame
        ? before
        : {
            index: stages.length,
            name: from.alias?.raw.toLowerCase(),
            from,
            instructions: own,
            range: { start: from.range.start, end: instructions[next - 1]?.range.end ?? from.range.end },
          },
    );
    i = next;
  }
  return stages;
}

/**
 * The shell's input at the length it has in the document. Docker joins lines without putting anything between them;
 * here white space stands for the continuation, except inside a word, where something of that length must stand that
 * the shell takes for nothing: `\` and newline, or `$''` to make up an odd length.
 */
function joinScript(line: LogicalLine, start: number, end: number): string {
  const { text } = line;
  const quotes = new ShellQuotes(text, start);
  const parts: string[] = [];
  let cursor = line.at(start);
  line.forEachPart(start, end, (from, to, offset) => {
    const gap = offset - cursor;
    if (gap > 0) {
      const insideWord = from > start && !endsWord(text, from - 1) && !endsWord(text, from);
      parts.push(insideWord && !quotes.isLiteralAt(from) ? nothing(gap) : ' '.repeat(gap));
    }
    parts.push(text.slice(from, to));
    cursor = offset + to - from;
  });
  return parts.join('');
}

/** True for white space and the shell's operators. */
function endsWord(text: string, index: number): boolean {
  return isSpace(text.charCodeAt(index)) || ';&|()<>'.includes(text.charAt(index));
}

/** What a shell drops from a word, `length` (two or more) code units long. */
function nothing(length: number): string {
  return (length % 2 === 0 ? '' : "$''") + '\\\n'.repeat(length % 2 === 0 ? length / 2 : (length - 3) / 2);
}

/** Tells for ascending indexes of a script whether a shell reads them in a comment or a single-quoted string. */
class ShellQuotes {
  readonly #text: string;
  readonly #start: number;
  #index: number;
  #quote = '';

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
    this.#index = start;
  }

  isLiteralAt(index: number): boolean {
    for (; this.#index < index && this.#quote !== '#'; this.#index++) {
      const unit = this.#text.charAt(this.#index);
      if (unit === '\\' && this.#quote !== "'") this.#index++;
      else if (unit === this.#quote) this.#quote = '';
      else if (this.#quote === '' && (unit === "'" || unit === '"')) this.#quote = unit;
      else if (this.#quote === '' && unit === '#' && this.#beginsWord()) this.#quote = '#';
    }
    return this.#quote === "'" || this.#quote === '#';
  }

  #beginsWord(): boolean {
    return this.#index === this.#start || endsWord(this.#text, this.#index - 1);
  }
}

/** The script with its here-document operators blanked: their bodies are not in it. */
function blankOperators(script: string, offset: number, heredocs: readonly Heredoc[]): string {
  for (const { operatorRange } of heredocs) {
    const start = operatorRange.start - offset;
    const end = operatorRange.end - offset;
    script = script.slice(0, start) + ' '.repeat(end - start) + script.slice(end);
  }
  return script;
}
