import type { FileEdit } from '../../text/edit';
import type { PackageSpec } from '../../shell/installers/model';
import type { StageStack } from '../../stack/model';
import type { Location } from '../../text/range';
import type { Piece, Traced } from '../../text/traced';
import type { LibraryInstall, LibraryPackage } from './library-packages';

/**
 * The edit that turns `value[start, end)` into `text` where it is shown: the characters themselves, or the whole of a
 * `${NAME…}` that stands for exactly that part. Undefined when a variable reaches beyond the part, or when the part is
 * shown in several places.
 */
function editShown(value: Traced, start: number, end: number, text: string): FileEdit | undefined {
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
 * The edits that give packages of a command other versions, `versions` by name: the numbers that differ, in the
 * variable they come from where only these packages of the command use it, else in each package word. Undefined when a
 * package's word cannot be rewritten.
 */
export function editVersions(install: LibraryInstall, packages: readonly LibraryPackage[], versions: ReadonlyMap<string, string>): readonly FileEdit[] | undefined {
  const groups = new Map<string, Pinned[]>();
  for (const { spec, name } of packages) {
    const version = versions.get(name);
    if (version === undefined || spec.version === undefined) return undefined;
    const item = { spec, written: spec.version, wanted: likeWritten(spec.version.value, version) };
    const key = `${item.written.value} ${item.wanted}`;
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  const edits: FileEdit[] = [];
  for (const group of groups.values()) {
    const edit = editGroup(install, group);
    if (edit === undefined) return undefined;
    edits.push(...edit);
  }
  return mergeEdits(edits);
}

/** A package that gets another version. */
interface Pinned {
  readonly spec: PackageSpec;
  readonly written: Traced;
  readonly wanted: string;
}

/** The edits for packages that have the same version and get the same other one. */
function editGroup(install: LibraryInstall, group: readonly Pinned[]): readonly FileEdit[] | undefined {
  const [first] = group;
  if (first === undefined) return [];
  const parts = findDifferences(first.written.value, first.wanted).map((ways) => firstOf(ways, (way) => editDefinition(install, group, way) ?? editWords(group, way)));
  const all = parts.every((edits) => edits !== undefined) ? parts.flat() : undefined;
  return all ?? editWords(group, { start: 0, end: first.written.value.length, text: first.wanted }) ?? allOf(group.map(({ spec, wanted }) => spec.text.edit(0, spec.text.value.length, `${spec.name.value}=${wanted}`)));
}

/** The edits where a variable is defined that stands for the part in all packages, and for nothing else of the command. */
function editDefinition(install: LibraryInstall, group: readonly Pinned[], { start, end, text }: Difference): readonly FileEdit[] | undefined {
  const [first] = group;
  const name = variableAt(first?.written, start, end);
  if (first === undefined || name === undefined) return undefined;
  const from = startOf(name, first.written);
  if (group.some(({ written }) => variableAt(written, start, end) !== name || startOf(name, written) !== from)) return undefined;
  // A variable for a CUDA version means more than these packages.
  if (from > 0 && /[+.]cuda$/.test(first.written.value.slice(0, from))) return undefined;
  const specs = group.map(({ spec }) => spec);
  if (install.action.packages.some((spec) => !specs.includes(spec) && uses(spec.text, name))) return undefined;
  for (let stage: StageStack | undefined = install.stage; stage !== undefined; stage = stage.base.stage) {
    if (uses(stage.base.reference, name)) return undefined;
  }
  const assignment = findAssignment(install, name)?.value;
  if (assignment === undefined) return allOf(group.map(({ written }) => written.edit(start, end, text)));
  const isWhole = first.written.value.startsWith(assignment.value, from);
  const edit = isWhole ? editShown(assignment, start - from, end - from, text) : undefined;
  return edit === undefined ? undefined : [edit];
}

function editWords(group: readonly Pinned[], { start, end, text }: Difference): readonly FileEdit[] | undefined {
  return allOf(group.map(({ written }) => editShown(written, start, end, text)));
}

/** All of them, or undefined when one is missing. */
function allOf(edits: readonly (FileEdit | undefined)[]): readonly FileEdit[] | undefined {
  return edits.every((edit) => edit !== undefined) ? edits : undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The variable that all of a part comes through. */
function variableAt(value: Traced | undefined, start: number, end: number): string | undefined {
  const [first, ...others] = value?.slice(start, end).pieces ?? [];
  const use = first?.use;
  return use !== undefined && others.every((piece) => piece.use?.range.start === use.range.start) ? use.name : undefined;
}

/** Where the part of a value begins that comes through a variable. */
function startOf(name: string, { pieces }: Traced): number {
  const first = pieces.findIndex(({ use }) => use?.name === name);
  return pieces.slice(0, first).reduce((length, { text }) => length + text.length, 0);
}

function uses({ pieces }: Traced, name: string): boolean {
  return pieces.some(({ use }) => use?.name === name);
}

/** The variable that a package's whole version comes through. */
function variableOf({ spec }: LibraryPackage): string | undefined {
  const [first, ...others] = spec.version?.pieces ?? [];
  const use = first?.use;
  return use !== undefined && others.every((piece) => piece.use?.range.start === use.range.start) ? use.name : undefined;
}

/** The last `NAME=value` before a command in the same RUN. */
function findAssignment({ step, action }: LibraryInstall, name: string): { readonly value: Traced; readonly range: { readonly start: number; readonly end: number } } | undefined {
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

/**
 * The parts in which two versions differ, before and behind `+cuda`, with the ways to replace each: the numbers that
 * are other ones, then the whole part.
 */
function findDifferences(before: string, after: string): readonly (readonly Difference[])[] {
  const old = before.search(/(?<=[+.]cuda)\d/);
  const wanted = after.search(/(?<=[+.]cuda)\d/);
  const isCut = old > 0 && wanted > 0;
  const cuts = isCut ? [[0, before.slice(0, old), after.slice(0, wanted)] as const, [old, before.slice(old), after.slice(wanted)] as const] : [[0, before, after] as const];
  return cuts.flatMap(([start, part, text]) => (part === text ? [] : [[findDifference(start, part, text), { start, end: start + part.length, text }]]));
}

/** The smallest replacement that keeps numbers whole. */
function findDifference(start: number, before: string, after: string): Difference {
  const old = before.match(/\d+|\D+/g) ?? [];
  const wanted = after.match(/\d+|\D+/g) ?? [];
  let head = 0;
  while (head < old.length - 1 && head < wanted.length - 1 && old[head] === wanted[head]) head++;
  let tail = 0;
  while (tail < old.length - head - 1 && tail < wanted.length - head - 1 && old[old.length - 1 - tail] === wanted[wanted.length - 1 - tail]) tail++;
  const skipped = old.slice(0, head).join('').length;
  const behind = old.slice(old.length - tail).join('').length;
  return { start: start + skipped, end: start + before.length - behind, text: wanted.slice(head, wanted.length - tail).join('') };
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
