import type { FileEdit } from '../../text/edit';
import type { Location } from '../../text/range';
import type { Piece, Traced } from '../../text/traced';
import type { LibraryInstall, LibraryPackage } from './library-packages';

/**
 * The edit that turns `value[start, end)` into `text` where it is shown: the characters themselves, or the whole of a
 * `${NAME…}` that stands for exactly that part. Undefined when a variable reaches beyond the part, or when the part is
 * shown in several places.
 */
export function editShown(value: Traced, start: number, end: number, text: string): FileEdit | undefined {
  const plain = value.edit(start, end, text);
  if (plain !== undefined && value.slice(start, end).pieces.every(({ use }) => use === undefined)) return plain;
  const part = value.slice(start, end).pieces;
  const around = [...value.slice(0, start).pieces, ...value.slice(end).pieces];
  const first = part[0];
  const last = part.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (part.some(({ use }) => use !== undefined && around.some((piece) => piece.use?.range.start === use.range.start && piece.use.file === use.file))) return undefined;
  const places = part.map(shownAt);
  const file = places[0]?.file;
  if (file === undefined || places.some((place) => place === undefined || place.file !== file)) return undefined;
  const from = Math.min(...places.map((place) => place?.range.start ?? 0));
  const to = Math.max(...places.map((place) => place?.range.end ?? 0));
  // Whatever else is shown in between would be lost.
  if (around.some((piece) => isBetween(piece, file, from, to))) return undefined;
  return { file, range: { start: from, end: to }, newText: text };
}

function shownAt(piece: Piece): Pick<Piece, 'file' | 'range'> | undefined {
  return piece.use ?? (piece.verbatim ? piece : undefined);
}

function isBetween(piece: Piece, file: string, from: number, to: number): boolean {
  const place = piece.use ?? piece;
  return place.file === file && place.range.start < to && place.range.end > from;
}

/**
 * The edits that give packages of a command other versions, `versions` by name: at the definition they all share where
 * there is one, else in each package word. Undefined when a package's word cannot be rewritten.
 */
export function editVersions(install: LibraryInstall, packages: readonly LibraryPackage[], versions: ReadonlyMap<string, string>): readonly FileEdit[] | undefined {
  const shared = editSharedVersion(install, packages, versions);
  if (shared !== undefined) return [shared];
  const edits: FileEdit[] = [];
  for (const { spec, name } of packages) {
    const version = versions.get(name);
    if (version === undefined || spec.version === undefined) return undefined;
    const written = spec.version.value;
    const edit = editShown(spec.version, 0, written.length, likeWritten(written, version)) ?? spec.text.edit(0, spec.text.value.length, `${spec.name.value}=${version}`);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  return mergeEdits(edits);
}

/** All packages take their version from one variable, and one new version fits them all: its definition is edited. */
function editSharedVersion(install: LibraryInstall, packages: readonly LibraryPackage[], versions: ReadonlyMap<string, string>): FileEdit | undefined {
  const [first] = packages;
  const written = first?.spec.version?.value;
  const version = first === undefined ? undefined : versions.get(first.name);
  if (first === undefined || written === undefined || version === undefined) return undefined;
  const name = variableOf(first);
  if (name === undefined || packages.some((item) => variableOf(item) !== name || item.spec.version?.value !== written || versions.get(item.name) !== version)) return undefined;
  // Other packages of the command that use the variable would change with it.
  if (install.packages.some((item) => !packages.includes(item) && variableOf(item) === name)) return undefined;
  const wanted = likeWritten(written, version);
  const changes = findDifferences(written, wanted);
  const assignment = findAssignment(install, name)?.value;
  for (const { start, end, text } of changes) {
    const edit = assignment === undefined ? first.spec.version?.edit(start, end, text) : editShown(assignment, start, end, text);
    if (edit !== undefined) return edit;
  }
  return undefined;
}

/** The variable that a package's whole version comes through. */
function variableOf({ spec }: LibraryPackage): string | undefined {
  const [first, ...others] = spec.version?.pieces ?? [];
  const use = first?.use;
  return use !== undefined && others.every((piece) => piece.use?.range.start === use.range.start) ? use.name : undefined;
}

/** The last `NAME=value` before a command in the same RUN. */
export function findAssignment({ step, action }: LibraryInstall, name: string): { readonly value: Traced; readonly range: { readonly start: number; readonly end: number } } | undefined {
  const before = step.commands.slice(0, step.commands.indexOf(action.command));
  return before.flatMap(({ file, assignments }) => (file === action.file ? assignments : [])).findLast((assignment) => assignment.name === name);
}

/** Where a package's version is decided: the assignment in the same RUN that it comes from, else where it is shown. */
export function locateVersion(install: LibraryInstall, item: LibraryPackage): Location {
  const name = variableOf(item);
  const assignment = name === undefined ? undefined : findAssignment(install, name);
  if (assignment !== undefined) return { file: install.action.file, range: assignment.range };
  return item.spec.version?.locate() ?? { file: install.action.file, range: item.spec.range };
}

/** RPM writes `.cuda` where Debian writes `+cuda`. */
function likeWritten(written: string, version: string): string {
  return /^[\d.]+-\d+\.cuda/.test(written) ? version.replace('+cuda', '.cuda') : version;
}

interface Difference {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replacements that turn one version into another, the smallest first: single numbers, the CUDA of the suffix, all of it. */
function findDifferences(before: string, after: string): readonly Difference[] {
  const old = before.match(/\d+|\D+/g) ?? [];
  const wanted = after.match(/\d+|\D+/g) ?? [];
  let head = 0;
  while (head < old.length - 1 && head < wanted.length - 1 && old[head] === wanted[head]) head++;
  let tail = 0;
  while (tail < old.length - head - 1 && tail < wanted.length - head - 1 && old[old.length - 1 - tail] === wanted[wanted.length - 1 - tail]) tail++;
  const start = old.slice(0, head).join('').length;
  const smallest = { start, end: before.length - old.slice(old.length - tail).join('').length, text: wanted.slice(head, wanted.length - tail).join('') };
  const suffix = before.indexOf('cuda') + 'cuda'.length;
  const isSuffix = before.slice(0, suffix) === after.slice(0, suffix);
  const whole = { start: 0, end: before.length, text: after };
  return isSuffix ? [smallest, { start: suffix, end: before.length, text: after.slice(suffix) }, whole] : [smallest, whole];
}

/** Each edit once; undefined when two of them want different texts in overlapping places. */
export function mergeEdits(edits: readonly FileEdit[]): readonly FileEdit[] | undefined {
  const kept: FileEdit[] = [];
  for (const edit of edits) {
    const other = kept.find(({ file, range }) => file === edit.file && range.start < edit.range.end && edit.range.start < range.end);
    if (other === undefined) kept.push(edit);
    else if (other.newText !== edit.newText || other.range.start !== edit.range.start || other.range.end !== edit.range.end) return undefined;
  }
  return kept;
}
