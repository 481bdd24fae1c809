import type { Message } from '../../l10n/message';
import type { InstructionStep } from '../../stack/model';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';
import type { Fix } from '../model';

/** A folder in a list like LD_LIBRARY_PATH. */
export interface PathEntry {
  readonly folder: string;
  readonly start: number;
  readonly end: number;
}

/** The folders of a list with `:` between them, with their offsets in the value. */
export function splitPath({ value }: Traced): readonly PathEntry[] {
  const entries: PathEntry[] = [];
  let start = 0;
  for (const folder of value.split(':')) {
    entries.push({ folder, start, end: start + folder.length });
    start += folder.length + 1;
  }
  return entries;
}

/** What an ENV gives a variable; `added` tells of the wanted folders where they are written, if they did not come through the older value. */
export interface SearchPath {
  readonly value: Traced;
  readonly assignment: Location['range'];
  readonly added: readonly (PathEntry & { readonly location: Location })[];
}

/** The value that an ENV gives a search path here, with the folders that are `wanted`, all by default; undefined for any other instruction. */
export function assignedPath({ instruction, after }: InstructionStep, name: string, wanted: (folder: string) => boolean = () => true): SearchPath | undefined {
  if (instruction.kind !== 'env') return undefined;
  const assignment = instruction.assignments.findLast((one) => one.name === name);
  const value = after.env.get(name);
  if (assignment === undefined || value === undefined) return undefined;
  const added = splitPath(value).flatMap((entry) => {
    if (!wanted(entry.folder)) return [];
    const location = value.locate(entry.start, entry.end);
    const cameThrough = value.slice(entry.start, entry.end).pieces.some(({ use }) => use?.name === name);
    // What a base image or an earlier ENV put there was looked at there.
    return location === undefined || location.range.start < assignment.value.range.start || cameThrough ? [] : [{ ...entry, location }];
  });
  return { value, assignment: assignment.value.range, added };
}

/** The fix that takes a folder out of a list; undefined where it is the only one, or cannot be edited. */
export function removeFolder(value: Traced, { start, end }: PathEntry, title: Message): Fix | undefined {
  const edit =
    end < value.value.length ? value.edit(start, end + 1, '')
    : start > 0 ? value.edit(start - 1, end, '')
    : undefined;
  return edit && { title, safe: false, edits: [edit] };
}
