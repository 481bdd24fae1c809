import { appendEntry, indentUnit, type YamlLines } from '../core/data/edit-yaml';
import { findEntry, findScalar, type DataList } from '../core/data/model';
import { readYaml } from '../core/data/yaml';
import type { TargetSource } from '../core/target/model';
import type { TextEdit } from '../core/text/edit';
import { targetLines } from './to-target';

/**
 * The edit that puts a target into the text of a `.trtc.yaml`: in the place of the one of its name, else behind the
 * others. All else stays, comments included. Undefined where the file is written in a way that it cannot be made.
 */
export function addTarget(text: string, target: TargetSource): TextEdit | undefined {
  const lines = targetLines(target);
  const data = readYaml(text, '');
  if (data === undefined) return isEmpty(text) ? append(text, [[0, 'targets:'], ...deepen(lines, 1)]) : undefined;
  if (data.kind !== 'map' || data.flow) return undefined;
  const entry = findEntry(data, 'targets');
  if (entry === undefined) return appendEntry(text, data, [[0, 'targets:'], ...deepen(lines, 1)], '  ');
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'null') {
    const end = entry.keyRange.end + 1;
    return { range: { start: end, end }, newText: `${lineEndOf(text)}${render(text, lines, indentUnit(text, entry))}` };
  }
  return value.kind === 'list' && !value.flow && value.items.length > 0 ? editList(text, value, target, lines) : undefined;
}

function editList(text: string, list: DataList, target: TargetSource, lines: YamlLines): TextEdit | undefined {
  const last = list.items.at(-1);
  const same = list.items.find((item) => findScalar(item, 'name')?.text.value === target.name);
  const place = same ?? last;
  if (place === undefined) return undefined;
  const lineStart = text.lastIndexOf('\n', place.range.start - 1) + 1;
  const indent = /^([ \t]*)- +/.exec(text.slice(lineStart, place.range.start))?.[1];
  if (indent === undefined) return undefined;
  const end = text.slice(0, place.range.end).trimEnd().length;
  const written = render(text, lines, indent);
  if (same !== undefined) return { range: { start: lineStart, end }, newText: written };
  // Behind a comment that the last line ends with.
  const found = text.indexOf('\n', end);
  const lineEnd = found < 0 ? text.length : text[found - 1] === '\r' ? found - 1 : found;
  return { range: { start: lineEnd, end: lineEnd }, newText: lineEndOf(text) + written };
}

function append(text: string, lines: YamlLines): TextEdit {
  const start = text === '' || text.endsWith('\n') ? '' : lineEndOf(text);
  return { range: { start: text.length, end: text.length }, newText: `${start}${render(text, lines, '')}${lineEndOf(text)}` };
}

function deepen(lines: YamlLines, by: number): YamlLines {
  return lines.map(([depth, line]) => [depth + by, line]);
}

function render(text: string, lines: YamlLines, indent: string): string {
  return lines.map(([depth, line]) => indent + '  '.repeat(depth) + line).join(lineEndOf(text));
}

/** Nothing but comments and blank lines. */
function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line));
}

function lineEndOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
