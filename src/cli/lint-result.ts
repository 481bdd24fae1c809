import type { Text } from '../core/l10n/message';
import type { Finding, Severity } from '../core/rules/model';
import { LineIndex } from '../core/text/line-index';
import type { Range } from '../core/text/range';

/** What a run of `trtc lint` found; reporters turn it into text. */
export interface LintResult {
  /** Number of files that were analysed. */
  readonly files: number;
  readonly findings: readonly Finding[];
  /** Texts in which findings, related places and edits lie, by file name. */
  readonly texts: ReadonlyMap<string, string>;
  /** One line for each input that could not be analysed. */
  readonly failures: readonly Text[];
  /** Number of findings that `--fix` removed. */
  readonly fixed: number;
}

export interface ReportStyle {
  readonly color: boolean;
  /** Columns of the terminal; undefined when the output is no terminal. */
  readonly width: number | undefined;
}

/** A whole report, final newline included. */
export type Reporter = (result: LintResult, style: ReportStyle) => string;

/** A range in lines and columns, all from 1, columns in UTF-16 code units; the end is exclusive. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Gives spans in the texts of a result; each text is indexed once. */
export class Spans {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #indexes = new Map<string, LineIndex>();

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  find(file: string, range: Range): Span {
    const index = this.#index(file);
    const start = index.positionAt(range.start);
    const end = index.positionAt(range.end);
    return { line: start.line + 1, column: start.character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
  }

  /** Text of a line (from 1) without its line break. */
  lineText(file: string, line: number): string {
    const index = this.#index(file);
    const text = this.#texts.get(file) ?? '';
    const end = line < index.lineCount ? index.lineStart(line) : text.length;
    return text.slice(index.lineStart(line - 1), end).replace(/[\r\n]+$/, '');
  }

  #index(file: string): LineIndex {
    let index = this.#indexes.get(file);
    if (index === undefined) {
      index = new LineIndex(this.#texts.get(file) ?? '');
      this.#indexes.set(file, index);
    }
    return index;
  }
}

/** How many findings there are of each severity. */
export function countSeverities(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, information: 0, hint: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}
