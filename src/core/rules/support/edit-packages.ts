import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { StackReport } from '../../stack/model';
import type { FileEdit } from '../../text/edit';

/**
 * The edit that takes a package out of an install command, with the blanks or the line continuation before it.
 * Undefined for the only package of a command, and for one of several that a variable gives.
 */
export function dropPackage({ command, packages }: PackageInstall, { range }: PackageSpec, stack: StackReport): FileEdit | undefined {
  const { file } = command;
  const source = file === stack.dockerfile.file ? stack.dockerfile.text : stack.files.get(file);
  const shared = packages.filter((other) => other.range.start === range.start).length > 1;
  if (source === undefined || packages.length < 2 || shared) return undefined;
  const at = command.words.findIndex((word) => word.range.start === range.start && word.range.end === range.end);
  const before = command.words[at - 1];
  if (before === undefined || before.range.end > range.start) return undefined;
  const gap = source.slice(before.range.end, range.start);
  return { file, range: { start: /^[\s\\]*$/.test(gap) ? before.range.end : range.start, end: range.end }, newText: '' };
}
