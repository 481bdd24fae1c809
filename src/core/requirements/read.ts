import type { PipRequirement } from '../shell/installers/model';
import type { Range } from '../text/range';
import { Traced, UNKNOWN, type Piece } from '../text/traced';
import { parseRequirement } from './requirement';

/** An option line or a file named in a requirements file. */
export interface RequirementsReference {
  readonly value: Traced;
  readonly range: Range;
}

/** A requirements file as pip reads it. Ranges are offsets in its text. */
export interface RequirementsFile {
  readonly requirements: readonly PipRequirement[];
  /** `-r FILE` */
  readonly includes: readonly RequirementsReference[];
  /** `-c FILE` */
  readonly constraints: readonly RequirementsReference[];
  readonly indexUrl: RequirementsReference | undefined;
  readonly extraIndexUrls: readonly RequirementsReference[];
  readonly findLinks: readonly RequirementsReference[];
  readonly noIndex: boolean;
  readonly pre: boolean;
}

/** Options with a value, by all their spellings. */
const OPTIONS: ReadonlyMap<string, 'include' | 'constraint' | 'index' | 'extra-index' | 'links' | 'editable' | 'other'> = new Map([
  ['-r', 'include'],
  ['--requirement', 'include'],
  ['-c', 'constraint'],
  ['--constraint', 'constraint'],
  ['-i', 'index'],
  ['--index-url', 'index'],
  ['--pypi-url', 'index'],
  ['--extra-index-url', 'extra-index'],
  ['-f', 'links'],
  ['--find-links', 'links'],
  ['-e', 'editable'],
  ['--editable', 'editable'],
]);

const MAX_LINES = 5000;

/**
 * Reads a requirements file: comments, continuations, options, hashes, markers, editable installs, URLs, `${VARIABLE}`.
 * Format: https://pip.pypa.io/en/stable/reference/requirements-file-format/. Lines that are none of these give nothing.
 */
export function readRequirements(file: string, text: string): RequirementsFile {
  const requirements: PipRequirement[] = [];
  const includes: RequirementsReference[] = [];
  const constraints: RequirementsReference[] = [];
  const extraIndexUrls: RequirementsReference[] = [];
  const findLinks: RequirementsReference[] = [];
  let indexUrl: RequirementsReference | undefined;
  let noIndex = false;
  let pre = false;
  for (const line of logicalLines(file, text)) {
    const option = /^(--?[a-z][\w-]*)(?:\s*=\s*|\s+|$)/.exec(line.value) ?? /^(-[rcief])/.exec(line.value);
    if (option === null) {
      add(requirements, line, file, false);
      continue;
    }
    const name = option[1] ?? '';
    const value = unquote(trim(line.slice(option[0].length)));
    const range = spanOf(value) ?? spanOf(line);
    if (name === '--no-index') noIndex = true;
    if (name === '--pre') pre = true;
    if (range === undefined) continue;
    const reference = { value, range };
    switch (OPTIONS.get(name)) {
      case 'include':
        includes.push(reference);
        break;
      case 'constraint':
        constraints.push(reference);
        break;
      case 'index':
        indexUrl = reference;
        break;
      case 'extra-index':
        extraIndexUrls.push(reference);
        break;
      case 'links':
        findLinks.push(reference);
        break;
      case 'editable':
        add(requirements, value, file, true);
        break;
      default:
    }
  }
  return { requirements, includes, constraints, indexUrl, extraIndexUrls, findLinks, noIndex, pre };
}

function add(requirements: PipRequirement[], line: Traced, file: string, editable: boolean): void {
  // Options of a single requirement (`--hash=…`) follow it after a blank.
  const at = line.value.search(/\s--?[a-z]/);
  const text = trim(at < 0 ? line : line.slice(0, at));
  const range = spanOf(text);
  const requirement = range && parseRequirement(text, { file, range, origin: 'requirements', editable });
  if (requirement !== undefined) requirements.push(requirement);
}

/** Lines joined at a final backslash, without comments and outer blanks, variables unknown; empty ones left out. */
function logicalLines(file: string, text: string): readonly Traced[] {
  const lines: Traced[] = [];
  let pieces: Piece[] = [];
  let count = 0;
  for (const match of text.matchAll(/[^\r\n]*(?:\r\n|\r|\n|$)/g)) {
    if (++count > MAX_LINES) break;
    const start = match.index;
    let content = match[0].replace(/[\r\n]+$/, '');
    const continued = content.endsWith('\\');
    if (continued) content = content.slice(0, -1);
    // A comment ends a joined line too: pip removes comments after joining, but a comment line ends with its line.
    const comment = content.search(/(?:^|\s)#/);
    if (comment >= 0) content = content.slice(0, comment);
    if (content !== '') pieces.push({ text: content, file, range: { start, end: start + content.length }, verbatim: true });
    if (continued && comment < 0) continue;
    const line = trim(new Traced(pieces));
    pieces = [];
    if (line.value !== '') lines.push(hideVariables(line));
  }
  return lines;
}

function trim(line: Traced): Traced {
  const { value } = line;
  const start = value.length - value.trimStart().length;
  const end = value.trimEnd().length;
  return start === 0 && end === value.length ? line : line.slice(start, Math.max(start, end));
}

function unquote(value: Traced): Traced {
  return /^(["']).*\1$/s.test(value.value) && value.value.length > 1 ? value.slice(1, value.value.length - 1) : value;
}

/** `${NAME}` is filled in from the environment in which pip runs, which is not known here. */
function hideVariables(line: Traced): Traced {
  if (!line.value.includes('${')) return line;
  const parts: Traced[] = [];
  let position = 0;
  for (const match of line.value.matchAll(/\$\{[A-Z0-9_]+\}/g)) {
    const end = match.index + match[0].length;
    const piece = line.slice(match.index, end).pieces[0];
    parts.push(line.slice(position, match.index));
    if (piece !== undefined) parts.push(new Traced([{ ...piece, text: UNKNOWN, verbatim: false }]));
    position = end;
  }
  parts.push(line.slice(position));
  return Traced.concat(parts);
}

/** From the first to the last character of a value that was cut from the file. */
function spanOf(value: Traced): Range | undefined {
  const first = value.pieces[0];
  const last = value.pieces[value.pieces.length - 1];
  return first && last && { start: first.range.start, end: last.range.end };
}
