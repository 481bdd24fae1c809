import type { FileEdit } from '../../text/edit';
import type { Range } from '../../text/range';

/**
 * The edit that takes a word out of a command together with the space around it; a word that has a continued line to
 * itself goes with the line. `text` is that of the whole file.
 */
export function removeWord(text: string, file: string, { start, end }: Range): FileEdit {
  const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const lineStart = start - before;
  const isAlone = text[lineStart - 1] === '\n';
  const continuation = /^[ \t]*[\\`][ \t]*\r?\n/.exec(text.slice(end));
  if (isAlone && continuation !== null) return { file, range: { start: lineStart, end: end + continuation[0].length }, newText: '' };
  // The last line of a command: the continuation that led to it goes too.
  const led = isAlone ? /[ \t]*[\\`][ \t]*\r?\n$/.exec(text.slice(0, lineStart)) : null;
  return { file, range: { start: led === null ? lineStart : led.index, end }, newText: '' };
}
